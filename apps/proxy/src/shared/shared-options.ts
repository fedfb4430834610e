import type { QuotaEngine } from "@ccp/quota-engine";
import type { LaneBook } from "@ccp/router-policy";
import type { SharedStore } from "@ccp/shared-quota";
import type { Clock, Notice } from "../deps.ts";
import type { Pair } from "./watched.ts";

export interface SharedQuotaOptions {
  readonly engine: QuotaEngine;
  readonly book: LaneBook;
  readonly clock: Clock;
  readonly notice: Notice;
  readonly plan: string;
  /** Models that quotas name, with their lanes: shown before any request asks for them. */
  readonly named: () => readonly Pair[];
  /** The longest that a decision waits for the store. */
  readonly capMs: number;
  /** Connects; `onGone` is called once when the connection ends by itself. */
  readonly connect: (onGone: (reason: string) => void) => Promise<SharedStore & { close(): void }>;
  /** The gateway's id is used by another process that lives: from now on it is another one. */
  readonly renewId: () => void;
  readonly random: () => number;
  /** What a decision waited for the store, ms, and what came of it. */
  readonly onDecision?: (outcome: "granted" | "refused" | "alone", waitedMs: number) => void;
}
