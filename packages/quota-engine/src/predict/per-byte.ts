import type { RequestBody } from "../types.ts";
import { RecentValues } from "./recent-values.ts";

/** Tokens per byte before anything was learned. */
export const START_TOKENS_PER_BYTE: number = 1 / 4;
/** Requests that are remembered: what changes is followed, and what was odd is forgotten. */
const RECENT_REQUESTS = 32;
/** A token is no less than a byte, and no tokeniser packs more than so many bytes of a request into one. */
const MOST = 1;
const LEAST = 1 / 50;
/** Where media take a larger share of the input, it tells of them and not of the text. */
const MOST_MEDIA_SHARE = 1 / 4;
/** From so many requests on, what was learned is trusted to be nearer the truth. */
const TRUSTED_REQUESTS = 4;
/** The share of an expected input that is there at least, by what it was expected from. */
const SURE_SHARE = { start: 1 / 2, learned: 3 / 4 } as const;

/**
 * How many tokens a byte of text is, learned from requests and their answers: the median of the recent ones that can be
 * true. One odd answer therefore moves little, and for long nothing.
 */
export class PerByte {
  readonly #recent: RecentValues = new RecentValues(RECENT_REQUESTS);
  #count = 0;

  /** `null` before anything was learned. */
  get value(): number | null {
    return this.#recent.percentile(0.5);
  }

  /** Share of the tokens reckoned with this value that are there at the very least. */
  get sureShare(): number {
    return this.#count >= TRUSTED_REQUESTS ? SURE_SHARE.learned : SURE_SHARE.start;
  }

  /**
   * @returns Tokens that the bytes do not explain: 0 where they can, more where something was added on the way (a hidden
   *   prompt, what a server's tool found). `null` where the request teaches nothing.
   */
  learn(inputTokens: number, { bodyBytes = 0, media }: RequestBody): number | null {
    const mediaTokens = media?.tokens ?? 0;
    if (media !== undefined && media.elsewhere > 0) return null;
    if (mediaTokens > inputTokens * MOST_MEDIA_SHARE) return null;
    const textBytes = bodyBytes - (media?.bytes ?? 0);
    const textTokens = inputTokens - mediaTokens;
    if (!(textBytes > 0)) return null;
    if (textTokens > textBytes * MOST) return textTokens - textBytes * (this.value ?? START_TOKENS_PER_BYTE);
    return this.#add(textTokens / textBytes) ? 0 : null;
  }

  toJSON(): number[] {
    return this.#recent.toJSON();
  }

  /** Takes what can be true of these, oldest first, in place of what it has. */
  restore(values: readonly number[]): void {
    this.#recent.restore([]);
    this.#count = 0;
    for (const value of values) this.#add(value);
  }

  #add(perByte: number): boolean {
    if (!(perByte >= LEAST && perByte <= MOST)) return false;
    this.#recent.add(perByte);
    this.#count += 1;
    return true;
  }
}
