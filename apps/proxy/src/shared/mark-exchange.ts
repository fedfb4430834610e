import type { LaneBook, LaneBookSnapshot } from "@ccp/router-policy";
import type { KnownMark, MarkKey, SharedMark, Tell } from "@ccp/shared-quota";
import type { StoreTime } from "./store-time.ts";

type LocalMark = LaneBookSnapshot["marks"][number];

interface Agreed extends MarkKey {
  /** `null`: told, and not heard back yet. */
  readonly revision: number | null;
  /** The mark as this gateway's book had it then. */
  readonly print: string;
}

/** Keeps the marks of this gateway's book and those of the store alike. */
export class MarkExchange {
  readonly #book: LaneBook;
  readonly #time: StoreTime;
  /** What both sides agree on. */
  readonly #agreed = new Map<string, Agreed>();
  /** Requests of this gateway that prove a lane. */
  readonly ownProbes: Set<string> = new Set();

  constructor(book: LaneBook, time: StoreTime) {
    this.#book = book;
    this.#time = time;
  }

  /** What changed here since both sides agreed. From now on it counts as agreed: it must be told. */
  changes(byHand = false): Tell[] {
    const { marks } = this.#book.snapshot();
    if (marks.length === 0 && this.#agreed.size === 0) return [];
    const tells: Tell[] = [];
    const here = new Set<string>();
    for (const mark of marks) {
      const key = keyOf(mark);
      here.add(key);
      const print = JSON.stringify(mark);
      if (this.#agreed.get(key)?.print === print) continue;
      this.#agreed.set(key, { lane: mark.lane, model: mark.model, revision: null, print });
      tells.push({ kind: "mark", mark: this.#toStore(mark), byHand });
    }
    for (const [key, { lane, model, revision }] of this.#agreed) {
      if (here.has(key)) continue;
      this.#agreed.delete(key);
      tells.push({ kind: "clear", key: { lane, model }, revision });
    }
    return tells;
  }

  /** The store lost what it had: all marks are told again. */
  forget(): void {
    this.#agreed.clear();
  }

  /** Takes in all marks of the store. */
  adopt(marks: readonly KnownMark[], nowMs: number): void {
    const there = new Set(marks.map(keyOf));
    const lifted = [...this.#agreed.values()].filter(
      (agreed) => agreed.revision !== null && !there.has(keyOf(agreed)),
    );
    for (const mark of lifted) this.#agreed.delete(keyOf(mark));
    this.#book.adopt(
      marks.map((mark) => ({
        ...this.#toWall(mark),
        probe: mark.probe === null || mark.probe.mine ? null : this.#probe(mark.probe),
      })),
      lifted,
      this.ownProbes,
      nowMs,
    );
    const prints = new Map(this.#book.snapshot().marks.map((mark) => [keyOf(mark), JSON.stringify(mark)]));
    for (const { lane, model, revision } of marks) {
      const key = keyOf({ lane, model });
      this.#agreed.set(key, { lane, model, revision, print: prints.get(key) ?? "" });
    }
  }

  #probe({ rid, untilMs }: NonNullable<KnownMark["probe"]>): { rid: string; deadlineMs: number } {
    return { rid, deadlineMs: this.#time.toWall(untilMs) };
  }

  #toStore(mark: LocalMark): SharedMark {
    return convert(mark, (ms) => this.#time.toStore(ms));
  }

  #toWall(mark: SharedMark): SharedMark {
    return convert(mark, (ms) => this.#time.toWall(ms));
  }
}

function convert(mark: SharedMark, time: (ms: number) => number): SharedMark {
  return {
    lane: mark.lane,
    model: mark.model,
    markedAtMs: time(mark.markedAtMs),
    declaredUntilMs: mark.declaredUntilMs === null ? null : time(mark.declaredUntilMs),
    ownUntilMs: mark.ownUntilMs === null ? null : time(mark.ownUntilMs),
    windowMs: mark.windowMs,
  };
}

function keyOf({ lane, model }: MarkKey): string {
  return `${lane}\n${model ?? ""}`;
}
