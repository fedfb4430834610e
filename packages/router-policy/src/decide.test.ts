import { REROUTE_MODES as MODES, type RerouteMode } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import {
  anthropic,
  ask,
  BLOCKED,
  DECLARED,
  HALF_OPEN,
  lane,
  line,
  MINUTE,
  NO_KEY,
  NOW,
  OWN,
  PAUSED,
  PROBING,
  SPENT,
  WARNED,
  zai,
} from "../test/lanes.ts";
import type { LaneFacts, RoutingSnapshot } from "./routing-snapshot.ts";

describe("the choice among fallbacks", () => {
  const choose = (mode: RerouteMode, ...fallbacks: LaneFacts[]): string =>
    line([zai(BLOCKED), ...fallbacks], { mode })
      .split(" moved")[0]
      ?.split(" ")[0] ?? "";

  it.each<[string, LaneFacts[], string]>([
    ["the first in order", [lane("a"), lane("b")], "a"],
    ["not an unusable one", [lane("a", { usable: false }), lane("b")], "b"],
    ["not a tried one", [lane("a", { tried: true }), lane("b")], "b"],
    ["not one with a declared limit", [lane("a", { mark: DECLARED }), lane("b")], "b"],
    ["not one in its own cooldown", [lane("a", { mark: OWN }), lane("b")], "b"],
    ["not one that declares itself spent", [lane("a", SPENT), lane("b")], "b"],
    ["not one that is paused", [lane("a", PAUSED), lane("b")], "b"],
    ["a warned one, in order", [lane("a", WARNED), lane("b")], "a"],
    ["an open one before a blocked one", [lane("a", BLOCKED), lane("b")], "b"],
    ["an open one before one to be proved", [lane("a", { mark: HALF_OPEN }), lane("b")], "b"],
    ["one to be proved before a blocked one", [lane("a", BLOCKED), lane("b", { mark: HALF_OPEN })], "b"],
    ["a blocked one before a paused one", [lane("a", PAUSED), lane("b", BLOCKED)], "b"],
    ["the paused one that opens first", [lane("a", PAUSED), lane("b", { pausedUntilMs: NOW + 9000 })], "b"],
    ["the first of two that open together", [lane("a", PAUSED), lane("b", PAUSED)], "a"],
    ["a paused one before one being proved", [lane("a", { mark: PROBING }), lane("b", PAUSED)], "b"],
    ["one being proved before none", [lane("a", SPENT), lane("b", { mark: PROBING })], "b"],
    ["a pause that is over", [lane("a", { pausedUntilMs: NOW }), lane("b")], "a"],
    ["a declared window that is over", [lane("a", { spentUntilMs: NOW }), lane("b")], "a"],
  ])("%s", (_, fallbacks, expected) => {
    expect(choose("hybrid", ...fallbacks)).toBe(expected);
    expect(choose("preemptive", ...fallbacks)).toBe(expected);
  });

  it("marks the probe of a fallback", () => {
    const rest = { after: { kind: "failure", lane: "zai" } } as const;
    const lanes = [zai({ tried: true }), anthropic({ mark: HALF_OPEN })];
    expect(line(lanes, rest)).toBe("anthropic fallback fallback probe moved");
    expect(line(lanes, { ...rest, mode: "run2cap" })).toBe("anthropic fallback fallback probe moved");
  });

  it("passes a fallback over whose own cooldown runs, in run2cap too", () => {
    const lanes = [zai({ mark: DECLARED }), lane("a", { mark: OWN }), lane("b")];
    expect(line(lanes, { mode: "run2cap" })).toBe("b reroute_policy quota_cooldown moved");
  });
});

