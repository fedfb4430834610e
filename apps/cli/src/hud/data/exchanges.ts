import type { UsageEvent } from "@ccp/usage-contract";

/** One request of a client, with all attempts it took. */
export interface Exchange {
  readonly rid: string;
  /** Epoch seconds of the gateway's clock, of the first event seen. */
  readonly startTs: number;
  readonly model: string;
  /** The entries written before each attempt, in order; the first ones may be missing. */
  readonly attempts: readonly UsageEvent[];
  /** `null` while it runs. */
  readonly end: UsageEvent | null;
  /** The gateway went away while it ran: its end will never be told. */
  readonly isCut: boolean;
}

/** What is kept; a gateway itself keeps fewer. */
export const MAX_EXCHANGES = 500;
/** Each lane is tried once: more attempts than this no gateway makes. */
const MAX_ATTEMPTS = 32;

/**
 * Takes one event in. Events may come twice, as after a reconnection: the second time changes nothing.
 *
 * @param exchanges Newest first.
 * @returns The list, and whether the event closed an exchange for the first time.
 */
export function applyUsageEvent(
  exchanges: readonly Exchange[],
  event: UsageEvent,
): { readonly exchanges: readonly Exchange[]; readonly isNewEnd: boolean } {
  const at = exchanges.findIndex(({ rid }) => rid === event.rid);
  const known = at < 0 ? undefined : exchanges[at];
  if (known === undefined) {
    const list = [addEvent(newExchange(event), event), ...exchanges].slice(0, MAX_EXCHANGES);
    return { exchanges: list, isNewEnd: event.event !== "decision" };
  }
  const next = addEvent(known, event);
  if (next === known) return { exchanges, isNewEnd: false };
  return { exchanges: exchanges.with(at, next), isNewEnd: event.event !== "decision" };
}

/** Ends what was running on a gateway that is gone. */
export function cutExchanges(exchanges: readonly Exchange[]): readonly Exchange[] {
  return exchanges.map((one) => (one.end === null ? { ...one, isCut: true } : one));
}

/** Lanes in the order they were asked; one that was asked twice in a row stands once. */
export function lanesTried({ attempts, end }: Exchange): string[] {
  const lanes = [...attempts.map(({ lane }) => lane), ...(end === null ? [] : [end.lane])];
  return lanes.filter((lane, index) => lane !== lanes[index - 1]);
}

/** The entry that tells most: the end, else the newest attempt. */
export function newestEntry({ attempts, end }: Exchange): UsageEvent | null {
  return end ?? attempts.at(-1) ?? null;
}

function newExchange(event: UsageEvent): Exchange {
  return { rid: event.rid, startTs: event.ts, model: event.model, attempts: [], end: null, isCut: false };
}

function addEvent(exchange: Exchange, event: UsageEvent): Exchange {
  if (event.event !== "decision") {
    return exchange.end === null ? { ...exchange, end: event, isCut: false } : exchange;
  }
  if (exchange.attempts.some(({ attempt }) => attempt === event.attempt)) return exchange;
  const attempts = [...exchange.attempts, event].sort((a, b) => a.attempt - b.attempt).slice(-MAX_ATTEMPTS);
  return { ...exchange, attempts };
}
