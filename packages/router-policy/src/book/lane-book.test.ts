import { describe, expect, it } from "vitest";
import { createLaneBook, type LaneBook } from "./lane-book.ts";
import type { LimitReport } from "./limit-report.ts";

const T = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NONE = { state: "none", untilMs: null };
const HALF_OPEN = { state: "half_open", untilMs: null };
const PROBING = { state: "probing", untilMs: null };

function limit(book: LaneBook, report: Partial<LimitReport> = {}) {
  return book.markLimit({
    lane: "zai",
    model: "glm-5",
    untilMs: null,
    windowMs: null,
    cooldownMs: 300_000,
    nowMs: T,
    ...report,
  });
}
const declared = (untilMs: number) => ({ state: "declared", untilMs });
const own = (untilMs: number) => ({ state: "own", untilMs });

describe("marks", () => {
  it("binds until the declared reset, then waits to be proved", () => {
    const book = createLaneBook();
    expect(limit(book, { untilMs: T + HOUR })).toEqual({ untilMs: T + HOUR, clampedFromMs: null });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + HOUR));
    expect(book.mark("zai", "glm-5", T + HOUR - 1)).toEqual(declared(T + HOUR));
    expect(book.mark("zai", "glm-5", T + HOUR)).toEqual(HALF_OPEN);
    expect(book.mark("zai", "glm-5", T + 30 * DAY)).toEqual(HALF_OPEN);
  });

  it("binds for its own cooldown where no reset was named, and no longer the second time", () => {
    const book = createLaneBook();
    expect(limit(book)).toEqual({ untilMs: T + 300_000, clampedFromMs: null });
    expect(book.mark("zai", "glm-5", T)).toEqual(own(T + 300_000));
    limit(book, { nowMs: T + 400_000 });
    expect(book.mark("zai", "glm-5", T + 400_000)).toEqual(own(T + 700_000));
  });

  it("binds one model, in any spelling, or with the account all of the lane", () => {
    const book = createLaneBook();
    limit(book, { model: "claude-haiku-4-5-20251001", untilMs: T + HOUR });
    expect(book.mark("zai", "Claude-Haiku-4.5", T)).toEqual(declared(T + HOUR));
    expect(book.mark("zai", "glm-5", T)).toEqual(NONE);
    expect(book.mark("kimi", "claude-haiku-4.5", T)).toEqual(NONE);
    limit(book, { model: null, untilMs: T + 2 * HOUR });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + 2 * HOUR));
    expect(book.mark("zai", "claude-haiku-4.5", T)).toEqual(declared(T + 2 * HOUR));
    expect(book.mark("zai", "claude-haiku-4.5", T + 2 * HOUR)).toEqual(HALF_OPEN);
  });

  it("shows the stronger of two marks", () => {
    const book = createLaneBook();
    limit(book, { model: null, cooldownMs: 10 * MINUTE });
    limit(book, { untilMs: T + MINUTE });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + MINUTE));
    expect(book.mark("zai", "glm-5", T + MINUTE)).toEqual(own(T + 10 * MINUTE));
  });

  it("keeps the later of two declared ends, and lets a declared end stand over a later own cooldown", () => {
    const book = createLaneBook();
    limit(book, { untilMs: T + 3 * DAY, windowMs: 7 * DAY });
    expect(limit(book, { untilMs: T + HOUR, windowMs: 5 * HOUR, nowMs: T + 1 }).untilMs).toBe(T + 3 * DAY);
    expect(limit(book, { nowMs: T + 2 }).untilMs).toBe(T + 3 * DAY);
    const other = createLaneBook();
    limit(other);
    limit(other, { untilMs: T + MINUTE });
    expect(other.mark("zai", "glm-5", T + MINUTE)).toEqual(HALF_OPEN);
  });

  it.each<[string, Partial<LimitReport>, number]>([
    ["5 h", { untilMs: T + 206 * HOUR, windowMs: 5 * HOUR }, 5 * HOUR + 10 * MINUTE],
    ["7 d", { untilMs: T + 18 * DAY, windowMs: 7 * DAY }, 7 * DAY + 10 * MINUTE],
    ["a month", { untilMs: T + 40 * DAY, windowMs: 31 * DAY }, 31 * DAY + 10 * MINUTE],
    ["a year is no window", { untilMs: T + 400 * DAY, windowMs: 365 * DAY }, 31 * DAY + 10 * MINUTE],
    ["unknown", { untilMs: T + 18 * DAY }, 7 * DAY + 10 * MINUTE],
    ["no window at all", { untilMs: T + 18 * DAY, windowMs: Number.NaN }, 7 * DAY + 10 * MINUTE],
    ["retry-after 0", { untilMs: T }, 1000],
    ["past", { untilMs: T - DAY }, 1000],
  ])("clamps and reports a declared end: %s", (_, report, length) => {
    const book = createLaneBook();
    expect(limit(book, report)).toEqual({ untilMs: T + length, clampedFromMs: report.untilMs });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + length));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("takes an end of %d as none", (untilMs) => {
    expect(limit(createLaneBook(), { untilMs })).toEqual({ untilMs: T + 300_000, clampedFromMs: null });
  });

  it.each([0, -5, Number.NaN])("makes no mark of its own with a cooldown of %d", (cooldownMs) => {
    const book = createLaneBook();
    expect(limit(book, { cooldownMs })).toEqual({ untilMs: null, clampedFromMs: null });
    expect(book.mark("zai", "glm-5", T)).toEqual(NONE);
    expect(limit(book, { cooldownMs, untilMs: T + HOUR }).untilMs).toBe(T + HOUR);
  });

  it("marks by hand for the cooldown, at least a second, and replaces what was declared", () => {
    const book = createLaneBook();
    limit(book, { byHand: true, cooldownMs: 0 });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + 1000));
    limit(book, { byHand: true });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + 300_000));
    limit(book, { byHand: true, untilMs: T + MINUTE });
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + MINUTE));
  });

  it("keeps a thousand marks and drops what ends first", () => {
    const book = createLaneBook();
    for (let i = 0; i < 1002; i += 1) limit(book, { model: `m${i}x`, untilMs: T + HOUR + ((i * 7) % 1002) });
    expect(book.activeMarks(T)).toHaveLength(1000);
    expect(book.mark("zai", "m0x", T)).toEqual(NONE);
    expect(book.mark("zai", "m1001x", T).state).toBe("declared");
  });
});

