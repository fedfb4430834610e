// A batch job that keeps to a plan: it asks before each call, stops before the cap, and goes on after a restart.
// In your own project the two imports from packages/ read "@ccp/quota-engine" and "@ccp/usage-contract".
import { fileURLToPath } from "node:url";
import {
  createQuotaEngine,
  type QuotaEngine,
  type UsageRecord,
} from "../../../packages/quota-engine/src/index.ts";
import { toQuotaConfig } from "../../../packages/usage-contract/src/index.ts";

const HOUR_MS = 3_600_000;

/** The same shape as ccp's `quotas.json`. */
const config = toQuotaConfig({
  models: { "glm-4.7": { provider: "zai", rolling_tokens: 20_000, weekly_limit_value: 200_000 } },
});

const target = { lane: "zai", model: "glm-4.7" };

/** Stands for the call of the API; yours returns the token counts that the answer reports. */
function callModel(text: string): { inputTokens: number; outputTokens: number } {
  return { inputTokens: Math.ceil(text.length / 3), outputTokens: 900 };
}

/**
 * Works through `files` until the plan blocks.
 *
 * @param nowMs The engine reads no clock: pass `Date.now` in a real program.
 * @returns The files that are left.
 */
export function runBatch(
  engine: QuotaEngine,
  files: readonly string[],
  nowMs: () => number,
  print: (line: string) => void,
): string[] {
  for (const [index, text] of files.entries()) {
    const prediction = engine.predict({ ...target, bodyBytes: text.length, maxTokens: 1000 });
    const predicted = prediction.countedTokens;
    const assessment = engine.assess({ ...target, predicted, nowMs: nowMs() });
    if (assessment.blocked) {
      print(
        `stop: ${assessment.binding?.name} window, ${assessment.headroomTokens} tokens left, ${predicted} needed`,
      );
      print(`it resets in ${Math.ceil(assessment.rolling.etaSec / 60)} minutes`);
      return files.slice(index);
    }
    // Hold the tokens while the call runs, so that calls in parallel cannot all take the same headroom.
    const rid = `file-${index}`;
    engine.reserve({ ...target, rid, attempt: 1, predicted, deadlineMs: nowMs() + HOUR_MS }, nowMs());
    const usage = callModel(text);
    engine.settle(rid, 1, toRecord(usage, text.length, nowMs()), nowMs());
    const percent = Math.round(
      100 * (engine.assess({ ...target, predicted: 0, nowMs: nowMs() }).rolling.usedPct ?? 0),
    );
    print(
      `file ${index + 1}: expected ${predicted} tokens, took ${usage.inputTokens + usage.outputTokens}; plan ${percent} %`,
    );
  }
  return [];
}

function toRecord(
  usage: { inputTokens: number; outputTokens: number },
  bodyBytes: number,
  atMs: number,
): UsageRecord {
  return {
    ...target,
    counts: { ...usage, cacheCreationTokens: 0, cacheReadTokens: 0 },
    atMs,
    wallMs: 4000,
    streamMs: 3000,
    ttftMs: 1000,
    localHour: new Date(atMs).getHours(),
    estimated: false,
    bodyBytes,
  };
}

/** Two runs of the job: the first stops at the plan, the second starts from its saved counts after the reset. */
export function main(print: (line: string) => void): void {
  const startMs = Date.UTC(2026, 0, 5, 22);
  let now = startMs;
  const tick = (): number => {
    now += 5000;
    return now;
  };
  const files = Array.from({ length: 6 }, () => "x".repeat(12_000));

  const engine = createQuotaEngine({ config });
  const left = runBatch(engine, files, tick, print);
  const saved = JSON.stringify(engine.snapshot());
  print(`saved, ${left.length} files left`);

  now = startMs + 6 * HOUR_MS;
  const next = createQuotaEngine({ config });
  const result = next.restore(JSON.parse(saved), now);
  print(result.restored ? "next run: counts restored" : `next run: starts from 0, ${result.reason}`);
  print(`done, ${runBatch(next, left, tick, print).length} files left`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main((line) => process.stdout.write(`${line}\n`));
