import type { UsageView } from "@ccp/usage-contract";
import { laneId } from "@ccp/usage-contract/core";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { renderGuard } from "../render/guard.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { type GuardVerdict, judgeGuard } from "../view/guard-verdict.ts";
import { quotaRowJson } from "../view/picture-json.ts";
import { filterRows } from "../view/quota-filter.ts";
import { buildQuotaRows, laneNames, type QuotaRow } from "../view/quota-rows.ts";

const args: CliArgs = {
  lane: { type: "string", valueHint: "LANE", description: "only this lane" },
  model: {
    type: "string",
    valueHint: "MODEL",
    description: "a request for this model, in any spelling; without it: for any model that is known",
  },
  preferred: { type: "boolean", description: "only the first lane of the model's route" },
  window: { type: "string", valueHint: "WIN", description: "only this window: 5h, 7d, …" },
  "max-used": { type: "string", valueHint: "PCT", description: "no from PCT percent used on (100)" },
  "fail-open": { type: "boolean", description: "yes where nothing is known, or the gateway is down" },
  json: { type: "boolean", description: "the verdict as JSON (ccp.guard/1)" },
};

export const guardCommand: CliCommand = {
  name: "guard",
  summary: "would a request be served now? an exit code for scripts",
  args,
  notes: [
    "exit 0 yes, 1 no, 2 not known (no number, no answer yet), 69 no gateway is there",
    "yes when any lane of the route would serve it: one that cools down, is at its cap, refuses, or lacks its key would not",
    "without --max-used and --window a lane that serves needs no number to be a yes",
    "asks the gateway alone: what an earlier run knew is no reason to start work now",
  ],
  run: runGuard,
};

async function runGuard(input: CliInput, session: Session): Promise<ExitCode> {
  const shareText = input.text("max-used");
  const maxUsedPct = readMaxUsed(shareText, session);
  const failOpen = input.flag("fail-open");
  const model = input.text("model");
  const { client, deps } = session;
  let view: UsageView;
  try {
    view = await client.usage(model);
  } catch (error) {
    if (!failOpen || !(error instanceof CliError) || error.exitCode !== EXIT.unreachable) throw error;
    if (input.flag("json")) writeJson(verdictJson(NOTHING_KNOWN, maxUsedPct, EXIT.ok, null), session);
    await session.say.warn(`${error.message} (${error.why}): let through (--fail-open)`);
    return EXIT.ok;
  }
  const lane = input.text("lane");
  const verdict = judgeGuard(view, selectRows(view, input, session), {
    model,
    lane: lane === null ? null : laneId(lane),
    preferredOnly: input.flag("preferred"),
    maxUsedPct,
    isShareAsked: shareText !== null || input.text("window") !== null,
  });
  const exitCode = exitCodeOf(verdict, failOpen);
  if (input.flag("json")) {
    writeJson(verdictJson(verdict, maxUsedPct, exitCode, view.ts), session);
  } else {
    deps.stdout.write(renderGuard(verdict, maxUsedPct, view.ts, session.look()));
  }
  if (verdict.kind === "unknown" && failOpen) await session.say.warn("let through (--fail-open)");
  return exitCode;
}

type ToldVerdict = Pick<GuardVerdict, "kind" | "row" | "lane" | "model" | "verdict"> & {
  readonly reason: GuardVerdict["reason"] | "gateway_down";
};

/** Nobody was there to tell more. */
const NOTHING_KNOWN: ToldVerdict = {
  kind: "unknown",
  reason: "gateway_down",
  lane: null,
  model: null,
  verdict: null,
  row: null,
};

function writeJson(value: object, { deps }: Session): void {
  deps.stdout.write(`${safeJson(JSON.stringify(value, null, 2))}\n`);
}

function exitCodeOf({ kind }: GuardVerdict, failOpen: boolean): ExitCode {
  if (kind === "past") return EXIT.failed;
  return kind === "unknown" && !failOpen ? EXIT.noNumber : EXIT.ok;
}

function selectRows(view: UsageView, input: CliInput, session: Session): QuotaRow[] {
  const filter = { lane: input.text("lane"), window: input.text("window") };
  const result = filterRows(buildQuotaRows(view, view.ts), filter, laneNames(view));
  if (result.success) return result.rows;
  const { option, value, known, meant } = result.miss;
  const why = meant === null ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
  throw usageError(`${option} ${value} fits nothing here`, why, session.cc, "guard");
}

/** @param ts The gateway's own time; `null` where it told nothing, and there is no row. */
function verdictJson(
  { kind, reason, lane, model, verdict, row }: ToldVerdict,
  maxUsedPct: number,
  exitCode: ExitCode,
  ts: number | null,
): object {
  return {
    schema: "ccp.guard/1",
    ok: exitCode === EXIT.ok,
    verdict: kind,
    reason,
    max_used_pct: maxUsedPct / 100,
    row: row === null || ts === null ? null : quotaRowJson(row, ts),
    ...(lane === null ? {} : { lane }),
    ...(model === null ? {} : { model }),
    ...(verdict === null
      ? {}
      : { state: verdict.state, until_ts: verdict.until_ts, refusals: verdict.refusals ?? 0 }),
  };
}

function readMaxUsed(text: string | null, { cc }: Session): number {
  if (text === null) return 100;
  const [, amount] = /^(\d{1,3}(?:\.\d{1,3})?)%?$/.exec(text) ?? [];
  const percent = Number(amount ?? Number.NaN);
  if (percent > 0 && percent <= 100) return percent;
  throw usageError(
    `--max-used cannot be "${text}"`,
    "it is a percentage above 0, up to 100, such as 80",
    cc,
    "guard",
  );
}
