import { type LiveEvent, renderLiveEvent } from "@ccp/usage-contract";

/** A live event with the number by which a reader resumes. */
export interface NumberedEvent {
  readonly id: number;
  readonly event: LiveEvent;
  /** As a server-sent event; the same bytes for every reader. */
  bytes(): Uint8Array;
}

/** Each costs a connection; the dashboard and the command line take one apiece. */
const MAX_SUBSCRIBERS = 256;
const encoder = new TextEncoder();

/** Keeps the newest events and tells those who listen. */
export interface EventHub {
  publish(event: LiveEvent): void;
  /** Events newer than `id`, oldest first; at most what is kept. */
  since(id: number): readonly NumberedEvent[];
  /** @returns The end of the subscription. */
  subscribe(listener: (event: NumberedEvent) => void, onClose: () => void): () => void;
  /** Whether another reader from outside would be one too many. */
  readonly isFull: boolean;
  /** Ends all subscriptions: a page that is left open must not hold up the end of the process. */
  close(): void;
}

/**
 * @param firstId Numbers begin after it. The time of the start, in ms: a reader that comes back after a restart asks
 *   for what is newer than the last process told, and would otherwise get nothing until the new one has told as much.
 */
export function createEventHub(keep = 500, firstId = 0): EventHub {
  const kept: NumberedEvent[] = [];
  const listeners = new Map<(event: NumberedEvent) => void, () => void>();
  let lastId = firstId;
  return {
    publish(event) {
      lastId += 1;
      const numbered = numberEvent(lastId, event);
      kept.push(numbered);
      // Cut in blocks: shifting one by one would copy the list for each event.
      if (kept.length > keep * 2) kept.splice(0, kept.length - keep);
      for (const listener of listeners.keys()) listener(numbered);
    },
    since: (id) => kept.filter((each) => each.id > id).slice(-keep),
    subscribe(listener, onClose) {
      listeners.set(listener, onClose);
      return () => listeners.delete(listener);
    },
    get isFull() {
      return listeners.size >= MAX_SUBSCRIBERS;
    },
    close() {
      for (const onClose of [...listeners.values()]) onClose();
      listeners.clear();
    },
  };
}

function numberEvent(id: number, event: LiveEvent): NumberedEvent {
  let bytes: Uint8Array | null = null;
  return {
    id,
    event,
    bytes() {
      bytes ??= encoder.encode(`id: ${id}\n${renderLiveEvent(event)}`);
      return bytes;
    },
  };
}
