import { hash64 } from "./hash64.ts";

/** Plain JSON. A mark is a hash, 16 hex digits, and the index of its lane; oldest first. */
export interface MintSnapshot {
  readonly version: 1;
  readonly lanes: readonly string[];
  readonly marks: readonly string[];
}

/** Remembers which lane minted what, by hashes alone: neither ids nor signatures can be read from it. */
export interface MintBook {
  /** Notes that a lane minted this. The lane of the last note counts. Texts beyond ASCII are not kept. */
  note(lane: string, mint: string): void;
  /** `null`: unknown, or forgotten. Asking keeps it from being forgotten next. */
  laneOf(mint: string): string | null;
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
const MARK = /^[0-9a-f]{16}[0-9]{1,4}$/;

/**
 * @param capacity Mints kept; the one that was longest not noted nor asked for goes first. A turn mints about three.
 * @throws {RangeError} When `capacity` is no positive integer.
 * @example
 * const book = createMintBook({ capacity: 20_000 });
 * book.note("zai", "sig-1");
 * book.laneOf("sig-1"); // => "zai"
 */
export function createMintBook({ capacity }: { readonly capacity: number }): MintBook {
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`capacity must be a positive integer, not ${capacity}`);
  }
  // A map keeps the order in which its keys were set: the first is the oldest.
  const lanes = new Map<string, string>();
  const perLane = new Map<string, number>();
  let noted = 0;
  const drop = (hash: string): void => {
    const lane = lanes.get(hash);
    if (lane === undefined) return;
    lanes.delete(hash);
    perLane.set(lane, (perLane.get(lane) ?? 0) - 1);
  };
  const put = (hash: string, lane: string): void => {
    drop(hash);
    lanes.set(hash, lane);
    perLane.set(lane, (perLane.get(lane) ?? 0) + 1);
    const [oldest] = lanes.keys();
    if (lanes.size > capacity && oldest !== undefined) drop(oldest);
  };
  return {
    note: (lane, mint) => {
      if (!ASCII.test(mint)) return;
      noted += 1;
      put(hash64(mint), lane);
    },
    laneOf: (mint) => {
      const hash = hash64(mint);
      const lane = lanes.get(hash);
      if (lane === undefined) return null;
      put(hash, lane);
      return lane;
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
      for (const [hash, lane] of readSnapshot(snapshot)) put(hash, lane);
    },
  };
}

function takeSnapshot(lanes: ReadonlyMap<string, string>): MintSnapshot {
  const names = [...new Set(lanes.values())];
  const marks = Array.from(lanes, ([hash, lane]) => hash + String(names.indexOf(lane)));
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
