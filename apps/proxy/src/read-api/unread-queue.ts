/** What one reader of a live stream has not read yet, bounded: a page in a sleeping laptop must not fill the memory. */
export interface UnreadQueue {
  /** @returns `false` when the reader is too far behind: what it has not read is given up, and only `farewell` is left. */
  push(chunk: Uint8Array): boolean;
  /** The next chunk, as soon as there is one; `null` at the end. */
  next(): Promise<Uint8Array | null>;
  /** Ends it behind what is unread. */
  end(): void;
  readonly unread: number;
}

export interface UnreadLimits {
  readonly chunks: number;
  readonly bytes: number;
}

/** @param farewell The last words to a reader that is cut off. */
export function createUnreadQueue(limits: UnreadLimits, farewell: Uint8Array): UnreadQueue {
  let chunks: Uint8Array[] = [];
  let bytes = 0;
  let isEnded = false;
  let wake: (() => void) | null = null;
  const stir = (): void => {
    wake?.();
    wake = null;
  };
  return {
    push(chunk) {
      if (isEnded) return false;
      const isBehind = chunks.length >= limits.chunks || bytes + chunk.length > limits.bytes;
      if (isBehind) {
        chunks = [farewell];
        isEnded = true;
      } else {
        chunks.push(chunk);
        bytes += chunk.length;
      }
      stir();
      return !isBehind;
    },
    async next() {
      while (chunks.length === 0 && !isEnded)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const chunk = chunks.shift();
      bytes -= chunk?.length ?? 0;
      return chunk ?? null;
    },
    end() {
      isEnded = true;
      stir();
    },
    get unread() {
      return chunks.length;
    },
  };
}
