// pnpm bench:engine: what the quota engine's request path costs, beside an engine that keeps a plain event log and
// sums it up each time. Figures are of one core; the best round is the one that other work on the machine disturbed least.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  createQuotaEngine,
  type QuotaEngine,
  type UsageRecord,
} from "../../packages/quota-engine/src/index.ts";
import { createLaneBook, decide, type LaneFacts, laneFacts } from "../../packages/router-policy/src/index.ts";
import { toQuotaConfig } from "../../packages/usage-contract/src/index.ts";
import { formatNumber, renderTable } from "./table.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;
const START_MS = 1_767_600_000_000;
/** Many short rounds: other work on the machine leaves some of them alone. */
const ROUNDS = 100;
const ROUND_MS = 5;
const MODELS = 100;
/** Requests in the naive engine's log: 5 h of a team's agents, and of a heavy one's. */
const LOG_SIZES = [1000, 10_000];

const config = toQuotaConfig({
  models: { "*": { provider: "zai", rolling_tokens: 5e9, weekly_limit_value: 5e10 } },
});

interface Row {
  readonly name: string;
  /** Operations a second, in millions. */
  readonly best: number;
  readonly median: number;
}

function buildRecord(model: string, atMs: number): UsageRecord {
  return {
    lane: "zai",
    model,
    counts: { inputTokens: 1200, outputTokens: 340, cacheCreationTokens: 800, cacheReadTokens: 48_000 },
    atMs,
    wallMs: 9000,
    streamMs: 8000,
    ttftMs: 900,
    localHour: 9,
    estimated: false,
    bodyBytes: 190_000,
  };
}

/** Times `operation` in rounds, once the compiler has settled. */
function time(name: string, operation: (step: number) => void): Row {
  let step = 0;
  const run = (count: number): number => {
    const startedAt = performance.now();
    for (let i = 0; i < count; i += 1) operation(step++);
    return performance.now() - startedAt;
  };
  for (let i = 0; i < 20; i += 1) run(1000);
  const count = Math.max(10, Math.ceil((1000 * ROUND_MS) / run(1000)));
  const rates = Array.from({ length: ROUNDS }, () => count / run(count) / 1000).sort((a, b) => b - a);
  return { name, best: rates[0] ?? 0, median: rates[ROUNDS >> 1] ?? 0 };
}

function timeEngine(): Row[] {
  const engine = createQuotaEngine({ config });
  const model = "glm-4.7";
  let nowMs = START_MS;
  // One object for all: what it costs to make a record is the caller's.
  const usage = { ...buildRecord(model, nowMs) };
  const record = (): void => {
    nowMs += 7;
    usage.atMs = nowMs;
    engine.record(usage, nowMs);
  };
  const assess = (): boolean => engine.assess({ lane: "zai", model, predicted: 5000, nowMs }).blocked;
  return [
    time("record", record),
    time("assess", assess),
    time("record + assess", () => {
      record();
      assess();
    }),
    time("assess + reserve + settle", (step) => {
      assess();
      const rid = `r${step}`;
      const lease = { rid, attempt: 1, lane: "zai", model, predicted: 5000, deadlineMs: nowMs + HOUR_MS };
      engine.reserve(lease, nowMs);
      nowMs += 7;
      usage.atMs = nowMs;
      engine.settle(rid, 1, usage, nowMs);
    }),
    time("predict", () => {
      engine.predict({ lane: "zai", model, bodyBytes: 190_000, maxTokens: 32_000 });
    }),
  ];
}

/** A whole decision between two lanes, as a request meets it: predict, assess, decide, reserve; and its end. */
function timeDecision(): Row {
  const engine = createQuotaEngine({ config });
  const book = createLaneBook();
  const model = "glm-4.7";
  let nowMs = START_MS;
  const usage = { ...buildRecord(model, nowMs) };
  const facts = (lane: string): LaneFacts => {
    const { countedTokens } = engine.predict({ lane, model, bodyBytes: 190_000, maxTokens: 32_000 });
    const room = engine.assess({ lane, model, predicted: countedTokens, nowMs });
    const known = {
      lane,
      model,
      predictedTokens: countedTokens,
      unusableReason: null,
      tried: false,
      room,
      nowMs,
    };
    return laneFacts(known, book);
  };
  return time("decide between two lanes + lease", (step) => {
    const lanes = [facts("zai"), facts("anthropic")];
    const decision = decide({ mode: "hybrid", preemptAt: "block", pin: null, lanes, after: null }, nowMs);
    if (decision.kind !== "send") throw new Error("the plan is not that full");
    const { lane } = decision;
    const rid = `r${step}`;
    const predicted = lanes[0]?.predictedTokens ?? 0;
    engine.reserve({ rid, attempt: 1, lane, model, predicted, deadlineMs: nowMs + HOUR_MS }, nowMs);
    nowMs += 7;
    usage.atMs = nowMs;
    engine.settle(rid, 1, usage, nowMs);
  });
}

