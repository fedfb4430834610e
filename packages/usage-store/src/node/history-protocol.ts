import type { RollupsQuery, SamplesQuery, WindowsQuery } from "@ccp/usage-contract";
import type { StoreFault } from "./store-fault.ts";

/** What a history can be asked. */
export type HistoryQuestion =
  | { readonly kind: "samples"; readonly query: SamplesQuery }
  | { readonly kind: "rollups"; readonly query: RollupsQuery }
  | { readonly kind: "windows"; readonly query: WindowsQuery }
  /** A list of {@link HistorySample}, oldest first; ask on from the last one until a page is short. */
  | { readonly kind: "page"; readonly after: PageStart };

/** Where a page begins: behind this sample. */
export interface PageStart {
  readonly ts: number;
  readonly rid: string;
}

/** Samples of one page. */
export const PAGE_SAMPLES = 2000;

/** What the writer thread starts with. */
export interface WriterData {
  readonly path: string;
  /** Where the log lies: what a kill kept from the database is caught up from it. */
  readonly logsDir: string;
  /** Epoch seconds by the gateway's own clock. */
  readonly nowSec: number;
}

/** To the writer. Rows come as JSON texts: they are cheap to hand over. */
export type ToWriter =
  | {
      readonly kind: "write";
      readonly id: number;
      readonly samples: string[];
      readonly windows: string[];
      readonly nowSec: number;
    }
  | { readonly kind: "ask"; readonly id: number; readonly question: HistoryQuestion; readonly nowSec: number }
  | { readonly kind: "close" };

/** From the writer. */
export type FromWriter =
  | { readonly kind: "ready"; readonly sizeBytes: number }
  | { readonly kind: "failed"; readonly fault: StoreFault }
  | {
      readonly kind: "written";
      readonly id: number;
      readonly added: number;
      readonly sizeBytes: number;
      readonly fault: StoreFault | null;
    }
  | {
      readonly kind: "answer";
      readonly id: number;
      readonly json: string | null;
      readonly fault: StoreFault | null;
    };
