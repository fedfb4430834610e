import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLaneBook, type LaneBook } from "./lane-book.ts";

const T = 1_800_000_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LANES = ["zai", "kimi"] as const;
const MODELS = ["glm-5", "glm-4.7"] as const;
const LONGEST = 31 * DAY + 600_000;

type Event =
  | {
      kind: "limit";
      lane: string;
      model: string | null;
      inMs: number | null;
      windowMs: number | null;
      cooldownMs: number;
    }
  | { kind: "probe" | "success"; lane: string; model: string; agoMs: number }
  | { kind: "end"; index: number; ok: boolean }
  | { kind: "pause"; lane: string; pause: "overload" | "throttle"; inMs: number | null }
  | { kind: "failure" | "restored" | "reset"; lane: string }
  | { kind: "reload" };

const lane = fc.constantFrom(...LANES);
const model = fc.constantFrom(...MODELS);
const inMs = fc.option(fc.oneof(fc.integer({ min: -DAY, max: 60 * DAY }), fc.constant(Number.NaN)));
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant("limit"),
    lane,
    model: fc.option(model),
    inMs,
    windowMs: fc.option(fc.constantFrom(5 * HOUR, 7 * DAY, 31 * DAY)),
    cooldownMs: fc.constantFrom(0, 300_000),
  }),
  fc.record({ kind: fc.constantFrom("probe", "success"), lane, model, agoMs: fc.nat(10_000) }),
  fc.record({ kind: fc.constant("end"), index: fc.nat(20), ok: fc.boolean() }),
  fc.record({ kind: fc.constant("pause"), lane, pause: fc.constantFrom("overload", "throttle"), inMs }),
  fc.record({ kind: fc.constantFrom("failure", "restored", "reset"), lane }),
  fc.record({ kind: fc.constant("reload") }),
);
/** Mostly small steps on; now and then a jump, either way. */
const step = fc.oneof(
  { weight: 6, arbitrary: fc.nat(120_000) },
  { weight: 1, arbitrary: fc.integer({ min: -400 * DAY, max: 400 * DAY }) },
  { weight: 1, arbitrary: fc.integer({ min: -60_000, max: 0 }) },
);
const story = fc.array(fc.tuple(step, event), { maxLength: 60 });

function apply(book: LaneBook, what: Event, nowMs: number, rids: string[]): LaneBook {
  switch (what.kind) {
    case "limit": {
      const untilMs = what.inMs === null ? null : nowMs + what.inMs;
      book.markLimit({ ...what, untilMs, nowMs });
      return book;
    }
    case "probe": {
      const rid = `r${rids.length}`;
      if (book.takeProbe(what.lane, what.model, rid, nowMs)) rids.push(rid);
      return book;
    }
    case "success":
      book.clearOnSuccess(what.lane, what.model, nowMs - what.agoMs, nowMs);
      return book;
    case "end":
      book.endProbe(rids[what.index % Math.max(1, rids.length)] ?? "none", what.ok, nowMs);
      return book;
    case "pause":
      book.pause(what.lane, what.pause, what.inMs === null ? null : nowMs + what.inMs, nowMs);
      return book;
    case "failure":
      book.recordFailure(what.lane, nowMs);
      return book;
    case "restored":
      book.recordSuccess(what.lane);
      return book;
    case "reset":
      book.reset(what.lane);
      return book;
    case "reload": {
      const next = createLaneBook();
      next.restore(JSON.parse(JSON.stringify(book.snapshot())), nowMs);
      return next;
    }
    default:
      what satisfies never;
      return book;
  }
}

/** Plays a story; the book is looked at after each step, as a gateway at work does. */
function play(
  events: readonly (readonly [number, Event])[],
  look: (book: LaneBook, nowMs: number) => void = () => {},
): { book: LaneBook; nowMs: number } {
  let book = createLaneBook();
  let nowMs = T;
  const rids: string[] = [];
  for (const [stepMs, what] of events) {
    nowMs += stepMs;
    book.activeMarks(nowMs);
    book = apply(book, what, nowMs, rids);
    look(book, nowMs);
  }
  return { book, nowMs };
}

describe("after any events and clock jumps", () => {
  it("nothing is kept waiting longer than it can mean", () => {
    fc.assert(
      fc.property(story, (events) => {
        play(events, (book, nowMs) => {
          // The book may lag the clock by a small step back.
          const latest = nowMs + 60_000;
          for (const mark of book.activeMarks(nowMs)) {
            if (mark.untilMs !== null) expect(mark.untilMs).toBeLessThanOrEqual(latest + LONGEST);
          }
          for (const name of LANES)
            expect(book.pausedUntil(name, nowMs) ?? 0).toBeLessThanOrEqual(latest + 1_800_000);
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("time alone opens every lane to a probe, and one success lifts all that binds it", () => {
    fc.assert(
      fc.property(story, lane, model, (events, name, kind) => {
        const { book, nowMs } = play(events);
        const later = nowMs + LONGEST + 120_000;
        expect(["none", "half_open"]).toContain(book.mark(name, kind, later).state);
        expect(book.pausedUntil(name, later)).toBe(null);
        book.takeProbe(name, kind, "last", later);
        book.endProbe("last", true, later + 1);
        expect(book.mark(name, kind, later + 1)).toEqual({ state: "none", untilMs: null });
        expect(book.pausedUntil(name, later + 1)).toBe(null);
      }),
      { numRuns: 1000 },
    );
  });

  it("one request at most proves a lane for a model at a time", () => {
    fc.assert(
      fc.property(story, lane, model, fc.nat(LONGEST), (events, name, kind, waitMs) => {
        const { book, nowMs } = play(events);
        const then = nowMs + waitMs;
        const before = book.mark(name, kind, then).state;
        const herd = Array.from({ length: 20 }, (_, i) => book.takeProbe(name, kind, `herd${i}`, then));
        expect(herd.slice(1)).toEqual(herd.slice(1).map(() => false));
        expect(book.mark(name, kind, then).state).toBe(before === "half_open" ? "probing" : before);
      }),
      { numRuns: 1000 },
    );
  });

  it("looking changes nothing", () => {
    fc.assert(
      fc.property(story, (events) => {
        play(events, (book, nowMs) => {
          const before = book.snapshot();
          for (const name of LANES) {
            for (const kind of MODELS) book.mark(name, kind, nowMs);
            book.pausedUntil(name, nowMs);
            book.authError(name, nowMs);
          }
          book.activeMarks(nowMs);
          expect(book.snapshot()).toEqual(before);
        });
      }),
      { numRuns: 300 },
    );
  });

  it("a restored book says what the saved one said, probes apart", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(120_000), event), { maxLength: 40 }), (events) => {
        const { book, nowMs } = play(events);
        const restored = createLaneBook();
        restored.restore(JSON.parse(JSON.stringify(book.snapshot())), nowMs);
        for (const name of LANES) {
          for (const kind of MODELS) {
            const said = book.mark(name, kind, nowMs);
            expect(restored.mark(name, kind, nowMs)).toEqual(
              said.state === "probing" ? { state: "half_open", untilMs: null } : said,
            );
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
