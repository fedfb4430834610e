import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askModel, CC, type DemoGateway, startDemoGateway } from "./test-kit/demo-gateway.ts";
import { openTmuxShell, type TmuxShell, tmuxMissing } from "./test-kit/tmux.ts";

const HAIKU = "claude-haiku-4-5-20251001";
/** Once the test says so it fails in a place where nobody catches. */
const CRASH = `data:text/javascript,process.on("SIGUSR2",()=>{throw new Error("boom")})`;

const missing = tmuxMissing();

describe.skipIf(missing !== null)(
  `cc hud in a real terminal${missing === null ? "" : `: ${missing}`}`,
  () => {
    let gateway: DemoGateway;
    let shell: TmuxShell;

    beforeAll(async () => {
      gateway = await startDemoGateway();
      shell = openTmuxShell({
        NODE: process.execPath,
        CC,
        CRASH,
        CCP_URL: gateway.url,
        TZ: "UTC",
        LANG: "C.UTF-8",
        HOME: "/nowhere",
      });
      // Some shells take no prompt from the environment.
      shell.press("-l", "PS1='ready$ '; clear");
      shell.press("Enter");
      await shell.until("an empty screen", (text) => text.trim() === "ready$");
    });
    afterAll(async () => {
      shell?.close();
      await gateway?.stop();
    });

    const type = (line: string): void => shell.press("-l", line);
    const has = (text: string) => (screen: string) => screen.includes(text);

    async function start(command = '"$NODE" "$CC" hud --tui'): Promise<void> {
      type(command);
      shell.press("Enter");
      await shell.until("a live screen", has("● live"));
      expect([shell.read("alternate_on"), shell.read("cursor_flag")]).toEqual(["1", "0"]);
    }

    /** The shell's own screen, with the cursor, line editing and echo, and what was on it before. */
    async function expectRestored(code: number): Promise<string> {
      const screen = await shell.until("the prompt", (text) => /ready\$$/.test(text.trimEnd()));
      expect([shell.read("alternate_on"), shell.read("cursor_flag"), shell.read("wrap_flag")]).toEqual([
        "0",
        "1",
        "1",
      ]);
      expect(screen).toContain("hud --tui");
      expect(screen).not.toContain("ccp hud");
      type('echo "code $?"; stty -a');
      shell.press("Enter");
      const told = await shell.until(
        "stty",
        (text) => text.includes("echoctl") && /ready\$$/.test(text.trimEnd()),
      );
      expect(told).toContain(`code ${code}\n`);
      expect(told).toMatch(/ icrnl /);
      expect(told).toMatch(/\bisig icanon iexten echo echoe\b/);
      expect(told).toMatch(/^opost /m);
      type("clear");
      shell.press("Enter");
      await shell.until("an empty screen", (text) => text.trim() === "ready$");
      return screen;
    }

    it("shows what happens, pane by pane, at every size, and follows the gateway through a restart", async () => {
      await start();
      await askModel(gateway, HAIKU);
      await askModel(gateway, "claude-opus-4-5");
      await fetch(`${gateway.url}/v1/decisions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: HAIKU, source: "planner", note: "\u001b]0;evil\u0007quiet" }),
      });
      const live = await shell.until(
        "both requests",
        (text) => / haiku-4-5 +zai +200 /.test(text) && /opus-4-5 +anthropic +200/.test(text),
      );
      expect(live).toContain("DEMO");
      expect(live).toMatch(/^─ ▪ recent · speeds · latency · samples ─+$/m);

      shell.press("Tab");
      await shell.until("speeds", (text) => text.includes("▪ speeds") && /^.haiku-4\.5 +1 /m.test(text));
      shell.press("Tab");
      await shell.until(
        "latency",
        (text) => text.includes("▪ latency") && text.includes("p95") && text.includes("█"),
      );
      shell.press("Tab");
      const samples = await shell.until(
        "samples",
        (text) => text.includes("▪ samples") && text.includes("haiku"),
      );
      expect(samples).toMatch(/^›\d\d:\d\d:\d\d +haiku-4-5 +- +zai .*preferred; /m);
      shell.press("Tab", "Tab");
      await shell.until("the first pane again", has("▪ recent"));

      shell.resize(120, 40);
      await shell.until("two columns", (text) => /^─ latency ─+ {2}─ speeds ─+$/m.test(text));
      shell.resize(200, 60);
      const large = await shell.until("the large screen", has("tokens per minute"));
      expect(large.split("\n").every((line) => line.length <= 200)).toBe(true);
      shell.resize(50, 10);
      await shell.until("too small", has("60x15 is needed."));
      shell.resize(80, 24);
      await shell.until("the small screen", has("▪ recent · speeds"));

      shell.press("/", "o", "p", "u", "s", "Enter");
      const filtered = await shell.until("the filter", has("filter opus"));
      expect(filtered).toContain("opus-4-5 ");
      expect(filtered).not.toContain("haiku");
      shell.press("Enter");
      const explained = await shell.until("an explanation", has("attempt 1"));
      expect(explained).toMatch(/^ claude-opus-4-5 → anthropic$/m);
      expect(explained).toMatch(/^ {2}rule +preferred \(quota_pass\): /m);
      shell.press("Escape");
      await shell.until("the panes", has("▪ recent"));
      shell.press("Escape");
      await shell.until("all rows", (text) => text.includes("haiku-4-5") && !text.includes("filter opus"));

      const { port } = gateway;
      await gateway.stop();
      const lost = await shell.until("a lost gateway", has("gateway lost"));
      expect(lost).toMatch(/^ ccp hud {2}○ lost \d+s {2}/);
      expect(lost).toMatch(/opus-4-5 +anthropic +200/);
      gateway = await startDemoGateway(port);
      await shell.until(
        "a live screen again",
        (text) => text.includes("● live ") && !text.includes("gateway lost"),
      );
      await askModel(gateway, "glm-4.6");
      await shell.until(
        "a request of the new gateway",
        (text) => / glm-4\.6 +zai +200 /.test(text) && /opus-4-5 +anthropic +200/.test(text),
      );

      shell.press("q");
      await expectRestored(0);
    }, 60_000);

    it("Ctrl-Z gives the shell its screen, fg takes it back, Ctrl-C ends", async () => {
      await start();
      shell.press("C-z");
      await shell.until("the shell", (text) => /[Ss]topped/.test(text) && !text.includes("ccp hud"));
      expect([shell.read("alternate_on"), shell.read("cursor_flag")]).toEqual(["0", "1"]);
      type("fg");
      shell.press("Enter");
      await shell.until("the live screen", has("● live"));
      expect([shell.read("alternate_on"), shell.read("cursor_flag")]).toEqual(["1", "0"]);
      shell.press("C-c");
      await expectRestored(130);
    }, 60_000);

    it.each([
      ["SIGTERM", 130],
      ["SIGHUP", 129],
    ] as const)(
      "%s puts the screen back",
      async (signal, code) => {
        await start();
        process.kill(shell.childPid() ?? Number.NaN, signal);
        await expectRestored(code);
      },
      60_000,
    );

    it("an error nobody caught puts the screen back before it is told", async () => {
      await start('"$NODE" --import "$CRASH" "$CC" hud --tui');
      process.kill(shell.childPid() ?? Number.NaN, "SIGUSR2");
      expect(await expectRestored(1)).toContain("Error: boom");
    }, 60_000);
  },
);
