import { readFileSync } from "node:fs";
import { fixture, reply } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openObservedGateway } from "../testing/open-observed-gateway.ts";

const GUIDE = readFileSync(
  new URL("../../../../docs/observability/opentelemetry.md", import.meta.url),
  "utf8",
);
const USAGE = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 50, cacheCreationTokens: 10 };

describe("metrics", () => {
  it("count what the upstream reported, by the names and boundaries of the conventions", async () => {
    const gateway = await openObservedGateway({
      quotas: { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000 } } },
    });
    gateway.zai.script(reply({ usage: USAGE, chunks: 2 }), fixture("zai/error-429-1308-2026.json"));
    gateway.anthropic.script(reply({ usage: USAGE }));
    await (await postMessage(gateway.url, { model: HAIKU, stream: true })).text();
    await (await postMessage(gateway.url, { model: HAIKU })).text();
    await gateway.flush(2);

    const metrics = gateway.receiver.metrics();
    expect(Object.entries(metrics).map(([name, { unit }]) => `${name} ${unit}`)).toEqual([
      "ccp.quota.used_ratio 1",
      "ccp.quota.headroom {token}",
      "ccp.quota.warn_ratio 1",
      "ccp.quota.cooldown s",
      "ccp.lane.ready 1",
      "ccp.events.dropped {event}",
      "gen_ai.client.token.usage {token}",
      "gen_ai.client.operation.duration s",
      "gen_ai.client.operation.time_to_first_chunk s",
      "ccp.tokens {token}",
      "ccp.reroutes {reroute}",
      "ccp.wasted_retry s",
    ]);
    const attributes = Object.values(metrics).flatMap(({ points }) =>
      points.flatMap((point) => Object.keys(point.attributes)),
    );
    const named = [...Object.keys(metrics), ...attributes];
    expect(named.filter((name) => !GUIDE.includes(`\`${name}\``))).toEqual([]);
    const usage = metrics["gen_ai.client.token.usage"]?.points ?? [];
    expect(
      usage.map((point) => [point.attributes["ccp.lane"], point.attributes["gen_ai.token.type"], point.sum]),
    ).toEqual([
      ["zai", "input", 150],
      ["zai", "output", 20],
      ["anthropic", "input", 160],
      ["anthropic", "output", 20],
    ]);
    expect(usage[0]?.attributes).toMatchObject({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "z_ai",
      "gen_ai.request.model": "claude-haiku-4.5",
      "gen_ai.response.model": "glm-4.7",
      "server.address": "127.0.0.1",
    });
    expect(usage[0]?.bounds?.at(-1)).toBe(67_108_864);
    expect(metrics["gen_ai.client.operation.duration"]?.points.map(({ count }) => count)).toEqual([1, 1]);
    expect(metrics["gen_ai.client.operation.duration"]?.points[0]?.bounds?.[0]).toBe(0.01);
    expect(metrics["gen_ai.client.operation.time_to_first_chunk"]?.points.map(({ count }) => count)).toEqual([
      1,
    ]);
    expect(metrics["ccp.reroutes"]?.points).toEqual([
      {
        attributes: { "ccp.model": "claude-haiku-4.5", "ccp.reroute_decision": "quota_overshoot" },
        value: 1,
      },
    ]);
    const rolling = metrics["ccp.quota.used_ratio"]?.points.find(
      ({ attributes }) => attributes["ccp.window"] === "rolling",
    );
    expect(rolling?.attributes).toEqual({
      "ccp.lane": "zai",
      "ccp.model": "claude-haiku-4.5",
      "ccp.window": "rolling",
    });
    // 100 + 20 and a tenth of 50, of 1000.
    expect(rolling?.value).toBeCloseTo(0.125, 10);
  });

  it("keep one series for all the names that clients make up", async () => {
    const gateway = await openObservedGateway();
    for (const model of ["made-up-1", "made-up-2", "made-up-3"])
      await (await postMessage(gateway.url, { model })).text();
    await gateway.flush(3);
    const points = gateway.receiver.metrics()["gen_ai.client.operation.duration"]?.points ?? [];
    expect(points.map(({ count, attributes }) => [count, attributes["gen_ai.request.model"]])).toEqual([
      [3, "other"],
    ]);
  });
});
