import type { UsageView } from "@ccp/usage-contract";
import { fill, h, hidden, style } from "../dom.ts";
import { rate } from "../format.ts";

/** Output tokens a second by hour of the day: a row per model that has served enough to tell. */
export function renderSpeeds(root: HTMLElement, view: UsageView, nowTs: number): void {
  const rows = Object.entries(view.models)
    .map(([model, { speeds }]) => ({ model, hours: speeds.hourly, overall: speeds.rolling.out_elr_tps }))
    .filter(({ hours }) => hours.some(({ samples }) => samples > 0));
  if (rows.length === 0) {
    fill(root, h("p", { class: "quiet" }, "No answer has been measured yet."));
    return;
  }
  const top = Math.max(1, ...rows.flatMap(({ hours }) => hours.map(({ out_elr_tps }) => out_elr_tps ?? 0)));
  const thisHour = new Date(nowTs * 1000).getHours();
  fill(
    root,
    h(
      "table",
      { class: "heat" },
      h("caption", { class: "vh" }, "Output tokens a second by hour of the day, in the gateway's time zone"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, hidden("Model")), ...hourHeads(thisHour))),
      h(
        "tbody",
        {},
        ...rows.map(({ model, hours }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row", title: model }, model),
            ...hours.map((hour) => cell(hour, top)),
          ),
        ),
      ),
    ),
  );
}

function hourHeads(thisHour: number): HTMLElement[] {
  return Array.from({ length: 24 }, (_, hour) =>
    h(
      "th",
      { scope: "col", class: hour === thisHour ? "now" : null },
      hour % 3 === 0 ? `${hour}` : hidden(`${hour}`),
    ),
  );
}

function cell(
  hour: { readonly hour: number; readonly samples: number; readonly out_elr_tps: number | null },
  top: number,
): HTMLElement {
  const { out_elr_tps: speed, samples } = hour;
  const title =
    speed === null
      ? `${hour.hour}:00, ${samples} samples: too few to tell`
      : `${hour.hour}:00, ${rate(speed)} tokens/s, ${samples} samples`;
  const element = h("td", { title, class: speed === null ? (samples > 0 ? "few" : "none") : null });
  element.append(speed === null ? hidden("too few samples") : h("span", {}, rate(speed)));
  if (speed !== null) style(element, "--heat", `${Math.round((speed / top) * 100)}%`);
  return element;
}
