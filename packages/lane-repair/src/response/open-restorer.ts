import { DataLines } from "./data-lines.ts";
import { HeldOutput } from "./held-output.ts";
import { type StringRule, StringWalker } from "./string-walker.ts";

export type RestoreName = "restore_model" | "restore_tool_ids";

export interface RestorerOptions {
  /** Whether the answer is an event stream, not one JSON object. */
  readonly isStream: boolean;
  /** The model the client asked for; `null` leaves the one that the lane names. */
  readonly model: string | null;
  /** The tool id that was sent → the client's own, as `repairRequest` gave it. */
  readonly toolIds: ReadonlyMap<string, string>;
}

/** Writes into an answer what the client knows its request by. */
export interface Restorer {
  /** @returns What goes on now, in order; bytes that may have to change are held back. Chunks are not mutated. */
  push(chunk: Uint8Array): Uint8Array[];
  /** @returns What was held back of an answer that broke off. Chunks pushed afterwards give nothing. */
  end(): Uint8Array[];
  /** What has been changed so far. */
  readonly restored: readonly RestoreName[];
}

/**
 * Opens a restorer: the model's name in `message_start` (in a JSON answer: the top-level `model`), and `id` and
 * `tool_use_id` wherever one holds an id that was renamed. All other bytes pass as they came, wherever chunks are cut;
 * at most 4 KB are held back. Whatever is no JSON passes as it came.
 *
 * The length of the answer may change: a `content-length` must not be passed on.
 *
 * @example
 * const restorer = openRestorer({ isStream: false, model: "claude-haiku-4-5", toolIds: new Map() });
 * restorer.push(bytes('{"type":"message","model":"glm-4.7"}')); // => {"type":"message","model":"claude-haiku-4-5"}
 */
export function openRestorer(options: RestorerOptions): Restorer {
  const out = new HeldOutput();
  const rules = new RestoreRules(options);
  const walker = new StringWalker(rules.rule, out);
  const lines = new DataLines({
    onData: (chunk, from, to) => walker.feed(chunk, from, to),
    onLineEnd: () => walker.breakLine(),
    onEventEnd: () => walker.reset(),
  });
  let ended = false;
  return {
    push: (chunk) => {
      if (ended || chunk.length === 0) return [];
      if (rules.idle) return [chunk];
      out.open(chunk);
      if (options.isStream) lines.feed(chunk);
      else walker.feed(chunk, 0, chunk.length);
      return out.close();
    },
    end: () => {
      if (ended) return [];
      ended = true;
      out.open(new Uint8Array(0));
      out.release();
      return out.close();
    },
    get restored() {
      return rules.restored;
    },
  };
}

/** Which strings are to be changed, and into what. */
class RestoreRules {
  readonly restored: RestoreName[] = [];
  readonly #isStream: boolean;
  readonly #toolIds: ReadonlyMap<string, string>;
  #model: string | null;

  constructor({ isStream, model, toolIds }: RestorerOptions) {
    this.#isStream = isStream;
    this.#model = model;
    this.#toolIds = toolIds;
  }

  /** Nothing is left to be changed. */
  get idle(): boolean {
    return this.#model === null && this.#toolIds.size === 0;
  }

  readonly rule: StringRule = (depth, key, parentKey) => {
    if (key === "model" && this.#model !== null && this.#isAnswersModel(depth, parentKey)) {
      return this.#restoreModel;
    }
    if (this.#toolIds.size > 0 && (key === "id" || key === "tool_use_id")) return this.#restoreId;
    return null;
  };

  /** Of all events only `message_start` has a `message` with a model. */
  #isAnswersModel(depth: number, parentKey: string): boolean {
    return this.#isStream ? depth === 2 && parentKey === "message" : depth === 1;
  }

  readonly #restoreModel = (text: string): string | null => {
    const model = this.#model;
    this.#model = null;
    return model === text ? null : this.#changed("restore_model", model);
  };

  readonly #restoreId = (text: string): string | null => {
    return this.#changed("restore_tool_ids", this.#toolIds.get(text) ?? null);
  };

  #changed(name: RestoreName, text: string | null): string | null {
    if (text !== null && !this.restored.includes(name)) this.restored.push(name);
    return text;
  }
}
