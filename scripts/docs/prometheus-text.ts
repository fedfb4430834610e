/** One line of a scrape. */
export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusText {
  /** Type by series name, as `# TYPE` tells it. */
  readonly types: ReadonlyMap<string, string>;
  readonly samples: readonly PrometheusSample[];
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;
const TYPE = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/;
const HELP = /^# HELP \S+ \S.*$/;

/**
 * Reads the Prometheus text format 0.0.4, strictly.
 *
 * @throws {Error} Naming the first line that is none.
 */
export function parsePrometheusText(text: string): PrometheusText {
  const types = new Map<string, string>();
  const samples: PrometheusSample[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    const [, name, type] = TYPE.exec(line) ?? [];
    if (name !== undefined && type !== undefined) types.set(name, type);
    else if (line !== "" && !HELP.test(line)) samples.push(parseSample(line, index + 1));
  }
  return { types, samples };
}

function parseSample(line: string, number: number): PrometheusSample {
  const [, name, labels = "", value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`line ${number} is no sample: ${line}`);
  const parsed = value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value);
  if (Number.isNaN(parsed)) throw new Error(`line ${number} has no number: ${line}`);
  return { name, labels: parseLabels(labels, number), value: parsed };
}

function parseLabels(text: string, number: number): Record<string, string> {
  const labels: Record<string, string> = {};
  let read = 0;
  while (read < text.length) {
    LABEL.lastIndex = read;
    const match = LABEL.exec(text);
    if (match === null) throw new Error(`line ${number} has broken labels: ${text}`);
    labels[match[1] ?? ""] = (match[2] ?? "").replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));
    read = LABEL.lastIndex;
  }
  return labels;
}
