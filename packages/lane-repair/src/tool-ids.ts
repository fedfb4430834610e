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
    const calls = run.role === "assistant" ? renameCalls(messages, run, renamer) : [];
    if (run.role === "assistant") renamer.openCalls = calls;
    else {
      renameResults(messages, run, renamer);
      renamer.openCalls = [];
    }
  }
  const { toolIds } = renamer;
  return toolIds.size === 0 ? { body, toolIds } : { body: { ...body, messages }, toolIds };
}

interface Call {
  readonly oldId: string;
  readonly id: string;
  answered: boolean;
}

class Renamer {
  readonly toolIds: Map<string, string> = new Map();
  /** Calls of the turn before: the next turn's results may answer these. */
  openCalls: readonly Call[] = [];
  readonly #taken: Set<string> = new Set();

  /** The id a call gets. */
  call(oldId: string): string {
    const id = FIT.test(oldId) && !this.#taken.has(oldId) ? oldId : this.#invent(oldId);
    this.#taken.add(id);
    return id;
  }

  /** The id of the call that a result answers; without one, a fit id of its own. */
  result(oldId: string): string {
    const calls = this.openCalls.filter((call) => call.oldId === oldId);
    const call = calls.find(({ answered }) => !answered) ?? calls[0];
    if (call === undefined) return FIT.test(oldId) ? oldId : this.#invent(oldId);
    call.answered = true;
    return call.id;
  }

  #invent(oldId: string): string {
    const readable = oldId.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, READABLE_CHARS) || "toolu";
    const base = `${readable}_${hash64(oldId)}`;
    let id = base;
    for (let n = 2; this.#taken.has(id); n += 1) id = `${base}_${n}`;
    this.toolIds.set(id, oldId);
    return id;
  }
}

function renameCalls(messages: Message[], run: Run, renamer: Renamer): Call[] {
  const calls: Call[] = [];
  changeIds(messages, run, "tool_use", (oldId) => {
    const id = renamer.call(oldId);
    calls.push({ oldId, id, answered: false });
    return id;
  });
  return calls;
}

function renameResults(messages: Message[], run: Run, renamer: Renamer): void {
  changeIds(messages, run, "tool_result", (oldId) => renamer.result(oldId));
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
