import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SHARED_STATES } from "../../apps/proxy/src/shared/shared-count.ts";
import { scrapeOfEverything } from "../../apps/proxy/src/testing/scrape-of-everything.ts";
import { LANE_STATES, REROUTE_MODES } from "../../packages/usage-contract/src/index.ts";
import { repoRoot } from "../lib/workspace.ts";
import { parsePrometheusText } from "./prometheus-text.ts";
import { checkQuery, type SeriesLabels } from "./promql/check-query.ts";

const read = (name: string): string => readFileSync(join(repoRoot, "docs/observability", name), "utf8");
// The only YAML reader there is belongs to the catalog.
const yaml = createRequire(join(repoRoot, "packages/provider-catalog/package.json"))("yaml") as {
  parse(text: string): unknown;
};

/** Labels whose values are known beforehand. */
const VALUES = {
  state: [...LANE_STATES, ...SHARED_STATES],
  outcome: ["granted", "refused", "alone"],
  mode: REROUTE_MODES,
  op: ["stream", "nonstream"],
  window: ["rolling", "weekly"],
  quantile: ["0.5", "0.95"],
  status: ["0", "200", "401", "429", "499", "500", "503"],
};

interface Target {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}
interface Annotation {
  readonly name: string;
  readonly expr?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
  readonly tagKeys?: string;
}
interface Dashboard {
  readonly __inputs: readonly { readonly name: string; readonly pluginId: string }[];
  readonly __requires: readonly { readonly type: string; readonly id: string }[];
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
  readonly annotations: { readonly list: readonly Annotation[] };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

const dashboard = JSON.parse(read("grafana-dashboard.json")) as Dashboard;
const { groups } = yaml.parse(read("alerts.yml")) as { groups: { name: string; rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);
const panels = dashboard.panels.filter(({ type }) => type !== "row");

/** Of one scrape for all tests; the first of them opens the gateway and closes it. */
let scraped: Promise<SeriesLabels> | null = null;
function series(): Promise<SeriesLabels> {
  scraped ??= readSeries();
  return scraped;
}

async function readSeries(): Promise<SeriesLabels> {
  const labels = new Map<string, Set<string>>();
  for (const sample of parsePrometheusText(await scrapeOfEverything()).samples) {
    const known = labels.get(sample.name) ?? new Set();
    for (const label of Object.keys(sample.labels)) known.add(label);
    labels.set(sample.name, known);
  }
  return labels;
}

/** Grafana's own variables, as Grafana would fill them in. */
function fillIn(expr: string): string {
  return expr.replace(/\[\$__(?:rate_interval|range|interval)\]/g, "[5m]");
}

function namesIn(template: string, pattern: RegExp): string[] {
  return [...template.matchAll(pattern)].map(([, name = ""]) => name);
}

const GRAFANA_LABEL = /\{\{\s*(\w+)\s*\}\}/g;
const ALERT_LABEL = /\{\{[^}]*\$labels\.(\w+)[^}]*\}\}/g;

describe("the Grafana dashboard", () => {
  it.each(
    panels.flatMap((panel) =>
      (panel.targets ?? []).map((target) => [panel.title, target.refId, target] as const),
    ),
  )("%s, query %s: each series and label is there, also in the legend", async (_title, _id, target) => {
    const { labels, problems } = checkQuery(fillIn(target.expr), await series(), VALUES);
    expect(problems, target.expr).toEqual([]);
    const shown = namesIn(target.legendFormat, GRAFANA_LABEL);
    expect(
      shown.filter((label) => labels?.has(label) !== true),
      target.legendFormat,
    ).toEqual([]);
  });

  it.each(dashboard.annotations.list.filter(({ expr }) => expr !== undefined))(
    "marks $name by series and labels that are there",
    async ({ expr = "", titleFormat = "", textFormat = "", tagKeys = "" }) => {
      const { labels, problems } = checkQuery(fillIn(expr), await series(), VALUES);
      expect(problems).toEqual([]);
      const shown = [...namesIn(titleFormat + textFormat, GRAFANA_LABEL), ...tagKeys.split(",")];
      expect(shown.filter((label) => labels?.has(label) !== true)).toEqual([]);
    },
  );

  it.each(dashboard.templating.list)(
    "fills its variable $name from a label that is there",
    async (variable) => {
      const [, expr = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(variable.definition) ?? [];
      const { labels, problems } = checkQuery(expr, await series(), VALUES);
      expect(problems).toEqual([]);
      expect([...(labels ?? [])]).toContain(label);
    },
  );

  it("shows every series that the gateway has", async () => {
    const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join("\n");
    const family = (name: string): string => name.replace(/_(bucket|sum|count)$/, "");
    const hidden = [...new Set([...(await series()).keys()].map(family))].filter(
      (name) => !shown.includes(name),
    );
    // The same as ccp_latency_ms, for those who want base units.
    expect(hidden).toEqual(["ccp_request_duration_seconds"]);
  });

  it("uses only variables that it has", () => {
    const names = dashboard.templating.list.map(({ name }) => name);
    const used = new Set(namesIn(JSON.stringify(dashboard), /\$(?!__)\{?([A-Za-z_]\w*)/g));
    expect([...used].filter((name) => !names.includes(name) && name !== "DS_PROMETHEUS")).toEqual([]);
  });

  it("asks for its Prometheus when it is imported, and for no other", () => {
    expect(dashboard.__inputs.map(({ name, pluginId }) => [name, pluginId])).toEqual([
      ["DS_PROMETHEUS", "prometheus"],
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own way to name an input.
    expect(new Set(panels.map(({ datasource }) => datasource?.uid))).toEqual(new Set(["${DS_PROMETHEUS}"]));
    const required = dashboard.__requires.filter(({ type }) => type === "panel").map(({ id }) => id);
    expect([...new Set(panels.map(({ type }) => type))].sort()).toEqual([...required].sort());
  });

  it("has a unit and a sentence for each panel, and no two in one place", () => {
    expect(panels.filter(({ description = "" }) => description.length < 20)).toEqual([]);
    expect(panels.filter(({ fieldConfig }) => fieldConfig?.defaults.unit === undefined)).toEqual([]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)}:${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(dashboard.panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([]);
  });
});

describe("the alert rules", () => {
  it.each(rules)(
    "$alert: each series and label is there, also in its words",
    async ({ expr, annotations }) => {
      const { labels, problems } = checkQuery(expr, await series(), VALUES);
      expect(problems).toEqual([]);
      const named = namesIn(annotations.summary + annotations.description, ALERT_LABEL);
      expect(named.filter((label) => labels?.has(label) !== true)).toEqual([]);
    },
  );

  it("each have a name of their own, a severity, and say what to do", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
    for (const { alert, labels, annotations } of rules) {
      expect(alert).toMatch(/^Ccp[A-Z]\w+$/);
      expect(["info", "warning", "critical"]).toContain(labels.severity);
      expect(annotations.summary.length, alert).toBeGreaterThan(0);
      expect(annotations.description.length, alert).toBeGreaterThan(0);
    }
  });

  it("are loaded by the scrape example, whose job has the name they expect", () => {
    const config = yaml.parse(read("prometheus.yml")) as {
      rule_files: string[];
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    expect(config.rule_files).toEqual(["alerts.yml"]);
    expect(config.scrape_configs.map(({ job_name }) => job_name)).toEqual(["ccp"]);
    expect(config.scrape_configs[0]?.static_configs[0]?.targets).toEqual(["127.0.0.1:8082"]);
  });
});
