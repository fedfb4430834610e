import { reply, slowHeaders, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, postMessage } from "../testing/messages.ts";
import { openSharedGateways } from "../testing/open-shared-gateways.ts";
import type { TestGateway } from "../testing/open-test-gateway.ts";

const CAP = 100_000;
const QUOTAS = { models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: CAP } } };
const USAGE = { inputTokens: 600, outputTokens: 400, cacheReadTokens: 0, cacheCreationTokens: 0 };
const OPTIONS = {
  quotas: QUOTAS,
  settings: { devEnable: true },
  zai: { respond: () => reply({ usage: USAGE }) },
};

interface Figures {
  readonly rolling_used_tokens: number;
  readonly reserved_tokens: number;
  readonly rolling_in: number;
  readonly cooldown_active: boolean;
}

async function view({ url }: TestGateway) {
  return (await (await fetch(`${url}/v1/usage`)).json()) as {
    models: Record<string, Figures>;
    shared?: { state: string; gateways: number; reason?: string };
  };
}

async function figures(gateway: TestGateway): Promise<Figures | undefined> {
  return (await view(gateway)).models["claude-haiku-4.5"];
}

async function simulate({ url }: TestGateway, tokens: number): Promise<void> {
  await fetch(`${url}/v1/dev/sim-usage`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: HAIKU, in: tokens, out: 0 }),
  });
}

async function ask({
  url,
}: TestGateway): Promise<{ lane: string | null; decision: string | null; status: number }> {
  const answer = await postMessage(url);
  await answer.text();
  return {
    lane: answer.headers.get("x-ccp-lane"),
    decision: answer.headers.get("x-ccp-decision"),
    status: answer.status,
  };
}

function stateOf({ gateway }: TestGateway): string | undefined {
  return gateway.deps.shared?.status().state;
}

/** One of the gateways, which are as many as were opened. */
function at(gateways: readonly TestGateway[], place: number): TestGateway {
  const gateway = gateways[place];
  if (gateway === undefined) throw new Error(`there is no gateway ${place}`);
  return gateway;
}

describe("gateways on one plan", () => {
  it("decide on what all of them use, at the first request that meets it", async () => {
    const { gateways } = await openSharedGateways(2, OPTIONS);
    await simulate(at(gateways, 0), CAP);
    expect(await ask(at(gateways, 1))).toEqual({ lane: "anthropic", decision: "quota_block", status: 200 });
    expect(await figures(at(gateways, 1))).toMatchObject({
      rolling_used_tokens: CAP,
      rolling_in: 0,
      reserved_tokens: 0,
    });
    expect((await view(at(gateways, 1))).shared).toMatchObject({ state: "on", gateways: 2 });
  });

  it("never pass the cap by more than one request each, whatever comes at once", async () => {
    const { gateways } = await openSharedGateways(4, {
      ...OPTIONS,
      zai: { respond: () => slowHeaders(20, reply({ usage: USAGE })) },
    });
    // What one request takes is learned first, as it would have been on the way.
    for (let n = 0; n < 20; n += 1) await ask(at(gateways, n % 4));
    await simulate(at(gateways, 0), CAP * 0.95 - 20_000);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => ask(at(gateways, n % 4))));
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const used = await Promise.all(
      gateways.map(async (gateway) => (await figures(gateway))?.rolling_used_tokens ?? 0),
    );
    await expect.poll(async () => (await figures(at(gateways, 0)))?.reserved_tokens).toBe(0);
    expect(Math.max(...used)).toBeLessThanOrEqual(CAP + 4 * 1000);
    // And they use it up, as one gateway would.
    expect(answers.filter((answer) => answer.lane === "zai").length).toBeGreaterThanOrEqual(3);
  });

  it("hear of a limit that one of them met, and when it is lifted", async () => {
    const { gateways } = await openSharedGateways(2, OPTIONS);
    const [a, b] = [at(gateways, 0), at(gateways, 1)];
    a.zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }));
    expect((await ask(a)).decision).toBe("quota_overshoot");
    await expect.poll(async () => (await figures(b))?.cooldown_active).toBe(true);
    expect(await ask(b)).toMatchObject({ lane: "anthropic", decision: "quota_cooldown" });
    b.gateway.deps.book.reset("zai");
    await expect.poll(async () => (await figures(a))?.cooldown_active).toBe(false);
    expect(await ask(a)).toMatchObject({ lane: "zai", decision: "quota_pass" });
  });

  it("let one request prove a lane whose cooldown is over", async () => {
    const opened = await openSharedGateways(3, OPTIONS);
    const { gateways } = opened;
    at(gateways, 0).zai.script(status(429, { error: { code: "1308", message: "[1308][limit]" } }));
    await ask(at(gateways, 0));
    await Promise.all(
      gateways.map((gateway) =>
        expect.poll(async () => (await figures(gateway))?.cooldown_active).toBe(true),
      ),
    );
    await opened.advance(301_000);
    for (const { zai } of gateways) zai.script(slowHeaders(500));
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => ask(at(gateways, n % 3))));
    expect(answers.filter(({ decision }) => decision === "quota_probe")).toHaveLength(1);
    expect(answers.filter(({ lane }) => lane === "zai")).toHaveLength(1);
    for (const gateway of gateways) {
      await expect.poll(() => gateway.gateway.deps.book.activeMarks(gateway.clock.wallMs())).toEqual([]);
    }
  });

  it("leave nothing reserved, here or there, whatever was refused", async () => {
    const { gateways } = await openSharedGateways(2, OPTIONS);
    await simulate(at(gateways, 0), CAP - 1);
    await Promise.all(Array.from({ length: 10 }, (_, n) => ask(at(gateways, n % 2))));
    for (const gateway of gateways) {
      await expect.poll(async () => (await figures(gateway))?.reserved_tokens).toBe(0);
    }
  });
});

