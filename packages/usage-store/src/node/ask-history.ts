import type { RollupsQuery, SamplesQuery, WindowsQuery } from "@ccp/usage-contract";
import { type HistoryQuestion, PAGE_SAMPLES, type PageStart } from "./history-protocol.ts";

/** What answers questions of the past: the database, or the memory that stands in for it. */
export interface HistorySource {
  samples(query: SamplesQuery): unknown;
  rollups(query: RollupsQuery): unknown;
  windows(query: WindowsQuery, nowSec: number): unknown;
  page(after: PageStart, limit: number): unknown;
}

/** @returns The answer, as it goes over the wire. */
export function askHistory(source: HistorySource, question: HistoryQuestion, nowSec: number): unknown {
  switch (question.kind) {
    case "samples":
      return source.samples(question.query);
    case "rollups":
      return source.rollups(question.query);
    case "windows":
      return source.windows(question.query, nowSec);
    case "page":
      return source.page(question.after, PAGE_SAMPLES);
    default:
      question satisfies never;
  }
}
