import { mergeRow, type RollupRow, rowKey, Sketch } from "@ccp/usage-store";

/** The sums of one store. */
export interface StoreRows {
  readonly storeId: string;
  readonly dir: string;
  readonly rows: readonly RollupRow[];
}

export interface MergedStores {
  readonly stores: readonly { readonly storeId: string; readonly dirs: readonly string[] }[];
  readonly rows: readonly RollupRow[];
}

/**
 * Adds up the sums of several stores. The same stores give the same sums in whatever order they come, and a store that
 * comes several times (under another path, or as a copy) counts once: of its copies the fuller row of each span does.
 */
export function mergeStores(inputs: readonly StoreRows[]): MergedStores {
  const stores = new Map<string, { dirs: Set<string>; rows: Map<string, RollupRow> }>();
  for (const { storeId, dir, rows } of inputs) {
    const store = stores.get(storeId) ?? { dirs: new Set<string>(), rows: new Map<string, RollupRow>() };
    stores.set(storeId, store);
    store.dirs.add(dir);
    for (const row of rows) {
      const key = rowKey(row);
      const known = store.rows.get(key);
      if (known === undefined || isFuller(row, known)) store.rows.set(key, row);
    }
  }
  // Sums of fractions depend on their order: it is that of the stores' own names.
  const ordered = [...stores].sort(([a], [b]) => (a < b ? -1 : 1));
  const merged = new Map<string, RollupRow>();
  for (const [, store] of ordered) {
    for (const [key, row] of store.rows) {
      const sum = merged.get(key);
      if (sum === undefined) merged.set(key, copyRow(row));
      else mergeRow(sum, row);
    }
  }
  return {
    stores: ordered.map(([storeId, { dirs }]) => ({ storeId, dirs: [...dirs].sort() })),
    rows: [...merged.values()].sort(byPlace),
  };
}

function isFuller(row: RollupRow, known: RollupRow): boolean {
  const sizeOf = ({ count, errors, inTokens, outTokens }: RollupRow): number[] => [
    count + errors,
    inTokens,
    outTokens,
  ];
  const [a, b] = [sizeOf(row), sizeOf(known)];
  const at = a.findIndex((value, index) => value !== b[index]);
  return at !== -1 && (a[at] ?? 0) > (b[at] ?? 0);
}

function copyRow(row: RollupRow): RollupRow {
  const [ttft, latency] = [new Sketch(), new Sketch()];
  ttft.merge(row.ttft);
  latency.merge(row.latency);
  return { ...row, ttft, latency };
}

function byPlace(a: RollupRow, b: RollupRow): number {
  return (
    a.start - b.start ||
    compare(a.lane, b.lane) ||
    compare(a.model, b.model) ||
    compare(a.trafficClass, b.trafficClass)
  );
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
