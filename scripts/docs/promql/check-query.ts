import type { SyntaxNode } from "@lezer/common";
import { parser } from "@prometheus-io/lezer-promql";

/** Labels by series, as a scrape shows them. */
export type SeriesLabels = ReadonlyMap<string, ReadonlySet<string>>;

export interface QueryCheck {
  /** Labels of what the query returns; `null` for a number. */
  readonly labels: ReadonlySet<string> | null;
  /** What is wrong with it, one sentence each. */
  readonly problems: readonly string[];
}

/** What Prometheus puts to every sample of a target. */
const TARGET_LABELS = ["job", "instance"];
/** Prometheus's own series. */
const OWN_SERIES: SeriesLabels = new Map([["up", new Set(TARGET_LABELS)]]);
/** Labels whose values are a closed set: a matcher for another value would find nothing for ever. */
export type LabelValues = Readonly<Record<string, readonly string[]>>;

/**
 * Parses a query by Prometheus's own grammar and follows the labels through it: each series and label it names must
 * exist, also behind an aggregation, and two sides that are matched must have labels in common.
 */
export function checkQuery(query: string, series: SeriesLabels, values: LabelValues = {}): QueryCheck {
  const tree = parser.parse(query);
  const broken: string[] = [];
  tree.iterate({
    enter: (node) => {
      if (node.type.isError) broken.push(`does not parse at character ${node.from}`);
    },
  });
  const top = tree.topNode.firstChild;
  if (broken.length > 0 || top === null) return { labels: null, problems: broken.slice(0, 1) };
  const checker = new Checker(query, series, values);
  const labels = checker.labelsOf(top);
  return { labels, problems: checker.problems };
}

type Labels = ReadonlySet<string> | null;

class Checker {
  readonly problems: string[] = [];
  readonly #query: string;
  readonly #series: SeriesLabels;
  readonly #values: LabelValues;

  constructor(query: string, series: SeriesLabels, values: LabelValues) {
    this.#query = query;
    this.#series = series;
    this.#values = values;
  }

  labelsOf(node: SyntaxNode): Labels {
    switch (node.name) {
      case "VectorSelector":
        return this.#selector(node);
      case "AggregateExpr":
        return this.#aggregate(node);
      case "FunctionCall":
        return this.#call(node);
      case "BinaryExpr":
        return this.#binary(node);
      case "NumberDurationLiteral":
      case "StringLiteral":
        return null;
      default: {
        // Brackets, ranges, offsets, signs: they keep the labels of what they hold.
        const inner = expressionsIn(node)[0];
        if (inner !== undefined) return this.labelsOf(inner);
        this.problems.push(`holds ${node.name}, which this check does not know`);
        return null;
      }
    }
  }

