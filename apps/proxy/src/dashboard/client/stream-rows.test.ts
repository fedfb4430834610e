import type { UsageEvent } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import completion from "../../../../../fixtures/usage/completion-event.json" with { type: "json" };
import { rowOf, rowOfRequest, type StreamRow, withRow } from "./stream-rows.ts";

const ended = (change: Partial<UsageEvent> = {}): UsageEvent => ({
  ...(completion as UsageEvent),
  ...change,
});
const row = (change: Partial<StreamRow>): StreamRow => ({ ...rowOf(ended()), ...change });

describe("rowOf", () => {
  it("adds up all classes of input, and knows no status before the end", () => {
    const tokens = { input_tokens: 10, cache_creation_tokens: null, cache_read_tokens: 90, output_tokens: 7 };
    expect(rowOf(ended(tokens))).toMatchObject({ inTokens: 100, outTokens: 7, status: completion.status });
    expect(rowOf(ended({ event: "decision", status: -1, input_tokens: null }))).toMatchObject({
      status: null,
      inTokens: null,
    });
  });
});

describe("rowOfRequest", () => {
  it("takes the newest line of a request, if it has one", () => {
    const decision = ended({ event: "decision", status: -1 });
    const decided = {
      ts: 1,
      lane: "zai",
      preferred_lane: "zai",
      reason: "",
      warn_threshold: 0.8,
      headroom_tokens: null,
      predicted: {},
      constraints: [],
    };
    const open = { rid: "r", model: "m", completion: null };
    expect(rowOfRequest({ ...open, decisions: [{ ...decided, event: decision }] })?.status).toBeNull();
    expect(rowOfRequest({ ...open, decisions: [decided], completion: ended({ status: 200 }) })?.status).toBe(
      200,
    );
    expect(rowOfRequest({ ...open, decisions: [decided] })).toBeNull();
  });
});

describe("withRow", () => {
  const first = row({ rid: "a", ts: 1, status: null });
  const second = row({ rid: "b", ts: 2, status: 200 });

  it("puts a new request on top and lets the oldest go", () => {
    expect(withRow([second, first], row({ rid: "c", ts: 3 }), 2).map(({ rid }) => rid)).toEqual(["c", "b"]);
  });

  it("fills in a request in its place, with the time of its decision", () => {
    const rows = withRow([second, first], row({ rid: "a", ts: 9, status: 429 }), 5);
    expect(rows.map(({ rid, ts, status }) => [rid, ts, status])).toEqual([
      ["b", 2, 200],
      ["a", 1, 429],
    ]);
  });

  it("does not take an end back", () => {
    expect(withRow([second], row({ rid: "b", ts: 2, status: null }), 5)).toEqual([second]);
  });
});
