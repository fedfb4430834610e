import { refusesAll } from "@ccp/usage-contract/core";
import { describe, expect, it } from "vitest";
import { createLaneBook, type LaneBook } from "../book/lane-book.ts";
import { type CountedModel, createJudge, type Judge, verdictView } from "./create-judge.ts";
import type { VerdictRoom } from "./lane-verdict.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const EMPTY: VerdictRoom & { requests: number } = {
  warned: false,
  blocked: false,
  spentUntilMs: null,
  binding: null,
  requests: 0,
};

interface Facts {
  readonly off?: string | null;
  readonly room?: Partial<VerdictRoom & { requests: number }>;
  readonly declared?: readonly { name: string; used_pct: number | null; reset_ts: number | null }[];
  readonly nowMs?: number;
}

function judge(book: LaneBook, { off = null, room = {}, declared = [], nowMs = NOW }: Facts = {}): Judge {
  return createJudge({
    book,
    off: () => off,
    room: () => ({ ...EMPTY, ...room }),
    declared: () => declared,
    windows: { rollingMs: 5 * HOUR, weeklyMs: 168 * HOUR },
    clock: (atMs) => `T+${(atMs - NOW) / 1000}s`,
    nowMs,
  });
}

const model = (book: LaneBook, facts: Facts = {}) => judge(book, facts).model("zai", "glm-5");
const report = (changes: object) => ({
  lane: "zai",
  model: "glm-5",
  untilMs: null,
  windowMs: null,
  cooldownMs: 300_000,
  nowMs: NOW,
  ...changes,
});

describe("one verdict of a lane", () => {
  it("is unknown only while neither a limit nor an answer is known", () => {
    const book = createLaneBook();
    expect(model(book)).toMatchObject({ state: "unknown", usedPct: null });
    expect(model(book, { room: { requests: 7 } })).toMatchObject({
      state: "ok",
      reason: "no limit is configured or declared",
    });
    // An answer that told no usage counts nothing, and is an answer all the same.
    book.recordSuccess("zai");
    expect(model(book)).toMatchObject({ state: "ok" });
  });

  it("a limit with a reset, and one without, shut it until they end", () => {
    const book = createLaneBook();
    book.markLimit(report({ untilMs: NOW + HOUR, windowMs: 5 * HOUR }));
    expect(model(book)).toMatchObject({
      state: "cooldown",
      untilMs: NOW + HOUR,
      window: "5h",
      reason: "at its limit until T+3600s",
    });
    const own = createLaneBook();
    own.markLimit(report({}));
    expect(model(own)).toMatchObject({ state: "cooldown", untilMs: NOW + 300_000, window: null });
    expect(model(own, { nowMs: NOW + 300_001 }).state).toBe("unknown");
  });

  it("of a mark and a pause the one that ends last decides", () => {
    const book = createLaneBook();
    book.markLimit(report({ untilMs: NOW + 5_000 }));
    book.pause("zai", "overload", NOW + 30_000, NOW);
    expect(model(book)).toMatchObject({ untilMs: NOW + 30_000, window: null });
  });

  it("a refused key, a lane that is off, and a breaker that is open are shut", () => {
    const book = createLaneBook();
    for (let failure = 0; failure < 5; failure += 1) book.recordFailure("zai", NOW);
    expect(model(book)).toMatchObject({ state: "cooldown", refusals: 5 });
    book.setAuthError("zai", "its key was refused", NOW);
    expect(model(book)).toMatchObject({ state: "auth_error", reason: "its key was refused", untilMs: null });
    expect(model(book, { off: "ZAI_API_KEY is not set" })).toMatchObject({ state: "disabled" });
  });

  it("one that refused twice in a row refuses, though its short pauses are over; an answer ends that", () => {
    const book = createLaneBook();
    book.pause("zai", "throttle", null, NOW);
    const later = { nowMs: NOW + 60_000 };
    expect(model(book, later)).toMatchObject({ state: "warn", refusals: 1 });
    expect(refusesAll(model(book, later))).toBe(false);
    book.pause("zai", "throttle", null, NOW + 70_000);
    const after = { nowMs: NOW + 130_000 };
    expect(model(book, after)).toMatchObject({
      state: "warn",
      refusals: 2,
      reason: "refused its last 2 requests; open for another try",
    });
    expect(refusesAll(model(book, after))).toBe(true);
    // What is long ago says nothing of now.
    expect(model(book, { nowMs: NOW + 400_000 }).refusals).toBe(0);
    book.pause("zai", "throttle", null, NOW + 400_000);
    book.pause("zai", "throttle", null, NOW + 500_000);
    book.recordSuccess("zai");
    expect(model(book, { nowMs: NOW + 600_000 }).refusals).toBe(0);
  });

  it("a limit that leaves no mark, with cooldowns off, counts as a refusal", () => {
    const book = createLaneBook();
    for (const at of [0, 1]) book.markLimit(report({ cooldownMs: 0, nowMs: NOW + at }));
    expect(refusesAll(model(book))).toBe(true);
  });

  it("names the window that decides, and its end", () => {
    const binding = { name: "weekly", usedPct: 1.2, resetAtMs: NOW + HOUR };
    expect(model(createLaneBook(), { room: { blocked: true, binding } })).toMatchObject({
      state: "block",
      window: "7d",
      usedPct: 1.2,
      untilMs: NOW + HOUR,
      reason: "7d is used up",
    });
    const names = ["lane:5h", "rolling", "pool:team:rolling"].map((name) =>
      model(createLaneBook(), { room: { binding: { ...binding, name } } }),
    );
    expect(names.map(({ window }) => window)).toEqual(["5h", "5h", "pool:team 5h"]);
  });

  it("goes over the wire with seconds, and without what is not known", () => {
    const book = createLaneBook();
    expect(verdictView(model(book))).toEqual({
      state: "unknown",
      until_ts: null,
      window: null,
      used_pct: null,
      reason: "no limit is configured or declared yet",
    });
  });
});

describe("a lane as a whole", () => {
  const on = (reqs: number): CountedModel => ({ provider: "zai", lanes: { zai: { reqs } } });

  it("is shut where each of its models is, and warns where one is", () => {
    const book = createLaneBook();
    const models = { "glm-5": on(1), "glm-4.7": on(1) };
    book.markLimit(report({ untilMs: NOW + HOUR }));
    expect(judge(book, { room: { requests: 1 } }).lane("zai", models)).toMatchObject({
      state: "warn",
      reason: "glm-5: at its limit until T+3600s",
    });
    book.markLimit(report({ model: "glm-4.7", untilMs: NOW + 2 * HOUR }));
    // The first that opens is when the lane is worth another try.
    expect(judge(book, { room: { requests: 1 } }).lane("zai", models)).toMatchObject({
      state: "cooldown",
      untilMs: NOW + HOUR,
    });
  });

  it("goes by its own windows first", () => {
    const declared = [{ name: "7d", used_pct: 1, reset_ts: NOW / 1000 + 60 }];
    expect(judge(createLaneBook(), { declared }).lane("zai", {})).toMatchObject({
      state: "block",
      window: "7d",
      untilMs: NOW + 60_000,
    });
  });

  it("knows a fallback by what it served of another lane's model", () => {
    const models = { "claude-opus-5": { provider: "anthropic", lanes: { zai: { reqs: 7 } } } };
    expect(judge(createLaneBook(), { room: { requests: 7 } }).lane("zai", models).state).toBe("ok");
  });
});
