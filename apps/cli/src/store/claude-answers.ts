import { answerId, type ClaudeAnswer } from "./claude-answer.ts";

/** An answer as all transcripts together tell it. */
export interface WholeAnswer extends ClaudeAnswer {
  readonly id: string;
  /** Every request id it was written down under: a subagent's transcript repeats its parent's under its own. */
  readonly requestIds: readonly string[];
}

/** All that was written of one message under one request id and one model: its last word, and when it was first met. */
interface Snapshot {
  last: ClaudeAnswer;
  firstTs: number;
}

/**
 * Collects answers. Each block of a streamed answer is a line of its own, resumed sessions and subagents repeat lines, and
 * an answer that fell back to another model stands under both: it counts once, as the last snapshot of the model that
 * ended it, and whole, for numbers of two snapshots do not belong together.
 */
export class ClaudeAnswers {
  readonly #byMessage = new Map<string, Map<string, Snapshot>>();
  /** Lines that repeated an answer. */
  repeated = 0;

  add(answer: ClaudeAnswer): void {
    const snapshots = this.#byMessage.get(answer.messageId) ?? new Map<string, Snapshot>();
    this.#byMessage.set(answer.messageId, snapshots);
    if (snapshots.size > 0) this.repeated += 1;
    const key = JSON.stringify([answer.requestId, answer.model]);
    const known = snapshots.get(key);
    if (known === undefined) {
      snapshots.set(key, { last: answer, firstTs: answer.ts });
      return;
    }
    known.firstTs = Math.min(known.firstTs, answer.ts);
    if (isLater(answer, known.last)) known.last = answer;
  }

  /** Oldest first; those that took nothing are left out. */
  list(): WholeAnswer[] {
    const whole = [...this.#byMessage].flatMap(([messageId, snapshots]) =>
      cluster([...snapshots.values()]).map((same, at) => toWhole(messageId, same, at)),
    );
    const spent = whole.filter((each) => inputOf(each) + each.outputTokens > 0);
    return spent.sort((a, b) => a.ts - b.ts || (a.id < b.id ? -1 : 1));
  }
}

/** Output only grows while an answer streams; a resumed session repeats an early snapshot at a later time. */
function isLater(one: ClaudeAnswer, other: ClaudeAnswer): boolean {
  return (one.outputTokens - other.outputTokens || inputOf(one) - inputOf(other) || one.ts - other.ts) > 0;
}

function inputOf({ inputTokens, creationTokens, readTokens }: ClaudeAnswer): number {
  return inputTokens + creationTokens + readTokens;
}

/**
 * Snapshots of one answer together. The message id alone does not tell: some vendors give the same to many answers. Those
 * have requests of their own, and other input.
 */
function cluster(snapshots: readonly Snapshot[]): Snapshot[][] {
  const clusters: Snapshot[][] = [];
  const oldestFirst = [...snapshots].sort((a, b) => a.firstTs - b.firstTs);
  for (const snapshot of oldestFirst) {
    const found = clusters.find((same) => same.some((each) => isSame(each.last, snapshot.last)));
    if (found === undefined) clusters.push([snapshot]);
    else found.push(snapshot);
  }
  return clusters;
}

function isSame(one: ClaudeAnswer, other: ClaudeAnswer): boolean {
  if (one.requestId === null || other.requestId === null || one.requestId === other.requestId) return true;
  return (
    one.model === other.model &&
    one.inputTokens === other.inputTokens &&
    one.creationTokens === other.creationTokens &&
    one.readTokens === other.readTokens
  );
}

/** @param same Oldest first: the model that was met last ended the answer. */
function toWhole(messageId: string, same: readonly Snapshot[], at: number): WholeAnswer {
  const lastModel = same.at(-1)?.last.model;
  const ofModel = same.map(({ last }) => last).filter(({ model }) => model === lastModel);
  const last = ofModel.reduce((best, each) => (isLater(each, best) ? each : best));
  const requestIds = [...new Set(same.map((each) => each.last.requestId))].filter((id) => id !== null);
  const names = at === 0 ? [messageId, ""] : [messageId, requestIds[0] ?? `${at}`];
  // It took place when it was first written down whole, not when a copy was made.
  const ts = Math.min(
    ...ofModel.filter((each) => each.outputTokens === last.outputTokens).map((each) => each.ts),
  );
  return { ...last, ts, id: answerId(...names), requestIds };
}
