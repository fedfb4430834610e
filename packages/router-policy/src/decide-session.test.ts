import { REROUTE_MODES } from "@ccp/usage-contract/core";
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
import type { LaneFacts, SessionFacts } from "./routing-snapshot.ts";

const kimi = (facts: Partial<LaneFacts> = {}): LaneFacts => lane("kimi", facts);
/** A session that came to a lane so many seconds ago. */
const on = (name: string, seconds = 40, cachedTokens = 0): { session: SessionFacts } => ({
  session: { lane: name, atMs: NOW - seconds * 1000, cachedTokens },
});
const HELD = "anthropic reroute_policy quota_cooldown moved";

describe("a session on a fallback, the preferred lane open again", () => {
  it.each(REROUTE_MODES)("stays for the dwell, in %s", (mode) => {
    const back = line([zai(), anthropic()], { mode });
    expect(line([zai(), anthropic()], { mode, ...on("anthropic") })).toBe(HELD);
    expect(line([zai(), anthropic()], { mode, ...on("anthropic", 299.999) })).toBe(HELD);
    expect(line([zai(), anthropic()], { mode, ...on("anthropic", 300) })).toBe(back);
    expect(line([zai(WARNED), anthropic()], { mode, ...on("anthropic") })).toBe(HELD);
  });

  it("stays as long as is set", () => {
    const lanes = [zai(), anthropic()];
    expect(line(lanes, { ...on("anthropic", 59), dwellSec: 60 })).toBe(HELD);
    expect(line(lanes, { ...on("anthropic", 60), dwellSec: 60 })).toBe("zai forced_model quota_pass");
    expect(line(lanes, { ...on("anthropic", 0), dwellSec: 0 })).toBe("zai forced_model quota_pass");
    expect(line(lanes, { ...on("anthropic", 0), dwellSec: Number.NaN })).toBe("zai forced_model quota_pass");
  });

  it("stays with a warned fallback too: a warning moves nobody off it", () => {
    expect(line([zai(), anthropic(WARNED)], on("anthropic"))).toBe(HELD);
  });

  it("is told why", () => {
    expect(ask([zai(), anthropic()], on("anthropic", 80)).reason).toBe(
      "zai would take the request, but its session has been on anthropic for only 1 min 20 s, so anthropic takes the request.",
    );
  });

  it.each<[string, Partial<LaneFacts>]>([
    ["spent", SPENT],
    ["declared spent, and not counted so", { spentUntilMs: NOW + MINUTE }],
    ["marked", { mark: DECLARED }],
    ["cooling", { mark: OWN }],
    ["to be proved", { mark: HALF_OPEN }],
    ["being proved", { mark: PROBING }],
    ["paused", PAUSED],
    ["without room", BLOCKED],
    ["too small for this request", { headroomTokens: 150, predictedTokens: 150 }],
    ["unusable", NO_KEY],
    ["tried", { tried: true }],
  ])("returns at once when its lane is %s, in every mode", (_, facts) => {
    for (const mode of REROUTE_MODES) {
      const alone = line([zai(), anthropic(facts)], { mode });
      expect(alone).toMatch(/^zai forced_model quota_(pass|run_to_limit)$/);
      expect(line([zai(), anthropic(facts)], { mode, ...on("anthropic") })).toBe(alone);
    }
  });

  it("returns when its lane is none of the route's", () => {
    expect(line([zai(), anthropic()], on("kimi"))).toBe("zai forced_model quota_pass");
  });

  it("goes by a time ahead as by one behind, and by no time that is none", () => {
    expect(line([zai(), anthropic()], on("anthropic", -299))).toBe(HELD);
    expect(line([zai(), anthropic()], on("anthropic", -300))).toBe("zai forced_model quota_pass");
    expect(line([zai(), anthropic()], on("anthropic", Number.NaN))).toBe("zai forced_model quota_pass");
  });

  it("proves a preferred lane whose cooldown is over all the same", () => {
    const lanes = [zai({ mark: HALF_OPEN }), anthropic()];
    expect(line(lanes, on("anthropic"))).toBe("zai forced_model quota_probe probe");
    expect(line(lanes, { ...on("anthropic"), mode: "run2cap" })).toBe("zai forced_model quota_probe probe");
    expect(line([zai({ mark: PROBING }), anthropic()], on("anthropic"))).toBe(HELD);
  });

  it("goes where a pin says", () => {
    const lanes = [zai(), anthropic()];
    expect(line(lanes, { pin: "manual", ...on("anthropic") })).toBe("zai manual_override quota_pass");
    expect(line([anthropic(), zai()], { pin: "kill_switch", ...on("zai") })).toBe(
      "anthropic failover_paused quota_pass",
    );
  });

  it("goes on by the rules after a limit or a failure", () => {
    const lanes = [zai(), anthropic({ tried: true }), kimi()];
    for (const kind of ["limit", "failure"] as const) {
      const after = { kind, lane: "anthropic" };
      expect(line(lanes, { after, ...on("kimi") })).toBe(line(lanes, { after }));
    }
  });
});