  #text(node: SyntaxNode): string {
    return this.#query.slice(node.from, node.to);
  }

  #selector(node: SyntaxNode): Labels {
    const identifier = node.getChild("Identifier");
    const matchers = descendants(node, "UnquotedLabelMatcher").map((each) => ({
      label: this.#text(each.getChild("LabelName") ?? each),
      operator: this.#text(each.getChild("MatchOp") ?? each),
      value: this.#text(each.getChild("StringLiteral") ?? each).slice(1, -1),
    }));
    const byName = matchers.find(({ label }) => label === "__name__");
    const names = identifier === null ? (byName?.value.split("|") ?? []) : [this.#text(identifier)];
    if (names.length === 0) this.problems.push(`names no series: ${this.#text(node)}`);
    const all = names.map((name) => this.#labelsOfSeries(name));
    // What every one of them has.
    const labels = new Set([...(all[0] ?? [])].filter((label) => all.every((each) => each.has(label))));
    for (const { label, operator, value } of matchers) {
      if (label === "__name__") continue;
      if (!labels.has(label)) this.problems.push(`${names.join("|")} has no label ${label}`);
      this.#checkValue(label, operator, value);
    }
    return labels;
  }

  #labelsOfSeries(name: string): ReadonlySet<string> {
    const found = this.#series.get(name) ?? OWN_SERIES.get(name);
    if (found === undefined) this.problems.push(`there is no series ${name}`);
    return new Set([...(found ?? []), ...TARGET_LABELS]);
  }

  #checkValue(label: string, operator: string, value: string): void {
    const known = this.#values[label];
    if (known === undefined || value.includes("$")) return;
    const fits = operator.endsWith("~")
      ? known.some((each) => new RegExp(`^(?:${value})$`).test(each))
      : known.includes(value);
    if (!fits) this.problems.push(`${label} is never ${JSON.stringify(value)}`);
  }

  #aggregate(node: SyntaxNode): Labels {
    const inner = this.labelsOf(lastArgument(node)) ?? new Set<string>();
    const modifier = node.getChild("AggregateModifier");
    if (modifier === null) return new Set();
    const named = descendants(modifier, "LabelName").map((each) => this.#text(each));
    const missing = named.filter((label) => !inner.has(label));
    for (const label of missing)
      this.problems.push(`groups by ${label}, which is not there: ${this.#text(node)}`);
    if (modifier.getChild("By") !== null) return new Set(named);
    return new Set([...inner].filter((label) => !named.includes(label)));
  }

  #call(node: SyntaxNode): Labels {
    const name = this.#text(node.getChild("FunctionIdentifier") ?? node);
    const args = node.getChild("FunctionCallBody");
    const all = (args === null ? [] : expressionsIn(args)).map((each) => this.labelsOf(each));
    if (/^(time|scalar|pi|vector)$/.test(name)) return name === "vector" ? new Set() : null;
    const labels = all.find((each) => each !== null) ?? new Set<string>();
    if (name === "histogram_quantile") {
      if (!labels.has("le")) this.problems.push(`histogram_quantile needs the label le: ${this.#text(node)}`);
      return new Set([...labels].filter((label) => label !== "le"));
    }
    return labels;
  }

  #binary(node: SyntaxNode): Labels {
    const [leftNode, rightNode] = expressionsIn(node);
    if (leftNode === undefined || rightNode === undefined) return null;
    const [left, right] = [this.labelsOf(leftNode), this.labelsOf(rightNode)];
    if (left === null || right === null) return left ?? right;
    const clause = node.getChild("MatchingModifierClause");
    if (clause === null) return this.#plainMatch(node, left, right);
    const [matched = [], added = []] = clause
      .getChildren("GroupingLabels")
      .map((each) => descendants(each, "LabelName").map((label) => this.#text(label)));
    const isOn = clause.getChild("On") !== null;
    for (const label of isOn ? matched : [])
      if (!left.has(label) || !right.has(label))
        this.problems.push(`matches on ${label}, which one side lacks: ${this.#text(node)}`);
    for (const label of added)
      if (!right.has(label)) this.problems.push(`takes ${label} from the right side, which lacks it`);
    const isMany = clause.getChild("GroupLeft") !== null || isSetOperator(node);
    return new Set([...(isMany || !isOn ? left : matched), ...added]);
  }

  /** Without `on`, samples meet only where all their labels are the same. */
  #plainMatch(node: SyntaxNode, left: ReadonlySet<string>, right: ReadonlySet<string>): Labels {
    const differing = [...left, ...right].filter((label) => !(left.has(label) && right.has(label)));
    if (differing.length > 0 && node.getChild("Or") === null)
      this.problems.push(`its sides differ in ${[...new Set(differing)].join(", ")}: ${this.#text(node)}`);
    return new Set([...left].filter((label) => node.getChild("Or") === null || right.has(label)));
  }
}

const EXPRESSIONS: ReadonlySet<string> = new Set([
  "AggregateExpr",
  "BinaryExpr",
  "FunctionCall",
  "MatrixSelector",
  "NumberDurationLiteral",
  "OffsetExpr",
  "ParenExpr",
  "StepInvariantExpr",
  "StringLiteral",
  "SubqueryExpr",
  "UnaryExpr",
  "VectorSelector",
]);

function expressionsIn(node: SyntaxNode): SyntaxNode[] {
  return childrenOf(node).filter((child) => EXPRESSIONS.has(child.name));
}

function lastArgument(node: SyntaxNode): SyntaxNode {
  const body = node.getChild("FunctionCallBody");
  return (body === null ? [] : expressionsIn(body)).at(-1) ?? node;
}

function isSetOperator(node: SyntaxNode): boolean {
  return ["And", "Or", "Unless"].some((name) => node.getChild(name) !== null);
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function descendants(node: SyntaxNode, name: string): SyntaxNode[] {
  return childrenOf(node).flatMap((child) => (child.name === name ? [child] : descendants(child, name)));
}
