import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { testEvent } from "../test-event.ts";
import type { LoggedUsage } from "../to-usage-record.ts";
import {
  type CountKeeper,
  type MarkKeeper,
  restoreGatewayState,
  type StateFolders,
  saveGatewayState,
} from "./gateway-state.ts";
import { appendImported } from "./imported-usage.ts";
import { openUsageLog } from "./open-usage-log.ts";
import { openStateJournal } from "./state-journal.ts";

const NOW = 1_700_000_000_000;
const utcHour = (atMs: number): number => new Date(atMs).getUTCHours();

function folders() {
  const stateDir = mkdtempSync(join(tmpdir(), "ccp-state-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  return { stateDir, logsDir: join(stateDir, "logs") };
}

/** Counts what it is given, and takes any snapshot that is a number. */
function keeper(): CountKeeper & MarkKeeper & { total: number; readonly seen: LoggedUsage[] } {
  const seen: LoggedUsage[] = [];
  return {
    total: 0,
    seen,
    snapshot() {
      return this.total;
    },
    restore(snapshot) {
      if (typeof snapshot !== "number") return { restored: false, reason: "not a number" };
      this.total = snapshot;
      return { restored: true };
    },
    record(usage) {
      seen.push(usage);
      this.total += usage.counts.outputTokens;
    },
  };
}

function logEvents(dir: string, ...atMs: number[]): void {
  const log = openUsageLog({ dir });
  atMs.forEach((at, i) => {
    log.append(testEvent({ rid: `r${at}${i}`, ts: at / 1000, output_tokens: 10, usage_source: "body" }));
  });
  log.close();
}

/** Without a place in the log, as an older gateway saved it. */
function save(where: StateFolders, counts: CountKeeper & MarkKeeper, nowMs: number) {
  const journal = openStateJournal(where.stateDir);
  onTestFinished(() => journal.close());
  const log = { position: null, waiting: [] };
  return saveGatewayState(where, { engine: counts, book: keeper() }, { journal, log, ended: false }, nowMs);
}

describe("the gateway's state", () => {
  it("is nothing before the first run", () => {
    const counts = keeper();
    expect(restoreGatewayState(folders(), { engine: counts, book: keeper() }, NOW, utcHour)).toEqual({
      played: 0,
      replayed: 0,
      newestMs: null,
      problem: null,
    });
  });

  it("is the saved counts and the log lines after them, each once", () => {
    const where = folders();
    const before = keeper();
    before.total = 500;
    expect(save(where, before, NOW - 1000)).toEqual({ success: true });
    logEvents(where.logsDir, NOW - 2000, NOW - 1000, NOW - 999, NOW);
    const after = keeper();
    expect(restoreGatewayState(where, { engine: after, book: keeper() }, NOW, utcHour)).toEqual({
      played: 0,
      replayed: 2,
      newestMs: NOW,
      problem: null,
    });
    expect(after.total).toBe(520);
    expect(after.seen[0]).toMatchObject({ atMs: NOW - 999, localHour: utcHour(NOW), estimated: false });
  });

  it.each([
    ["torn", '{"version":1,"saved_ms":18'],
    ["of another version", '{"version":2,"saved_ms":1,"engine":1,"book":1}'],
    ["refused by the engine", '{"version":1,"saved_ms":1,"engine":"x","book":1}'],
    ["a list", "[]"],
  ])("that is %s gives way to a week of log, with a word about it", (_name, text) => {
    const where = folders();
    writeFileSync(join(where.stateDir, "gateway-state.json"), text);
    logEvents(where.logsDir, NOW - 8 * 86_400_000, NOW - 6 * 86_400_000, NOW);
    const counts = keeper();
    const restored = restoreGatewayState(where, { engine: counts, book: keeper() }, NOW, utcHour);
    expect(restored).toMatchObject({ replayed: 2, newestMs: NOW });
    expect(restored.problem).toContain("gateway-state.json");
    expect(counts.total).toBe(20);
  });

  it("goes by places in the log, not by times: lines of the same moment count once each", () => {
    const where = folders();
    const log = openUsageLog({ dir: where.logsDir });
    const line = (rid: string) => testEvent({ rid, ts: NOW / 1000, output_tokens: 10, usage_source: "body" });
    log.append(line("r1"));
    const before = keeper();
    before.total = 10;
    const journal = openStateJournal(where.stateDir);
    saveGatewayState(
      where,
      { engine: before, book: keeper() },
      { journal, log: log.mark(), ended: false },
      NOW,
    );
    log.append(line("r2"));
    log.append(line("r3"));
    log.close();
    // One of them is in the journal as well: that is where it counts.
    journal.write(["engine", "record", { counts: { outputTokens: 10 } }, NOW, "completion 1 r3"]);
    journal.write(["engine", "forget", 1]);
    journal.write(["nobody", "record", 1]);
    journal.close();
    const after = keeper();
    const restored = restoreGatewayState(where, { engine: after, book: keeper() }, NOW, utcHour);
    expect(restored).toMatchObject({ played: 1, replayed: 1, problem: null });
    expect(after.total).toBe(30);
  });

  it("counts what still waited for the disk once", () => {
    const where = folders();
    const journal = openStateJournal(where.stateDir);
    const state = keeper();
    state.total = 10;
    const log = { position: null, waiting: ["completion 1 r1"] };
    saveGatewayState(where, { engine: state, book: keeper() }, { journal, log, ended: false }, NOW);
    journal.close();
    const late = openUsageLog({ dir: where.logsDir });
    late.append(testEvent({ rid: "r1", ts: (NOW + 1) / 1000, output_tokens: 10, usage_source: "body" }));
    late.close();
    const after = keeper();
    restoreGatewayState(where, { engine: after, book: keeper() }, NOW, utcHour);
    expect(after.total).toBe(10);
  });

  it("counts imported usage that came after it, of the last week", () => {
    const where = folders();
    const tokens = { input_tokens: 0, output_tokens: 7, cache_creation_tokens: 0, cache_read_tokens: 0 };
    const row = (id: string, ts: number) => ({ id, ts, lane: "anthropic", model: "opus", ...tokens });
    mkdirSync(where.logsDir);
    appendImported(where.logsDir, [row("before", NOW / 1000)], NOW);
    save(where, keeper(), NOW);
    appendImported(where.logsDir, [row("after", NOW / 1000), row("old", NOW / 1000 - 700_000)], NOW);
    const after = keeper();
    restoreGatewayState(where, { engine: after, book: keeper() }, NOW, utcHour);
    expect(after.total).toBe(7);
  });
});
