import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { renderLiveEvent } from "@ccp/usage-contract";
import { describe, expect, it, onTestFinished } from "vitest";
import { nodeRequest } from "../client/node-request.ts";
import type { HudPorts } from "../hud/hud-ports.ts";
import { streamText } from "../hud/node/stream-text.ts";
import { CC } from "../hud/test-kit/demo-gateway.ts";
import { type EventGateway, startEventGateway } from "../hud/test-kit/event-gateway.ts";
import { TRAFFIC } from "../hud/test-kit/hud-states.ts";
import { createScreenTerminal, type ScreenTerminal } from "../hud/test-kit/screen-terminal.ts";
import { json, NOW_SEC, runTest, type TestRun } from "../test-kit/run-test.ts";
import { cappedModel, VIEWS, view } from "../test-kit/views.ts";

const EVENTS = TRAFFIC.flatMap((one) => (one.kind === "live" ? [renderLiveEvent(one.event)] : []));
/** As the gateway numbers them. */
const KEPT = EVENTS.map((event, index) => `id: ${index + 1}\n${event}`).join("");

/** The machine may have much else to do. */
const PATIENT = { timeout: 15_000, interval: 20 };

async function openGateway(): Promise<EventGateway> {
  const gateway = await startEventGateway(VIEWS.normal, KEPT);
  onTestFinished(() => gateway.close());
  return gateway;
}

interface Run {
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly terminal?: ScreenTerminal | null;
  readonly signal?: AbortSignal;
}

function runHud(url: string, { argv = [], env = {}, terminal = null, signal }: Run = {}): Promise<TestRun> {
  const ports: HudPorts = { openTerminal: () => terminal, streamText };
  return runTest(["hud", ...argv], {
    env: { CCP_URL: url, ...env },
    deps: {
      request: nodeRequest,
      openHudPorts: async () => ports,
      sleep: (ms, cut) => pause(ms, undefined, { signal: cut }).catch(() => {}),
      ...(signal === undefined ? {} : { signal }),
    },
  });
}