describe("probes", () => {
  function expired(): LaneBook {
    const book = createLaneBook();
    limit(book, { untilMs: T + MINUTE });
    return book;
  }
  const AFTER = T + MINUTE;

  it("takes one probe after the end, and none before", () => {
    const book = expired();
    expect(book.takeProbe("zai", "glm-5", "early", AFTER - 1)).toBe(false);
    expect(book.takeProbe("zai", "glm-5", "first", AFTER)).toBe(true);
    const herd = Array.from({ length: 50 }, (_, i) => book.takeProbe("zai", "glm-5", `r${i}`, AFTER));
    expect(herd.filter(Boolean)).toEqual([]);
    expect(book.mark("zai", "glm-5", AFTER)).toEqual(PROBING);
  });

  it("is lifted by a probe that succeeds, and proved anew after one that does not", () => {
    const book = expired();
    book.takeProbe("zai", "glm-5", "a", AFTER);
    book.endProbe("someone else", true, AFTER);
    expect(book.mark("zai", "glm-5", AFTER)).toEqual(PROBING);
    book.endProbe("a", false, AFTER);
    expect(book.mark("zai", "glm-5", AFTER)).toEqual(HALF_OPEN);
    expect(book.takeProbe("zai", "glm-5", "b", AFTER)).toBe(true);
    book.endProbe("b", true, AFTER);
    expect(book.mark("zai", "glm-5", AFTER)).toEqual(NONE);
  });

  it("is marked again by a probe that meets the limit", () => {
    const book = expired();
    book.takeProbe("zai", "glm-5", "a", AFTER);
    limit(book, { nowMs: AFTER });
    book.endProbe("a", true, AFTER);
    expect(book.mark("zai", "glm-5", AFTER)).toEqual(own(AFTER + 300_000));
  });

  it("forgets a probe whose end is never told", () => {
    const book = expired();
    book.takeProbe("zai", "glm-5", "lost", AFTER);
    expect(book.mark("zai", "glm-5", AFTER + 119_999)).toEqual(PROBING);
    expect(book.mark("zai", "glm-5", AFTER + 120_000)).toEqual(HALF_OPEN);
    expect(book.takeProbe("zai", "glm-5", "next", AFTER + 120_000)).toBe(true);
  });

  it("proves model and account together, and neither while one of them binds", () => {
    const book = createLaneBook();
    limit(book, { untilMs: T + MINUTE });
    limit(book, { model: null, untilMs: T + 2 * MINUTE });
    expect(book.takeProbe("zai", "glm-5", "a", T + MINUTE)).toBe(false);
    expect(book.takeProbe("zai", "glm-5", "b", T + 2 * MINUTE)).toBe(true);
    expect(book.mark("zai", "glm-4.7", T + 2 * MINUTE)).toEqual(PROBING);
    book.endProbe("b", true, T + 2 * MINUTE);
    expect(book.activeMarks(T + 2 * MINUTE)).toEqual([]);
  });
});

