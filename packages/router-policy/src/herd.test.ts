import { REROUTE_MODES, type RerouteMode } from "@ccp/usage-contract/core";
import { describe, expect, it } from "vitest";
import { lane as facts, NOW } from "../test/lanes.ts";
import { createLaneBook, type LaneBook } from "./book/lane-book.ts";
import { decide } from "./decide.ts";
import type { RoutingSnapshot } from "./routing-snapshot.ts";

const COOLDOWN_MS = 300_000;

/** One attempt as a gateway makes it: facts from the book, the decision, and the probe taken in the same step. */
function attempt(
  book: LaneBook,
  mode: RerouteMode,
  rid: string,
  nowMs: number,
  after: RoutingSnapshot["after"],
) {
  const lanes = ["zai", "anthropic"].map((name) =>
    facts(name, {
      mark: book.mark(name, "glm-5", nowMs),
      pausedUntilMs: book.pausedUntil(name, nowMs),
    }),
  );
  const decision = decide({ mode, preemptAt: "block", pin: null, lanes, after }, nowMs);
  const lane = decision.kind === "send" ? decision.lane : decision.kind;
  book.takeProbe(lane, "glm-5", rid, nowMs);
  return `${lane} ${decision.rerouteDecision}`;
}

function herd(book: LaneBook, mode: RerouteMode, nowMs: number): Record<string, number> {
  const count: Record<string, number> = {};
  for (let i = 0; i < 50; i += 1) {
    const went = attempt(book, mode, `${nowMs}-${i}`, nowMs, null);
    count[went] = (count[went] ?? 0) + 1;
  }
  return count;
}

function limited(untilMs: number | null): LaneBook {
  const book = createLaneBook();
  book.markLimit({
    lane: "zai",
    model: "glm-5",
    untilMs,
    windowMs: null,
    cooldownMs: COOLDOWN_MS,
    nowMs: NOW,
  });
  return book;
}

describe("fifty requests at once", () => {
  const END = NOW + COOLDOWN_MS;

  it.each(REROUTE_MODES)("send one to prove a lane whose cooldown is over, in %s", (mode) => {
    const proved = mode === "run2cap" ? "zai quota_run_to_limit" : "zai quota_pass";
    for (const book of [limited(null), limited(END)]) {
      expect(herd(book, mode, NOW)).toEqual({ "anthropic quota_cooldown": 50 });
      expect(herd(book, mode, END - 1)).toEqual({ "anthropic quota_cooldown": 50 });
      expect(herd(book, mode, END)).toEqual({ "zai quota_probe": 1, "anthropic quota_cooldown": 49 });
      book.endProbe(`${END}-0`, true, END);
      expect(herd(book, mode, END)).toEqual({ [proved]: 50 });
    }
  });

  it("ask a lane once after 5, 10 and 15 minutes where its cooldown grows", () => {
    const book = createLaneBook();
    const refuse = (nowMs: number): void => {
      const length = { untilMs: null, windowMs: null, cooldownMs: COOLDOWN_MS, cooldownSteps: 3 };
      book.markLimit({ lane: "zai", model: "glm-5", ...length, nowMs });
      // Others were under way when the first was refused: one reason, one cooldown.
      book.markLimit({ lane: "zai", model: "glm-5", ...length, nowMs });
    };
    let nowMs = NOW;
    refuse(nowMs);
    const waited: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      const endMs = book.mark("zai", "glm-5", nowMs).untilMs ?? expect.unreachable();
      waited.push((endMs - nowMs) / 60_000);
      nowMs = endMs;
      expect(herd(book, "run2cap", nowMs)).toMatchObject({ "zai quota_probe": 1 });
      // The count of cooldowns outlives a restart, and what another gateway knows of the same mark.
      const saved: unknown = JSON.parse(JSON.stringify(book.snapshot()));
      book.restore(saved, nowMs);
      refuse(nowMs);
    }
    expect(waited).toEqual([5, 10, 15, 15]);
    book.reset("zai");
    refuse(nowMs);
    expect(book.mark("zai", "glm-5", nowMs).untilMs).toBe(nowMs + COOLDOWN_MS);
  });

  it.each(REROUTE_MODES)("send one to a lane whose breaker's time is over, in %s", (mode) => {
    const book = createLaneBook();
    for (let i = 0; i < 5; i += 1) book.recordFailure("zai", NOW);
    const first = mode === "run2cap" ? "zai quota_run_to_limit" : "zai quota_pass";
    expect(herd(book, mode, NOW + 9999)).toEqual({ "anthropic fallback": 50 });
    expect(herd(book, mode, NOW + 10_000)).toEqual({ [first]: 1, "anthropic fallback": 49 });
    book.recordSuccess("zai");
    expect(herd(book, mode, NOW + 10_000)).toEqual({ [first]: 50 });
  });

  it.each(REROUTE_MODES)("move on at once when their lane answers a limit, in %s", (mode) => {
    const after = { kind: "limit", lane: "zai" } as const;
    expect(attempt(limited(NOW + 1000), mode, "r", NOW, after)).toBe("anthropic quota_overshoot");
  });
});
