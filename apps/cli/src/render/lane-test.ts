import type { ProviderTest } from "@ccp/usage-contract";
import { type LaneVerdict, MAX_SKEW_SEC } from "../view/lane-test.ts";
import { fact, renderFacts } from "./facts.ts";
import { type Line, paintLines, span } from "./line.ts";
import type { Look } from "./look.ts";
import { millisText } from "./quantity.ts";
import { safeText } from "./safe-text.ts";

/** What was asked, by whom, and what came of it. */
export function renderLaneTest(
  test: ProviderTest,
  { ok, text, fix }: LaneVerdict,
  by: "gateway" | "shell",
  look: Look,
): string {
  const word = ok ? span("ok", "ok") : span("FAIL", "block");
  const title: Line = [span(safeText(test.lane), "bold"), span("  "), word, span(`  ${safeText(text)}`)];
  const who = by === "gateway" ? "by the gateway" : "from this shell";
  const answer =
    test.status === null ? [] : [`status ${test.status}`, `after ${millisText(test.latency_ms)}`];
  const skew = test.clock_skew_sec;
  const clock =
    skew === null ? [] : Math.abs(skew) > MAX_SKEW_SEC ? [`clock ${skew}s off`] : ["clocks agree"];
  const facts = [
    fact("asked", [safeText(test.asked), who]),
    fact("key", [test.key_sent ? "sent" : "not sent"]),
    fact("answer", [...answer, ...clock]),
    fact("fix", fix === null ? [] : [safeText(fix)]),
  ];
  return paintLines([title, ...renderFacts(facts, look)], look);
}
