import type { UsageEvent } from "@ccp/usage-contract";
import { Timeline } from "../simulate/replay/timeline.ts";
import { exchange, type TestAttempt } from "./recorded-exchange.ts";

export interface GeneratedLogOptions {
  readonly requests: number;
  /** The same seed gives the same log. */
  readonly seed?: number;
  /** Epoch seconds of the first arrival. */
  readonly startTs?: number;
}

const MODELS = ["claude-haiku-4-5-20251001", "claude-haiku-4.5", "claude-opus-5", "glm-4.7"] as const;

/**
 * A log of mixed traffic in the order in which a gateway writes it: streams overlap, most haiku requests go to
 * `zai`, some meet a limit there, go on to `anthropic`, and leave a cooldown of 300 s.
 */
export function* generateLog(options: GeneratedLogOptions): Generator<UsageEvent> {
  const random = randomNumbers(options.seed ?? 1);
  const pending = new Timeline<UsageEvent>();
  let ts = options.startTs ?? 1_790_000_000;
  let cooledUntil = 0;
  for (let index = 0; index < options.requests; index += 1) {
    ts += random() * 4;
    while (pending.nextMs <= ts * 1000) {
      const event = pending.pop();
      if (event !== undefined) yield event;
    }
    const model = MODELS[Math.floor(random() * MODELS.length)] ?? MODELS[0];
    const limited = model !== "claude-opus-5" && random() < 0.0005;
    const cooled = ts < cooledUntil && model.startsWith("claude-haiku");
    if (limited) cooledUntil = ts + 300;
    const [first, ...others] = exchange({
      at: Math.round(ts * 1000) / 1000,
      rid: `g${index}`,
      model,
      attempts: attemptsOf(model, limited, cooled, 200 + Math.floor(random() * 800)),
      tokens: Math.floor(random() * 4000),
      predicted: 2000,
      seconds: Math.round(random() * 60_000) / 1000,
      markedSec: 300,
    });
    if (first !== undefined) yield first;
    for (const event of others) pending.push(event.ts * 1000, event);
  }
  for (let event = pending.pop(); event !== undefined; event = pending.pop()) yield event;
}

function attemptsOf(model: string, limited: boolean, cooled: boolean, lostMs: number): TestAttempt[] {
  if (model === "claude-opus-5") return [{ lane: "anthropic" }];
  if (model === "glm-4.7") return [{ lane: "zai" }];
  if (cooled) return [{ lane: "anthropic", rule: "quota_cooldown" }];
  if (!limited) return [{ lane: "zai" }];
  return [
    { lane: "zai", lostMs },
    { lane: "anthropic", rule: "quota_overshoot" },
  ];
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