describe("every lane spent", () => {
  it("refuses with the earliest reset", () => {
    expect(ask([zai({ mark: DECLARED }), anthropic(SPENT)])).toEqual({
      kind: "refuse",
      decision: "no_fallback",
      rerouteDecision: "no_fallback",
      reason: "Every usable lane is spent (zai, anthropic); the first opens in 30 min.",
      retryAtMs: NOW + 30 * MINUTE,
    });
  });

  it("takes a lane as open once both its mark and its window are past", () => {
    const decision = ask([zai({ ...SPENT, mark: OWN }), anthropic({ mark: DECLARED })]);
    expect(decision).toMatchObject({ kind: "refuse", retryAtMs: NOW + 30 * MINUTE });
  });

  it("refuses without a time when no lane named one", () => {
    const mark = { state: "declared", untilMs: null } as const;
    expect(ask([zai({ mark }), anthropic({ mark })])).toMatchObject({
      kind: "refuse",
      retryAtMs: null,
      reason: "Every usable lane is spent (zai, anthropic).",
    });
  });

  it("tries the preferred lane when only our own count blocks it", () => {
    expect(line([zai(BLOCKED), anthropic(SPENT)])).toBe("zai no_fallback no_fallback warned");
    expect(line([zai({ mark: PROBING }), anthropic(SPENT)])).toBe("zai no_fallback no_fallback");
    expect(line([zai(PAUSED), anthropic({ mark: OWN })])).toBe("zai no_fallback no_fallback");
  });

  it("refuses after the limit of the last lane, and relays what was no limit", () => {
    const after = { kind: "limit", lane: "anthropic" } as const;
    const marked = [zai({ tried: true, mark: DECLARED }), anthropic({ mark: OWN })];
    expect(MODES.map((mode) => line(marked, { mode, after }))).toEqual(MODES.map(() => "refuse no_fallback"));
    // A throttle leaves no mark.
    expect(line([zai({ mark: DECLARED }), anthropic()], { after })).toBe("give_up no_fallback");
    expect(line(marked, { after: { kind: "failure", lane: "anthropic" } })).toBe("give_up no_fallback");
  });

  it("refuses when the preferred lane is unusable and the rest is spent", () => {
    expect(line([zai(NO_KEY), anthropic(SPENT)])).toBe("refuse no_fallback");
  });
});

describe("after an attempt", () => {
  const limit = { after: { kind: "limit", lane: "zai" } } as const;
  const failure = { after: { kind: "failure", lane: "zai" } } as const;

  it.each(MODES)("goes to the next lane at once, in %s", (mode) => {
    const lanes = [zai({ tried: true, mark: DECLARED }), anthropic()];
    expect(line(lanes, { mode, ...limit })).toBe("anthropic reroute_policy quota_overshoot moved");
    expect(line(lanes, { mode, ...failure })).toBe("anthropic fallback fallback moved");
  });

  it("takes the lane that answered as tried, whatever the facts say", () => {
    expect(line([zai()], failure)).toBe("give_up no_fallback");
  });

  it("comes back to a preferred lane that a rule had left", () => {
    const after = { kind: "limit", lane: "anthropic" } as const;
    const lanes = [zai(BLOCKED), anthropic({ mark: DECLARED })];
    expect(line(lanes, { after })).toBe("zai reroute_policy quota_overshoot warned moved");
    expect(line([...lanes, lane("c")], { after })).toBe("c reroute_policy quota_overshoot moved");
  });

  it("gives up when all were tried", () => {
    expect(ask([zai({ tried: true }), anthropic({ tried: true })], failure)).toEqual({
      kind: "give_up",
      decision: "no_fallback",
      rerouteDecision: "no_fallback",
      reason: "zai failed, and no other lane is left.",
    });
  });
});

describe("a preferred lane that cannot take the request now", () => {
  it("is left while paused, though a quota rule that applies names the move", () => {
    expect(line([zai(PAUSED), anthropic()])).toBe("anthropic fallback fallback moved");
    expect(line([zai({ ...PAUSED, mark: HALF_OPEN }), anthropic()])).toBe(
      "anthropic fallback fallback moved",
    );
    expect(line([zai({ ...PAUSED, ...BLOCKED }), anthropic()])).toBe(
      "anthropic reroute_policy quota_block moved",
    );
    expect(line([zai({ ...PAUSED, ...BLOCKED }), anthropic()], { mode: "run2cap" })).toBe(
      "anthropic fallback fallback moved",
    );
  });

  it("is kept while paused when every other is paused for as long", () => {
    expect(line([zai(PAUSED), anthropic(PAUSED)])).toBe("zai no_fallback no_fallback");
    expect(line([zai(PAUSED), anthropic({ pausedUntilMs: NOW + 9999 })])).toBe(
      "anthropic fallback fallback moved",
    );
  });

  it("is passed over when unusable", () => {
    expect(ask([zai(NO_KEY), anthropic()])).toMatchObject({
      lane: "anthropic",
      decision: "fallback",
      rerouteDecision: "fallback",
      reason: "zai cannot be asked (ZAI_API_KEY is not set), so anthropic takes the request.",
    });
    expect(ask([zai(NO_KEY)])).toMatchObject({
      kind: "give_up",
      reason: "zai cannot be asked (ZAI_API_KEY is not set), and no other lane is usable.",
    });
    expect(line([zai({ tried: true }), anthropic()])).toBe("anthropic fallback fallback moved");
  });
});

