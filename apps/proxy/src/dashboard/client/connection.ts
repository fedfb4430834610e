/** Whether the page hears of the gateway. */
export type Connection =
  | { readonly kind: "live" }
  /** `sinceMs`: the page's own clock at the last answer. */
  | { readonly kind: "lost"; readonly sinceMs: number };

/** What happened, at the page's own monotonic clock. */
export type Signal =
  | { readonly kind: "answered"; readonly atMs: number }
  | { readonly kind: "failed"; readonly atMs: number };

export interface ConnectionState {
  readonly connection: Connection;
  readonly lastAnswerMs: number;
  readonly failures: number;
}

export function openConnection(nowMs: number): ConnectionState {
  return { connection: { kind: "live" }, lastAnswerMs: nowMs, failures: 0 };
}

/** The first failure is believed at once: a banner that comes late shows old numbers as new ones. */
export function applySignal(state: ConnectionState, signal: Signal): ConnectionState {
  if (signal.kind === "answered") {
    return { connection: { kind: "live" }, lastAnswerMs: signal.atMs, failures: 0 };
  }
  return {
    connection: { kind: "lost", sinceMs: state.lastAnswerMs },
    lastAnswerMs: state.lastAnswerMs,
    failures: state.failures + 1,
  };
}

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

/** When to ask again after a failure, ms: soon at first, then gently. */
export function retryDelay(failures: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, failures - 1));
}