describe("a session whose preferred lane is left", () => {
  it("stays on its own fallback though one before it opens", () => {
    const lanes = [zai({ mark: DECLARED }), kimi(), anthropic()];
    expect(line(lanes)).toBe("kimi reroute_policy quota_cooldown moved");
    expect(line(lanes, on("anthropic"))).toBe(HELD);
    expect(line(lanes, on("anthropic", 300))).toBe("kimi reroute_policy quota_cooldown moved");
    expect(line([zai(BLOCKED), kimi(), anthropic()], on("anthropic"))).toBe(
      "anthropic reroute_policy quota_block moved",
    );
    expect(line([zai(PAUSED), kimi(), anthropic()], on("anthropic"))).toBe(
      "anthropic fallback fallback moved",
    );
    expect(line([zai(NO_KEY), kimi(), anthropic()], on("anthropic"))).toBe(
      "anthropic fallback fallback moved",
    );
  });

  it("leaves its own fallback at once when that is not open", () => {
    const lanes = [zai({ mark: DECLARED }), kimi(), anthropic(BLOCKED)];
    expect(line(lanes, on("anthropic"))).toBe("kimi reroute_policy quota_cooldown moved");
  });

  it.each<[string, Partial<LaneFacts>, string]>([
    ["a limit", { mark: DECLARED }, HELD],
    ["its own cooldown", { mark: OWN }, HELD],
    ["no room", BLOCKED, "anthropic reroute_policy quota_block moved"],
    ["a window declared spent", SPENT, "anthropic reroute_policy quota_block moved"],
    ["a pause", PAUSED, "anthropic fallback fallback moved"],
    ["a missing key", NO_KEY, "anthropic fallback fallback moved"],
  ])("for %s leaves it at once, cached or not", (_, facts, expected) => {
    const rest = { mode: "preemptive", preemptAt: "warn" } as const;
    expect(line([zai(facts), anthropic()], { ...rest, ...on("zai", 10, 90_000) })).toBe(expected);
  });
});

describe("a warning that leaves the preferred lane", () => {
  const AT_WARN = { mode: "preemptive", preemptAt: "warn" } as const;
  const stayed = "zai reroute_policy quota_warn_attempt warned";
  const left = "anthropic reroute_policy quota_preemptive_warn moved";

  it("waits for the end of the dwell", () => {
    const lanes = [zai(WARNED), anthropic()];
    expect(line(lanes, AT_WARN)).toBe(left);
    expect(line(lanes, { ...AT_WARN, ...on("zai") })).toBe(stayed);
    expect(line(lanes, { ...AT_WARN, ...on("zai", 300) })).toBe(left);
    expect(line(lanes, { ...AT_WARN, ...on("zai"), dwellSec: 0 })).toBe(left);
    expect(line(lanes, { ...AT_WARN, ...on("kimi") })).toBe(left);
    expect(ask(lanes, { ...AT_WARN, ...on("zai") }).reason).toBe(
      "zai is past its warn threshold, but its session has been on it for only 40 s.",
    );
  });

  it("does not hold on a lane that is paused, nor where there is nowhere to go", () => {
    expect(line([zai({ ...WARNED, ...PAUSED }), anthropic()], { ...AT_WARN, ...on("zai") })).toBe(left);
    expect(line([zai(WARNED)], { ...AT_WARN, ...on("zai") })).toBe("zai no_fallback no_fallback warned");
  });

  // Room left on zai, room on anthropic, what the whole prompt takes there uncached, and whether the session moves.
  it.each<[string, number | null, number | null, number, boolean]>([
    ["much more room", 2000, 100_000, 50_000, true],
    ["just enough more room", 2000, 52_000, 50_000, true],
    ["one token too little", 2000, 51_999, 50_000, false],
    ["as much room", 60_000, 60_000, 50_000, false],
    ["less room", 60_000, 40_000, 30_000, false],
    ["no room", 2000, 40_000, 50_000, false],
    ["room that is not known", 2000, null, 50_000, true],
    ["more room than is known of the preferred", null, 51_000, 50_000, true],
  ])("pays after the dwell with %s on the other lane", (_, here, there, uncached, moves) => {
    const lanes = [
      zai({ warned: true, headroomTokens: here, predictedTokens: 1500 }),
      anthropic({ headroomTokens: there, predictedTokens: uncached }),
    ];
    expect(line(lanes, { ...AT_WARN, ...on("zai", 900, 48_000) })).toBe(moves ? left : stayed);
    // With nothing in the cache there is nothing to lose.
    expect(line(lanes, { ...AT_WARN, ...on("zai", 900, 0) })).toBe(left);
    expect(line(lanes, { ...AT_WARN, ...on("kimi", 900, 48_000) })).toBe(left);
    expect(line(lanes, AT_WARN)).toBe(left);
    expect(line(lanes, { ...AT_WARN, ...on("zai", 900, 48_000), dwellSec: 0 })).toBe(moves ? left : stayed);
  });

  it("says what would be lost", () => {
    const lanes = [zai(WARNED), anthropic({ headroomTokens: 300, predictedTokens: 250 })];
    expect(ask(lanes, { ...AT_WARN, ...on("zai", 900, 48_000) }).reason).toBe(
      "zai is past its warn threshold, but it holds 48000 cached tokens of the session, and anthropic has too little room to pay for them.",
    );
  });
});

describe("a preferred lane that is past its warn threshold every other half minute", () => {
  /** How often a session changes lanes in an hour of requests, one each ten seconds. */
  function moves(dwellSec: number): number {
    let lane = "";
    let since = NOW;
    let count = 0;
    for (let at = NOW; at < NOW + 60 * MINUTE; at += 10_000) {
      const warned = Math.floor(at / 30_000) % 2 === 1;
      const decision = ask([zai({ warned }), anthropic()], {
        mode: "preemptive",
        preemptAt: "warn",
        dwellSec,
        // The helper asks at NOW: the session's time is told from there.
        session: { lane, atMs: NOW - (at - since), cachedTokens: 0 },
      });
      if (decision.kind !== "send") return expect.unreachable();
      if (lane === decision.lane) continue;
      lane = decision.lane;
      since = at;
      count += 1;
    }
    return count;
  }

  it("makes a session change lanes once a dwell at most, not with each turn", () => {
    expect([moves(0), moves(300), moves(900)]).toEqual([120, 11, 4]);
  });
});