describe("successes", () => {
  it("lift an older mark of the model and of the account, never one that is younger than their request", () => {
    const book = createLaneBook();
    limit(book, { untilMs: T + HOUR });
    limit(book, { model: null, untilMs: T + HOUR });
    limit(book, { model: "glm-4.7", untilMs: T + HOUR });
    book.clearOnSuccess("zai", "glm-5", T - 1, T + 1);
    book.clearOnSuccess("zai", "glm-5", T, T + 1);
    expect(book.activeMarks(T + 1)).toHaveLength(3);
    book.clearOnSuccess("zai", "glm-5", T + 1, T + 2);
    expect(book.activeMarks(T + 2)).toEqual([
      { lane: "zai", model: "glm-4.7", markedAtMs: T, windowMs: null, state: "declared", untilMs: T + HOUR },
    ]);
  });
});

describe("reset", () => {
  it("forgets one model's mark, or all of a lane", () => {
    const book = createLaneBook();
    limit(book);
    limit(book, { model: null });
    limit(book, { lane: "kimi" });
    book.pause("zai", "overload", null, T);
    book.setAuthError("zai", "401", T);
    book.reset("zai", "GLM-5");
    expect(book.activeMarks(T).map(({ lane, model }) => [lane, model])).toEqual([
      ["zai", null],
      ["kimi", "glm-5"],
    ]);
    book.reset("zai");
    expect(book.activeMarks(T).map(({ lane }) => lane)).toEqual(["kimi"]);
    expect([book.pausedUntil("zai", T), book.authError("zai", T)]).toEqual([null, null]);
  });
});

