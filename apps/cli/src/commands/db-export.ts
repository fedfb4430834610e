import { join } from "node:path";
import { HISTORY_NAME } from "@ccp/usage-store/node";
import type { CliInput } from "../args/cli-input.ts";
import type { CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { createProgress } from "../render/progress.ts";
import type { Session } from "../session.ts";
import { gatewayFolders } from "../store/gateway-folders.ts";
import { openStore } from "../store/open-store.ts";
import { readGranularity } from "../store/read-granularity.ts";
import { readSince } from "../store/since.ts";
import { ROLLUPS_HEAD, rollupCsv, SAMPLES_HEAD, sampleCsv } from "../store/usage-csv.ts";

export const dbExportCommand: CliCommand = {
  name: "db export",
  summary: "exchanges or sums as CSV on standard output",
  args: {
    csv: { type: "boolean", description: "comma-separated values, the one format there is" },
    rollups: {
      type: "string",
      valueHint: "5min|hour|day",
      description: "sums by lane, model and class instead of single exchanges",
    },
    since: { type: "string", valueHint: "WHEN", description: "only since then: 24h, 7d, 2026-11-01" },
  },
  notes: ["times are epoch seconds; what is not known is empty"],
  run: exportHistory,
};

const BATCH_LINES = 1000;

async function exportHistory(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, cc } = session;
  const granularity = readGranularity("rollups", input.text("rollups"), cc, "db export");
  const sinceSec = (readSince(input.text("since"), deps.nowMs(), cc, "db export") ?? 0) / 1000;
  const path = join((await gatewayFolders(session)).stateDir, HISTORY_NAME);
  const db = await openStore(path, { readOnly: true }, `${cc} db status`);
  const progress = createProgress(deps.stderr, deps.nowMs);
  try {
    const [head, lines] =
      granularity === null
        ? [SAMPLES_HEAD, map(db.allSamples(sinceSec), sampleCsv)]
        : [ROLLUPS_HEAD, map(db.rollupRows(granularity, sinceSec), rollupCsv)];
    let text = head;
    let count = 0;
    for (const line of lines) {
      text += line;
      count += 1;
      if (count % BATCH_LINES !== 0) continue;
      deps.stdout.write(text);
      text = "";
      progress.update(`${count} rows`);
      // A turn of the event loop: Ctrl-C, and a reader that is slower than we are.
      await deps.sleep(0, deps.signal);
      if (deps.signal.aborted) return EXIT.interrupted;
    }
    deps.stdout.write(text);
    return EXIT.ok;
  } finally {
    progress.clear();
    db.close();
  }
}

function* map<T>(rows: Iterable<T>, toLine: (row: T) => string): Generator<string> {
  for (const row of rows) yield toLine(row);
}
