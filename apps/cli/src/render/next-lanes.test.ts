import type { ModelUsage, UsageView } from "@ccp/usage-contract";
import { expect, it } from "vitest";
import { cappedModel, lane, model, view, window } from "../test-kit/views.ts";
import type { Look } from "./look.ts";
import { nextLaneLines } from "./next-lanes.ts";

const LOOK: Look = { columns: 100, color: false, ascii: false, timeZone: "UTC" };
const to = (name: string | null): Pick<ModelUsage, "would"> => ({
  would: { lane: name, reroute_decision: name === null ? "no_fallback" : "quota_pass" },
});

function shown(usage: UsageView, look: Partial<Look> = {}, live = true): string[] {
  const lines = nextLaneLines({ view: usage, live, url: "", nowSec: 0, asOfTs: 0 }, { ...LOOK, ...look });
  return lines.map((line) => line.map(({ text }) => text).join(""));
}

const USAGE = view({
  lanes: {
    zai: lane("ok", [{ ...window("5h", 0.97, 60), source: "counted" }]),
    anthropic: lane("ok", [window("5h", 0.42, 60), { ...window("7d", 0.99, 60), model: "opus" }]),
    deepseek: lane("ok"),
  },
  models: {
    "claude-haiku-4-5-20251001": cappedModel(0.5, 0.61, to("zai")),
    "claude-opus-5.5": cappedModel(0.9, 0.1, to("anthropic")),
    "claude-sonnet-5": model({ provider: "anthropic", ...to("deepseek") }),
    "glm-5": model(to(null)),
    other: model(),
  },
});

it("tells where each model would go, with the fullest window known of it there", () => {
  expect(shown(USAGE)).toEqual([
    "now haiku-4-5 → zai (7d 61%)  opus-5.5 → anthropic (5h 42%)  sonnet-5 → deepseek  glm-5 → refused",
  ]);
  expect(shown(USAGE, { columns: 60, ascii: true })).toEqual([
    "now haiku-4-5 -> zai (7d 61%)",
    "    opus-5.5 -> anthropic (5h 42%)  sonnet-5 -> deepseek",
    "    glm-5 -> refused",
  ]);
});

it("tells of a lane that the model would leave if it could", () => {
  const would = { lane: "zai", reroute_decision: "no_fallback" } as const;
  expect(shown(view({ models: { "glm-5": cappedModel(0.5, 0.61, { would }) } }))).toEqual([
    "now glm-5 → zai (nowhere else to go)",
  ]);
});

it("marks a lane that is not the model's own, and a refusal", () => {
  const picture = { view: USAGE, live: true, url: "", nowSec: 0, asOfTs: 0 };
  const tones = nextLaneLines(picture, LOOK)
    .flat()
    .map(({ text, tone }) => [text, tone]);
  expect(tones).toEqual(
    expect.arrayContaining([
      ["zai", "plain"],
      ["anthropic", "warn"],
      ["refused", "block"],
    ]),
  );
});

it("says nothing of what nobody told, nor of a gateway that is down", () => {
  expect(shown(view({ models: { "glm-5": model() } }))).toEqual([]);
  expect(shown(USAGE, {}, false)).toEqual([]);
});

it("stops after a dozen, and lets no name reach the terminal as it came", () => {
  const models = Object.fromEntries(
    Array.from({ length: 15 }, (_, index) => [`m\u001b${index}`, model(to("z\u0007"))]),
  );
  const text = shown(view({ models })).join("\n");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(text.match(/→/g)).toHaveLength(12);
  expect(text).toMatch(/and 3 more$/);
});
