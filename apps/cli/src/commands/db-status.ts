import { join } from "node:path";
import { HISTORY_NAME, historyBytes, KEPT_DAYS, toStoreFault } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { asOfText } from "../render/clock.ts";
import { type Fact, fact, renderFacts } from "../render/facts.ts";
import { paintLines } from "../render/line.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import type { Session } from "../session.ts";
import { gatewayFolders } from "../store/gateway-folders.ts";
import { openStore } from "../store/open-store.ts";

export const dbStatusCommand: CliCommand = {
  name: "db status",
  summary: "where the history is, what it holds, and whether it is well",
  args: {
    check: { type: "boolean", description: "have every page of it checked; reads the whole file" },
    json: { type: "boolean", description: "the same as JSON (ccp.db-status/1)" },
  },
  notes: ["reads beside a running gateway; exit code 1 when the database is damaged, 2 when there is none"],
  run: showStatus,
};

async function showStatus(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc } = session;
  const path = join((await gatewayFolders(session)).stateDir, HISTORY_NAME);
  const db = await openStore(path, { readOnly: true }, `${cc} start`);
  const { facts, faults } = (() => {
    try {
      return { facts: db.facts(), faults: input.flag("check") ? db.check() : null };
    } finally {
      db.close();
    }
  })();
  const sizeBytes = historyBytes(path);
  if (input.flag("json")) {
    const view = {
      schema: "ccp.db-status/1",
      path,
      store_id: facts.storeId,
      size_bytes: sizeBytes,
      samples: facts.samples,
      rollups: facts.rollups,
      windows: facts.windows,
      oldest_ts: facts.oldestTs,
      newest_ts: facts.newestTs,
      kept_days: KEPT_DAYS,
      ...(faults === null ? {} : { faults }),
    };
    deps.stdout.write(`${safeJson(JSON.stringify(view, null, 2))}\n`);
  } else {
    const look = session.look();
    const nowSec = deps.nowMs() / 1000;
    const at = (ts: number | null): string[] => (ts === null ? [] : [asOfText(ts, nowSec, look.timeZone)]);
    const shown: Fact[] = [
      fact("database", [safeText(path)]),
      fact("store", [facts.storeId]),
      fact("size", [bytesText(sizeBytes)]),
      fact("exchanges", [grouped(facts.samples), `kept ${KEPT_DAYS.samples} days`]),
      fact("oldest", at(facts.oldestTs)),
      fact("newest", at(facts.newestTs)),
      fact("sums", [
        grouped(facts.rollups),
        `5 min ${KEPT_DAYS["5min"]} days, hours ${KEPT_DAYS.hour}, days ${KEPT_DAYS.day}`,
      ]),
      fact("windows", [grouped(facts.windows), `kept ${KEPT_DAYS.windows} days`]),
      ...(faults === null
        ? []
        : [faults.length === 0 ? fact("check", ["ok"], "ok") : fact("check", faults.map(safeText), "block")]),
    ];
    deps.stdout.write(paintLines(renderFacts(shown, look), look));
  }
  if (faults === null || faults.length === 0) return EXIT.ok;
  await session.say.warn(toStoreFault({ errcode: SQLITE_CORRUPT }).mend);
  return EXIT.failed;
}

const SQLITE_CORRUPT = 11;

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
