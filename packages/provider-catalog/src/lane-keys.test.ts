import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_ANSWERS, type HeaderMode, type Lane } from "./catalog.ts";
import { laneKeyValue, resolveLaneKeys } from "./lane-keys.ts";

interface LaneWish {
  readonly env?: string | null;
  readonly headerMode?: HeaderMode;
  readonly scopedEnv?: Record<string, string>;
  readonly enabled?: boolean;
}

function laneOf(wish: LaneWish): Lane {
  return {
    id: "zai",
    baseUrl: "https://api.z.ai",
    origin: "https://api.z.ai",
    auth: {
      env: wish.env === undefined ? "ZAI_API_KEY" : wish.env,
      headerMode: wish.headerMode ?? "x-api-key",
      scopedEnv: wish.scopedEnv ?? {},
    },
    models: [],
    modelMap: [],
    contextTokens: null,
    quotaPollMinutes: null,
    extractor: "zai",
    dialect: "zai",
    needs: {},
    answers: DEFAULT_ANSWERS,
    trustOrigin: false,
    enabled: wish.enabled ?? true,
  };
}

const SCOPED = { work: "ZAI_WORK", home: "ZAI_HOME" };

function keyOf(wish: LaneWish, env: Record<string, string | undefined>, profile: string | null = null) {
  return resolveLaneKeys({ lanes: [laneOf(wish)], routes: [] }, env, profile)[0];
}

describe("resolveLaneKeys", () => {
  it.each<[string, LaneWish, Record<string, string>, string | null, object]>([
    [
      "set",
      {},
      { ZAI_API_KEY: "k" },
      null,
      { state: "ready", keyEnv: "ZAI_API_KEY", keySet: true, reason: null },
    ],
    ["not set", {}, {}, null, { state: "missing_key", keySet: false, reason: "ZAI_API_KEY is not set" }],
    ["blank", {}, { ZAI_API_KEY: " \n" }, null, { state: "missing_key", reason: "ZAI_API_KEY is not set" }],
    [
      "a line break inside",
      {},
      { ZAI_API_KEY: "a\nb" },
      null,
      { state: "missing_key", keySet: true, reason: "ZAI_API_KEY holds characters that no header can carry" },
    ],
    [
      "off",
      { enabled: false },
      { ZAI_API_KEY: "k" },
      null,
      { state: "disabled", keySet: true, reason: "enabled: false in the catalog" },
    ],
    [
      "passthrough",
      { headerMode: "passthrough" },
      {},
      null,
      { state: "passthrough", keySet: false, reason: null },
    ],
    [
      "no key wanted",
      { headerMode: "none", env: null },
      {},
      null,
      { state: "ready", keyEnv: null, reason: null },
    ],
    ["a profile", { scopedEnv: SCOPED }, { ZAI_WORK: "k" }, "work", { state: "ready", keyEnv: "ZAI_WORK" }],
    [
      "a profile whose key is missing does not take the general one",
      { scopedEnv: SCOPED },
      { ZAI_API_KEY: "k" },
      "work",
      { state: "missing_key", keyEnv: "ZAI_WORK", reason: "ZAI_WORK is not set" },
    ],
    [
      "a profile the lane does not name",
      { scopedEnv: SCOPED },
      { ZAI_API_KEY: "k" },
      "travel",
      { state: "ready", keyEnv: "ZAI_API_KEY" },
    ],
    [
      "profiles only, none chosen",
      { env: null, scopedEnv: SCOPED },
      {},
      null,
      { state: "missing_key", keyEnv: null, reason: "no profile is chosen (CCP_PROFILE)" },
    ],
    [
      "profiles only, another chosen",
      { env: null, scopedEnv: SCOPED },
      {},
      "travel",
      { state: "missing_key", reason: "no variable is named for this profile" },
    ],
    [
      "a profile called like an object's own",
      { env: null, scopedEnv: SCOPED },
      {},
      "toString",
      { state: "missing_key", keyEnv: null },
    ],
  ])("%s", (_, wish, env, profile, wanted) => {
    expect(keyOf(wish, env, profile)).toMatchObject({ lane: "zai", ...wanted });
  });

  it("never tells a value", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12 }), fc.constantFrom(null, "work"), (value, profile) => {
        const key = keyOf({ scopedEnv: SCOPED }, { ZAI_API_KEY: value, ZAI_WORK: value }, profile);
        expect(
          Object.values(key ?? {}).filter((part) => typeof part === "string" && part.includes(value)),
        ).toEqual([]);
      }),
    );
  });
});

describe("laneKeyValue", () => {
  it("trims what a shell left at the end", () => {
    expect(laneKeyValue(laneOf({}), { ZAI_API_KEY: " k-1 \n" }, null)).toBe("k-1");
  });

  it.each([
    ["missing", undefined],
    ["blank", "  "],
    ["a line break", "a\r\nx-evil: 1"],
    ["a control character", "a\u0001b"],
    ["letters no header carries", "schlüssel"],
  ])("%s: null", (_, value) => expect(laneKeyValue(laneOf({}), { ZAI_API_KEY: value }, null)).toBeNull());

  it("follows the profile and nothing else", () => {
    const lane = laneOf({ scopedEnv: SCOPED });
    const env = { ZAI_API_KEY: "general", ZAI_WORK: "work" };
    expect(laneKeyValue(lane, env, "work")).toBe("work");
    expect(laneKeyValue(lane, env, "home")).toBeNull();
    expect(laneKeyValue(lane, env, null)).toBe("general");
    expect(laneKeyValue(laneOf({ env: null }), env, null)).toBeNull();
  });
});
