import { fact, renderFacts } from "../../render/facts.ts";
import { type Line, span } from "../../render/line.ts";
import type { Look } from "../../render/look.ts";

/** The page behind `?`: keys first, then what the numbers mean. */
export function helpLines(look: Look): Line[] {
  const arrows = look.ascii ? "arrows, j k" : "↑ ↓, j k";
  const keys = [
    fact("q, Ctrl-C", ["quit"]),
    fact("Tab, Shift-Tab", ["next pane, pane before"]),
    fact(arrows, ["select; PgUp PgDn g G go further"]),
    fact("Enter", ["explain the selected request or sample"]),
    fact("Esc", ["back; then clears filter, window, selection"]),
    fact("/", ["filter by lane, model, status, reason; words must all fit"]),
    fact("w", ["all windows, then one at a time"]),
    fact("m", ["sort the pane in another way"]),
    fact("p", ["pause: the picture stands still, counting goes on"]),
    fact("r", ["ask the gateway now"]),
    fact("Ctrl-L, Ctrl-Z", ["draw anew, suspend"]),
  ];
  const numbers = [
    {
      label: "bars",
      value: "used share, filling up; the tick is the share of the window's time that is over",
    },
    { label: "?", value: "unknown, never 0" },
    {
      label: "rerouted, wasted",
      value: "requests on another lane than theirs, and the time lost on refusals, since the gateway started",
    },
    {
      label: "FULL IN",
      value:
        "when the window is full at the pace of the last 15 minutes; early, or !: before it resets; idle: nothing was used",
    },
    {
      label: "SRC",
      value: "hdr answer header, api quota endpoint, cli status line, est counted here, cfg configured",
    },
    { label: "REQ", value: "requests of the last 5 hours that the speeds are of, over all lanes" },
    { label: "OUT/S, DIRTY", value: "output tokens a second while streaming, and over the whole request" },
    { label: "TTFT", value: "time to the first token" },
    {
      label: "latency",
      value: "since the gateway started; p50 and p95 are told as the end of the bar they lie in: at most",
    },
    { label: "USED", value: "of the preferred lane's quota, after the request" },
  ];
  return [
    [span(" keys", "bold")],
    ...renderFacts(keys, look),
    [],
    [span(" numbers", "bold")],
    ...renderFacts(numbers, look),
  ];
}
