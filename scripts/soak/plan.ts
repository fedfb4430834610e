/** What one request does, and what its lanes do to it. Travels inside the request, so that no lane has to be told. */
export interface Plan {
  readonly id: string;
  readonly kind: Kind;
  /** Numbered pieces of the whole answer. */
  readonly pieces: number;
  /** Pause between two of them, ms. */
  readonly pauseMs: number;
  /** After this many pieces the lane breaks off or the client leaves. */
  readonly stopAfter: number;
}

/** How often each kind is drawn. */
const SHARES = {
  /** A stream to its end. */
  stream: 60,
  /** An answer in one piece. */
  json: 12,
  /** A stream whose client reads slowly. */
  slow_client: 4,
  /** The client leaves in the middle, or before anything has come. */
  leave: 8,
  leave_early: 2,
  /** The lane ends, resets or falls silent in the middle. */
  cut: 3,
  reset: 3,
  stall: 1,
  /** The first lane asked refuses: a transient 429, a spent window for a second, an overload. The next one serves. */
  throttle: 3,
  limit: 2,
  overload: 1,
  /** Every lane refuses. */
  refused: 1,
} as const;

export type Kind = keyof typeof SHARES;

const DRAWN: readonly Kind[] = Object.entries(SHARES).flatMap(([kind, share]) =>
  Array.from({ length: share }, () => kind as Kind),
);

const MARK = "soak ";

/** @param random Numbers in [0, 1). */
export function drawPlan(id: string, mostPauseMs: number, random: () => number): Plan {
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  const kind = DRAWN[between(0, DRAWN.length - 1)] ?? "stream";
  const pieces = between(2, 24);
  return { id, kind, pieces, pauseMs: between(20, mostPauseMs), stopAfter: between(1, pieces - 1) };
}

export function isStream({ kind }: Plan): boolean {
  return kind !== "json";
}

/** The request's body. Half of the requests prefer one lane, half the other. */
export function encodeRequest(plan: Plan): string {
  const model = Number.parseInt(plan.id, 36) % 2 === 0 ? "claude-opus-5-5" : "claude-haiku-4-5";
  return JSON.stringify({
    model,
    max_tokens: 1_000,
    messages: [{ role: "user", content: MARK + JSON.stringify(plan) }],
    ...(isStream(plan) ? { stream: true } : {}),
  });
}

/** @throws {Error} For a body that carries no plan: the gateway changed what it must not change. */
export function decodeRequest(body: string): Plan {
  const request = JSON.parse(body) as { messages?: readonly { content?: unknown }[] };
  const content = request.messages?.[0]?.content;
  if (typeof content !== "string" || !content.startsWith(MARK)) throw new Error("a request without its plan");
  return JSON.parse(content.slice(MARK.length)) as Plan;
}
