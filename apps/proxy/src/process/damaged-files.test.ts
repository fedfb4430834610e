import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { reply } from "@ccp/mock-upstream";
import type { UsageView } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { type Run, run, world } from "../testing/gateway-process.ts";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";

const TAKEN = { inputTokens: 100, outputTokens: 20 };
const REQUESTS = 5;
/** Each test starts the process several times. */
const SLOW = { timeout: 120_000 };

async function used(url: string): Promise<number | undefined> {
  const view = (await (await fetch(`${url}/v1/usage`)).json()) as UsageView;
  return view.models["claude-haiku-4.5"]?.rolling_used_tokens;
}

async function end({ child, exit }: Run, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await exit;
}

/** A gateway that has counted five answers and was stopped, or killed. */
async function counted(signal: NodeJS.Signals) {
  const opened = await world();
  opened.zai.script(...Array.from({ length: REQUESTS }, () => reply({ usage: TAKEN })));
  const first = run([], opened.env);
  const url = await first.url();
  for (let n = 0; n < REQUESTS; n += 1) await (await postMessage(url, { model: HAIKU })).text();
  // No waiting: an answer whose client has all of it is on record.
  await end(first, signal);
  return { env: opened.env, file: (name: string) => join(opened.dir, name), dir: opened.dir };
}

const change = (path: string, how: (text: string) => string): void =>
  writeFileSync(path, how(readFileSync(path, "utf8")));

describe("files that were damaged while no gateway ran", () => {
  it("one flipped bit in the state: it is set aside, and the counts come from the log", SLOW, async () => {
    const { env, file } = await counted("SIGTERM");
    change(file("gateway-state.json"), (text) => text.replace('"saved_ms":1', '"saved_ms":0'));
    const again = run([], env);
    expect(await used(await again.url())).toBe(600);
    expect(again.output()).toContain("gateway-state.json cannot be read: its checksum does not match");
    expect(again.output()).toContain("the counts are rebuilt from the log (5 answers)");
    expect(existsSync(file("gateway-state.json.broken"))).toBe(true);
  });

  it(
    "records of the journal, doubled and damaged, and a torn log: each answer counts once",
    SLOW,
    async () => {
      const { env, dir, file } = await counted("SIGKILL");
      const journal = readdirSync(dir).find((name) => name.startsWith("gateway-state.journal.")) ?? "";
      change(file(journal), (text) => `${text}${text}${text.replaceAll('"record"', '"recorD"')}`);
      change(file("logs/usage.jsonl"), (text) => text + text);
      appendFileSync(file("logs/usage.jsonl"), `${"\0".repeat(4096)}{"ts":17`);
      const again = run([], env);
      expect(await used(await again.url())).toBe(600);
      expect(again.output()).toContain("records of the state's journal were damaged");
      await end(again, "SIGKILL");
      expect(await used(await run([], env).url())).toBe(600);
    },
  );
});

interface Answer {
  readonly content: { readonly type: string; readonly id?: string }[];
}

// lbjlaq/Antigravity-Manager#1094: the signatures were known in memory alone, and refused after a restart.
it("a conversation that changed lanes goes on after a kill without a refused attempt", SLOW, async () => {
  const strict = { betas: ["claude-code-20250219", "oauth-2025-04-20"] };
  const { anthropic, zai, env, dir } = await world({ anthropic: { strict: { ...strict, models: [OPUS] } } });
  zai.script(
    reply({
      blocks: [
        { type: "thinking", thinking: "zai thinks" },
        { type: "text", text: "zai reads" },
        { type: "tool_use", name: "read", input: {}, id: "functions.read|1:1" },
      ],
    }),
  );
  const first = run([], env);
  const send = (url: string, model: string, messages: unknown[]): Promise<Response> =>
    fetch(`${url}/v1/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: "Bearer t",
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "claude-code-20250219",
      },
      body: JSON.stringify({ model, max_tokens: 1000, messages }),
    });
  const question = { role: "user", content: "read it" };
  const answered = (await (await send(await first.url(), HAIKU, [question])).json()) as Answer;
  await end(first, "SIGKILL");

  const second = run([], env);
  const results = answered.content.flatMap(({ type, id }) =>
    type === "tool_use" ? [{ type: "tool_result", tool_use_id: id, content: "read" }] : [],
  );
  const history = [
    question,
    { role: "assistant", content: answered.content },
    { role: "user", content: results },
  ];
  expect((await send(await second.url(), OPUS, history)).status).toBe(200);
  expect(anthropic.requests).toHaveLength(1);
  const lines = readFileSync(join(dir, "logs", "usage.jsonl"), "utf8")
    .trim()
    .split("\n");
  const ends = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === undefined);
  expect(ends.at(-1)).toMatchObject({ lane: "anthropic", retry: false, status: 200 });
  expect(ends.at(-1).repairs).toEqual(expect.arrayContaining(["strip_thinking", "tool_ids"]));
  await end(second, "SIGTERM");
  expect(readFileSync(join(dir, "mints.json"), "utf8")).toContain('"lanes":["zai"');
});
