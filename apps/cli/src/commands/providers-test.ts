import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { findProvider } from "../view/find-provider.ts";
import { judgeLaneTest } from "../view/lane-test.ts";
import { loadCatalog } from "./provider-catalog.ts";

export const providersTestCommand: CliCommand = {
  name: "providers test",
  summary: "see whether a lane can be reached; spends nothing",
  args: {
    name: {
      type: "positional",
      valueHint: "LANE",
      required: true,
      description: "the lane's name in the catalog",
    },
    json: { type: "boolean", description: "as JSON (ccp.provider-test/1)" },
  },
  notes: [
    "asks for the lane's list of models, by the gateway and with its key; while none answers, from this shell",
    "exit 0: it answers and took the key, if one was sent; 1: it does not",
  ],
  run: testProvider,
};

async function testProvider(input: CliInput, session: Session): Promise<ExitCode> {
  const loaded = await loadCatalog(session);
  const { name, provider } = findProvider(input.text("name") ?? "", loaded, session.cc, "providers test");
  const asked = loaded.from === "gateway" ? await session.client.testLane(name) : null;
  const { askLane } = await import("../client/ask-lane.ts");
  const test = asked ?? (await askLane(name, provider, session));
  const by = asked === null ? "shell" : "gateway";
  const verdict = judgeLaneTest(test, provider, by);
  if (input.flag("json")) {
    const { ok, text } = verdict;
    const value = { schema: "ccp.provider-test/1", asked_by: by, ...test, ok, reason: text };
    session.deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
  } else {
    const { renderLaneTest } = await import("../render/lane-test.ts");
    session.deps.stdout.write(renderLaneTest(test, verdict, by, session.look()));
  }
  return verdict.ok ? EXIT.ok : EXIT.failed;
}
