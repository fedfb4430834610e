import type { LaneUsage, ProviderTest } from "@ccp/usage-contract";
import type { ProviderView } from "../view/find-provider.ts";
import { judgeLaneTest, MAX_SKEW_SEC } from "../view/lane-test.ts";
import { type Check, fail, ok, warn } from "./check.ts";

export interface LaneFacts {
  readonly providers: Readonly<Record<string, ProviderView>>;
  /** Whose keys they are. */
  readonly from: "gateway" | "shell";
  /** What the gateway says of each lane; empty while it is down. */
  readonly usage: Readonly<Record<string, LaneUsage>>;
  /** What the lanes answered; empty where none was asked. */
  readonly tests: Readonly<Record<string, ProviderTest>>;
}

/** A lane with a key has a line of its own; those without are one line, and no fault: a catalog names many. */
export function checkLanes({ providers, from, usage, tests }: LaneFacts, cc: string): Check[] {
  const lanes = Object.entries(providers);
  const usable = lanes.filter(([, { state }]) => state === "ready" || state === "passthrough");
  const off = lanes.filter(([, { state }]) => state !== "ready" && state !== "passthrough");
  const checks = usable.flatMap(([name, provider]) => {
    const refused =
      usage[name]?.state === "auth_error" ? (usage[name]?.reason ?? "its key was refused") : null;
    return [keyCheck(name, provider, refused, from), ...testChecks(name, provider, tests[name], from, cc)];
  });
  if (usable.length === 0)
    checks.push(fail("lanes", "none is usable", "set the key of one, where the gateway runs"));
  return off.length === 0 ? checks : [...checks, offCheck(off, from)];
}

function keyCheck(
  name: string,
  { key_env, key_set, state }: ProviderView,
  refused: string | null,
  from: LaneFacts["from"],
): Check {
  const lane = `lane ${name}`;
  if (refused !== null) {
    return fail(lane, refused, `log in anew, or renew ${key_env ?? "its key"}; this is no quota`);
  }
  const where = from === "gateway" ? "where the gateway runs" : "in this shell";
  if (state === "passthrough" && !key_set) return ok(lane, "with the client's own login");
  return ok(lane, key_env === null ? "needs no key" : `${key_env} is set ${where}`);
}

function testChecks(
  name: string,
  provider: ProviderView,
  test: ProviderTest | undefined,
  by: LaneFacts["from"],
  cc: string,
): Check[] {
  if (test === undefined) return [];
  const lane = `lane ${name}`;
  const { ok: reached, text, fix } = judgeLaneTest(test, provider, by);
  const took = test.latency_ms === null ? "" : ` (${test.latency_ms} ms)`;
  const skew = test.clock_skew_sec ?? 0;
  return [
    reached ? ok(lane, `${text}${took}`) : fail(lane, text, fix ?? `${cc} providers test ${name}`),
    ...(Math.abs(skew) > MAX_SKEW_SEC
      ? [warn("clock", `${name}'s is ${skew}s off`, "set this machine's clock; resets are read wrongly")]
      : []),
  ];
}

function offCheck(off: readonly (readonly [string, ProviderView])[], from: LaneFacts["from"]): Check {
  const names = off.map(([name, { key_env, state }]) =>
    state === "missing_key" && key_env !== null ? `${name} (${key_env})` : name,
  );
  const whose = from === "gateway" ? "" : " as far as this shell tells";
  return ok("lanes off", `${names.join(", ")}${whose}`);
}
