import { describe, expect, it } from "vitest";
import { LANE_NEEDS, laneNeeds, NO_NEEDS } from "./lane-needs.ts";
import { bytes } from "./testing/bytes.ts";
import { assistant, call, repair, repaired, result, user, withMessages } from "./testing/repair.ts";

const thought = '{"type":"thinking","thinking":"a","signature":"sig-zai"}';

/** What a GLM turn and a Kimi turn left behind, in the middle of a tool call. */
const WANDERED = `{"model":"claude-haiku-4-5","messages":[${[
  user('"q"'),
  assistant(`[${thought},${call("Bash:0")}]`),
  '{"role":"system","content":"be brief"}',
  user(`[${result("Bash:0")}]`),
].join(",")}],"thinking":{"type":"enabled","budget_tokens":4000},"metadata":{"user_id":"u"}}`;

describe("repairRequest", () => {
  it("does all that a lane needs, in one go", () => {
    const { repairs, toolIds, issue } = repair(WANDERED, LANE_NEEDS.anthropic);
    expect(repairs).toEqual(["strip_thinking", "tool_ids", "thinking_off"]);
    const [[sent, own] = []] = toolIds;
    expect([own, issue]).toEqual(["Bash:0", null]);
    expect(repaired(WANDERED, LANE_NEEDS.anthropic)).toBe(
      WANDERED.replace(`${thought},`, "")
        .replaceAll('"Bash:0"', `"${sent}"`)
        .replace('{"type":"enabled","budget_tokens":4000}', '{"type":"disabled"}'),
    );
  });

  it("names each repair once, in the order it was done", () => {
    const all = {
      ...LANE_NEEDS.anthropic,
      systemTurns: "user",
      messageFields: [],
      fields: ["thinking", "metadata"],
      smallBudget: "remove",
      redactUserId: true,
      oauthBetas: false,
      betas: [],
    } as const;
    const source = WANDERED.replace("4000", "400")
      .replace('"role":"user"', '"x":1,"role":"user"')
      .replace('"model"', '"y":1,"model"')
      .replace('"enabled"', '"adaptive"');
    expect(repair(source, all, { betas: "oauth-1,a" }).repairs).toEqual([
      "system_turns",
      "drop_fields",
      "strip_thinking",
      "tool_ids",
      "orphan_tool_results",
      "thinking_budget",
      "redact_user_id",
      "oauth_beta",
      "betas",
    ]);
  });

  it("leaves histories alone that stayed on their lane", () => {
    const chunks = [bytes(WANDERED)];
    const result = repair("", LANE_NEEDS.anthropic, { chunks, crossLane: false });
    expect(result).toEqual({ chunks, betas: null, repairs: [], toolIds: new Map(), issue: null });
    expect(result.chunks).toBe(chunks);
  });

  it("looks at nothing where nothing is needed", () => {
    const chunks = [bytes("no JSON")];
    expect(repair("", NO_NEEDS, { chunks }).issue).toBeNull();
    expect(repair("", NO_NEEDS, { chunks }).chunks).toBe(chunks);
  });

  it.each([
    ["no JSON", "not_json"],
    ['{"messages":[],"messages":[]}', "duplicate_key"],
    [`{"messages":${"[".repeat(200)}`, "too_deep"],
  ])("sends %.30s as it came, and says why", (source, issue) => {
    const chunks = [bytes(source)];
    const result = repair("", LANE_NEEDS.anthropic, { chunks, betas: "a" });
    expect(result).toEqual({ chunks, betas: "a", repairs: [], toolIds: new Map(), issue });
    expect(result.chunks).toBe(chunks);
  });
});

describe("lane needs", () => {
  it("of Anthropic's lane leave a conversation that was only there as it is", () => {
    const own = withMessages(
      user('"q"'),
      assistant('[{"type":"thinking","signature":"sig-own"},{"type":"text","text":"a"}]'),
      user('"r"'),
    );
    expect(repair(own, LANE_NEEDS.anthropic, { betas: "oauth-2025-04-20,x" })).toMatchObject({
      betas: "oauth-2025-04-20,x",
      repairs: [],
    });
  });

  it("of every other lane keep an Anthropic login to itself", () => {
    for (const [dialect, needs] of Object.entries(LANE_NEEDS)) {
      const { betas } = repair("{}", needs, { betas: "oauth-2025-04-20,x" });
      expect([dialect, betas]).toEqual([dialect, dialect === "anthropic" ? "oauth-2025-04-20,x" : "x"]);
    }
  });

  it("are found by a dialect's name", () => {
    expect(laneNeeds("zai")).toBe(LANE_NEEDS.zai);
    expect(laneNeeds("unheard of")).toBe(LANE_NEEDS.generic);
    expect(laneNeeds("toString")).toBe(LANE_NEEDS.generic);
  });
});
