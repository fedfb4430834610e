import type { ConstraintView, ExplainedDecision, ExplainedRequest, UsageEvent } from "@ccp/usage-contract";
import { fill, h, style } from "../dom.ts";
import { endMark } from "../end-mark.ts";
import { clockSeconds, duration, moment, percent, tokens } from "../format.ts";
import { ruleWords } from "../rule-words.ts";

/** Everything known of one request: what was decided, on which figures, and how it ended. */
export function renderExplanation(root: HTMLElement, request: ExplainedRequest, nowTs: number): void {
  const { decisions, completion } = request;
  fill(
    root,
    outcome(request),
    ...decisions.map((decision, at) => decisionBlock(decision, at, decisions, nowTs)),
    completion === null ? null : endBlock(completion),
    rawBlock(request),
  );
}

function outcome({ rid, model, completion, decisions }: ExplainedRequest): HTMLElement {
  const lane = completion?.lane ?? decisions.at(-1)?.lane ?? "none";
  const status = completion === null ? "under way" : `${completion.status}`;
  return facts([
    ["Model", model],
    ["Served by", lane],
    ["Status", status],
    ["Lanes tried", decisions.map((each) => each.lane ?? "none").join(" → ")],
    ["Wasted", duration(completion?.wasted_retry_ms ?? decisions.at(-1)?.event?.wasted_retry_ms ?? 0)],
    ["Request", rid],
  ]);
}

function decisionBlock(
  decision: ExplainedDecision,
  at: number,
  all: readonly ExplainedDecision[],
  nowTs: number,
): HTMLElement {
  const rule = decision.event?.reroute_decision ?? "";
  const { word, sentence, tone } = ruleWords(rule);
  const next = all[at + 1]?.event?.reroute_decision;
  return h(
    "section",
    { class: "step" },
    h(
      "h3",
      {},
      h("span", { class: "no" }, `${at + 1}`),
      decision.lane ?? "no lane",
      rule === "" ? null : h("span", { class: "c-rule", "data-tone": tone }, word),
    ),
    h("p", { class: "why" }, decision.reason),
    rule === "" ? null : h("p", { class: "quiet" }, h("code", {}, rule), " ", sentence),
    next === undefined ? null : h("p", { class: "turned" }, turned(next)),
    prediction(decision),
    constraints(decision, nowTs),
    repairs(decision.event),
  );
}

function turned(next: string): string {
  if (next === "quota_overshoot") return "It refused for a limit; the next lane was asked at once.";
  return next === "fallback"
    ? "It failed before its first byte; the next lane was asked."
    : "Another lane was asked.";
}

function prediction({
  predicted,
  preferred_lane,
  headroom_tokens,
  warn_threshold,
}: ExplainedDecision): HTMLElement {
  return facts([
    ...Object.entries(predicted).map(
      ([lane, { counted_tokens, input_tokens, output_tokens }]) =>
        [
          `Predicted on ${lane}`,
          `${tokens(counted_tokens)} (${tokens(input_tokens)} in, ${tokens(output_tokens)} out)`,
        ] as const,
    ),
    [`Headroom on ${preferred_lane}`, headroom_tokens === null ? "unknown" : tokens(headroom_tokens)],
    ["Warned at", percent(warn_threshold)],
  ]);
}

function constraints({ constraints: list, preferred_lane }: ExplainedDecision, nowTs: number): HTMLElement {
  if (list.length === 0)
    return h("p", { class: "quiet" }, `No limit of ${preferred_lane} is known for this model.`);
  return h(
    "div",
    { class: "scroll", tabindex: 0, role: "group", "aria-label": `Limits of ${preferred_lane}` },
    h(
      "table",
      { class: "facts" },
      h("caption", {}, `Limits of ${preferred_lane} that were weighed`),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...["Limit", "Used", "Headroom", "Resets", "Source"].map((head) => h("th", { scope: "col" }, head)),
        ),
      ),
      h("tbody", {}, ...list.map((each) => constraintRow(each, nowTs))),
    ),
  );
}

function constraintRow(constraint: ConstraintView, nowTs: number): HTMLElement {
  const level = constraint.blocked
    ? "block"
    : constraint.warned
      ? "warn"
      : constraint.used_pct === null
        ? "unknown"
        : "ok";
  const bar = h("i", { class: "mini", "data-level": level, "aria-hidden": "true" });
  style(bar, "--share", `${Math.min(100, (constraint.used_pct ?? 0) * 100)}%`);
  return h(
    "tr",
    { class: constraint.binding ? "binding" : null },
    h("th", { scope: "row" }, constraint.name, constraint.binding ? h("small", {}, "binds") : null),
    h("td", {}, h("span", { class: "with-track" }, bar, percent(constraint.used_pct))),
    h("td", {}, constraint.headroom_tokens === null ? "?" : tokens(constraint.headroom_tokens)),
    h("td", {}, constraint.reset_ts === null ? "?" : moment(constraint.reset_ts, nowTs)),
    h("td", {}, constraint.source),
  );
}

function repairs(event: UsageEvent | undefined): HTMLElement | null {
  if (event === undefined || event.repairs.length === 0) return null;
  return h("p", { class: "quiet" }, "Repaired for this lane: ", h("code", {}, event.repairs.join(", ")));
}

function endBlock(event: UsageEvent): HTMLElement {
  const cached = (event.cache_read_tokens ?? 0) + (event.cache_creation_tokens ?? 0);
  const { sign, tone } = endMark(event);
  return h(
    "section",
    { class: "step" },
    h(
      "h3",
      {},
      h("span", { class: "no", "data-tone": tone }, sign),
      "Ended",
      h("small", { class: "ended", "data-tone": tone }, `${event.reason}, ${clockSeconds(event.ts)}`),
    ),
    facts([
      ["First byte", duration(event.ttft_ms)],
      ["Last byte", duration(event.latency_ms)],
      ["Tokens in", `${tokens(event.input_tokens)}${cached > 0 ? ` + ${tokens(cached)} cached` : ""}`],
      ["Tokens out", tokens(event.output_tokens)],
      ["Counted by", event.usage_source ?? "?"],
      ["Headroom after", percent(event.quota_headroom_pct)],
      ["Repairs", event.repairs.length === 0 ? "none" : event.repairs.join(", ")],
    ]),
  );
}

function rawBlock(request: ExplainedRequest): HTMLElement {
  const lines = JSON.stringify(request, null, 2).split("\n");
  const pre = h("pre", { tabindex: 0, role: "group", "aria-label": "The same as JSON" });
  // One text a line: the line breaks are ours, whatever else is in the text is made safe.
  for (const line of lines) pre.append(h("span", {}, line), document.createTextNode("\n"));
  return h("details", { class: "raw" }, h("summary", {}, "As JSON"), pre);
}

function facts(pairs: readonly (readonly [string, string])[]): HTMLElement {
  return h(
    "dl",
    { class: "pairs" },
    ...pairs.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}
