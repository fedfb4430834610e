import type uPlot from "uplot";
import { fill, h, setText, style } from "../dom.ts";
import { moment } from "../format.ts";

/** One line of a chart's legend and of what it shows under the cursor. */
export interface LegendEntry {
  readonly label: string;
  readonly colour: string;
  readonly dashed?: boolean;
  /** The value of a step in words. */
  readonly at: (step: number) => string;
  /** The value now. */
  readonly now: string;
}

/** The same content as a table. */
export interface ChartTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Everything a chart says beside its picture. */
export interface ChartText {
  readonly summary: string;
  readonly legend: readonly LegendEntry[];
  readonly table: () => ChartTable;
  readonly times: readonly number[];
  readonly nowTs: number;
}

/** A chart's place in the page: legend, picture, tooltip, keyboard, and a table for those who do not see it. */
export interface ChartFrame {
  /** Where the picture goes. */
  readonly plot: HTMLElement;
  /** Shows the words of the picture that is drawn now. */
  describe(text: ChartText): void;
  /** To be called whenever the picture's cursor has moved. */
  cursorMoved(u: uPlot): void;
  /** Moves the cursor of the picture by the arrow keys. */
  steer(u: uPlot): void;
}

export function createChartFrame(root: HTMLElement): ChartFrame {
  const legend = h("ul", { class: "legend" });
  const tip = h("div", { class: "tip", "aria-hidden": "true", hidden: true });
  const plot = h("div", { class: "plot", role: "group", tabindex: 0, "aria-roledescription": "chart" }, tip);
  const spoken = h("p", { class: "vh", "aria-live": "polite" });
  const table = h("div", { class: "scroll", tabindex: 0, role: "group" });
  const details = h("details", { class: "as-table" }, h("summary", {}, "Show as a table"), table);
  root.append(legend, plot, spoken, details);

  let text: ChartText | null = null;
  let steered: uPlot | null = null;
  const fillTable = (): void => {
    if (details.open && text !== null) fill(table, tableOf(text.table()));
  };
  details.addEventListener("toggle", fillTable);
  plot.addEventListener("keydown", (event) => {
    if (steered === null || text === null) return;
    const step = nextStep(event.key, steered.cursor.idx ?? null, text.times.length);
    if (step === null) return;
    event.preventDefault();
    const ts = text.times[step] ?? 0;
    steered.setCursor({ left: steered.valToPos(ts, "x"), top: 0 });
    setText(spoken, spokenStep(text, step));
  });
  plot.addEventListener("pointerleave", () => {
    tip.hidden = true;
  });

  return {
    plot,
    describe(next) {
      text = next;
      plot.setAttribute("aria-label", `${next.summary} Arrow keys read single values.`);
      table.setAttribute("aria-label", "Values of the chart");
      fill(legend, ...next.legend.map(legendItem));
      fillTable();
    },
    cursorMoved(u) {
      const step = u.cursor.idx ?? null;
      const isOurs = plot.matches(":hover, :focus-visible");
      tip.hidden = step === null || text === null || !isOurs || (u.cursor.left ?? -1) < 0;
      if (!tip.hidden && step !== null && text !== null) showTip(tip, u, text, step);
    },
    steer(u) {
      steered = u;
    },
  };
}

function nextStep(key: string, step: number | null, steps: number): number | null {
  const from = step ?? steps;
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    PageUp: from - 12,
    PageDown: from + 12,
    Home: 0,
    End: steps - 1,
  };
  const to = moves[key];
  return to === undefined ? null : Math.min(steps - 1, Math.max(0, to));
}

function spokenStep({ times, nowTs, legend }: ChartText, step: number): string {
  const values = legend.map(({ label, at }) => `${label} ${at(step)}`);
  return `${moment(times[step] ?? 0, nowTs)}: ${values.join(", ")}`;
}

function legendItem({ label, colour, dashed, now }: LegendEntry): HTMLElement {
  const key = h("i", { class: dashed ? "key dashed" : "key" });
  style(key, "--c", colour);
  return h("li", {}, key, h("span", {}, label), h("b", {}, now));
}

function showTip(tip: HTMLElement, u: uPlot, text: ChartText, step: number): void {
  const rows = text.legend.flatMap(({ label, colour, at }) => {
    const value = at(step);
    if (value === "–" || value === "?") return [];
    const key = h("i", { class: "key" });
    style(key, "--c", colour);
    return [h("div", {}, key, h("span", {}, label), h("b", {}, value))];
  });
  fill(tip, h("p", {}, moment(text.times[step] ?? 0, text.nowTs)), ...rows);
  const left = (u.cursor.left ?? 0) + u.over.offsetLeft;
  // Beyond the middle it would leave the chart on the right.
  const flips = left > u.width / 2;
  style(
    tip,
    "transform",
    `translate(${Math.round(left)}px, 8px) translateX(${flips ? "calc(-100% - 12px)" : "12px"})`,
  );
}

function tableOf({ head, rows }: ChartTable): HTMLElement {
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...head.map((cell) => h("th", { scope: "col" }, cell)))),
    h(
      "tbody",
      {},
      ...rows.map(([first = "", ...cells]) =>
        h("tr", {}, h("th", { scope: "row" }, first), ...cells.map((cell) => h("td", {}, cell))),
      ),
    ),
  );
}
