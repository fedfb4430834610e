import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
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
    expect(
      restoreGatewayState(folders(), { engine: counts, book: keeper() }, NOW, { localHour: utcHour }),
    ).toEqual({
      played: 0,
      replayed: 0,
      newestMs: null,
      problem: null,
      unusable: null,
      brokenRecords: 0,
    });
  });

  it("is the saved counts and the log lines after them, each once", () => {
    const where = folders();
    const before = keeper();
    before.total = 500;
    expect(save(where, before, NOW - 1000)).toEqual({ success: true });
    logEvents(where.logsDir, NOW - 2000, NOW - 1000, NOW - 999, NOW);
    const after = keeper();
    expect(
      restoreGatewayState(where, { engine: after, book: keeper() }, NOW, { localHour: utcHour }),
    ).toEqual({
      played: 0,
      replayed: 2,
      newestMs: NOW,
      problem: null,
      unusable: null,
      brokenRecords: 0,
    });
    expect(after.total).toBe(520);
    expect(after.seen[0]).toMatchObject({ atMs: NOW - 999, localHour: utcHour(NOW), estimated: false });
  });

  it.each([
    // ncw/stressdisk#9: power was cut, and the file was empty.
    ["empty", ""],
    ["torn", '{"version":1,"saved_ms":18'],
    ["of another version", '{"version":2,"saved_ms":1,"engine":1,"book":1}'],
    ["refused by the engine", '{"version":1,"saved_ms":1,"engine":"x","book":1}'],
    ["a list", "[]"],
  ])("that is %s gives way to a week of log, with a word about it", (_name, text) => {
    const where = folders();
    writeFileSync(join(where.stateDir, "gateway-state.json"), text);
    logEvents(where.logsDir, NOW - 8 * 86_400_000, NOW - 6 * 86_400_000, NOW);
    const counts = keeper();
    const restored = restoreGatewayState(where, { engine: counts, book: keeper() }, NOW, {
      localHour: utcHour,
    });
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
    const restored = restoreGatewayState(where, { engine: after, book: keeper() }, NOW, {
      localHour: utcHour,
    });
    expect(restored).toMatchObject({ played: 1, replayed: 1, problem: null });
    expect(after.total).toBe(30);
  });

  /** A state that was saved when `rids` were in the log, which goes on afterwards. */
  function savedWith(...rids: string[]) {
    const where = folders();
    const log = openUsageLog({ dir: where.logsDir });
    const line = (rid: string, ts = NOW / 1000) =>
      testEvent({ rid, ts, output_tokens: 10, usage_source: "body" });
    for (const rid of rids) log.append(line(rid));
    const state = keeper();
    state.total = 10 * rids.length;
    const journal = openStateJournal(where.stateDir);
    const parts = { engine: state, book: keeper() };
    saveGatewayState(where, parts, { journal, log: log.mark(), ended: false }, NOW + 1);
    onTestFinished(() => {
      log.close();
      journal.close();
    });
    return { where, log, line, journal, path: join(where.logsDir, "usage.jsonl") };
  }

  function totalOf(where: StateFolders, windowMs?: number): number {
    const counts = keeper();
    const options = { localHour: utcHour, ...(windowMs === undefined ? {} : { windowMs }) };
    restoreGatewayState(where, { engine: counts, book: keeper() }, NOW + 1000, options);
    return counts.total;
  }

  it.each<[string, (text: string) => string]>([
    ["as it was", (text) => text],
    ["with lines that stand there twice", (text) => text + text],
    ["with a block of zero bytes and a torn end", (text) => `${text}${"\0".repeat(4096)}{"ts":17`],
    ["with Windows line ends", (text) => text.replaceAll("\n", "\r\n")],
    ["restored from a copy", (text) => text],
  ])("counts each line of the log once: %s", (name, change) => {
    const { where, path, log, line } = savedWith("r1", "r2");
    log.append(line("r3", (NOW + 5) / 1000));
    const text = change(readFileSync(path, "utf8"));
    if (name === "restored from a copy") rmSync(path);
    writeFileSync(path, text);
    expect(totalOf(where)).toBe(30);
  });

  it("finds its place in a copy of the log, though a clock was set back", () => {
    const { where, path, log, line } = savedWith("r1", "r2");
    log.append(line("r3", NOW / 1000 - 7200));
    const text = readFileSync(path, "utf8");
    // Kept under another name, so that its number is not given out again.
    renameSync(path, `${path}.original`);
    writeFileSync(path, text);
    expect(totalOf(where)).toBe(30);
  });

  it("is not newer than now, whatever a clock that was ahead wrote", () => {
    const { where, log, line } = savedWith("r1");
    log.append(line("r2", NOW / 1000 + 31_536_000));
    const parts = { engine: keeper(), book: keeper() };
    const restored = restoreGatewayState(where, parts, NOW + 1000, { localHour: utcHour });
    expect(restored).toMatchObject({ replayed: 1, newestMs: NOW + 1000 });
  });

  it("counts lines of a clock that was set back since", () => {
    const { where, log, line } = savedWith("r1", "r2");
    log.append(line("r3", NOW / 1000 - 7200));
    expect(totalOf(where)).toBe(30);
  });

  it("whose every bit counts: a flipped one gives way to the log, as far back as the longest window", () => {
    const { where, log, line } = savedWith("r1", "r2");
    log.append(line("old", NOW / 1000 - 20 * 86_400));
    const path = join(where.stateDir, "gateway-state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"engine":20', '"engine":10'));
    expect(totalOf(where)).toBe(20);
    expect(totalOf(where, 30 * 86_400_000)).toBe(30);
  });

  it("without its file takes the marks, and no counts, from the journal", () => {
    const { where, journal } = savedWith("r1");
    journal.write(["engine", "record", { counts: { outputTokens: 10 } }, NOW, "completion 1 r1"]);
    journal.write(["book", "reset", "zai"]);
    journal.close();
    writeFileSync(join(where.stateDir, "gateway-state.json"), "\0".repeat(4096));
    const [counts, reset] = [keeper(), vi.fn()];
    const book = Object.assign(keeper(), { reset });
    const restored = restoreGatewayState(where, { engine: counts, book }, NOW, { localHour: utcHour });
    expect(restored).toMatchObject({
      played: 1,
      replayed: 1,
      unusable: expect.stringContaining("state.json"),
    });
    expect(reset).toHaveBeenCalledWith("zai");
    expect(counts.total).toBe(10);
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
    restoreGatewayState(where, { engine: after, book: keeper() }, NOW, { localHour: utcHour });
    expect(after.total).toBe(10);
  });

  it("counts imported usage that came after it, of the last week", () => {
    const where = folders();
    const tokens = { input_tokens: 0, output_tokens: 7, cache_creation_tokens: 0, cache_read_tokens: 0 };
    const row = (id: string, ts: number) => ({
      id,
      ts,
      lane: "anthropic",
      model: "opus",
      ...tokens,
      part: 0,
    });
    mkdirSync(where.logsDir);
    appendImported(where.logsDir, [row("before", NOW / 1000)], NOW);
    save(where, keeper(), NOW);
    appendImported(where.logsDir, [row("after", NOW / 1000), row("old", NOW / 1000 - 700_000)], NOW);
    const after = keeper();
    restoreGatewayState(where, { engine: after, book: keeper() }, NOW, { localHour: utcHour });
    expect(after.total).toBe(7);
  });
});
