import * as v from "valibot";
import { describe, expect, it } from "vitest";
import exampleEvent from "../../../../fixtures/usage/completion-event.json" with { type: "json" };
import { UsageEventSchema } from "./usage-event.ts";

const fits = (event: unknown) => v.safeParse(UsageEventSchema, event).success;

describe("UsageEventSchema", () => {
  it("takes a completion entry and a decision entry", () => {
    expect(fits(exampleEvent)).toBe(true);
    expect(fits({ ...exampleEvent, event: "decision", status: -1 })).toBe(true);
  });

  it("keeps keys that a newer writer added", () => {
    expect(v.parse(UsageEventSchema, { ...exampleEvent, region: "eu" })).toHaveProperty("region", "eu");
  });

  it("takes null where something is unknown", () => {
    const unknown = { output_tokens: null, ttft_ms: null, weekly_capacity_tokens: null, usage_source: null };
    expect(fits({ ...exampleEvent, ...unknown })).toBe(true);
  });

  it.each([
    ["a missing field", { rid: undefined }],
    ["an unknown decision", { decision: "guess" }],
    ["an unknown rule", { reroute_decision: "quota_maybe" }],
    ["an unknown end", { reason: "done" }],
    ["tokens of Infinity", { input_tokens: JSON.parse("1e400") }],
    ["negative tokens", { output_tokens: -1 }],
    ["tokens past any answer", { cache_read_tokens: 10_000_001 }],
    ["tokens as text", { input_tokens: "12" }],
    ["a time of Infinity", { ts: Number.POSITIVE_INFINITY }],
    ["an event nobody writes", { event: "completion" }],
  ])("refuses %s", (_, change) => expect(fits({ ...exampleEvent, ...change })).toBe(false));
});
