import { DEFAULT_WEIGHTS, type TokenCounts } from "@ccp/usage-contract/core";

export interface ClassSpan {
  /** Percentage points that the window rose. */
  readonly points: number;
  readonly counts: TokenCounts;
}

/** Percentage points that one million tokens of each class take. */
export interface PointsPerMillion {
  readonly input: number;
  readonly output: number;
  readonly cacheCreation: number;
  readonly cacheRead: number;
}

const CLASSES = 4;
/** How much the default weights hold the fit: as much as this share of the data's own size. */
const RIDGE = 0.02;
const MILLION = 1e6;

/**
 * Fits how many percentage points a token of each class takes, over spans.
 *
 * Classes grow together in real traffic, so a plain least-squares fit swings wildly: this one is drawn gently to the
 * default weights at the overall rate (ridge), and no class goes below 0.
 *
 * @returns `null` with fewer spans than twice the classes, or when nothing rose.
 */
export function fitClasses(spans: readonly ClassSpan[]): PointsPerMillion | null {
  if (spans.length < 2 * CLASSES) return null;
  const prior = [
    DEFAULT_WEIGHTS.input,
    DEFAULT_WEIGHTS.output,
    DEFAULT_WEIGHTS.cacheCreation,
    DEFAULT_WEIGHTS.cacheRead,
  ];
  const rows = spans.map((span) => classesOf(span.counts));
  const counted = sum(rows.map((row) => dot(row, prior)));
  if (counted <= 0) return null;
  const rate = sum(spans.map((span) => span.points)) / counted;
  const start = prior.map((weight) => weight * rate);
  const residuals = spans.map((span, index) => span.points - dot(rows[index] ?? [], start));
  const change = solve(...normalEquations(rows, residuals));
  const fitted = start.map((value, index) => Math.max(0, value + (change[index] ?? 0)));
  const [input = 0, output = 0, cacheCreation = 0, cacheRead = 0] = fitted;
  return { input, output, cacheCreation, cacheRead };
}

/** Millions of tokens, so that squares stay in a range where the elimination is exact enough. */
function classesOf(counts: TokenCounts): number[] {
  return [
    counts.inputTokens / MILLION,
    counts.outputTokens / MILLION,
    counts.cacheCreationTokens / MILLION,
    counts.cacheReadTokens / MILLION,
  ];
}

function normalEquations(rows: readonly number[][], values: readonly number[]): [number[][], number[]] {
  const matrix = Array.from({ length: CLASSES }, (_, i) =>
    Array.from({ length: CLASSES }, (_, j) => sum(rows.map((row) => (row[i] ?? 0) * (row[j] ?? 0)))),
  );
  const vector = Array.from({ length: CLASSES }, (_, i) =>
    sum(rows.map((row, k) => (row[i] ?? 0) * (values[k] ?? 0))),
  );
  matrix.forEach((row, i) => {
    // A class that never occurs has a zero column: the small constant keeps the system solvable and its change 0.
    row[i] = (row[i] ?? 0) * (1 + RIDGE) + 1e-12;
  });
  return [matrix, vector];
}

/** Gaussian elimination with partial pivoting; the matrix is positive definite, so a pivot always exists. */
function solve(matrix: number[][], vector: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, vector[i] ?? 0]);
  for (let column = 0; column < CLASSES; column += 1) {
    let pivot = column;
    for (let r = column + 1; r < CLASSES; r += 1) {
      if (Math.abs(at(rows, r, column)) > Math.abs(at(rows, pivot, column))) pivot = r;
    }
    [rows[column], rows[pivot]] = [rows[pivot] ?? [], rows[column] ?? []];
    for (let r = 0; r < CLASSES; r += 1) {
      if (r === column) continue;
      const factor = at(rows, r, column) / at(rows, column, column);
      rows[r] = (rows[r] ?? []).map((value, c) => value - factor * at(rows, column, c));
    }
  }
  return rows.map((_, i) => at(rows, i, CLASSES) / at(rows, i, i));
}

function at(rows: readonly (readonly number[])[], row: number, column: number): number {
  return rows[row]?.[column] ?? 0;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return sum(a.map((value, index) => value * (b[index] ?? 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
