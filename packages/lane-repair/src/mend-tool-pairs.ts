import { type Block, type Body, type Message, withBlocks } from "./body/body.ts";
import { asBlocks, missingResult } from "./body/new-blocks.ts";
import { resultAsText } from "./body/result-as-text.ts";
import { type Run, readRuns } from "./body/runs.ts";
import type { ByteView } from "./bytes/byte-view.ts";

/**
 * Mends tool calls and results that do not belong together by position: a lane that checks them refuses the
 * conversation for good.
 *
 * - A result without its call in the assistant's turn just before, a second result of one call, or one in an
 *   assistant's turn becomes text: "Result of tool call ID:", then what it held. Lost: `is_error`, `cache_control` and
 *   contents that cannot stand in a message.
 * - A call whose turn is followed by one without its result gets a result that says so, marked as an error. Calls of
 *   the last turn still wait for theirs, and are left alone.
 * - Results move before all else in their turn, where the protocol wants them.
 *
 * Messages of one role in a row count as one turn, as the protocol reads them.
 */
export function mendToolPairs(body: Body): Body {
  if (body.messages === null) return body;
  const runs = readRuns(body.messages);
  const messages: (Message | null)[] = [...body.messages];
  runs.forEach((run, index) => {
    const before = runs[index - 1];
    if (run.role === "assistant") {
      orphansToText(messages, run, new Set(), body.view);
    } else if (before?.role === "assistant") {
      answerCalls(messages, run, callIds(messages, before), body.view);
    } else {
      orphansToText(messages, run, new Set(), body.view);
    }
  });
  const changed = messages.some((message, index) => message !== body.messages?.[index]);
  return changed ? { ...body, messages: messages.filter((message) => message !== null) } : body;
}

function callIds(messages: readonly (Message | null)[], run: Run): Set<string> {
  const ids = new Set<string>();
  for (const block of blocksOf(messages, run)) {
    if (block.type === "tool_use" && block.id !== null) ids.add(block.id);
  }
  return ids;
}

function blocksOf(messages: readonly (Message | null)[], run: Run): Block[] {
  return run.at.flatMap((index) => messages[index]?.blocks ?? []);
}

/** Makes the run answer exactly these calls, each once and before all else. */
function answerCalls(
  messages: (Message | null)[],
  run: Run,
  calls: ReadonlySet<string>,
  view: ByteView,
): void {
  const open = new Set(calls);
  orphansToText(messages, run, open, view);
  const first = run.at[0];
  if (calls.size === 0 || first === undefined) return;
  if (open.size === 0 && startsWithResults(messages, run)) return;

  const opening = messages[first];
  const own = opening === null || opening === undefined ? null : asBlocks(opening);
  if (opening === null || opening === undefined || own === null) return;
  const missing = [...open].map(missingResult);
  const given = blocksOf(messages, run).filter(isResult);
  for (const index of run.at.slice(1)) {
    const message = messages[index];
    if (message?.blocks?.some(isResult)) messages[index] = withoutResults(message, message.blocks);
  }
  const others = own.filter((block) => !isResult(block));
  messages[first] = withBlocks(opening, [...missing, ...given, ...others]);
}

/** `null` when nothing else is in it: the turn goes on without this message. */
function withoutResults(message: Message, blocks: readonly Block[]): Message | null {
  const others = blocks.filter((block) => !isResult(block));
  return others.length === 0 ? null : withBlocks(message, others);
}

/** Turns results into text, save the first one of each open call; answered calls leave the set. */
function orphansToText(messages: (Message | null)[], run: Run, open: Set<string>, view: ByteView): void {
  for (const index of run.at) {
    const message = messages[index];
    if (message === null || message === undefined || message.blocks === null) continue;
    let changed = false;
    const blocks = message.blocks.flatMap((block) => {
      if (!isResult(block) || (block.id !== null && open.delete(block.id))) return [block];
      changed = true;
      return resultAsText(block, view, run.role === "user");
    });
    if (changed) messages[index] = withBlocks(message, blocks);
  }
}

function startsWithResults(messages: readonly (Message | null)[], run: Run): boolean {
  let others = false;
  for (const index of run.at) {
    const message = messages[index];
    if (message?.blocks === null || message?.blocks === undefined) others = true;
    for (const block of message?.blocks ?? []) {
      if (!isResult(block)) others = true;
      else if (others) return false;
    }
  }
  return true;
}

function isResult(block: Block): boolean {
  return block.type === "tool_result";
}
