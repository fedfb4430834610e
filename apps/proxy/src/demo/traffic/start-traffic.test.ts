import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openTestGateway } from "../../testing/open-test-gateway.ts";
import { mainAgent, orchestrator, type Role, sideRequests, subagent } from "./roles.ts";
import { seededRandom } from "./seeded-random.ts";
import { startTraffic } from "./start-traffic.ts";

const IDS = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function firstTurns(role: Role, count: number, seed = 7) {
  const turns = role(seededRandom(seed), { id: "s1" });
  return Array.from({ length: count }, () => turns.next().value);
}

const size = (body: unknown): number => Math.round(JSON.stringify(body).length / 4);

describe("the made-up agent", () => {
  it.each([
    ["main", mainAgent],
    ["side", sideRequests],
    ["subagent", subagent],
    ["orchestrator", orchestrator],
  ])("sends the same row for the same seed: %s", (_, role) => {
    expect(firstTurns(role, 15)).toEqual(firstTurns(role, 15));
    expect(firstTurns(role, 15)).not.toEqual(firstTurns(role, 15, 8));
  });

  it("sends 1,000 to 20,000 tokens, and more with each turn of a conversation", () => {
    const main = firstTurns(mainAgent, 12).map(({ request }) => size(request.body));
    expect(main).toEqual([...main].sort((a, b) => a - b));
    expect(main[0]).toBeGreaterThan(5_000);
    const all = [...main, ...[sideRequests, subagent].flatMap((role) => firstTurns(role, 40)).map(toSize)];
    expect(Math.min(...all)).toBeGreaterThan(1_000);
    expect(Math.max(...all)).toBeLessThan(22_000);
  });

  it("uses up more than the demo's small plan with one burst of side requests, and waits 1 to 3 s between two", () => {
    const burst = firstTurns(sideRequests, 20, 1);
    expect(burst.reduce((sum, turn) => sum + toSize(turn), 0)).toBeGreaterThan(60_000);
    const rests = burst.map(({ restMs }) => restMs);
    expect(rests.pop()).toBe(60_000);
    expect(rests.filter((ms) => ms < 1_000 || ms > 3_000)).toEqual([]);
  });
});

describe("the demo's traffic", () => {
  it("meets the small plan's limit and is rerouted; sessions and agents are told apart", async () => {
    const { url, decisions, completions, anthropic, gateway } = await openTestGateway({
      zai: { plan: { rolling: { capTokens: 30_000, kind: "anchored" } } },
    });
    const traffic = startTraffic({ url, wait: (_, signal) => nextTurn(undefined, { signal }) });
    const isRerouted = () =>
      completions().some(({ lane, model }) => lane === "anthropic" && model.includes("haiku"));
    await expect.poll(isRerouted).toBe(true);
    await expect.poll(() => gateway.deps.decisions.list(10).length).toBeGreaterThan(0);
    const senders = () =>
      anthropic.requests.map((request) => [
        request.header("x-claude-code-session-id"),
        request.header("x-claude-code-agent-id"),
      ]);
    await expect
      .poll(() => senders().filter(([, agent]) => (agent ?? null) !== null).length)
      .toBeGreaterThan(0);
    await traffic.stop();
    for (const [session] of senders()) expect(session).toMatch(IDS);
    expect(new Set(decisions().map((event) => event.traffic_class))).toEqual(
      new Set(["main", "subagent", "background"]),
    );
  });

  it("sends nothing more once it has been stopped, and ends beside a gateway that is gone", async () => {
    const { url, gateway, decisions } = await openTestGateway();
    const traffic = startTraffic({ url, wait: (_, signal) => nextTurn(undefined, { signal }) });
    await expect.poll(() => decisions().length).toBeGreaterThan(3);
    await gateway.close();
    await traffic.stop();
    const sent = decisions().length;
    await nextTurn();
    expect(decisions()).toHaveLength(sent);
  });
});

function toSize({ request }: { request: { body: unknown } }): number {
  return size(request.body);
}
