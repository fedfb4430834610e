import { reply } from "@ccp/mock-upstream";
import { expect, it } from "vitest";
import { HAIKU, postMessage } from "../../testing/messages.ts";
import { openTestGateway } from "../../testing/open-test-gateway.ts";

it("knows what the history knows, and counts no exchange twice", async () => {
  const { url, gateway, zai, clock } = await openTestGateway();
  const { deps } = gateway;
  const hourAgo = clock.wallMs() / 1000 - 3_600;
  deps.history.addWindows([
    { ts: hourAgo, lane: "zai", model: null, window: "5h", source: "header", used: 0.42, reset: null },
    {
      ts: hourAgo,
      lane: "zai",
      model: "glm-5",
      window: "rolling",
      source: "counted",
      used: 0.9,
      reset: null,
    },
  ]);
  for (let i = 0; i < 3; i += 1) {
    if (i === 1) await deps.series.ready();
    zai.script(reply({ usage: { inputTokens: 10, outputTokens: 2 } }));
    await (await postMessage(url, { model: HAIKU })).text();
  }
  await deps.series.ready();
  const lane = deps.series.view("5h").lanes.zai;
  expect(lane?.requests.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(lane?.output_tokens.at(-1)).toBe(6);
  expect(lane?.used["5h"]?.filter((share) => share !== null)).toEqual([0.42]);
  expect(Object.keys(lane?.used ?? {})).toEqual(["5h"]);
});
