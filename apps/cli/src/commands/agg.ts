import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Granularity } from "@ccp/usage-contract";
import { type RollupRow, toRollups } from "@ccp/usage-store";
import { HISTORY_NAME } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { clockText, dayText } from "../render/clock.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { renderUsageTotals, type UsageTotal } from "../render/usage-totals.ts";
import type { Session } from "../session.ts";
import { mergeStores, type StoreRows } from "../store/merge-stores.ts";
import { openStore } from "../store/open-store.ts";
import { readGranularity } from "../store/read-granularity.ts";
import { readSince } from "../store/since.ts";
import { ROLLUPS_HEAD, rollupCsv } from "../store/usage-csv.ts";

export const aggCommand: CliCommand = {
  name: "agg",
  summary: "add up the sums of several gateways' histories",
  args: {
    by: { type: "string", valueHint: "5min|hour|day", description: "length of a sum; default day" },
    since: { type: "string", valueHint: "WHEN", description: "only since then: 24h, 7d, 2026-11-01" },
    csv: { type: "boolean", description: "one line a sum" },
    json: {
      type: "boolean",
      description: "by model and by lane, as GET /v1/usage/rollups has it (ccp.agg/1)",
    },
  },
  rest: { name: "DIR…", word: "DIR...", description: "state folders, or history databases" },
  notes: [
    "the order of the folders is all the same; a history given twice, or beside its copy, counts once",
    "hours and days are those of each gateway's own zone",
  ],
  run: addUp,
};

async function addUp(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc } = session;
  if (input.rest.length === 0)
    throw usageError(`${cc} agg needs state folders`, "it adds up the histories in them", cc, "agg");
  const granularity = readGranularity("by", input.text("by"), cc, "agg") ?? "day";
  const sinceSec = (readSince(input.text("since"), deps.nowMs(), cc, "agg") ?? 0) / 1000;
  const stores: StoreRows[] = [];
  for (const dir of input.rest) stores.push(await readStore(dir, granularity, sinceSec, session));
  const { stores: merged, rows } = mergeStores(stores);
  if (input.flag("json")) {
    const view = {
      schema: "ccp.agg/1",
      granularity,
      stores: merged.map(({ storeId, dirs }) => ({ store_id: storeId, dirs })),
      models: toRollups(rows, "model"),
      lanes: toRollups(rows, "lane"),
    };
    deps.stdout.write(`${safeJson(JSON.stringify(view, null, 2))}\n`);
  } else if (input.flag("csv")) deps.stdout.write(ROLLUPS_HEAD + rows.map(rollupCsv).join(""));
  else writeTable(rows, granularity, session);
  const twice = stores.length - merged.length;
  await session.say.note(
    `${counted(merged.length, "history", "histories")}, ${counted(rows.length, "sum", "sums")}`,
  );
  if (twice > 0)
    await session.say.note(`${counted(twice, "folder", "folders")} held a history that was given already`);
  return EXIT.ok;
}

async function readStore(
  dir: string,
  granularity: Granularity,
  sinceSec: number,
  { deps, cc }: Session,
): Promise<StoreRows> {
  const given = resolve(deps.cwd, dir);
  const isFolder =
    statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? basename(given) !== HISTORY_NAME;
  const path = isFolder ? join(given, HISTORY_NAME) : given;
  const db = await openStore(path, { readOnly: true }, `${cc} agg DIR…`);
  try {
    return { storeId: db.facts().storeId, dir: given, rows: [...db.rollupRows(granularity, sinceSec)] };
  } finally {
    db.close();
  }
}

function writeTable(rows: readonly RollupRow[], granularity: Granularity, { deps, look }: Session): void {
  if (rows.length === 0) return;
  const shown = look();
  const spanText = (ts: number): string =>
    granularity === "day"
      ? dayText(ts, shown.timeZone)
      : `${dayText(ts, shown.timeZone)} ${clockText(ts, shown.timeZone)}`;
  const totals = rows.reduce(addRow(spanText), new Map<string, UsageTotal>());
  deps.stdout.write(
    renderUsageTotals([...totals.values()], shown, {
      heading: safeText(granularity).toUpperCase(),
      counted: "REQUESTS",
    }),
  );
}

/** Classes of traffic are shown together. */
function addRow(spanText: (ts: number) => string) {
  return (totals: Map<string, UsageTotal>, row: RollupRow): Map<string, UsageTotal> => {
    const { start, lane, model, count, inTokens, outTokens, creationTokens, readTokens } = row;
    const key = JSON.stringify([start, lane, model]);
    const before = totals.get(key);
    return totals.set(key, {
      span: spanText(start),
      lane,
      model,
      count: (before?.count ?? 0) + count,
      input: (before?.input ?? 0) + inTokens - creationTokens - readTokens,
      output: (before?.output ?? 0) + outTokens,
      cacheWrite: (before?.cacheWrite ?? 0) + creationTokens,
      cacheRead: (before?.cacheRead ?? 0) + readTokens,
    });
  };
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
