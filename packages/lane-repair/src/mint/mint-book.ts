import { hash64 } from "./hash64.ts";

/** Plain JSON. A mark is a hash, 16 hex digits, and the index of a lane that minted it; oldest first. */
export interface MintSnapshot {
  readonly version: 1;
  readonly lanes: readonly string[];
  readonly marks: readonly string[];
}

/** Remembers which lane minted what, by hashes alone: neither ids nor signatures can be read from it. */
export interface MintBook {
  /**
   * Notes that a lane minted this. Lanes that count their calls mint the same ids: each of them is remembered. Texts beyond
   * ASCII are not kept.
   */
  note(lane: string, mint: string): void;
  /** Notes that this is one lane's alone, whoever was thought to have minted it. */
  noteOnly(lane: string, mint: string): void;
  /** Takes a note that {@link MintBookOptions.onNote} told. */
  play(lane: string, hash: string, isOnly: boolean): void;
  /** Who minted this; `null`: unknown, or forgotten. Asking keeps it from being forgotten next. */
  lanesOf(mint: string): readonly string[] | null;
  /** Whether any lane but this one is known to have minted: where none has, no conversation can hold its mints. */
  hasOthers(lane: string): boolean;
  readonly size: number;
  /** Notes taken so far: whether there is anything new to save. */
  readonly noted: number;
  snapshot(): MintSnapshot;
  /** Takes the place of all that is known. What is no snapshot is as an empty one, bad marks are passed over. */
  restore(snapshot: unknown): void;
}

/** Signatures and ids are ASCII; others would hash differently by how their bytes were decoded. */
const ASCII = /^[\x20-\x7e]+$/;
const HASH_CHARS = 16;
const HASH = /^[0-9a-f]{16}$/;
const MARK = /^[0-9a-f]{16}[0-9]{1,4}$/;

export interface MintBookOptions {
  /** Mints kept; the one that was longest not noted nor asked for goes first. A turn mints about three. */
  readonly capacity: number;
  /** Told of each note that changes what is known, by the hash of the mint: for whoever writes it down. */
  readonly onNote?: (lane: string, hash: string, isOnly: boolean) => void;
}

/**
 * @throws {RangeError} When `capacity` is no positive integer.
 * @example
 * const book = createMintBook({ capacity: 20_000 });
 * book.note("zai", "sig-1");
 * book.lanesOf("sig-1"); // => ["zai"]
 */
export function createMintBook({ capacity, onNote }: MintBookOptions): MintBook {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`capacity must be a positive integer, not ${capacity}`);
  }
  // A map keeps the order in which its keys were set: the first is the oldest.
  const lanes = new Map<string, readonly string[]>();
  // One iterator for good: a new one would pass over all that was dropped, each time.
  let oldestFirst = lanes.keys();
  const perLane = new Map<string, number>();
  let noted = 0;
  const count = (minters: readonly string[], by: 1 | -1): void => {
    for (const lane of minters) perLane.set(lane, (perLane.get(lane) ?? 0) + by);
  };
  const drop = (hash: string): void => {
    count(lanes.get(hash) ?? [], -1);
    lanes.delete(hash);
  };
  const put = (hash: string, minters: readonly string[]): void => {
    drop(hash);
    lanes.set(hash, minters);
    count(minters, 1);
    if (lanes.size <= capacity) return;
    const { value: oldest } = oldestFirst.next();
    if (oldest !== undefined) drop(oldest);
  };
  const add = (hash: string, lane: string): void => {
    const known = lanes.get(hash) ?? [];
    put(hash, known.includes(lane) ? known : [...known, lane]);
  };
  const take = (lane: string, hash: string, isOnly: boolean): void => {
    noted += 1;
    if (isOnly) put(hash, [lane]);
    else add(hash, lane);
  };
  return {
    note: (lane, mint) => {
      if (!ASCII.test(mint)) return;
      const hash = hash64(mint);
      const isNews = !lanes.get(hash)?.includes(lane);
      take(lane, hash, false);
      if (isNews) onNote?.(lane, hash, false);
    },
    noteOnly: (lane, mint) => {
      if (!ASCII.test(mint)) return;
      const hash = hash64(mint);
      take(lane, hash, true);
      onNote?.(lane, hash, true);
    },
    play: (lane, hash, isOnly) => {
      if (HASH.test(hash)) take(lane, hash, isOnly);
    },
    lanesOf: (mint) => {
      const hash = hash64(mint);
      const minters = lanes.get(hash);
      if (minters === undefined) return null;
      lanes.delete(hash);
      lanes.set(hash, minters);
      return minters;
    },
    hasOthers: (lane) => lanes.size > (perLane.get(lane) ?? 0),
    get size() {
      return lanes.size;
    },
    get noted() {
      return noted;
    },
    snapshot: () => takeSnapshot(lanes),
    restore: (snapshot) => {
      lanes.clear();
      perLane.clear();
      oldestFirst = lanes.keys();
      for (const [hash, lane] of readSnapshot(snapshot)) add(hash, lane);
    },
  };
}

function takeSnapshot(lanes: ReadonlyMap<string, readonly string[]>): MintSnapshot {
  const names = [...new Set([...lanes.values()].flat())];
  const marks = Array.from(lanes, ([hash, minters]) =>
    minters.map((lane) => hash + String(names.indexOf(lane))),
  ).flat();
  return { version: 1, lanes: names, marks };
}

function readSnapshot(snapshot: unknown): [string, string][] {
  if (typeof snapshot !== "object" || snapshot === null) return [];
  const { version, lanes, marks } = snapshot as Readonly<Record<string, unknown>>;
  if (version !== 1 || !Array.isArray(lanes) || !Array.isArray(marks)) return [];
  return marks.flatMap((mark: unknown): [string, string][] => {
    if (typeof mark !== "string" || !MARK.test(mark)) return [];
    const lane: unknown = lanes[Number(mark.slice(HASH_CHARS))];
    return typeof lane === "string" ? [[mark.slice(0, HASH_CHARS), lane]] : [];
  });
}
