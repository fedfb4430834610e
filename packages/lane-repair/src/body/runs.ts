import type { Message } from "./body.ts";

/** Messages of one role that follow each other: the protocol reads them as one turn. */
export interface Run {
  readonly role: string | null;
  /** Their indexes. */
  readonly at: readonly number[];
}

/** Groups messages into turns. System messages stand between turns without ending one, and are in no run. */
export function readRuns(messages: readonly Message[]): Run[] {
  const runs: { role: string | null; at: number[] }[] = [];
  messages.forEach(({ role }, index) => {
    if (role === "system") return;
    const last = runs.at(-1);
    if (last !== undefined && last.role === role) last.at.push(index);
    else runs.push({ role, at: [index] });
  });
  return runs;
}
