import { answerId, type ClaudeAnswer } from "./claude-answer.ts";

/** An answer as all transcripts together tell it. */
export interface WholeAnswer extends ClaudeAnswer {
  readonly id: string;
  /** Every request id it was written down under: a subagent's transcript repeats its parent's under its own. */
  readonly requestIds: readonly string[];
}

/** All that was written of one answer under one name: its last word, and when it was first met. */
interface Snapshot {
  last: ClaudeAnswer;
  firstTs: number;
}

/** Vendors' own ids are as long as this; a relay that has no ids gives the same short word to every answer. */
const UNIQUE_LENGTH = 16;

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
    const key = snapshotKey(answer);
    const known = snapshots.get(key);
    if (known === undefined) {
      snapshots.set(key, { last: answer, firstTs: answer.ts });
      return;
    }
    this.repeated += 1;
    known.firstTs = Math.min(known.firstTs, answer.ts);
    if (isLater(answer, known.last)) known.last = answer;
  }

  /** Oldest first; those that took nothing are left out. */
  list(): WholeAnswer[] {
    const whole = [...this.#byMessage].flatMap(([messageId, snapshots]) =>
      cluster(messageId, [...snapshots.values()]).map((same) => toWhole(messageId, same)),
    );
    const spent = whole.filter((each) => inputOf(each) + each.outputTokens > 0);
    return spent.sort((a, b) => a.ts - b.ts || (a.id < b.id ? -1 : 1));
  }
}

function isUnique(messageId: string): boolean {
  return messageId.length >= UNIQUE_LENGTH;
}

function snapshotKey(answer: ClaudeAnswer): string {
  const { messageId, requestId, sessionId, model } = answer;
  if (requestId !== null || isUnique(messageId)) return JSON.stringify([requestId, model]);
  return JSON.stringify([null, model, sessionId, inputKey(answer)]);
}

function inputKey({ model, inputTokens, creationTokens, readTokens }: ClaudeAnswer): string {
  return JSON.stringify([model, inputTokens, creationTokens, readTokens]);
}

/** Output only grows while an answer streams; a resumed session repeats an early snapshot at a later time. */
function isLater(one: ClaudeAnswer, other: ClaudeAnswer): boolean {
  return (one.outputTokens - other.outputTokens || inputOf(one) - inputOf(other) || one.ts - other.ts) > 0;
}

function inputOf({ inputTokens, creationTokens, readTokens }: ClaudeAnswer): number {
  return inputTokens + creationTokens + readTokens;
}

/**
 * Snapshots of one answer together: all of a message id that is a vendor's own, and of another those of one request, and
 * copies with the same input.
 */
function cluster(messageId: string, snapshots: readonly Snapshot[]): Snapshot[][] {
  const oldestFirst = [...snapshots].sort((a, b) => a.firstTs - b.firstTs);
  if (isUnique(messageId)) return [oldestFirst];
  const clusters: Snapshot[][] = [];
  const byRequest = new Map<string, Snapshot[]>();
  const byInput = new Map<string, Snapshot[][]>();
  for (const snapshot of oldestFirst) {
    const { last } = snapshot;
    const alike = byInput.get(inputKey(last)) ?? [];
    byInput.set(inputKey(last), alike);
    const found =
      (last.requestId === null ? undefined : byRequest.get(last.requestId)) ??
      alike.find((same) => isCopy(snapshot, same));
    const same = found ?? [];
    if (found === undefined) clusters.push(same);
    if (!alike.includes(same)) alike.push(same);
    same.push(snapshot);
    if (last.requestId !== null) byRequest.set(last.requestId, same);
  }
  return clusters;
}

/** Without any request id, equal input is a copy only within a session or at the same moment. */
function isCopy({ last, firstTs }: Snapshot, same: readonly Snapshot[]): boolean {
  return (
    last.requestId !== null ||
    same.some(
      (each) =>
        each.last.requestId !== null || each.last.sessionId === last.sessionId || each.firstTs === firstTs,
    )
  );
}

/** @param same Oldest first: the model that was met last ended the answer. */
function toWhole(messageId: string, same: readonly Snapshot[]): WholeAnswer {
  const lastModel = same.at(-1)?.last.model;
  const ofModel = same.map(({ last }) => last).filter(({ model }) => model === lastModel);
  const last = ofModel.reduce((best, each) => (isLater(each, best) ? each : best));
  const requestIds = [...new Set(same.map((each) => each.last.requestId))].filter((id) => id !== null);
  // What it has grown by must be found under the same name.
  const name = isUnique(messageId) ? "" : (requestIds[0] ?? `${last.sessionId} ${inputKey(last)}`);
  // It took place when it was first written down whole, not when a copy was made.
  const ts = Math.min(
    ...ofModel.filter((each) => each.outputTokens === last.outputTokens).map((each) => each.ts),
  );
  return { ...last, ts, id: answerId(messageId, name), requestIds };
}