/** The plain way: every request in a list, both windows summed up at each question. */
class EventLog {
  readonly #events: { readonly atMs: number; readonly tokens: number }[] = [];

  record(record: UsageRecord): void {
    const { inputTokens, outputTokens, cacheCreationTokens, cacheReadTokens } = record.counts;
    const tokens = inputTokens + outputTokens + cacheCreationTokens + 0.1 * cacheReadTokens;
    this.#events.push({ atMs: record.atMs, tokens });
  }

  used(windowMs: number, nowMs: number): number {
    let sum = 0;
    for (const event of this.#events) if (event.atMs > nowMs - windowMs) sum += event.tokens;
    return sum;
  }
}

function timeNaive(size: number): Row {
  const log = new EventLog();
  for (let i = 0; i < size; i += 1) {
    log.record(buildRecord("glm-4.7", START_MS + (i * 5 * HOUR_MS) / size));
  }
  const nowMs = START_MS + 5 * HOUR_MS;
  return time(`plain log of ${size}: assess`, () => {
    const pressure = Math.max(log.used(5 * HOUR_MS, nowMs) / 5e9, log.used(WEEK_MS, nowMs) / 5e10);
    // Read, so that the compiler cannot leave the sums out.
    if (pressure >= 1) throw new Error("the log is not that full");
  });
}

/** 100 models, each with every bucket of both windows in use. */
function fillEngine(): { engine: QuotaEngine; nowMs: number } {
  const engine = createQuotaEngine({ config });
  const nowMs = START_MS + WEEK_MS;
  for (let model = 0; model < MODELS; model += 1) {
    for (let atMs = START_MS; atMs < nowMs - 5 * HOUR_MS; atMs += HOUR_MS / 4) fill(model, atMs);
    for (let atMs = nowMs - 5 * HOUR_MS; atMs <= nowMs; atMs += 60_000) fill(model, atMs);
  }
  function fill(model: number, atMs: number): void {
    const localHour = Math.floor(atMs / HOUR_MS) % 24;
    engine.record({ ...buildRecord(`model-${model}x`, atMs), localHour }, nowMs);
  }
  return { engine, nowMs };
}

function bytesPerModel(): { bytes: number; engine: QuotaEngine; nowMs: number } {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = held();
  const filled = fillEngine();
  return { bytes: (held() - before) / MODELS, ...filled };
}

function timeSnapshot(
  engine: QuotaEngine,
  nowMs: number,
): { plainMs: number; jsonMs: number; jsonBytes: number } {
  const best = (run: () => void): number => {
    const times = Array.from({ length: ROUNDS }, () => {
      const startedAt = performance.now();
      run();
      return performance.now() - startedAt;
    });
    return Math.min(...times);
  };
  const restore = (snapshot: unknown): void => {
    const result = createQuotaEngine({ config }).restore(snapshot, nowMs);
    if (!result.restored) throw new Error(result.reason);
  };
  const text = JSON.stringify(engine.snapshot());
  return {
    plainMs: best(() => restore(engine.snapshot())),
    jsonMs: best(() => restore(JSON.parse(JSON.stringify(engine.snapshot())))),
    jsonBytes: text.length,
  };
}

function main(): void {
  const memory = bytesPerModel();
  const snapshot = timeSnapshot(memory.engine, memory.nowMs);
  const rows = [...timeEngine(), timeDecision(), ...LOG_SIZES.map(timeNaive)];
  const perSecond = rows.map(({ name, best, median }) => [
    name,
    formatNumber(best * 1e6),
    formatNumber(median * 1e6),
    formatNumber(1000 / best),
  ]);
  process.stdout.write(`quota engine, node ${process.version}, ${ROUNDS} rounds\n\n`);
  process.stdout.write(`${renderTable(["operation", "best /s", "median /s", "best ns"], perSecond)}\n\n`);
  const both = rows.find(({ name }) => name === "record + assess")?.best ?? 0;
  const decision = rows.find(({ name }) => name.startsWith("decide"))?.median ?? 0;
  const targets = [
    ["decide + lease, µs (median)", 1 / decision, 5, 1 / decision <= 5],
    ["record + assess, M/s", both, 1, both >= 1],
    ["KiB a model, both windows full", memory.bytes / 1024, 64, memory.bytes <= 64 * 1024],
    [`snapshot + restore of ${MODELS} full models, ms`, snapshot.plainMs, 50, snapshot.plainMs < 50],
  ] as const;
  const lines = targets.map(([name, value, target, met]) => [
    name,
    formatNumber(value),
    formatNumber(target),
    met ? "met" : "MISSED",
  ]);
  process.stdout.write(`${renderTable(["target", "measured", "wanted", ""], lines)}\n\n`);
  process.stdout.write(
    `as JSON text: ${formatNumber(snapshot.jsonMs)} ms with stringify and parse, ${formatNumber(snapshot.jsonBytes / 1024)} KiB\n`,
  );
  if (process.argv.includes("--check") && targets.some(([, , , met]) => !met)) process.exitCode = 1;
}

main();
