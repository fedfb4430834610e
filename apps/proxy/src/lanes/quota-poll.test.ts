import { status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { CANARY, openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";
import { nextPollMs, pollQuota } from "./quota-poll.ts";

const MINUTE_MS = 60_000;
const PLAN = { rolling: { capTokens: 2000 }, weekly: { capTokens: 10_000 } };

function polledCatalog(urls: { anthropic: string; zai: string }): string {
  return testCatalog(urls).replace("dialect: zai", "dialect: zai\n    quota_poll_minutes: 10");
}

async function open() {
  const opened = await openTestGateway({ catalog: polledCatalog, zai: { plan: PLAN } });
  const runtime = opened.gateway.deps.lanes.get("zai");
  if (runtime === undefined) throw new Error("the catalog has a zai lane");
  return { ...opened, runtime };
}

describe("the quota endpoint", () => {
  it("tells the windows of the account, which then bind", async () => {
    const { gateway, zai, runtime } = await open();
    zai.spendPlan(1500);
    expect(await pollQuota(runtime, gateway.deps)).toBeNull();
    const [request] = zai.requests;
    expect([request?.method, request?.url]).toEqual(["GET", "/api/monitor/usage/quota/limit"]);
    expect(request?.header("authorization")).toBe(CANARY.zai);
    const windows = gateway.deps.engine.laneWindows("zai", gateway.deps.clock.wallMs());
    expect(windows.map(({ name, used_pct, source }) => [name, used_pct, source])).toEqual([
      ["5h", 0.75, "endpoint"],
      ["7d", 0.15, "endpoint"],
    ]);
  });

  it.each([
    ["an error inside a 200", status(200, { code: 401, msg: "token expired", success: false }), "no reading"],
    ["a refusal", status(429, {}), "answered 429"],
    ["a page", status(200, "<html>", { "content-type": "text/html" }), "no reading"],
  ])("that gives %s changes nothing", async (_name, step, expected) => {
    const { gateway, zai, runtime } = await open();
    zai.spendPlan(1500);
    await pollQuota(runtime, gateway.deps);
    const before = gateway.deps.engine.laneWindows("zai", gateway.deps.clock.wallMs());
    zai.scriptPath("/api/monitor/usage/quota/limit", step);
    expect(await pollQuota(runtime, gateway.deps)).toContain(expected);
    expect(gateway.deps.engine.laneWindows("zai", gateway.deps.clock.wallMs())).toEqual(before);
    expect(gateway.deps.book.authError("zai", gateway.deps.clock.wallMs())).toBeNull();
  });
});

describe("the wait between questions", () => {
  it.each([
    [10, 0, 0.5, 10 * MINUTE_MS],
    [10, 0, 0, 9 * MINUTE_MS],
    [10, 0, 1, 11 * MINUTE_MS],
    [10, 1, 0.5, 20 * MINUTE_MS],
    [10, 3, 0.5, 80 * MINUTE_MS],
    [10, 9, 0.5, 240 * MINUTE_MS],
    [720, 9, 0.5, 720 * MINUTE_MS],
  ])("%d min after %d failures, drawn %d", (minutes, failures, random, expected) => {
    expect(nextPollMs(minutes, failures, random)).toBe(expected);
  });
});
