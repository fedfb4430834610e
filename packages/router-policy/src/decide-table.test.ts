import { REROUTE_MODES as MODES } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import {
  anthropic,
  BLOCKED,
  DECLARED,
  HALF_OPEN,
  line,
  OWN,
  PAUSED,
  PROBING,
  SPENT,
  WARNED,
  zai,
} from "../test/lanes.ts";
import type { LaneFacts } from "./routing-snapshot.ts";

describe("the table, with a free fallback", () => {
  const to = (rule: string): string => `anthropic reroute_policy ${rule} moved`;
  const run = "zai forced_model quota_run_to_limit";
  const runWarned = "zai reroute_policy quota_run_to_limit warned";
  const attempt = "zai reroute_policy quota_warn_attempt warned";

  it.each<[string, Partial<LaneFacts>, string, string, string]>([
    [
      "3 declared limit",
      { mark: DECLARED },
      to("quota_cooldown"),
      to("quota_cooldown"),
      to("quota_cooldown"),
    ],
    [
      "3 and blocked",
      { mark: DECLARED, ...BLOCKED },
      to("quota_cooldown"),
      to("quota_cooldown"),
      to("quota_cooldown"),
    ],
    [
      "3 without a known end",
      { mark: { state: "declared", untilMs: null } },
      to("quota_cooldown"),
      to("quota_cooldown"),
      to("quota_cooldown"),
    ],
    ["4 own cooldown", { mark: OWN }, to("quota_cooldown"), to("quota_cooldown"), to("quota_cooldown")],
    [
      "4 and warned",
      { mark: OWN, ...WARNED },
      to("quota_cooldown"),
      to("quota_cooldown"),
      to("quota_cooldown"),
    ],
    [
      "5 to be proved",
      { mark: HALF_OPEN },
      "zai forced_model quota_probe probe",
      "zai forced_model quota_probe probe",
      "zai forced_model quota_probe probe",
    ],
    [
      "5 and blocked",
      { mark: HALF_OPEN, ...BLOCKED },
      "zai reroute_policy quota_probe warned probe",
      "zai reroute_policy quota_probe warned probe",
      "zai reroute_policy quota_probe warned probe",
    ],
    ["5 being proved", { mark: PROBING }, to("quota_cooldown"), to("quota_cooldown"), to("quota_cooldown")],
    ["6 blocked", BLOCKED, to("quota_block"), runWarned, to("quota_block")],
    [
      "6 predicted fills the headroom",
      { headroomTokens: 150, predictedTokens: 150 },
      to("quota_block"),
      runWarned,
      to("quota_block"),
    ],
    ["6 declared spent", SPENT, to("quota_block"), runWarned, to("quota_block")],
    ["7 warned", WARNED, attempt, runWarned, attempt],
    ["7 warned, headroom unknown", { warned: true, headroomTokens: null }, attempt, runWarned, attempt],
    ["8 below warn", {}, "zai forced_model quota_pass", run, "zai forced_model quota_pass"],
    [
      "8 nothing known",
      { headroomTokens: null },
      "zai forced_model quota_pass",
      run,
      "zai forced_model quota_pass",
    ],
  ])("row %s", (_, facts, ...expected) => {
    expect(MODES.map((mode) => line([zai(facts), anthropic()], { mode }))).toEqual(expected);
  });

  it("row 7 leaves at the warn threshold in preemptive mode alone, and only where configured", () => {
    const modes = MODES.map((mode) => line([zai(WARNED), anthropic()], { mode, preemptAt: "warn" }));
    expect(modes).toEqual([to("quota_preemptive_warn"), runWarned, attempt]);
    expect(line([zai(), anthropic()], { mode: "preemptive", preemptAt: "warn" })).toBe(
      "zai forced_model quota_pass",
    );
  });

  it.each(MODES)("row 1 shows the rule and goes to anthropic, in %s", (mode) => {
    const shown = mode === "run2cap" ? "quota_run_to_limit" : "quota_block";
    const rest = { mode, pin: "kill_switch" } as const;
    expect(line([zai(BLOCKED), anthropic()], rest)).toBe(`anthropic failover_paused ${shown} moved`);
    expect(line([anthropic(BLOCKED), zai()], rest)).toBe(`anthropic failover_paused ${shown} warned`);
  });

  it("calls an unmoved request to anthropic pass_through", () => {
    expect(line([anthropic(), zai()])).toBe("anthropic pass_through quota_pass");
    expect(line([anthropic(WARNED), zai()])).toBe("anthropic reroute_policy quota_warn_attempt warned");
  });
});

describe("row 2: nowhere to go", () => {
  const none = "zai no_fallback no_fallback";

  it.each<[string, Partial<LaneFacts>, string, string, string]>([
    ["declared limit", { mark: DECLARED }, none, none, none],
    ["own cooldown", { mark: OWN }, none, none, none],
    [
      "to be proved",
      { mark: HALF_OPEN },
      "zai forced_model quota_probe probe",
      "zai forced_model quota_probe probe",
      "zai forced_model quota_probe probe",
    ],
    ["being proved", { mark: PROBING }, none, none, none],
    ["blocked", BLOCKED, `${none} warned`, "zai reroute_policy quota_run_to_limit warned", `${none} warned`],
    ["paused", PAUSED, none, none, none],
    [
      "warned",
      WARNED,
      "zai reroute_policy quota_warn_attempt warned",
      "zai reroute_policy quota_run_to_limit warned",
      "zai reroute_policy quota_warn_attempt warned",
    ],
    [
      "below warn",
      {},
      "zai forced_model quota_pass",
      "zai forced_model quota_run_to_limit",
      "zai forced_model quota_pass",
    ],
  ])("%s", (_, facts, ...expected) => {
    expect(MODES.map((mode) => line([zai(facts)], { mode }))).toEqual(expected);
    expect(MODES.map((mode) => line([zai(facts), anthropic({ usable: false })], { mode }))).toEqual(expected);
  });

  it("relays the limit of the only lane", () => {
    expect(line([zai({ mark: DECLARED, tried: true })], { after: { kind: "limit", lane: "zai" } })).toBe(
      "give_up no_fallback",
    );
  });
});
