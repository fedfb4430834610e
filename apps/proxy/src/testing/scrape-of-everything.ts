import { fixture, reply, status } from "@ccp/mock-upstream";
import { expect } from "vitest";
import type { SharedCount } from "../shared/shared-count.ts";
import { HAIKU, OPUS, postMessage } from "./messages.ts";
import { openTestGateway, TEST_NOW_MS } from "./open-test-gateway.ts";

const WINDOWS = {
  "anthropic-ratelimit-unified-5h-utilization": "0.4",
  "anthropic-ratelimit-unified-5h-reset": String(Date.UTC(2026, 10, 20, 14) / 1000),
};
const USAGE = { inputTokens: 700, outputTokens: 200, cacheReadTokens: 100, cacheCreationTokens: 50 };

/** A count that goes well, without a store behind it: what its series look like is all that is asked here. */
const COUNT: SharedCount = {
  claim: () => Promise.resolve(true),
  status: () => ({
    state: "on",
    plan: "default",
    gateways: 2,
    sinceMs: TEST_NOW_MS,
    reason: null,
    granted: 1,
    refused: 0,
    alone: 0,
    joins: 1,
  }),
  start: () => {},
  close: () => Promise.resolve(),
};

/** `/metrics` of a gateway that has gone through all it can: no series is left without a sample. */
export async function scrapeOfEverything(): Promise<string> {
  const { url, gateway, anthropic, zai, completions } = await openTestGateway({
    quotas: {
      models: {
        "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000, weekly_limit_value: 10_000 },
        "claude-opus-*": { provider: "anthropic", rolling_tokens: 1_000_000 },
      },
    },
    settings: { rerouteMode: "run2cap" },
  });
  let asked = 0;
  const ask = async (model: string, stream: boolean): Promise<void> => {
    await (await postMessage(url, { model, stream })).text();
    asked += 1;
    await expect.poll(() => completions().length, { interval: 5 }).toBe(asked);
  };
  zai.script(reply({ usage: USAGE }), reply({ usage: USAGE }), fixture("zai/error-429-1308-2026.json"));
  anthropic.script(status(500, "{}"), status(500, "{}"));
  await ask(OPUS, true); // falls back to zai
  await ask(HAIKU, true); // fills its window
  await ask(HAIKU, false); // past the warn threshold, refused: rerouted
  anthropic.script(reply({ headers: WINDOWS }));
  await ask(OPUS, false);
  gateway.deps.metrics.reloadFailed();
  gateway.deps.metrics.tokenRefused("admin");
  const gaps = { gapSecondsP50: 180, gapSecondsP95: 240, samples: 6, multipliers: [] };
  gateway.deps.engine.seedProbe([{ model: "claude-haiku-4-5", ...gaps }], gateway.deps.clock.wallMs());
  gateway.deps.metrics.sharedDecision("granted", 2);
  Object.assign(gateway.deps, { shared: COUNT });
  return await (await fetch(`${url}/metrics`)).text();
}
