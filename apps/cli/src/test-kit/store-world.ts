import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { UsageEvent } from "@ccp/usage-contract";
import { encodeEvent, toSample } from "@ccp/usage-store";
import { HISTORY_NAME, HistoryDb } from "@ccp/usage-store/node";
import { onTestFinished } from "vitest";
import { exchange } from "./recorded-exchange.ts";
import { NOW_SEC, runTest, type TestOptions, type TestRun } from "./run-test.ts";

/** The transcripts of a small project, in the shape of Claude Code 2.1. */
export const TRANSCRIPTS: string = fileURLToPath(
  new URL("../../../../fixtures/claude-code", import.meta.url),
);

export interface StoreWorld {
  readonly stateDir: string;
  readonly logsDir: string;
  readonly database: string;
  /** Writes a log of these events, replacing the one before. */
  log(events: readonly UsageEvent[]): void;
  /** Fills the history with these events. */
  store(events: readonly UsageEvent[]): Promise<void>;
  run(argv: readonly string[], options?: TestOptions): Promise<TestRun>;
}

/** A state folder of its own for one test. */
export function openStoreWorld(): StoreWorld {
  const stateDir = mkdtempSync(join(tmpdir(), "ccp-cli-store-"));
  onTestFinished(() => rmSync(stateDir, { recursive: true, force: true }));
  const logsDir = join(stateDir, "logs");
  const database = join(stateDir, HISTORY_NAME);
  return {
    stateDir,
    logsDir,
    database,
    log(events) {
      mkdirSync(logsDir, { recursive: true });
      writeFileSync(join(logsDir, "usage.jsonl"), events.map(encodeEvent).join(""));
    },
    async store(events) {
      const db = await HistoryDb.open(database, { readOnly: false });
      const samples = events.flatMap((event) => {
        const sample = toSample(event);
        return sample === null ? [] : [{ model: event.model, attempt: event.attempt, sample }];
      });
      db.insert(samples, NOW_SEC);
      db.close();
    },
    run: (argv, options = {}) =>
      runTest(argv, {
        routes: null,
        ...options,
        env: { CCP_STATE_DIR: stateDir, CLAUDE_CONFIG_DIR: TRANSCRIPTS, ...options.env },
      }),
  };
}

/** Exchanges of two lanes over three days, the last ones an hour ago. */
export function storedEvents(): UsageEvent[] {
  const at = (hoursAgo: number): number => NOW_SEC - hoursAgo * 3600;
  const more = { cache_creation_tokens: 1200, cache_read_tokens: 54_000, traffic_class: "main" } as const;
  return [
    loggedEvent({ rid: "01A", ts: at(49), model: "claude-opus-5-5", lane: "anthropic", ...more }),
    loggedEvent({ rid: "01B", ts: at(25), traffic_class: "background" }),
    loggedEvent({ rid: "01C", ts: at(1), input_tokens: 420_000, output_tokens: 1300, traffic_class: "main" }),
    loggedEvent({
      rid: "01D",
      ts: at(1),
      status: 429,
      input_tokens: null,
      output_tokens: null,
      err_type: "429",
    }),
    loggedEvent({ rid: "01E", ts: at(0.9), model: "claude-opus-5-5", lane: "anthropic", ...more }),
  ];
}

/** The line that ends a served exchange. */
export function loggedEvent(changes: Partial<UsageEvent> & Pick<UsageEvent, "rid">): UsageEvent {
  const { ts = NOW_SEC, rid } = changes;
  const served = {
    ts,
    latency_ms: 1200,
    stream_ms: 800,
    ttft_ms: 400,
    input_tokens: 10,
    output_tokens: 20,
    cache_creation_tokens: 0,
    ...changes,
  };
  const last = exchange({ at: ts, rid, completion: served }).at(-1);
  if (last === undefined) throw new Error("an exchange ends with a line");
  return last;
}
