import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { reply, status } from "@ccp/mock-upstream";
import { RollupsViewSchema, SamplesViewSchema, type UsageView, WindowsViewSchema } from "@ccp/usage-contract";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { type Run, run, world } from "../testing/gateway-process.ts";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";

async function get(url: string, path: string): Promise<unknown> {
  return (await fetch(`${url}${path}`)).json();
}

/** What moves while nothing happens: ages, countdowns, and rates of the last minutes. */
const MOVING = /^(ts|uptime_sec|age_sec|eta_\w+_sec|rate_15m_\w+|gateway|log|loaded|clock_skew_sec)$/;

function still(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(still);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !MOVING.test(key));
  return Object.fromEntries(kept.map(([key, inner]) => [key, still(inner)]));
}

async function shown(url: string): Promise<unknown> {
  return still([await get(url, "/v1/usage"), await get(url, "/v1/calibration")]);
}

async function kill({ child, exit }: Run): Promise<void> {
  child.kill("SIGKILL");
  await exit;
}

function rowOf(id: string, tsSec: number) {
  const tokens = { input_tokens: 100, output_tokens: 20, cache_creation_tokens: 0, cache_read_tokens: 0 };
  return { id, ts: tsSec, lane: "zai", model: "claude-haiku-4.5", ...tokens };
}

async function post(url: string, path: string, body: unknown): Promise<Response> {
  return fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function used(url: string): Promise<number | undefined> {
  const view = (await get(url, "/v1/usage")) as UsageView;
  return view.models["claude-haiku-4.5"]?.rolling_used_tokens;
}

describe("a gateway that was killed", () => {
  it("shows exactly what it showed before: windows, limits, what it learned, its session", async () => {
    const { zai, anthropic, env } = await world();
    const usage = { inputTokens: 3000, outputTokens: 250, cacheReadTokens: 900, cacheCreationTokens: 40 };
    const reset = String(Math.floor(Date.now() / 1000) + 7200);
    const headers = {
      "anthropic-ratelimit-unified-5h-utilization": "0.42",
      "anthropic-ratelimit-unified-5h-reset": reset,
      "anthropic-ratelimit-unified-5h-status": "allowed",
    };
    zai.script(
      reply({ usage }),
      reply({ usage }),
      status(
        429,
        { error: { code: "1308", message: "Usage limit reached for 5 hour." } },
        { "retry-after": "900" },
      ),
    );
    anthropic.script(reply({ usage, headers }), reply({ usage, headers }), status(529, {}), reply({ usage }));
    const first = run([], env);
    const url = await first.url();
    const send = async (model: string): Promise<void> => {
      await (await postMessage(url, { model, headers: { "x-claude-code-session-id": "s1" } })).text();
    };
    // Served twice; refused for a limit and rerouted; then an overload that is a pause.
    for (const model of [HAIKU, HAIKU, HAIKU, OPUS, OPUS]) await send(model);
    await expect
      .poll(async () => ((await get(url, "/v1/usage")) as UsageView).totals?.rerouted)
      .toBeGreaterThan(0);
    const before = await shown(url);
    expect(JSON.stringify(before)).toContain('"cooldown_active":true');
    await kill(first);

    const second = run([], env);
    const after = await shown(await second.url());
    expect(after).toEqual(before);
    await kill(second);
    // The journal was folded into a state: from that it is the same again.
    expect(isDeepStrictEqual(await shown(await run([], env).url()), before)).toBe(true);
  });

  it("begins a new session after it was stopped on purpose", async () => {
    const { env } = await world();
    const first = run([], env);
    await (await postMessage(await first.url(), { model: HAIKU })).text();
    first.child.kill("SIGTERM");
    expect(await first.exit).toBe(0);
    const second = run([], env);
    const view = (await get(await second.url(), "/v1/usage")) as UsageView;
    expect(view.models["claude-haiku-4.5"]?.speeds.session.total_dirty_tps).toBeNull();
    expect(view.models["claude-haiku-4.5"]?.reqs).toBe(1);
  });
});

describe("usage that did not pass the gateway", () => {
  it("counts once: repeated, after a kill, and from the log alone", async () => {
    const { env, dir } = await world();
    const first = run([], env);
    const url = await first.url();
    const now = Date.now() / 1000;
    const rows = [rowOf("a", now - 60), rowOf("b", now - 3600), rowOf("old", now - 700_000)];
    const answer = await post(url, "/v1/usage/import", { rows: [...rows, rows[0]] });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { ts: expect.any(Number), counted: 2, known: 1, past: 1, grown: 0 },
    ]);
    expect(await used(url)).toBe(240);
    expect(await (await post(url, "/v1/usage/import", { rows })).json()).toMatchObject({
      counted: 0,
      known: 3,
    });
    expect(await used(url)).toBe(240);
    // It was still being written when it was imported.
    const grown = { ...rows[0], output_tokens: 50 };
    expect(await (await post(url, "/v1/usage/import", { rows: [grown] })).json()).toMatchObject({
      counted: 1,
      grown: 1,
    });
    expect(await used(url)).toBe(270);
    await kill(first);

    const second = run([], env);
    expect(await used(await second.url())).toBe(270);
    expect(await (await post(await second.url(), "/v1/usage/import", { rows })).json()).toMatchObject({
      known: 3,
    });
    const inHistory = async (): Promise<number> => {
      const path = "/v1/usage/rollups?by=lane&granularity=day";
      const { lanes } = v.parse(RollupsViewSchema, await get(await second.url(), path));
      return (lanes?.zai ?? []).reduce((sum, { classes }) => sum + (classes?.imported?.count ?? 0), 0);
    };
    await expect.poll(inHistory, { timeout: 10_000 }).toBe(3);
    await kill(second);

    writeFileSync(join(dir, "gateway-state.json"), "{");
    const third = run([], env);
    expect(await used(await third.url())).toBe(270);
    expect(third.output()).toContain("the counts are rebuilt from the log");
  });

  it("is refused whole when a lane is not in the catalog, or a row is from the future", async () => {
    const { env } = await world();
    const url = await run([], env).url();
    const now = Date.now() / 1000;
    const rows = [rowOf("a", now), { ...rowOf("b", now), lane: "nowhere" }];
    const answer = await post(url, "/v1/usage/import", { rows });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain("no lane nowhere");
    const ahead = await post(url, "/v1/usage/import", { rows: [rowOf("a", now), rowOf("c", now + 86_400)] });
    expect(ahead.status).toBe(422);
    expect(await ahead.text()).toContain("rows[1].ts lies in the future");
    expect(await used(url)).toBe(0);
  });
});

