import { type Block, type Body, type Message, piecesOf, withBlocks } from "./body/body.ts";
import { type Run, readRuns } from "./body/runs.ts";
import { jsonString } from "./bytes/ascii.ts";
import { replaceSpan } from "./bytes/pieces.ts";
import { hash64 } from "./mint/hash64.ts";

/** What strict lanes take for an id. */
const FIT = /^[a-zA-Z0-9_-]+$/;
/** How much of an unfit id stays readable in the new one. */
const READABLE_CHARS = 40;

export interface RenamedTools {
  readonly body: Body;
  /** The id that is sent → the client's own. Empty when nothing was renamed. */
  readonly toolIds: ReadonlyMap<string, string>;
}

/**
 * Gives tool calls and their results ids that strict lanes take: an id that is empty, has other characters than
 * `a-zA-Z0-9_-`, or was used by an earlier call is replaced in the call and in its result.
 *
 * A new id follows from the old one and the calls before it alone, so the same history gets the same ids in every
 * request. Nothing is lost: `toolIds` leads back.
 */
export function renameToolIds(body: Body): RenamedTools {
  if (body.messages === null) return { body, toolIds: new Map() };
  const renamer = new Renamer();
  const messages = [...body.messages];
  for (const run of readRuns(messages)) {
    if (run.role === "assistant") {
      renamer.beginTurn();
      changeIds(messages, run, "tool_use", (oldId) => renamer.call(oldId));
    } else {
      changeIds(messages, run, "tool_result", (oldId) => renamer.result(oldId));
      renamer.beginTurn();
    }
  }
  const { toolIds } = renamer;
  return toolIds.size === 0 ? { body, toolIds } : { body: { ...body, messages }, toolIds };
}

/** Calls of one turn under one old id, in their order; results answer them in the same order. */
interface Calls {
  readonly ids: string[];
  answered: number;
}

class Renamer {
  readonly toolIds: Map<string, string> = new Map();
  /** By old id, of the assistant's turn just before. */
  #calls: Map<string, Calls> = new Map();
  readonly #taken: Set<string> = new Set();
  /** How often a new id was made from the same old one. */
  readonly #made: Map<string, number> = new Map();

  beginTurn(): void {
    this.#calls = new Map();
  }

  /** The id a call gets. */
  call(oldId: string): string {
    const id = FIT.test(oldId) && !this.#taken.has(oldId) ? oldId : this.#invent(oldId);
    this.#taken.add(id);
    const calls = this.#calls.get(oldId);
    if (calls === undefined) this.#calls.set(oldId, { ids: [id], answered: 0 });
    else calls.ids.push(id);
    return id;
  }

  /** The id of the call that a result answers; without one, a fit id of its own. */
  result(oldId: string): string {
    const calls = this.#calls.get(oldId);
    const id = calls?.ids[calls.answered] ?? calls?.ids[0];
    if (calls === undefined || id === undefined) return FIT.test(oldId) ? oldId : this.#invent(oldId);
    calls.answered += 1;
    return id;
  }

  #invent(oldId: string): string {
    const readable = oldId.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, READABLE_CHARS) || "toolu";
    const base = `${readable}_${hash64(oldId)}`;
    let made = this.#made.get(oldId) ?? 0;
    let id = base;
    do {
      made += 1;
      id = made === 1 ? base : `${base}_${made}`;
    } while (this.#taken.has(id));
    this.#made.set(oldId, made);
    this.toolIds.set(id, oldId);
    return id;
  }
}

function changeIds(
  messages: Message[],
  run: Run,
  type: "tool_use" | "tool_result",
  rename: (oldId: string) => string,
): void {
  for (const index of run.at) {
    const message = messages[index];
    if (message === undefined || message.blocks === null) continue;
    let changed = false;
    const blocks = message.blocks.map((block) => {
      const next = block.type === type ? withId(block, rename) : block;
      changed ||= next !== block;
      return next;
    });
    if (changed) messages[index] = withBlocks(message, blocks);
  }
}

function withId(block: Block, rename: (oldId: string) => string): Block {
  if (block.id === null || block.idSpan === null) return block;
  const id = rename(block.id);
  if (id === block.id) return block;
  return { ...block, id, pieces: replaceSpan(piecesOf(block), block.idSpan, [jsonString(id)]) };
}
