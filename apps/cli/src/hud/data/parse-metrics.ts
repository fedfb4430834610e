/** One value of a scrape. */
export interface MetricSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `Infinity` and `NaN` are values of the format. */
  readonly value: number;
}

const NAME = /[a-zA-Z_:][\w:]*/y;
const LABEL_NAME = /[a-zA-Z_]\w*/y;
const LABEL_VALUE = /"((?:[^"\\]|\\[\s\S])*)"/y;
const BLANKS = /[ \t]*/y;
/** The value, and a time that nobody here needs. */
const REST = /[ \t]+(\S+)(?:[ \t]+\S+)?[ \t]*$/y;
const SPECIAL: Readonly<Record<string, number>> = {
  "+Inf": Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  "-Inf": Number.NEGATIVE_INFINITY,
  NaN: Number.NaN,
};

/**
 * Reads the Prometheus text format. A line that is none is left out: one broken series must not take the others
 * off the screen.
 */
export function parseMetrics(text: string): MetricSample[] {
  const samples: MetricSample[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line === "" || line.startsWith("#")) continue;
    const sample = parseLine(line);
    if (sample !== null) samples.push(sample);
  }
  return samples;
}

function parseLine(line: string): MetricSample | null {
  const name = match(NAME, line, 0);
  if (name === null) return null;
  const labels = parseLabels(line, name.end);
  if (labels === null) return null;
  const rest = match(REST, line, labels.end);
  const value = rest === null ? null : parseValue(rest.group);
  return value === null ? null : { name: name.text, labels: labels.labels, value };
}

interface ReadLabels {
  readonly labels: Record<string, string>;
  readonly end: number;
}

/** Read label by label: a quoted value may hold braces, commas and quotes of its own. */
function parseLabels(line: string, start: number): ReadLabels | null {
  const labels: Record<string, string> = Object.create(null);
  if (line[start] !== "{") return { labels, end: start };
  let at = start + 1;
  for (;;) {
    at = skipBlanks(line, at);
    if (line[at] === "}") return { labels, end: at + 1 };
    const name = match(LABEL_NAME, line, at);
    if (name === null || line[skipBlanks(line, name.end)] !== "=") return null;
    const value = match(LABEL_VALUE, line, skipBlanks(line, skipBlanks(line, name.end) + 1));
    if (value === null) return null;
    labels[name.text] = unescapeLabel(value.group);
    at = skipBlanks(line, value.end);
    if (line[at] === ",") at += 1;
    else if (line[at] !== "}") return null;
  }
}

function unescapeLabel(text: string): string {
  return text.replace(/\\([\s\S])/g, (_, character: string) => (character === "n" ? "\n" : character));
}

function parseValue(text: string): number | null {
  const special = Object.hasOwn(SPECIAL, text) ? SPECIAL[text] : undefined;
  if (special !== undefined) return special;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}

function skipBlanks(line: string, at: number): number {
  return match(BLANKS, line, at)?.end ?? at;
}

interface Found {
  readonly text: string;
  readonly group: string;
  readonly end: number;
}

function match(pattern: RegExp, text: string, at: number): Found | null {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found === null ? null : { text: found[0], group: found[1] ?? "", end: pattern.lastIndex };
}
