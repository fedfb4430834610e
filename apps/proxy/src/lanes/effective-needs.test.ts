import { LANE_NEEDS, NO_NEEDS } from "@ccp/lane-repair";
import { findLane, type Lane, parseCatalog } from "@ccp/provider-catalog";
import { expect, it } from "vitest";
import { effectiveNeeds } from "./effective-needs.ts";

function laneOf(entry: string, id = "zai"): Lane {
  const parsed = parseCatalog(`providers:\n  ${id}: { base_url: https://h.example, ${entry} }\n`);
  const lane = parsed.success ? findLane(parsed.catalog, id) : null;
  if (lane === null) throw new Error(JSON.stringify(parsed));
  return lane;
}

it("are those of the dialect where the catalog says nothing", () => {
  expect(effectiveNeeds(laneOf("key_env: K, dialect: zai"))).toEqual(LANE_NEEDS.zai);
  expect(effectiveNeeds(laneOf("key_env: K, dialect: kimi"))).toEqual(LANE_NEEDS.kimi);
});

it("lets every need be set in the catalog", () => {
  const all = {
    thinking: "keep",
    thinkingOff: "any_tool_turn",
    toolIds: false,
    toolPairs: false,
    serverTools: false,
    serverBlocks: "keep",
    effortNeedsThinking: true,
    toolReferences: true,
    systemTurns: "drop",
    fields: ["max_tokens"],
    messageFields: [],
    smallBudget: "clamp",
    redactUserId: true,
    oauthBetas: true,
    betas: ["effort-*"],
  };
  expect(Object.keys(all).sort()).toEqual(Object.keys(NO_NEEDS).sort());
  const lane = laneOf(`key_env: K, dialect: zai, needs: ${JSON.stringify(all)}`);
  expect(effectiveNeeds(lane)).toEqual(all);
});

it.each([
  ["anthropic", "key_env: K, header_mode: x-api-key, dialect: anthropic", true],
  ["second", "header_mode: passthrough, trust_origin: true, dialect: anthropic", true],
  ["second", "key_env: K, header_mode: x-api-key, dialect: anthropic", false],
])("%s gets betas of a login where it may get the login: %s", (id, entry, expected) => {
  expect(effectiveNeeds(laneOf(entry, id)).oauthBetas).toBe(expected);
});
