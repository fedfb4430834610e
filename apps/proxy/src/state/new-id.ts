import { randomFillSync } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TIME_CHARS = 10;
const RANDOM_CHARS = 16;
const POOL_BYTES = 4096;

/**
 * Makes request ids that sort by time (ULID): 10 characters of epoch ms and 16 random ones. The randomness is drawn
 * in blocks, since one system call an id would cost more than the id.
 */
export function createIdSource(wallMs: () => number): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  return () => {
    if (used + RANDOM_CHARS > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    let time = Math.max(0, Math.floor(wallMs()));
    let id = "";
    for (let i = 0; i < TIME_CHARS; i += 1) {
      id = ALPHABET.charAt(time % 32) + id;
      time = Math.floor(time / 32);
    }
    for (let i = 0; i < RANDOM_CHARS; i += 1) id += ALPHABET.charAt((pool[used + i] ?? 0) & 31);
    used += RANDOM_CHARS;
    return id;
  };
}
