import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reply, stallAfterEvents } from "@ccp/mock-upstream";
import { describe, expect, it, onTestFinished } from "vitest";
import { run, world } from "../testing/gateway-process.ts";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";
import { CANARY, testCatalog } from "../testing/open-test-gateway.ts";

async function usedTokens(url: string): Promise<number | undefined> {
  const view = (await (await fetch(`${url}/v1/usage`)).json()) as {
    models: Record<string, { rolling_used_tokens: number }>;
  };
  return view.models["claude-haiku-4.5"]?.rolling_used_tokens;
}

function replace(file: string, make: () => void): void {
  rmSync(file);
  make();
}

describe("the gateway as a process", () => {
  it("comes back with its counts and marks after SIGTERM, and after SIGKILL", async () => {
    const { zai, env } = await world();
    const usage = { inputTokens: 1000, outputTokens: 100, cacheReadTokens: 0, cacheCreationTokens: 0 };
    zai.script(reply({ usage }), reply({ usage }), reply({ usage }));
    const first = run([], env);
    await (await postMessage(await first.url(), { model: HAIKU })).text();
    await fetch(`${await first.url()}/v1/quotas/mark-429`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ model: "glm-5", retry_after_sec: 600 }),
    });
    first.child.kill("SIGTERM");
    expect(await first.exit).toBe(0);

    const second = run([], env);
    const secondUrl = await second.url();
    expect(await usedTokens(secondUrl)).toBe(1100);
    const answer = await postMessage(secondUrl, { model: "glm-5" });
    await answer.text();
    expect(answer.headers.get("x-ccp-decision")).toBe("no_fallback");
    await (await postMessage(secondUrl, { model: HAIKU })).text();
    // Logged, not merely answered: that is what a kill must not take.
    await expect.poll(() => usedTokens(secondUrl)).toBe(2200);
    second.child.kill("SIGKILL");
    await second.exit;

    const third = run([], env);
    expect(await usedTokens(await third.url())).toBe(2200);
  });

  it("lets a stream finish on SIGTERM, and ends at once on the second", async () => {
    const { anthropic, env } = await world();
    anthropic.script(reply({ text: "one two three four", chunks: 8, delayMs: 60 }));
    const first = run([], env);
    const url = await first.url();
    const answer = await postMessage(url, { model: OPUS, stream: true });
    first.child.kill("SIGTERM");
    expect(await answer.text()).toContain("message_stop");
    expect(await first.exit).toBe(0);

    anthropic.script(stallAfterEvents(2));
    const second = run([], env);
    const open = await postMessage(await second.url(), { model: OPUS, stream: true });
    second.child.kill("SIGTERM");
    await expect.poll(second.output).toContain("again to end now");
    // A repeat at once is one signal that came twice; a later one is meant.
    const again = (): number | null => {
      second.child.kill("SIGTERM");
      return second.child.exitCode;
    };
    await expect.poll(again, { timeout: 5_000, interval: 100 }).toBe(130);
    await open.text().catch(() => "cut off");
  });

  it("keeps bodies, credentials and keys out of its files and its output", async () => {
    const { env, dir } = await world();
    const gateway = run([], env);
    const told = (await (await fetch(`${await gateway.url()}/v1/usage`)).json()) as { gateway: object };
    expect(told.gateway).toMatchObject({
      state_dir: env.CCP_STATE_DIR,
      logs_dir: expect.stringMatching(/logs$/),
    });
    await (await postMessage(await gateway.url(), { model: HAIKU, prompt: "PROMPT-CANARY" })).text();
    gateway.child.kill("SIGTERM");
    await gateway.exit;
    const files = readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
    for (const text of [gateway.output(), ...files]) {
      for (const secret of [CANARY.client, CANARY.zai, "PROMPT-CANARY"]) expect(text).not.toContain(secret);
    }
    expect(files.some((text) => text.includes('"event":"decision"'))).toBe(true);
  });

  it("refuses a second gateway on the same state folder, with its pid", async () => {
    const { env } = await world();
    const first = run([], env);
    await first.url();
    const second = run([], env);
    expect(await second.exit).toBe(1);
    expect(second.output()).toBe(
      `ccp: another gateway uses the state folder ${env.CCP_STATE_DIR}\n` +
        `     process ${first.child.pid} writes there, and two would spoil each other's counts\n` +
        `     next: stop it (kill ${first.child.pid}), or give this one its own folder: CCP_STATE_DIR=… and CCP_PORT=…\n`,
    );
  });

  it("says so when the port is taken", async () => {
    const { env } = await world();
    const holder = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void holder.close());
    await new Promise((resolve) => holder.once("listening", resolve));
    const { port } = holder.address() as { port: number };
    const before = readdirSync(env.CCP_STATE_DIR ?? "");
    const gateway = run(["--port", String(port)], env);
    expect(await gateway.exit).toBe(1);
    expect(gateway.output()).toMatch(
      new RegExp(
        `^ccp: cannot listen on 127\\.0\\.0\\.1 port ${port}\n` +
          `     another program( \\(\\S+, process ${process.pid}\\))? has the port \\(EADDRINUSE\\)\n` +
          `     next: choose another port: --port ${port + 1}\n$`,
      ),
    );
    // What it would have left there would pass for the state of a gateway that ran.
    expect(readdirSync(env.CCP_STATE_DIR ?? "")).toEqual(before);
  });

  it("says which gateway has the port, by its process", async () => {
    const first = await world();
    const holder = run([], first.env);
    const url = await holder.url();
    const { port } = new URL(url);
    const { env } = await world();
    const second = run(["--port", port], env);
    expect(await second.exit).toBe(1);
    expect(second.output()).toBe(
      `ccp: cannot listen on 127.0.0.1 port ${port}\n` +
        `     a ccp gateway (process ${holder.child.pid}) has the port (EADDRINUSE)\n` +
        `     next: npx cc status --url ${url} shows it; or choose another port: --port ${Number(port) + 1}\n`,
    );
    expect([first.anthropic.requests.length, first.zai.requests.length]).toEqual([0, 0]);
  });

  it("says of a host that it does not resolve, not that it needs tokens", async () => {
    const { env } = await world();
    const gateway = run(["--host", "nope.invalid"], env);
    expect(await gateway.exit).toBe(78);
    expect(gateway.output()).toBe(
      'ccp: CCP_HOST is "nope.invalid"\n     the name does not resolve to an address\n' +
        "     next: choose one of this machine: --host 127.0.0.1\n",
    );
  });

  it.each([
    ["an unknown flag", ["--bogus"], {}, 64, "--bogus"],
    ["a bad number", [], { CCP_PORT: "many" }, 78, 'CCP_PORT is "many"'],
    ["an open address without tokens", ["--host", "0.0.0.0"], {}, 78, "CCP_ADMIN_TOKEN and CCP_CLIENT_TOKEN"],
  ])("ends with a clear line on %s", async (_name, args, env, code, text) => {
    const { env: base } = await world();
    const gateway = run(args, { ...base, ...env });
    expect(await gateway.exit).toBe(code);
    expect(gateway.output()).toContain(text);
    expect(gateway.output()).toMatch(/^ccp: .+\n(?: {5}.+\n)* {5}next: .+\n$/);
  });

  it.each<[string, (file: string) => void, string]>([
    ["wrong", (file) => writeFileSync(file, "providers:\n  zai:\n    base_url: 12\n"), "providers.yaml:3:15"],
    ["no YAML", (file) => writeFileSync(file, "providers: [\n"), "providers.yaml:"],
    ["not there", (file) => rmSync(file), "does not exist"],
    ["a folder", (file) => replace(file, () => mkdirSync(file)), "is not a regular file"],
    ["a device", (file) => replace(file, () => symlinkSync("/dev/zero", file)), "is not a regular file"],
  ])(
    "routes nothing while its catalog is %s, and takes the mended one by itself",
    async (_what, spoil, why) => {
      const { env, providers, anthropic, zai } = await world();
      const good = readFileSync(providers, "utf8");
      spoil(providers);
      const gateway = run([], { ...env, ANTHROPIC_API_KEY: "k" });
      const url = await gateway.url();
      expect(gateway.output()).toContain(why);
      expect(gateway.output()).toContain(
        "BROKEN     the provider catalog cannot be used, so nothing is routed",
      );
      for (const path of ["/v1/messages", "/v1/messages/count_tokens", "/v1/models"]) {
        const method = path === "/v1/models" ? "GET" : "POST";
        const body =
          method === "GET" ? {} : { body: '{"model":"claude-opus-4-8","max_tokens":1,"messages":[]}' };
        const answer = await fetch(url + path, { method, ...body });
        expect([path, answer.status]).toEqual([path, 503]);
        const { type, error } = (await answer.json()) as {
          type: string;
          error: { type: string; message: string };
        };
        expect([type, error.type]).toEqual(["error", "api_error"]);
        expect(error.message).toContain(why);
        expect(error.message).toContain("Mend the file");
      }
      expect((await fetch(`${url}/healthz`)).status).toBe(200);
      expect((await fetch(`${url}/readyz`)).status).toBe(503);
      for (const path of ["/v1/usage", "/v1/providers", "/v1/quotas", "/metrics", "/v1/calibration"])
        expect([path, (await fetch(url + path)).status]).toEqual([path, 200]);
      const dry = {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"model":"glm-5"}',
      };
      const decision = (await (await fetch(`${url}/v1/decisions`, dry)).json()) as {
        would: { lane: unknown };
      };
      expect(decision.would.lane).toBeNull();
      expect([anthropic.requests.length, zai.requests.length]).toEqual([0, 0]);

      rmSync(providers, { recursive: true, force: true });
      writeFileSync(providers, good);
      await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 15_000 }).toBe(200);
      const answer = await postMessage(url, { model: HAIKU });
      expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
      await answer.text();
    },
  );

  it("refuses a broken catalog with --strict", async () => {
    const { env, providers } = await world();
    writeFileSync(providers, "providers:\n  zai:\n    base_url: 12\n");
    expect(await run(["--strict"], env).exit).toBe(78);
  });

  it("keeps the last good catalog while the file is broken, and takes a mended one: by its route, and on SIGHUP", async () => {
    const { env, providers, anthropic } = await world();
    const good = readFileSync(providers, "utf8");
    const gateway = run([], env);
    const url = await gateway.url();
    const laneOf = async (): Promise<string | null> => {
      const answer = await postMessage(url, { model: HAIKU });
      await answer.text();
      return answer.headers.get("x-ccp-lane");
    };
    const reload = () => fetch(`${url}/v1/providers/reload`, { method: "POST" });
    writeFileSync(providers, "providers:\n  zai:\n    base_url: 12\n");
    const refused = await reload();
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      error: { issues: [{ path: "providers.zai.base_url", line: 3 }] },
    });
    expect(await laneOf()).toBe("zai");
    gateway.child.kill("SIGHUP");
    await expect.poll(gateway.output).toContain("was not loaded; the last good one stays in force");
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const moved = testCatalog({ anthropic: anthropic.url, zai: anthropic.url }).replace("zai:", "second:");
    writeFileSync(
      providers,
      moved.replaceAll("provider: zai", "provider: second").replaceAll("[zai]", "[second]"),
    );
    gateway.child.kill("SIGHUP");
    await expect.poll(gateway.output).toContain(`${providers} was read again`);
    expect(await laneOf()).toBe("second");
    writeFileSync(providers, good);
    expect((await reload()).status).toBe(204);
    expect(await laneOf()).toBe("zai");
    // A lane that leads back here would never end.
    writeFileSync(providers, testCatalog({ anthropic: anthropic.url, zai: url }));
    expect(await (await reload()).json()).toMatchObject({
      error: { issues: [{ path: "providers.zai.base_url" }] },
    });
  });

  it("refuses a lane that leads back to it", async () => {
    const { env, providers } = await world();
    const port = await freePort();
    writeFileSync(
      providers,
      testCatalog({ anthropic: `http://localhost:${port}`, zai: "http://127.0.0.1:9" }),
    );
    const gateway = run(["--port", String(port)], env);
    expect(await gateway.exit).toBe(78);
    expect(gateway.output()).toContain("leads to this gateway itself");
  });

  it("says which quota names a lane that is not there, and refuses it with --strict", async () => {
    const { env, quotas } = await world();
    writeFileSync(quotas, '{"models":{"glm-4.7":{"provider":"zia","rolling_tokens":5}}}');
    const gateway = run([], env);
    await gateway.url();
    expect(gateway.output()).toContain('models["glm-4.7"].provider: no lane zia');
    gateway.child.kill("SIGTERM");
    await gateway.exit;
    expect(await run(["--strict"], env).exit).toBe(78);
  });

  it("reloads a mended quota file and keeps the old one while it is broken", async () => {
    const { env, quotas } = await world();
    const gateway = run([], env);
    const url = await gateway.url();
    const reload = () => fetch(`${url}/v1/quotas/reload`, { method: "POST" });
    writeFileSync(quotas, '{"models":{"claude-haiku-4.5":{"provider":"zai","rolling_tokens":"lots"}}}');
    const refused = await reload();
    expect(refused.status).toBe(422);
    expect(await refused.json()).toMatchObject({
      error: { issues: [{ path: 'models["claude-haiku-4.5"].rolling_tokens', line: 1 }] },
    });
    writeFileSync(quotas, '{"models":{"claude-haiku-4.5":{"provider":"zai","rolling_tokens":5000}}}');
    expect((await reload()).status).toBe(204);
    const view = (await (await fetch(`${url}/v1/usage`)).json()) as {
      models: Record<string, { rolling_capacity_tokens: number }>;
    };
    expect(view.models["claude-haiku-4.5"]?.rolling_capacity_tokens).toBe(5000);
  });

  it("runs the demo without a key and leaves nothing behind", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("ccp-demo-"));
    const demo = run(["--demo"], { CCP_PORT: "0" });
    const url = await demo.url();
    expect(demo.output()).toContain("DEMO");
    const answer = await postMessage(url, { model: HAIKU, maxTokens: 8 });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
    await answer.text();
    type Told = { ts: number; uptime_sec: number };
    const told = async (): Promise<Told> => (await (await fetch(`${url}/v1/usage`)).json()) as Told;
    // One clock: what has passed by the one has passed by the other, but for the moment between their readings.
    const first = await told();
    await expect.poll(async () => (await told()).ts - first.ts).toBeGreaterThan(60);
    const second = await told();
    expect((second.uptime_sec - first.uptime_sec) / (second.ts - first.ts)).toBeGreaterThan(0.5);
    demo.child.kill("SIGTERM");
    expect(await demo.exit).toBe(0);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("ccp-demo-"))).toEqual(before);
  });

  it("lets made-up agents use the demo when asked, and ends at once although they are at work", async () => {
    const demo = run(["--demo", "--traffic"], { CCP_PORT: "0", CCP_CLIENT_TOKEN: "t0" });
    const url = await demo.url();
    const rows = async (): Promise<unknown[]> => {
      const view = (await (await fetch(`${url}/v1/usage`)).json()) as { models: Record<string, unknown> };
      return Object.entries(view.models).filter(([, model]) => hasCounted(model));
    };
    await expect.poll(async () => (await rows()).length, { timeout: 10_000 }).toBeGreaterThan(1);
    demo.child.kill("SIGTERM");
    expect(await demo.exit).toBe(0);
    expect(demo.output()).not.toMatch(/ccp (?:warn|error):/);
  });

  it("refuses made-up agents without the demo", async () => {
    const { env } = await world();
    const gateway = run(["--traffic"], env);
    expect(await gateway.exit).toBe(64);
    expect(gateway.output()).toContain("made-up requests are never sent to real lanes");
  });
});

function hasCounted(model: unknown): boolean {
  return (model as { rolling_used_tokens: number }).rolling_used_tokens > 0;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
