import { anthropicError, beijingClock, zaiError } from "./envelope.ts";
import { estimateTokens, textHash } from "./message.ts";
import type { MockSettings } from "./options.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { type MockUsage, type Reply, reply, type Step, slowHeaders, status } from "./step.ts";
import { unifiedHeaders } from "./unified-headers.ts";
import { type PlanWindow, UsageWindow, type WindowView } from "./usage-window.ts";

const FIVE_HOURS_MS = 18_000_000;
const WEEK_MS = 604_800_000;
/** Below it vendors cache nothing. */
const MIN_CACHED_TOKENS = 1024;
/** Deltas leave no faster than this: finer steps cost timers and show nothing. */
const MIN_STEP_MS = 40;

/** A cap in counted tokens. */
export interface PlanCap {
  readonly capTokens: number;
  readonly windowMs?: number;
  readonly kind?: "sliding" | "anchored";
}

export interface Pacing {
  /** Before the first event, ms. Default 0. */
  readonly ttftMs?: number;
  /** Default: as fast as the connection takes it. */
  readonly tokensPerSec?: number;
}

/** A subscription with caps that are really counted and enforced, on the mock's own clock. */
export interface PlanOptions {
  /** Default window 5 h, sliding. */
  readonly rolling: PlanCap;
  /** Default window 7 days, sliding. Left out: no weekly cap. */
  readonly weekly?: PlanCap;
  /** Counted tokens per token of a class. Default 1, and 0.1 for cache reads. */
  readonly weights?: {
    readonly input: number;
    readonly output: number;
    readonly cacheCreation: number;
    readonly cacheRead: number;
  };
  /** Output tokens of an answer lie between these, by the prompt. Default 40 to 200. */
  readonly outputTokens?: { readonly min: number; readonly max: number };
  readonly pacing?: Pacing;
}

export interface PlanUsage extends WindowView {
  readonly name: "5h" | "7d";
}

const WORDS =
  "the change touches one file and keeps every test green so a small step now saves a long search later while names tell what each part is for and numbers carry their unit to the very end".split(
    " ",
  );

/** An answer text of `tokens` words, the same for the same prompt and lane. */
export function planText(prompt: string, lane: string, tokens: number): string {
  const seed = textHash(prompt);
  const words = [`${lane}:`];
  for (let i = 1; i < tokens; i += 1)
    words.push(WORDS[(seed + i * 7 + (seed >>> (i % 13))) % WORDS.length] ?? "so");
  return words.slice(0, Math.max(1, tokens)).join(" ");
}

interface Asked {
  readonly prompt: string;
  readonly turns: number;
  readonly lastBytes: number;
  readonly maxTokens: number | null;
  readonly stream: boolean;
}

function readAsked(body: unknown): Asked {
  const fields = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const messages = Array.isArray(fields.messages) ? fields.messages : [];
  const last = JSON.stringify(messages.at(-1) ?? "") ?? "";
  return {
    prompt: last,
    turns: messages.length,
    lastBytes: Buffer.byteLength(last),
    maxTokens: typeof fields.max_tokens === "number" ? fields.max_tokens : null,
    stream: fields.stream === true,
  };
}

/** A reply that takes as long as a vendor would need to generate it. */
export function pacedReply(answer: Reply, tokens: number, stream: boolean, pacing: Pacing): Step {
  const { ttftMs = 0, tokensPerSec } = pacing;
  const generationMs = tokensPerSec === undefined ? 0 : (tokens * 1000) / tokensPerSec;
  // A vendor sends a whole JSON answer only when it is finished.
  if (!stream) return slowHeaders(ttftMs + generationMs, reply(answer));
  const instant = generationMs === 0;
  const chunks = Math.max(1, instant ? Math.min(tokens, 24) : Math.floor(generationMs / MIN_STEP_MS));
  return reply({ ...answer, ttftMs, chunks, delayMs: generationMs / chunks });
}

/** The plan behind a mock: refuses when a window is spent, else answers and counts. */
export class Plan {
  readonly #settings: MockSettings;
  readonly #options: PlanOptions;
  readonly #windows: readonly { name: "5h" | "7d"; window: UsageWindow }[];

