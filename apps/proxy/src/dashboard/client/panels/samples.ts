import type { DecisionSample } from "@ccp/usage-contract";
import { fill, h } from "../dom.ts";
import { clockSeconds, percent, tokens } from "../format.ts";
import { ruleWords } from "../rule-words.ts";

/** What orchestrators asked about: dry runs, nothing was sent. */
export function renderSamples(root: HTMLElement, samples: readonly DecisionSample[]): void {
  if (samples.length === 0) {
    const route = h("code", {}, "POST /v1/decisions");
    fill(
      root,
      h(
        "p",
        { class: "quiet" },
        "No orchestrator has asked yet: ",
        route,
        " tells where a request would go.",
      ),
    );
    return;
  }
  const heads = ["Time", "Asked for", "Would go to", "Rule", "Predicted", "Headroom"];
  fill(
    root,
    h(
      "table",
      { class: "facts" },
      h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, ...samples.map(sampleRow)),
    ),
  );
}

function sampleRow({ ts, accepted, would }: DecisionSample): HTMLElement {
  const { word, tone } = ruleWords(would.reroute_decision);
  const why = [accepted.source, accepted.escalation_reason].filter((each) => each !== undefined).join(": ");
  return h(
    "tr",
    { title: would.reason },
    h("th", { scope: "row" }, clockSeconds(ts)),
    h("td", {}, accepted.model, why === "" ? null : h("small", { title: why }, why)),
    h("td", {}, would.lane ?? "refused"),
    h("td", {}, h("span", { class: "c-rule", "data-tone": tone }, word)),
    h("td", {}, tokens(would.predicted_tokens)),
    h("td", {}, percent(would.quota_headroom_pct)),
  );
}