describe("marks of gateways that share the lanes", () => {
  const NOBODY: ReadonlySet<string> = new Set();
  const mark = {
    lane: "zai",
    model: null,
    markedAtMs: T,
    declaredUntilMs: T + HOUR,
    ownUntilMs: null,
    windowMs: 5 * HOUR,
    probe: null,
  };

  it("bind like own ones, take their place, and are lifted by name", () => {
    const book = createLaneBook();
    limit(book);
    book.adopt([mark, { ...mark, model: "glm-5", declaredUntilMs: T + 2 * HOUR }], [], NOBODY, T);
    expect(book.mark("zai", "GLM-5", T)).toEqual(declared(T + 2 * HOUR));
    expect(book.mark("zai", "glm-4.7", T)).toEqual(declared(T + HOUR));
    book.adopt(
      [],
      [
        { lane: "zai", model: "glm-5" },
        { lane: "kimi", model: null },
      ],
      NOBODY,
      T,
    );
    expect(book.mark("zai", "GLM-5", T)).toEqual(declared(T + HOUR));
  });

  it("are cut to what their window can mean", () => {
    const book = createLaneBook();
    book.adopt([{ ...mark, declaredUntilMs: T + 30 * DAY }], [], NOBODY, T);
    expect(book.mark("zai", "glm-5", T)).toEqual(declared(T + 5 * HOUR + 10 * MINUTE));
  });

  it("are proved once for all: while another's request proves one, nobody here may", () => {
    const book = createLaneBook();
    book.adopt([mark], [], NOBODY, T);
    expect(book.unproved("zai", "glm-5", T)).toEqual([]);
    expect(book.unproved("zai", "glm-5", T + HOUR)).toEqual([{ lane: "zai", model: null }]);
    book.adopt([{ ...mark, probe: { rid: "elsewhere", deadlineMs: T + 2 * HOUR } }], [], NOBODY, T + HOUR);
    expect(book.mark("zai", "glm-5", T + HOUR)).toEqual(PROBING);
    expect(book.unproved("zai", "glm-5", T + HOUR)).toEqual([]);
    expect(book.takeProbe("zai", "glm-5", "here", T + HOUR)).toBe(false);
    expect(book.takeProbe("zai", "glm-5", "here", T + 2 * HOUR)).toBe(true);
    // What others heard of our own probe is older than what we know.
    book.adopt([mark], [], new Set(["here"]), T + 2 * HOUR);
    expect(book.mark("zai", "glm-5", T + 2 * HOUR)).toEqual(PROBING);
    const theirs = { ...mark, probe: { rid: "elsewhere", deadlineMs: T + 3 * HOUR } };
    book.adopt([theirs], [], new Set(["here"]), T + 2 * HOUR);
    book.endProbe("here", false, T + 2 * HOUR);
    expect(book.mark("zai", "glm-5", T + 2 * HOUR)).toEqual(PROBING);
    book.adopt([mark], [], NOBODY, T + 2 * HOUR);
    expect(book.mark("zai", "glm-5", T + 2 * HOUR)).toEqual(HALF_OPEN);
  });
});

describe("auth errors", () => {
  it("stay until a success, a reload or a reset", () => {
    const book = createLaneBook();
    for (const lane of ["a", "b", "c"]) book.setAuthError(lane, `${lane}: 401`, T);
    expect(book.authError("a", T)).toBe("a: 401");
    book.recordSuccess("a");
    book.clearAuthError("b");
    expect(["a", "b", "c", "d"].map((lane) => book.authError(lane, T))).toEqual([null, null, "c: 401", null]);
    book.clearAuthError();
    expect(book.authError("c", T)).toBe(null);
  });

  it("let requests try the lane again after 10 minutes, and start anew when it refuses again", () => {
    const book = createLaneBook();
    book.setAuthError("zai", "401", T);
    expect(book.authError("zai", T + 599_999)).toBe("401");
    expect(book.authError("zai", T + 600_000)).toBe(null);
    book.setAuthError("zai", "401 again", T + 600_000);
    expect(book.authError("zai", T + 1_199_999)).toBe("401 again");
  });
});

describe("a clock that is set", () => {
  it("takes a small step back for jitter", () => {
    const book = createLaneBook();
    limit(book, { untilMs: T + HOUR });
    expect(book.mark("zai", "glm-5", T - MINUTE)).toEqual(declared(T + HOUR));
  });

  it("keeps what is left of a mark over a large step back", () => {
    const book = createLaneBook();
    limit(book, { untilMs: T + HOUR });
    book.pause("zai", "overload", null, T);
    const back = T - 365 * DAY;
    expect(book.mark("zai", "glm-5", back)).toEqual(declared(back + HOUR));
    expect(book.pausedUntil("zai", back)).toBe(back + 10_000);
    expect(book.mark("zai", "glm-5", back + HOUR)).toEqual(HALF_OPEN);
  });

  it("does not take a start from before the step for a newer one", () => {
    const book = createLaneBook();
    limit(book, { untilMs: T + HOUR });
    book.clearOnSuccess("zai", "glm-5", T - MINUTE, T - DAY);
    expect(book.activeMarks(T - DAY)).toHaveLength(1);
  });
});