describe("the history of a gateway", () => {
  it("is there after a restart, and without a database while CCP_PERSIST is 0", async () => {
    const { env } = await world();
    const first = run([], env);
    await (await postMessage(await first.url(), { model: HAIKU })).text();
    // On record, and not merely answered.
    await expect.poll(async () => used(await first.url())).toBeGreaterThan(0);
    await kill(first);
    const second = run([], env);
    const url = await second.url();
    const samples = async (): Promise<number> => {
      const view = v.parse(SamplesViewSchema, await get(url, "/v1/usage/samples"));
      return Object.values(view.models).flat().length;
    };
    await expect.poll(samples, { timeout: 10_000 }).toBe(1);
    const windows = v.parse(WindowsViewSchema, await get(url, "/v1/usage/windows"));
    expect(windows.windows.map(({ model, window }) => [model, window])).toContainEqual([
      "claude-haiku-4.5",
      "rolling",
    ]);
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^ccp_store_size_bytes [1-9]/m);
    await kill(second);

    const third = run([], { ...env, CCP_PERSIST: "0" });
    expect(await get(await third.url(), "/v1/usage/samples")).toMatchObject({ models: {} });
    expect(await (await fetch(`${await third.url()}/metrics`)).text()).toMatch(/^ccp_store_size_bytes 0$/m);
  });

  it("that is damaged is told once, and requests are served", async () => {
    const { env, dir } = await world();
    writeFileSync(join(dir, "history.db"), "no database ".repeat(1000));
    const gateway = run([], env);
    const url = await gateway.url();
    expect((await postMessage(url, { model: HAIKU })).status).toBe(200);
    await expect.poll(gateway.output).toContain("history.db cannot be written: it is damaged or no database");
    const { models } = v.parse(SamplesViewSchema, await get(url, "/v1/usage/samples"));
    expect(Object.keys(models)).toEqual([HAIKU]);
    expect(gateway.output().match(/ccp warn/g)).toHaveLength(1);
    expect(readFileSync(join(dir, "history.db"), "utf8")).toContain("no database");
  });
});
