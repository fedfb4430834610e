import { describe, expect, it } from "vitest";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { type DemoState, renderReady } from "./print-ready.ts";

async function ready(demo: DemoState, url?: string): Promise<string[]> {
  const { gateway } = await openTestGateway();
  return renderReady({ ...gateway, url: url ?? gateway.url }, demo).split("\n");
}

const USUAL = "http://127.0.0.1:8082";

describe("the lines at the start", () => {
  it("name the commands, the live screen and the page", async () => {
    expect(await ready("off", USUAL)).toEqual([
      `ccp 0.0.0-test  ${USUAL}   mode hybrid`,
      "  lanes      anthropic (your own login)   zai",
      `  use it     export ANTHROPIC_BASE_URL=${USUAL}`,
      `  try        npx cc quotas · npx cc hud · npx cc doctor · ${USUAL}/dashboard`,
      "",
    ]);
  });

  it("tell the commands where the gateway is, elsewhere than at its usual address", async () => {
    const elsewhere = "http://127.0.0.1:9000";
    expect(await ready("off", elsewhere)).toContain(
      `  try        npx cc hud --url ${elsewhere} · npx cc doctor --url ${elsewhere} · ${elsewhere}/dashboard`,
    );
  });

  it.each([
    ["quiet", "nobody asks yet: start with --demo --traffic"],
    ["traffic", "made-up agents are at work"],
  ] as const)("say in a demo what moves, or how to make it move: %s", async (demo, words) => {
    const lines = await ready(demo, USUAL);
    expect(lines[0]).toContain("DEMO");
    expect(lines.at(-2)).toContain(words);
    expect(lines.filter((line) => line.length > 110)).toEqual([]);
  });
});