describe("a shared count that does not answer", () => {
  it("costs the requests under way one wait, and those after it none", async () => {
    const { gateways, wires } = await openSharedGateways(1, { ...OPTIONS, capMs: 50 });
    const [gateway, wire] = [at(gateways, 0), wires[0]];
    if (wire === undefined) throw new Error("it was opened");
    await ask(gateway);
    wire.silent = true;
    const before = wire.calls.weigh;
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(gateway)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(wire.calls.weigh).toBeGreaterThan(before);
    const asked = wire.calls.weigh;
    expect(await ask(gateway)).toMatchObject({ lane: "zai", status: 200 });
    // Whatever asks from now on is no request: one that came would have been served alone.
    expect(gateway.gateway.deps.shared?.status().alone).toBeGreaterThanOrEqual(1);
    await expect.poll(() => stateOf(gateway), { timeout: 10_000 }).toBe("away");
    expect(wire.calls.weigh - asked).toBeLessThanOrEqual(2);
    wire.silent = false;
    await expect.poll(() => stateOf(gateway), { timeout: 10_000 }).toBe("on");
    expect(gateway.notices.filter((line) => line.includes("cannot be reached"))).toHaveLength(1);
  });

  it("is told afterwards of all that was counted meanwhile, to the token", async () => {
    const opened = await openSharedGateways(2, OPTIONS);
    const { gateways, wires } = opened;
    await ask(at(gateways, 0));
    for (const wire of wires) {
      wire.refuses = true;
      wire.cut();
    }
    expect(gateways.map(stateOf)).toEqual(["away", "away"]);
    for (let n = 0; n < 6; n += 1)
      expect(await ask(at(gateways, n % 2))).toMatchObject({ lane: "zai", status: 200 });
    for (const wire of wires) wire.refuses = false;
    await opened.level();
    for (const gateway of gateways) {
      await expect
        .poll(async () => (await figures(gateway))?.rolling_used_tokens, { timeout: 15_000 })
        .toBe(7000);
    }
  });

  it("that lost all it had is brought level again, to the token", async () => {
    const opened = await openSharedGateways(3, OPTIONS);
    for (const gateway of opened.gateways) await ask(gateway);
    opened.lose();
    for (const gateway of opened.gateways) expect(await ask(gateway)).toMatchObject({ status: 200 });
    await opened.level();
    for (const gateway of opened.gateways) {
      await expect
        .poll(async () => (await figures(gateway))?.rolling_used_tokens, { timeout: 15_000 })
        .toBe(6000);
    }
  });

  it("leaves each gateway its share of the room that was left", async () => {
    const { gateways, wires } = await openSharedGateways(4, OPTIONS);
    await simulate(at(gateways, 0), CAP - 20_000);
    for (const gateway of gateways) await ask(gateway);
    for (const wire of wires) {
      wire.refuses = true;
      wire.cut();
    }
    const answers = await Promise.all(
      gateways.flatMap((gateway) => Array.from({ length: 12 }, () => ask(gateway))),
    );
    expect(answers.every((answer) => answer.status === 200)).toBe(true);
    const onZai = answers.filter(({ lane }) => lane === "zai").length;
    expect(onZai).toBeLessThanOrEqual(16);
    expect(onZai).toBeGreaterThanOrEqual(8);
  });

  it("never makes a gateway unready, and says so", async () => {
    const { gateways, wires } = await openSharedGateways(1, OPTIONS);
    for (const wire of wires) {
      wire.refuses = true;
      wire.cut();
    }
    const ready = await fetch(`${at(gateways, 0).url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ shared: "away" });
    expect((await view(at(gateways, 0))).shared).toMatchObject({
      state: "away",
      reason: "the connection was closed",
    });
    const scrape = await (await fetch(`${at(gateways, 0).url}/metrics`)).text();
    expect(scrape).toContain('ccp_shared_state{state="away"} 1');
    expect(scrape).toContain('ccp_shared_state{state="on"} 0');
  });
});

it("what a lane declared to one gateway is known to the others", async () => {
  const { gateways } = await openSharedGateways(2, OPTIONS);
  const [a, b] = [at(gateways, 0), at(gateways, 1)];
  a.gateway.deps.engine.observeWindows(
    "anthropic",
    null,
    [
      {
        name: "5h",
        lengthMs: 18_000_000,
        usedRatio: 0.93,
        resetAtMs: a.clock.wallMs() + 3_600_000,
        status: "allowed",
        scope: "account",
        source: "header",
        usedAmount: null,
        limitAmount: null,
      },
    ],
    a.clock.wallMs(),
  );
  await expect
    .poll(() => b.gateway.deps.engine.laneWindows("anthropic", b.clock.wallMs()))
    .toMatchObject([{ name: "5h", used_pct: 0.93 }]);
});
