import type { ConfigIssue } from "@ccp/usage-contract";
import { isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";
import { issueAt } from "../issue/issue.ts";
import type { KeyPath, SourceEntry, SourceNode, Spot } from "./source-node.ts";

/** Aliases count as often as they are used: a few lines of them can stand for billions of values. */
const MAX_VALUES = 20_000;
const MAX_DEPTH = 32;
/** Names that mean something else to every JavaScript object. */
const RESERVED_KEYS = ["__proto__", "prototype", "constructor"];

/** State of one conversion. */
interface Conversion {
  readonly lines: LineCounter;
  readonly issues: ConfigIssue[];
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that are being converted: an alias to one of them would never end. */
  readonly open: Set<unknown>;
  values: number;
  /** Place of the outermost alias that is being written out: what stands behind it stands elsewhere in the text. */
  alias: Spot | null;
}

export interface Converted {
  readonly root: SourceNode;
  readonly issues: readonly ConfigIssue[];
}

/** Turns the parser's nodes into values with positions; aliases are written out, up to a bound. */
export function convertNode(node: Node, lines: LineCounter): Converted {
  const state: Conversion = {
    lines,
    issues: [],
    anchors: new Map(),
    open: new Set(),
    values: 0,
    alias: null,
  };
  return { root: convert(node, [], { line: 1, column: 1 }, state), issues: state.issues };
}

function convert(node: unknown, path: KeyPath, fallback: Spot, state: Conversion): SourceNode {
  const at = spotOf(node, fallback, state);
  state.values += 1;
  if (state.values > MAX_VALUES || path.length > MAX_DEPTH) return tooMuch(path, at, state);
  if (isAlias(node)) return followAlias(node.source, path, at, state);
  rememberAnchor(node, state);
  state.open.add(node);
  const converted = convertValue(node, path, at, state);
  state.open.delete(node);
  return converted;
}

function convertValue(node: unknown, path: KeyPath, at: Spot, state: Conversion): SourceNode {
  if (isMap(node)) return { kind: "map", at, entries: convertPairs(node.items, path, at, state) };
  if (isSeq(node)) {
    return { kind: "list", at, items: node.items.map((item, i) => convert(item, [...path, i], at, state)) };
  }
  return { kind: "scalar", at, value: isScalar(node) ? scalarValue(node.value) : null };
}

function convertPairs(pairs: readonly Pair[], path: KeyPath, at: Spot, state: Conversion) {
  const entries = new Map<string, SourceEntry>();
  for (const pair of pairs) {
    const keyAt = spotOf(pair.key, at, state);
    const key = isScalar(pair.key) ? String(pair.key.value ?? "") : "";
    const keyPath = [...path, key];
    const first = entries.get(key);
    if (first !== undefined) {
      state.issues.push(
        issueAt(
          keyPath,
          keyAt,
          `expected each key once, found one that stands on line ${first.keyAt.line} already`,
        ),
      );
    } else if (RESERVED_KEYS.includes(key)) {
      state.issues.push(issueAt(keyPath, keyAt, "expected another name, found one that is reserved"));
    } else {
      entries.set(key, { keyAt, node: convert(pair.value, keyPath, keyAt, state) });
    }
  }
  return entries;
}

function followAlias(name: string, path: KeyPath, at: Spot, state: Conversion): SourceNode {
  const target = state.anchors.get(name);
  if (target !== undefined && !state.open.has(target)) {
    const outer = state.alias;
    state.alias = outer ?? at;
    const converted = convert(target, path, at, state);
    state.alias = outer;
    return { ...converted, at };
  }
  const message =
    target === undefined
      ? 'expected an anchor (&name) above for this alias (*name), found none; a pattern with * must stand in quotes: "*"'
      : "expected an alias of something else, found one of the value it stands in";
  state.issues.push(issueAt(path, at, message));
  return { kind: "scalar", at, value: null };
}

function tooMuch(path: KeyPath, at: Spot, state: Conversion): SourceNode {
  const many = state.values > MAX_VALUES;
  // Once is enough: past the bound every further value would say the same.
  if (!many || state.values === MAX_VALUES + 1) {
    const found = many
      ? `more than ${MAX_VALUES} values, aliases written out`
      : `more than ${MAX_DEPTH} levels`;
    state.issues.push(issueAt(path.slice(0, 3), state.alias ?? at, `expected a small file, found ${found}`));
  }
  return { kind: "scalar", at, value: null };
}

function rememberAnchor(node: unknown, state: Conversion): void {
  if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined) {
    state.anchors.set(node.anchor, node);
  }
}

function scalarValue(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return String(value);
}

function spotOf(node: unknown, fallback: Spot, state: Conversion): Spot {
  const hasRange = isMap(node) || isSeq(node) || isScalar(node) || isAlias(node);
  const offset = hasRange ? node.range?.[0] : undefined;
  if (offset === undefined) return fallback;
  const { line, col } = state.lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}
