import { type LaneId, modelKey } from "@ccp/usage-contract/core";
import { endMs, type LimitMark } from "./limit-mark.ts";

/** More than any real set of lanes and models; what a client could invent beyond it is dropped. */
const MAX_MARKS = 1000;

/** The marks by lane and model, bounded. */
export class MarkStore {
  readonly #marks = new Map<string, LimitMark>();

  /** @param model Any spelling of the model; `null` is the mark of the lane's account. */
  get(lane: LaneId, model: string | null): LimitMark | undefined {
    return this.#marks.get(keyOf(lane, model));
  }

  /** The marks that bind a model: its own and the account's. */
  binding(lane: LaneId, model: string): LimitMark[] {
    // Most of the time there is no mark at all, and folding the model's name is what a look-up costs.
    if (this.#marks.size === 0) return [];
    return [this.get(lane, null), this.get(lane, model)].filter((mark) => mark !== undefined);
  }

  /** Keeps a mark in the place of an older one; at the bound, the other mark that ends first makes room. */
  put(mark: LimitMark): void {
    const key = keyOf(mark.lane, mark.model);
    this.#marks.set(key, mark);
    if (this.#marks.size <= MAX_MARKS) return;
    const [first] = [...this.#marks]
      .filter(([other]) => other !== key)
      .sort(([, a], [, b]) => endMs(a) - endMs(b));
    if (first !== undefined) this.#marks.delete(first[0]);
  }

  delete(mark: LimitMark): void {
    this.#marks.delete(keyOf(mark.lane, mark.model));
  }

  /** Replaces each mark by what `change` makes of it. */
  change(change: (mark: LimitMark) => LimitMark): void {
    for (const [key, mark] of this.#marks) this.#marks.set(key, change(mark));
  }

  all(): LimitMark[] {
    return [...this.#marks.values()];
  }

  clear(): void {
    this.#marks.clear();
  }
}

function keyOf(lane: LaneId, model: string | null): string {
  return model === null ? lane : `${lane}\n${modelKey(model)}`;
}
