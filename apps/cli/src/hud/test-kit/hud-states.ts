import type { DecisionSample, UsageView } from "@ccp/usage-contract";
import { exchange } from "../../test-kit/recorded-exchange.ts";
import { NOW_SEC } from "../../test-kit/run-test.ts";
import { VIEWS } from "../../test-kit/views.ts";
import { seeMetrics } from "../feed/hud-source.ts";
import type { HudEvent } from "../state/hud-event.ts";
import { type HudState, initialState } from "../state/hud-state.ts";
import { reduceHud } from "../state/reduce-hud.ts";

export const NOW_MS: number = NOW_SEC * 1000;
const URL = "http://127.0.0.1:8082";

/** The state after these events, all of which came now. */
export function stateAfter(events: readonly HudEvent[], from?: HudState): HudState {
  const start = from ?? initialState(URL, "npx cc");
  return events.reduce((state, event) => reduceHud(state, event, NOW_MS), start);
}

/** Presses keys one after the other. */
export function press(state: HudState, ...names: readonly string[]): HudState {
  const text = (name: string): string | null => ([...name].length === 1 ? name : null);
  return stateAfter(
    names.map((name) => ({ kind: "key", key: { name, text: text(name) } })),
    state,
  );
}

export function usage(view: UsageView): HudEvent {
  return { kind: "usage", view };
}

/** The lines of one exchange as they come over the stream. */
export function live(options: Parameters<typeof exchange>[0], isOpen = false): HudEvent[] {
  const events = exchange(options);
  return (isOpen ? events.slice(0, -1) : events).map((data) => ({
    kind: "live",
    event: { name: data.event === "decision" ? "decision" : "completion", data },
  }));
}

export function sample(changes: Partial<DecisionSample> = {}): DecisionSample {
  return {
    id: "01SAMPLE",
    ts: NOW_SEC - 65,
    dry_run: true,
    accepted: {
      model: "claude-opus-4-5",
      source: "planner",
      input_tokens: 12_000,
      escalation_reason: "tests failed twice",
    },
    would: {
      lane: "anthropic",
      decision: "pass_through",
      reroute_decision: "quota_warn_attempt",
      reason: "anthropic is past its warn threshold and has room for the request",
      predicted_tokens: 14_200,
      headroom_tokens: null,
      headroom_pct_rolling: 0.09,
      headroom_pct_weekly: null,
      quota_headroom_pct: 0.09,
      warn: true,
      block: false,
      retry_ts: null,
    },
    ...changes,
  };
}

/** Latency of two lanes; the first byte of one. Cumulative, as a scrape has it. */
export const METRICS_TEXT: string = `# HELP ccp_latency_ms From the decision to the last byte, ms
# TYPE ccp_latency_ms histogram
${buckets("ccp_latency_ms", "zai", "stream", [0, 0, 2, 14, 61, 180, 262, 300, 312, 312, 312, 312, 312])}
${buckets("ccp_latency_ms", "anthropic", "stream", [0, 0, 0, 1, 3, 20, 71, 112, 141, 146, 147, 147, 148])}
${buckets("ccp_ttft_ms", "zai", "stream", [0, 1, 9, 90, 201, 290, 312, 312, 312, 312, 312, 312, 312])}
ccp_events_dropped_total 0
`;

function buckets(name: string, lane: string, op: string, cumulative: readonly number[]): string {
  const bounds = [50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000, 300_000, "+Inf"];
  const lines = bounds.map((le, index) => {
    return `${name}_bucket{le="${le}",lane="${lane}",op="${op}"} ${cumulative[index]}`;
  });
  return lines.join("\n");
}

/** Ten minutes of work: most of it calm, one reroute after a limit, one failure, one that still runs. */
export const TRAFFIC: readonly HudEvent[] = [
  ...Array.from({ length: 9 }, (_, index) =>
    live({
      at: NOW_SEC - 600 + index * 55,
      rid: `01CALM${index}`,
      model: "claude-haiku-4-5-20251001",
      tokens: 1200 * (index + 1),
      seconds: 2.1,
      completion: { output_tokens: 90 + 7 * index, stream_ms: 1500, ttft_ms: 420, quota_headroom_pct: 0.38 },
    }),
  ).flat(),
  ...live({
    at: NOW_SEC - 62,
    rid: "01MOVED",
    model: "claude-opus-4-5",
    attempts: [
      { lane: "anthropic", rule: "quota_warn_attempt", lostMs: 312 },
      { lane: "zai", rule: "quota_overshoot" },
    ],
    tokens: 8700,
    seconds: 9.5,
    markedSec: 300,
    predicted: 9100,
    completion: {
      output_tokens: 540,
      stream_ms: 9310,
      ttft_ms: 190,
      quota_headroom_pct: 0,
      headroom_pct_rolling: 0,
      headroom_pct_weekly: 0.58,
      rolling_used_tokens: 1000,
      repairs: ["model_mapped"],
    },
  }),
  ...live({
    at: NOW_SEC - 20,
    rid: "01BROKEN",
    model: "claude-opus-4-5",
    attempts: [{ lane: "anthropic" }],
    tokens: null,
    seconds: 4,
    completion: { status: 529, err_type: "5xx", reason: "error" },
  }),
  ...live({ at: NOW_SEC - 2, rid: "01OPEN", model: "claude-haiku-4-5-20251001" }, true),
];

const METRICS: HudEvent = { kind: "metrics", metrics: seeMetrics(METRICS_TEXT) };
const SAMPLES: HudEvent = {
  kind: "samples",
  samples: [sample(), sample({ id: "02", ts: NOW_SEC - 8, accepted: { model: "glm-4.7", source: "ralph" } })],
};
const OPEN: HudEvent = { kind: "stream", isOpen: true };

const busy = (view: UsageView): HudState => stateAfter([usage(view), OPEN, METRICS, SAMPLES, ...TRAFFIC]);

type StateName =
  | "connecting"
  | "empty"
  | "normal"
  | "warn"
  | "block"
  | "cooldown"
  | "unknown"
  | "demo"
  | "gateway-down"
  | "stale";

/** One state for each thing that the screen has to show. */
export const STATES: Readonly<Record<StateName, HudState>> = {
  connecting: stateAfter([]),
  empty: stateAfter([usage(VIEWS.empty), OPEN]),
  normal: busy(VIEWS.normal),
  warn: busy(VIEWS.warn),
  block: busy(VIEWS.block),
  cooldown: busy(VIEWS.cooldown),
  unknown: stateAfter([usage(VIEWS.unknown), OPEN]),
  demo: busy({ ...VIEWS.normal, demo: true }),
  "gateway-down": stateAfter([
    { kind: "known", view: VIEWS.normal, asOfTs: NOW_SEC - 4000 },
    { kind: "lost", why: "nothing listens there" },
  ]),
  stale: stateAfter([{ kind: "lost", why: "nothing listens there" }], busy(VIEWS.normal)),
};
