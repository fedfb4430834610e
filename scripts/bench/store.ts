import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HISTORY_NAME, historyBytes, openHistory } from "../../packages/usage-store/src/node/index.ts";
import { testEvent } from "../../packages/usage-store/src/test-event.ts";
import { describeMachine } from "./machine.ts";

/** `npm run bench:store -- [--events 10000]`: what an exchange pays for its place in the history. */
const { values } = parseArgs({ options: { events: { type: "string", default: "10000" } } });
const events = Number(values.events);

const MODELS = ["claude-haiku-4-5-20251001", "claude-opus-5-5", "glm-4.7"];
const LANES = ["anthropic", "zai"];
/** As many exchanges as a busy gateway ends between two turns of its event loop. */
const BURST = 10;
const BUDGET_US = 50;

const dir = mkdtempSync(join(tmpdir(), "ccp-bench-store-"));
const path = join(dir, HISTORY_NAME);
try {
  const startedSec = Date.now() / 1000;
  const history = openHistory({ path, logsDir: join(dir, "logs"), nowMs: Date.now });
  await history.ask({ kind: "samples", query: {} });
  const took = await insert(history, startedSec);
  const flushMs = await timed(() => history.ask({ kind: "samples", query: { since: startedSec + 1e9 } }));
  const { writes, writeErrors } = history.status();
  await history.close();
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const bytes = historyBytes(path);
  process.stdout.write(
    [
      `${JSON.stringify(describeMachine())}`,
      `insertions          ${events}`,
      `enqueue p50         ${at(0.5).toFixed(1)} us`,
      `enqueue p95         ${at(0.95).toFixed(1)} us  (target ${BUDGET_US} us: ${at(0.95) < BUDGET_US ? "held" : "MISSED"})`,
      `enqueue p99         ${at(0.99).toFixed(1)} us`,
      `written             ${writes}, errors ${writeErrors}; the last of them after ${flushMs.toFixed(0)} ms`,
      `file                ${(bytes / 1e6).toFixed(2)} MB, ${Math.round(bytes / events)} bytes an exchange`,
      "",
    ].join("\n"),
  );
  process.exitCode = at(0.95) < BUDGET_US && writes === events && writeErrors === 0 ? 0 : 1;
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** @returns Microseconds of each insertion, as the request that makes it sees them. */
async function insert(history: ReturnType<typeof openHistory>, startedSec: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < events; n += 1) {
    const event = testEvent({
      ts: startedSec + n / 100,
      rid: `01KAN${String(n).padStart(21, "0")}`,
      model: MODELS[n % MODELS.length] ?? "",
      lane: LANES[n % LANES.length] ?? "",
      latency_ms: 400 + (n % 997),
      ttft_ms: 90 + (n % 311),
    });
    const before = performance.now();
    history.add(event);
    took.push((performance.now() - before) * 1000);
    if (n % BURST === BURST - 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return took;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
