import type { Readyz } from "@ccp/usage-contract";
import type { CliInput } from "../args/cli-input.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { loadPicture } from "../load-picture.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import type { Picture } from "../view/picture.ts";
import { pictureJson } from "../view/picture-json.ts";
import { watchPicture } from "../watch-picture.ts";
import { sayDown, sayIfEmpty, sayQuotaIssues } from "./picture-notes.ts";
import { readWatch, WATCH_ARG } from "./watch-option.ts";

const args: CliArgs = {
  speeds: { type: "boolean", description: "tokens a second, time to the first token, fastest hours" },
  "debug-quota": {
    type: "boolean",
    description: "gap p50, p95 and samples, mode, thresholds, cooldown per model",
  },
  json: { type: "boolean", description: "everything as JSON (ccp.status/1); ratios are 0 to 1" },
  watch: WATCH_ARG,
};

export const statusCommand: CliCommand = {
  name: "status",
  summary: "lanes, mode, warnings, cooldowns and speeds",
  args,
  notes: [
    "REQ requests to LANE in the 5h window; with --speeds the requests of the last 5 hours that the speeds are of, " +
      "over all lanes in SERVED BY",
    "OUT/S output tokens a second while streaming, DIRTY over the whole request, TTFT time to the first token",
    "now: the lane that each model's next request would go to, and the fullest window known of it there",
    "WARN AT auto: learned from past limits, used from confidence 0.50 on; cfg: configured",
    "exit 69 when the gateway is down; the last known state is shown all the same",
  ],
  run: runStatus,
};

interface StatusFlags {
  readonly json: boolean;
  readonly speeds: boolean;
  readonly debugQuota: boolean;
}

async function runStatus(input: CliInput, session: Session): Promise<ExitCode> {
  const watchSec = readWatch(input, session, "status");
  const flags: StatusFlags = {
    json: input.flag("json"),
    speeds: input.flag("speeds"),
    debugQuota: input.flag("debug-quota"),
  };
  if (watchSec !== null) {
    return watchPicture((picture) => statusText(picture, flags, session, "line"), watchSec, session);
  }
  const loaded = await loadPicture(session);
  session.deps.stdout.write(await statusText(loaded.picture, flags, session, "page"));
  await sayDown(loaded, session);
  await sayQuotaIssues(loaded, session);
  if (!flags.json) await sayIfEmpty(loaded, session);
  return loaded.down === null ? EXIT.ok : EXIT.unreachable;
}

async function statusText(
  picture: Picture,
  flags: StatusFlags,
  session: Session,
  form: "page" | "line",
): Promise<string> {
  const ready = picture.live ? await readReady(session) : null;
  if (flags.json) {
    const value = { ...pictureJson("ccp.status/1", picture), ready };
    return `${safeJson(JSON.stringify(value, null, form === "page" ? 2 : undefined))}\n`;
  }
  const { renderStatus } = await import("../render/status.ts");
  return renderStatus(picture, ready, flags, session.look());
}

/** Readiness is an extra here: without it the rest is still worth showing. */
async function readReady(session: Session): Promise<Readyz | null> {
  try {
    return await session.client.ready();
  } catch (error) {
    if (session.deps.signal.aborted || !(error instanceof CliError)) throw error;
    await session.say.debug(`/readyz: ${error.message}: ${error.why}`);
    return null;
  }
}