  constructor(options: PlanOptions, settings: MockSettings) {
    const rule = (cap: PlanCap, windowMs: number): PlanWindow => ({ windowMs, kind: "sliding", ...cap });
    this.#settings = settings;
    this.#options = options;
    this.#windows = [
      { name: "5h", window: new UsageWindow(rule(options.rolling, FIVE_HOURS_MS)) },
      ...(options.weekly === undefined
        ? []
        : [{ name: "7d" as const, window: new UsageWindow(rule(options.weekly, WEEK_MS)) }]),
    ];
  }

  usage(nowMs: number = this.#settings.now()): PlanUsage[] {
    return this.#windows.map(({ name, window }) => ({ name, ...window.view(nowMs) }));
  }

  /** Uses tokens up as if an answer had taken them; the function returned gives some of them back. */
  spend(tokens: number, nowMs: number = this.#settings.now()): (tokens: number) => void {
    const refunds = this.#windows.map(({ window }) => window.add(tokens, nowMs));
    return (back) => {
      for (const refund of refunds) refund(back);
    };
  }

  answer(request: RecordedRequest, requestId: string): Step {
    const nowMs = this.#settings.now();
    const usage = this.usage(nowMs);
    const spent = usage.filter((window) => window.spent);
    // The window that stays shut longest decides: after the other one has reset nothing would be served yet.
    const shut = spent.sort((a, b) => b.resetAtMs - a.resetAtMs)[0];
    if (shut !== undefined) return this.#refuse(shut, usage, requestId, nowMs);
    return this.#serve(request, nowMs);
  }

  #refuse(shut: PlanUsage, usage: readonly PlanUsage[], requestId: string, nowMs: number): Step {
    if (this.#settings.dialect === "zai") {
      const clock = beijingClock(Math.ceil(shut.resetAtMs / 1000) * 1000);
      const [code, text] =
        shut.name === "5h"
          ? ["1308", `Usage limit reached for 5 hour. Your limit will reset at ${clock}`]
          : ["1310", `Weekly/Monthly Limit Exhausted. Your limit will reset at ${clock}`];
      return status(429, zaiError("rate_limit_error", code, text, requestId));
    }
    const message = "This request would exceed your account's rate limit. Please try again later.";
    return status(429, anthropicError("rate_limit_error", message, requestId), {
      "retry-after": String(Math.ceil((shut.resetAtMs - nowMs) / 1000)),
      "x-should-retry": "true",
      ...unifiedHeaders(usage),
    });
  }

  #serve(request: RecordedRequest, nowMs: number): Step {
    const asked = readAsked(request.json());
    const usage = this.#count(request, asked);
    const tokens = this.#weigh(usage);
    const refund = this.spend(tokens.input + tokens.output, nowMs);
    void request.ended.then((how) => {
      // Whoever leaves early has not used up what was never written.
      if (how === "aborted") refund(tokens.output * (1 - request.sentShare));
    });
    const headers = this.#settings.dialect === "anthropic" ? unifiedHeaders(this.usage(nowMs)) : {};
    const text = planText(asked.prompt, this.#settings.lane, usage.outputTokens);
    const stopReason = usage.outputTokens === asked.maxTokens ? "max_tokens" : "end_turn";
    const answer = { text, usage, headers, stopReason };
    return pacedReply(answer, usage.outputTokens, asked.stream, this.#options.pacing ?? {});
  }

  #count(request: RecordedRequest, asked: Asked): MockUsage {
    const { min, max } = this.#options.outputTokens ?? { min: 40, max: 200 };
    const wanted = min + (textHash(asked.prompt) % (max - min + 1));
    const outputTokens = asked.maxTokens === null ? wanted : Math.min(wanted, asked.maxTokens);
    const total = estimateTokens(request.body.length);
    const prefix = total - estimateTokens(asked.lastBytes);
    if (prefix < MIN_CACHED_TOKENS) {
      return { inputTokens: total, outputTokens, cacheCreationTokens: 0, cacheReadTokens: 0 };
    }
    // A first turn fills the prompt cache, later ones read it.
    const cached = asked.turns > 1 ? "cacheReadTokens" : "cacheCreationTokens";
    const empty = { cacheCreationTokens: 0, cacheReadTokens: 0 };
    return { ...empty, inputTokens: total - prefix, outputTokens, [cached]: prefix };
  }

  #weigh(usage: MockUsage): { input: number; output: number } {
    const weights = this.#options.weights ?? { input: 1, output: 1, cacheCreation: 1, cacheRead: 0.1 };
    return {
      input:
        usage.inputTokens * weights.input +
        usage.cacheCreationTokens * weights.cacheCreation +
        usage.cacheReadTokens * weights.cacheRead,
      output: usage.outputTokens * weights.output,
    };
  }
}