describe("cc hud, one frame", () => {
  it("prints everything the gateway knows, at every width", async () => {
    const gateway = await openGateway();
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await runHud(gateway.url, { env: { COLUMNS: columns } });
      expect([code, stderr]).toEqual([0, ""]);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(Number(columns));
      screens.push(
        `COLUMNS=${columns}\n${stdout.replaceAll(gateway.url.slice("http://".length), "127.0.0.1:8082")}`,
      );
    }
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/hud/once.txt");
    expect(gateway.lastEventIds).toEqual(["0", "0", "0"]);
    expect(gateway.calls.every((call) => call.startsWith("GET "))).toBe(true);
  });

  it("--once wins over CCP_TUI; without a terminal the full screen is one frame and a note", async () => {
    const gateway = await openGateway();
    const terminal = createScreenTerminal();
    const once = await runHud(gateway.url, { argv: ["--once"], env: { CCP_TUI: "1" }, terminal });
    expect([once.code, once.stderr, terminal.written]).toEqual([0, "", []]);
    const dumb = await runHud(gateway.url, { argv: ["--tui"], env: { TERM: "dumb" }, terminal });
    expect([dumb.code, terminal.written]).toEqual([0, []]);
    expect(dumb.stderr).toBe("ccp: the full screen needs a terminal: here is one frame\n");
    expect(dumb.stdout).toContain("─ quotas ─");
    const both = await runHud(gateway.url, { argv: ["--tui", "--once"], terminal });
    expect([both.code, both.stdout]).toEqual([64, ""]);
  });

  it("shows what it gets when other routes say nothing", async () => {
    const run = await runTest(["hud"], { routes: { "GET /v1/usage": json(VIEWS.warn) } });
    expect([run.code, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toContain(" 85% ");
  });

  it("says that the gateway is not ready, and why", async () => {
    const providers = { zai: { ok: false, status: "disabled", url: "", reason: "ZAI_API_KEY is not set" } };
    const frame = async (error?: string) => {
      const ready = json(
        { providers, ts: 1, source: "c.yaml", ...(error === undefined ? {} : { error }) },
        503,
      );
      const run = await runTest(["hud"], {
        routes: { "GET /v1/usage": json(VIEWS.warn), "GET /readyz": ready },
      });
      return run.stdout.split("\n")[1];
    };
    expect(await frame("not valid: c.yaml\u001b[31m")).toBe(" NOT READY  not valid: c.yaml[31m");
    expect(await frame()).toBe(" NOT READY  no lane is on");
  });

  it("ends with 69 without a gateway and without a log", async () => {
    const run = await runTest(["hud"], { routes: null });
    expect([run.code, run.stdout]).toEqual([69, ""]);
    expect(run.stderr).toContain("no gateway at http://127.0.0.1:8082");
  });

  it("a reader that leaves early is no error", async () => {
    const gateway = await openGateway();
    const line = '"$NODE" "$CC" hud | head -1; "$NODE" "$CC" hud >&-';
    const run = await promisify(execFile)("/bin/sh", ["-c", line], {
      env: { PATH: "/usr/bin:/bin", HOME: "/nowhere", NODE: process.execPath, CC, CCP_URL: gateway.url },
    });
    expect(run.stdout).toMatch(/^ ccp hud {2}● live .*\n$/);
    expect(run.stderr).toBe("");
  });

  it("lists its options", async () => {
    const { stdout } = await runTest(["hud", "--help"]);
    await expect(stdout).toMatchFileSnapshot("../__snapshots__/help/hud.txt");
  });
});

describe("cc hud --tui", () => {
  const byEnv = { env: { CCP_TUI: "1" } };

  it("goes on where the stream broke off, and from the start at a gateway that is new", async () => {
    const gateway = await openGateway();
    const terminal = createScreenTerminal();
    const run = runHud(gateway.url, { ...byEnv, terminal });
    await terminal.until((text) => text.includes("● live ") && text.includes("haiku-4-5"));
    gateway.cut();
    await terminal.until((text) => text.includes("● live, events to come"));
    await expect.poll(() => gateway.lastEventIds, PATIENT).toEqual(["0", String(EVENTS.length)]);
    gateway.view = { ...VIEWS.normal, uptime_sec: 1 };
    gateway.cut();
    await expect.poll(() => gateway.lastEventIds, PATIENT).toEqual(["0", String(EVENTS.length), "0"]);
    terminal.from.typed("q");
    expect(await run).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(terminal.isEntered).toBe(false);
    expect(gateway.calls.every((call) => call.startsWith("GET "))).toBe(true);
    expect(gateway.authorizations.every((one) => one === undefined)).toBe(true);
  });

  it("draws nothing while the terminal does not keep up, and the newest once it does", async () => {
    const gateway = await openGateway();
    const terminal = createScreenTerminal();
    const run = runHud(gateway.url, { ...byEnv, terminal });
    await terminal.until((text) => text.includes("haiku-4-5"));
    terminal.keepsUp = false;
    terminal.from.typed("?");
    await terminal.until((text) => text.includes("Shift-Tab"));
    const { length } = terminal.written;
    gateway.view = view({ ts: NOW_SEC, models: { "glm-4.7": cappedModel(0.99, 0.5) } });
    const asked = gateway.calls.length;
    terminal.from.typed("?r");
    await expect.poll(() => gateway.calls.length, PATIENT).toBeGreaterThan(asked + 1);
    expect(terminal.written).toHaveLength(length);
    terminal.keepsUp = true;
    terminal.from.drained();
    await terminal.until((text) => text.includes(" 99% "));
    terminal.from.typed("\u0003");
    expect((await run).code).toBe(130);
  });

  it("leaves at once, even when the gateway has stopped answering", async () => {
    const gateway = await openGateway();
    const terminal = createScreenTerminal();
    const controller = new AbortController();
    const run = runHud(gateway.url, { argv: ["--tui"], terminal, signal: controller.signal });
    await terminal.until((text) => text.includes("haiku-4-5"));
    gateway.view = null;
    const asked = gateway.calls.length;
    terminal.from.typed("r");
    await expect.poll(() => gateway.calls.length, PATIENT).toBeGreaterThan(asked);
    controller.abort();
    expect((await run).code).toBe(130);
    expect(terminal.isEntered).toBe(false);
  });

  it("ends with 129 when the terminal is gone", async () => {
    const gateway = await openGateway();
    const terminal = createScreenTerminal();
    const run = runHud(gateway.url, { argv: ["--tui"], terminal });
    await terminal.until((text) => text.includes("haiku-4-5"));
    terminal.from.hungUp();
    expect((await run).code).toBe(129);
  });

  it("waits for a gateway that is not there yet", async () => {
    const terminal = createScreenTerminal();
    const gone = await startEventGateway(VIEWS.normal);
    await gone.close();
    const run = runHud(gone.url, { argv: ["--tui"], terminal });
    await terminal.until((text) => text.includes("no gateway at 127.0.0.1:") && text.includes("retrying"));
    terminal.from.typed("q");
    expect(await run).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});
