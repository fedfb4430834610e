/** 1-based position in the text. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** A parsed value that still knows where it stood: what issues need and plain objects have lost. */
export type SourceNode = SourceScalar | SourceList | SourceMap;

export interface SourceScalar {
  readonly kind: "scalar";
  readonly at: Spot;
  readonly value: string | number | boolean | null;
}

export interface SourceList {
  readonly kind: "list";
  readonly at: Spot;
  readonly items: readonly SourceNode[];
}

export interface SourceMap {
  readonly kind: "map";
  readonly at: Spot;
  readonly entries: ReadonlyMap<string, SourceEntry>;
}

export interface SourceEntry {
  readonly keyAt: Spot;
  readonly node: SourceNode;
}

export type KeyPath = readonly (string | number)[];

export function nodeAt(root: SourceNode, path: KeyPath): SourceNode | null {
  let node: SourceNode | null = root;
  for (const key of path) {
    if (node === null) return null;
    node = childOf(node, key);
  }
  return node;
}

function childOf(node: SourceNode, key: string | number): SourceNode | null {
  if (node.kind === "map") return node.entries.get(String(key))?.node ?? null;
  if (node.kind === "list" && typeof key === "number") return node.items[key] ?? null;
  return null;
}

/**
 * Where to point for a key path.
 *
 * @param part `key`: at the key itself. `value`: at its value. A path that leads nowhere (a missing key) points at
 *   the key of the mapping that lacks it.
 */
export function spotAt(root: SourceNode, path: KeyPath, part: "key" | "value" = "value"): Spot {
  let node = root;
  let keySpot = root.at;
  for (const key of path) {
    const entry = node.kind === "map" ? node.entries.get(String(key)) : undefined;
    const next = entry?.node ?? childOf(node, key);
    if (next === null) return keySpot;
    keySpot = entry?.keyAt ?? next.at;
    node = next;
  }
  // An empty value has no place of its own: the parser puts it behind the colon or on the next line.
  return part === "key" || (node.kind === "scalar" && node.value === null) ? keySpot : node.at;
}
