import { describe, expect, it } from "vitest";
import completion from "../../../../fixtures/usage/completion-event.json" with { type: "json" };
import { type LiveEvent, parseLiveEvent, renderLiveEvent } from "./live-event.ts";
import { parseBody } from "./parse-body.ts";
import { UsageEventSchema } from "./usage-event.ts";

function event(change: Record<string, unknown>): LiveEvent {
  const result = parseBody(UsageEventSchema, { ...completion, ...change });
  if (!result.success) throw new Error("the fixture does not fit its schema");
  return { name: "completion", data: result.output };
}

const sample: LiveEvent = {
  name: "sample",
  data: {
    id: "d1",
    ts: 1_763_760_000,
    dry_run: true,
    accepted: { model: "glm-4.7", note: "two\nlines" },
    would: {
      lane: null,
      decision: "reroute_policy",
      reroute_decision: "quota_cooldown",
      reason: "every lane is at its limit",
      predicted_tokens: 530,
      headroom_tokens: 0,
      headroom_pct_rolling: 0,
      headroom_pct_weekly: null,
      quota_headroom_pct: 0,
      warn: true,
      block: true,
      retry_ts: 1_763_763_600,
    },
  },
};

/** One SSE event, as a reader splits it. */
function split(frame: string): { name: string; data: string } {
  const [, name, data] = /^event: (\w+)\ndata: ([^\n]*)\n\n$/.exec(frame) ?? [];
  return { name: name ?? "", data: data ?? "" };
}

describe("renderLiveEvent", () => {
  it.each([
    ["an exchange", event({ model: "a\nb\u2028c" })],
    ["a dry run", sample],
  ])("%s survives the wire", (_, original) => {
    const { name, data } = split(renderLiveEvent(original));
    expect(parseLiveEvent(name, data)).toEqual(original);
  });
});

describe("parseLiveEvent", () => {
  it.each([
    ["a name of a newer gateway", "lane_state", "{}"],
    ["broken JSON", "completion", '{"ts":'],
    ["data of another event", "completion", JSON.stringify(sample.data)],
    ["a sample without an answer", "sample", '{"id":"d1"}'],
    ["an inherited name", "toString", "{}"],
  ])("skips %s", (_, name, data) => expect(parseLiveEvent(name, data)).toBeNull());
});