describe("a pinned lane", () => {
  it("shows the rule of the lane named by hand and keeps the lane", () => {
    const rest = { pin: "manual" } as const;
    expect(line([zai(), anthropic()], rest)).toBe("zai manual_override quota_pass");
    expect(line([zai(BLOCKED), anthropic()], rest)).toBe("zai manual_override quota_block warned");
    expect(line([zai({ mark: DECLARED, ...PAUSED }), anthropic()], rest)).toBe(
      "zai manual_override quota_cooldown",
    );
    expect(line([zai(NO_KEY), anthropic()], rest)).toBe("give_up no_fallback");
  });

  it.each(["limit", "failure"] as const)("has no other lane after a %s", (kind) => {
    expect(line([zai(), anthropic()], { pin: "manual", after: { kind, lane: "zai" } })).toBe(
      "give_up no_fallback",
    );
    expect(line([anthropic(), zai()], { pin: "kill_switch", after: { kind, lane: "anthropic" } })).toBe(
      "give_up no_fallback",
    );
    expect(line([zai()], { pin: "kill_switch", after: { kind, lane: "anthropic" } })).toBe(
      "give_up no_fallback",
    );
  });

  it("sends to anthropic under the kill switch though the route does not list it", () => {
    expect(line([zai()], { pin: "kill_switch" })).toBe("anthropic failover_paused quota_pass moved");
  });
});

describe("the reason", () => {
  const reason = (facts: Partial<LaneFacts>, rest: Partial<RoutingSnapshot> = {}): string =>
    ask([zai(facts), anthropic()], rest).reason;

  it.each<[string, string]>([
    [reason({}), "zai is below its warn threshold."],
    [reason(WARNED), "zai is past its warn threshold but has room (200 tokens left, 150 predicted)."],
    [reason({ warned: true, headroomTokens: null }), "zai is past its warn threshold but has room."],
    [reason(WARNED, { mode: "run2cap" }), "zai takes requests until it refuses one."],
    [
      reason(WARNED, { mode: "preemptive", preemptAt: "warn" }),
      "zai is past its warn threshold, so anthropic takes the request.",
    ],
    [reason(BLOCKED), "zai has no room (100 tokens left, 150 predicted), so anthropic takes the request."],
    [reason(SPENT), "zai declares its window spent for another 30 min, so anthropic takes the request."],
    [
      reason({ mark: DECLARED }),
      "zai is at its limit for another 1 h 30 min, so anthropic takes the request.",
    ],
    [
      reason({ mark: OWN }),
      "zai cools down for another 5 min after a limit, so anthropic takes the request.",
    ],
    [reason({ mark: HALF_OPEN }), "zai has ended its cooldown and this request proves it."],
    [
      reason({ mark: PROBING }),
      "zai has ended its cooldown and another request is proving it, so anthropic takes the request.",
    ],
    [reason(PAUSED), "zai is paused for another 10 s, so anthropic takes the request."],
    [
      reason({ mark: DECLARED, tried: true }, { after: { kind: "limit", lane: "zai" } }),
      "zai answered a limit, so anthropic takes the request.",
    ],
    [reason({}, { after: { kind: "failure", lane: "zai" } }), "zai failed, so anthropic takes the request."],
    [reason({}, { pin: "kill_switch" }), "The kill switch sends everything to anthropic."],
    [reason({}, { pin: "manual" }), "zai was named by hand."],
    [
      ask([zai(BLOCKED)]).reason,
      "zai has no room (100 tokens left, 150 predicted), but no other lane is usable.",
    ],
    [
      ask([zai(BLOCKED), anthropic({ usable: false, unusableReason: "too small" })]).reason,
      "zai has no room (100 tokens left, 150 predicted), but no other lane is usable (anthropic: too small).",
    ],
    [
      ask([zai(BLOCKED), anthropic(SPENT)]).reason,
      "zai has no room (100 tokens left, 150 predicted), but no other lane is open.",
    ],
  ])("%s", (text, expected) => expect(text).toBe(expected));
});

it("wants at least one lane", () => {
  expect(() => ask([])).toThrow(new RangeError("a routing snapshot needs at least one lane"));
});
