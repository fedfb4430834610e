import type { Line } from "./line.ts";

export interface Column {
  readonly header: string;
  readonly align?: "right";
  /** Only shown from 110 columns on, and only where the others then stand whole: the last one goes first. */
  readonly wideOnly?: true;
  /** Left out where the table is too wide even with short cells: 1 goes first. */
  readonly dropped?: number;
  /** The column may be cut down to this width where the table is too wide. The widest gives way, step by step. */
  readonly min?: number;
  /** Cut before the columns that do not say so, or after them. */
  readonly gives?: "first" | "last";
  readonly cut?: "middle";
  /** Where the value stands on a card: its first line, the end of that line, or (default) the second line. */
  readonly card?: "title" | "state" | "none";
}

/** One cell. `columns` above 1 lets a sentence run over its neighbours, which then have no cell of their own. */
export interface Cell {
  readonly spans: Line;
  readonly columns?: number;
  /** Says the same in less room; taken in all rows before anything is cut. */
  readonly short?: Line;
}
