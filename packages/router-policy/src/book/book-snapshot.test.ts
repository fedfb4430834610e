import { describe, expect, it } from "vitest";
import { createLaneBook, type LaneBook } from "./lane-book.ts";

const T = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function filled(): LaneBook {
  const book = createLaneBook();
  const report = { lane: "zai", windowMs: 5 * HOUR, cooldownMs: 300_000, nowMs: T };
  book.markLimit({ ...report, model: null, untilMs: T + HOUR });
  book.markLimit({ ...report, model: "glm-5", untilMs: null });
  for (let i = 0; i < 5; i += 1) book.recordFailure("kimi", T);
  book.setAuthError("kimi", "401", T);
  return book;
}

describe("snapshot and restore", () => {
  it("is plain JSON, without auth errors and probes", () => {
    expect(JSON.parse(JSON.stringify(filled().snapshot()))).toEqual({
      version: 1,
      marks: [
        {
          lane: "zai",
          model: null,
          markedAtMs: T,
          declaredUntilMs: T + HOUR,
          ownUntilMs: null,
          cooldowns: 0,
          windowMs: 5 * HOUR,
        },
        {
          lane: "zai",
          model: "glm-5",
          markedAtMs: T,
          declaredUntilMs: null,
          ownUntilMs: T + 300_000,
          cooldowns: 1,
          windowMs: 5 * HOUR,
        },
      ],
      lanes: [
        {
          lane: "kimi",
          overload: { level: 0, untilMs: 0 },
          throttle: { level: 0, untilMs: 0 },
          breaker: { level: 1, untilMs: T + 10_000 },
          failures: 5,
          refused: { count: 5, lastMs: T },
        },
      ],
    });
  });

  it("restores what it holds, in the place of what was there", () => {
    const book = createLaneBook();
    book.markLimit({ lane: "old", model: null, untilMs: T + HOUR, windowMs: null, cooldownMs: 0, nowMs: T });
    book.restore(filled().snapshot(), T + 1);
    expect(book.snapshot()).toEqual(filled().snapshot());
    expect(book.pausedUntil("kimi", T + 1)).toBe(T + 10_000);
    expect(book.authError("kimi", T)).toBe(null);
  });

  it("cuts ends to what they can mean by the clock of now", () => {
    const book = createLaneBook();
    const earlier = T - 30 * DAY;
    book.restore(filled().snapshot(), earlier);
    expect(book.mark("zai", "glm-4.7", earlier)).toEqual({ state: "declared", untilMs: earlier + HOUR });
    expect(book.pausedUntil("kimi", earlier)).toBe(earlier + 1_800_000);
    const snapshot = filled().snapshot();
    const marks = snapshot.marks.map((mark) => ({
      ...mark,
      declaredUntilMs: T + 400 * DAY,
      ownUntilMs: T + 400 * DAY,
    }));
    book.restore({ ...snapshot, marks }, T);
    expect(book.snapshot().marks.map((mark) => [mark.declaredUntilMs, mark.ownUntilMs])).toEqual([
      [T + 5 * HOUR + 600_000, T + 31 * DAY],
      [T + 5 * HOUR + 600_000, T + 31 * DAY],
    ]);
  });

  it("keeps each window's own bound when a later end was kept", () => {
    const book = createLaneBook();
    const report = { lane: "zai", model: null, cooldownMs: 0 };
    book.markLimit({ ...report, untilMs: T + 3 * DAY, windowMs: 7 * DAY, nowMs: T });
    book.markLimit({ ...report, untilMs: T + HOUR, windowMs: 5 * HOUR, nowMs: T });
    const restored = createLaneBook();
    restored.restore(book.snapshot(), T);
    expect(restored.mark("zai", "any", T)).toEqual({ state: "declared", untilMs: T + 3 * DAY });
  });

  const mark = {
    lane: "zai",
    model: null,
    markedAtMs: T,
    declaredUntilMs: T + HOUR,
    ownUntilMs: null,
    windowMs: null,
  };
  const rest = { level: 0, untilMs: 0 };
  const lane = { lane: "zai", overload: rest, throttle: rest, breaker: rest, failures: 0 };

  it.each([
    null,
    [],
    "text",
    {},
    { version: 2, marks: [mark], lanes: [] },
    { version: 1 },
    { version: 1, marks: {}, lanes: 5 },
    { version: 1, marks: [null, 1, [], {}], lanes: [null, {}] },
    {
      version: 1,
      marks: [
        { ...mark, lane: 5 },
        { ...mark, model: 5 },
        { ...mark, markedAtMs: "now" },
      ],
      lanes: [],
    },
    {
      version: 1,
      marks: [
        { ...mark, declaredUntilMs: Number.NaN },
        { ...mark, windowMs: {} },
      ],
      lanes: [],
    },
    { version: 1, marks: [{ ...mark, ownUntilMs: undefined }], lanes: [] },
    {
      version: 1,
      marks: [],
      lanes: [
        { ...lane, failures: -1 },
        { ...lane, lane: null },
      ],
    },
    {
      version: 1,
      marks: [],
      lanes: [
        { ...lane, breaker: { level: 0.5, untilMs: 0 } },
        { ...lane, overload: null },
      ],
    },
  ])("skips what is not valid: %j", (snapshot) => {
    const book = createLaneBook();
    book.restore(snapshot, T);
    expect(book.snapshot()).toEqual({ version: 1, marks: [], lanes: [] });
  });
});
