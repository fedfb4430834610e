import { LANE_STATE_WORDS } from "@ccp/usage-contract/core";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { type LoadedPicture, loadPicture } from "../load-picture.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import type { Picture } from "../view/picture.ts";
import { pictureJson, quotaRowJson } from "../view/picture-json.ts";
import { filterRows, type QuotaFilter } from "../view/quota-filter.ts";
import { buildQuotaRows, laneNames, type QuotaRow } from "../view/quota-rows.ts";
import { judgeThreshold } from "../view/threshold.ts";
import { watchPicture } from "../watch-picture.ts";
import { sayDown, sayIfEmpty, sayQuotaIssues } from "./picture-notes.ts";
import { readWatch, WATCH_ARG } from "./watch-option.ts";

const args: CliArgs = {
  json: { type: "boolean", description: "everything as JSON (ccp.quotas/1); ratios are 0 to 1" },
  watch: WATCH_ARG,
  threshold: {
    type: "string",
    valueHint: "PCT",
    description: "exit 1 when any window is at PCT percent or more, or refuses; 2 when no number is known",
  },
  lane: { type: "string", valueHint: "LANE", description: "only this lane" },
  window: { type: "string", valueHint: "WIN", description: "only this window: 5h, 7d, …" },
};

export const quotasCommand: CliCommand = {
  name: "quotas",
  summary: "used, limit and reset per lane, model and window",
  args,
  subCommands: {
    reload: {
      summary: "make the gateway read its quota file again",
      load: async () => (await import("./quotas-reload.ts")).quotasReloadCommand,
    },
  },
  notes: [
    "SRC: hdr header of an answer, api quota endpoint, cli status line, est counted here, cfg configured",
    "~ marks a limit that is configured or learned; ? is unknown, never 0",
    "FULL IN 56m, 3h42m early: at the pace of the last 15 minutes the window is full in 56m, 3h42m before it resets; " +
      "56m! is short for that; lasts: it resets first",
    "FULL IN >24h: too far off to say; idle: nothing was used in 15 minutes; now: it is full; -: no pace is known",
    "exit 69 when the gateway is down; its last known state is shown all the same, with its age",
  ],
  run: runQuotas,
};

interface QuotasOptions extends QuotaFilter {
  readonly json: boolean;
  readonly thresholdPct: number | null;
}

async function runQuotas(input: CliInput, session: Session): Promise<ExitCode> {
  const watchSec = readWatch(input, session, "quotas");
  const options: QuotasOptions = {
    json: input.flag("json"),
    lane: input.text("lane"),
    window: input.text("window"),
    thresholdPct: readThreshold(input.text("threshold"), session),
  };
  if (watchSec !== null) {
    if (options.thresholdPct !== null) {
      throw usageError("--threshold ends at once, --watch never", "give one of them", session.cc, "quotas");
    }
    return watchPicture((picture) => quotasText(picture, options, session, "line"), watchSec, session);
  }
  const loaded = await loadPicture(session);
  session.deps.stdout.write(await quotasText(loaded.picture, options, session, "page"));
  await sayDown(loaded, session);
  await sayQuotaIssues(loaded, session);
  if (!options.json) await sayIfEmpty(loaded, session);
  return judge(loaded, options, session);
}

/** @param form `line` gives JSON on one line, so that a watched stream stays readable for programs. */
async function quotasText(
  picture: Picture,
  options: QuotasOptions,
  session: Session,
  form: "page" | "line",
): Promise<string> {
  const rows = selectRows(picture, options, session);
  if (options.json) {
    const value = {
      ...pictureJson("ccp.quotas/1", picture),
      rows: rows.map((row) => quotaRowJson(row, picture.nowSec)),
    };
    return `${safeJson(JSON.stringify(value, null, form === "page" ? 2 : undefined))}\n`;
  }
  const { renderQuotas } = await import("../render/quotas.ts");
  return renderQuotas(picture, rows, session.look());
}

function selectRows(picture: Picture, options: QuotasOptions, session: Session): QuotaRow[] {
  const result = filterRows(buildQuotaRows(picture.view, picture.nowSec), options, laneNames(picture.view));
  if (result.success) return result.rows;
  const { option, value, known, meant } = result.miss;
  const why = meant === null ? `known are ${known.join(", ")}` : `did you mean ${meant}?`;
  throw usageError(`${option} ${value} fits nothing here`, why, session.cc, "quotas");
}

function readThreshold(text: string | null, session: Session): number | null {
  if (text === null) return null;
  const [, amount] = /^(\d{1,4}(?:\.\d{1,3})?)%?$/.exec(text) ?? [];
  const percent = Number(amount ?? Number.NaN);
  if (percent > 0) return percent;
  throw usageError(
    `--threshold cannot be "${text}"`,
    "it is a percentage above 0, such as 80",
    session.cc,
    "quotas",
  );
}

function isPast({ usedPct }: QuotaRow, thresholdPct: number): boolean {
  return usedPct !== null && usedPct * 100 >= thresholdPct;
}

async function judge(loaded: LoadedPicture, options: QuotasOptions, session: Session): Promise<ExitCode> {
  // What an earlier run knew is shown, and is no answer of a gateway.
  if (loaded.down !== null) return EXIT.unreachable;
  if (options.thresholdPct === null) return EXIT.ok;
  const { kind, row } = judgeThreshold(selectRows(loaded.picture, options, session), options.thresholdPct);
  if (kind === "unknown") {
    await session.say.warn(
      `no window has a number yet, so nothing can be said about ${options.thresholdPct}%`,
    );
    return EXIT.noNumber;
  }
  if (kind === "below" || row === null) return EXIT.ok;
  const { percentText } = await import("../render/quantity.ts");
  const { safeText } = await import("../render/safe-text.ts");
  const which = safeText(`${row.lane} ${row.model} ${row.window}`);
  const why =
    row.refuses && !isPast(row, options.thresholdPct)
      ? `refuses requests (${LANE_STATE_WORDS[row.state.kind].word})`
      : `is at ${percentText(row.usedPct)}`;
  await session.say.warn(`${which} ${why}, threshold ${options.thresholdPct}%`);
  return EXIT.failed;
}
