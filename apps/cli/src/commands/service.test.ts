import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findProgram } from "../node/find-program.ts";
import { isFleeting, serviceNode } from "../service/service-node.ts";
import { launchdPlist, systemdUnit } from "../service/unit-text.ts";
import { json, runTest } from "../test-kit/run-test.ts";

const CANARY = "sk-canary-4c11";

/** Writes down each call, and fails for those that the file `refuse` names. */
const FAKE = `#!/bin/sh
echo "$(basename "$0") $*" >> "$FAKE_DIR/calls"
if [ -e "$FAKE_DIR/refuse" ]; then
  while read -r pattern; do
    case "$*" in *$pattern*) echo "no: $pattern" >&2; exit 3;; esac
  done < "$FAKE_DIR/refuse"
fi
exit 0
`;

function machine(manager: "systemd" | "launchd") {
  const homeDir = mkdtempSync(join(tmpdir(), "cc service "));
  onTestFinished(() => rmSync(homeDir, { recursive: true, force: true }));
  const bin = join(homeDir, "bin");
  mkdirSync(bin);
  for (const name of ["systemctl", "launchctl", "systemd-analyze", "plutil"]) {
    writeFileSync(join(bin, name), FAKE);
    chmodSync(join(bin, name), 0o755);
  }
  const file = (name: string) => join(homeDir, name);
  const unit =
    manager === "systemd" ? ".config/systemd/user/ccp.service" : "Library/LaunchAgents/dev.ccp.gateway.plist";
  return {
    homeDir,
    unit: file(unit),
    env: file(".config/ccp/env"),
    /** Calls since the last time, without the questions. */
    calls: () => {
      const path = file("calls");
      const text = existsSync(path) ? readFileSync(path, "utf8") : "";
      rmSync(path, { force: true });
      return text
        .split("\n")
        .filter((line) => line !== "" && !/show-environment|launchctl print gui\/\d+$/.test(line));
    },
    refuse: (...patterns: string[]) =>
      writeFileSync(file("refuse"), patterns.map((each) => `${each}\n`).join("")),
    run: (argv: string[], env: Record<string, string> = {}) =>
      runTest(["service", ...argv, `--manager=${manager}`], {
        env: { PATH: `${bin}:/usr/bin:/bin`, FAKE_DIR: homeDir, XDG_STATE_HOME: "", ...env },
        routes: { "GET /readyz": json({ providers: {}, ts: 1, source: "built-in" }) },
        deps: { homeDir },
      }),
  };
}

describe("cc service on systemd", () => {
  it("writes unit and variables, checks the unit, and starts it", async () => {
    const { run, unit, env, calls, refuse } = machine("systemd");
    refuse("is-active");
    const { code, stdout, stderr } = await run(["install"]);
    expect([code, stdout]).toEqual([0, `wrote ${unit}\nwrote ${env} (0600): put your keys there\nstarted\n`]);
    expect(stderr).toContain("journalctl --user -u ccp -f");
    expect(statSync(env).mode & 0o777).toBe(0o600);
    const text = readFileSync(unit, "utf8");
    expect(text.split("\n")).toEqual(
      expect.arrayContaining([
        "Restart=always",
        "RestartSec=2",
        "NoNewPrivileges=yes",
        `EnvironmentFile=-${env}`,
      ]),
    );
    const [, node, script] = /^ExecStart=(\S+) --disable-sigusr1 (\S+)$/m.exec(text) ?? [];
    expect([existsSync(node ?? ""), script?.endsWith("apps/proxy/bin/ccp-gateway.mjs")]).toEqual([
      true,
      true,
    ]);
    expect(calls()).toEqual([
      `systemd-analyze verify --man=no ${unit}`,
      "systemctl --user daemon-reload",
      "systemctl --user enable ccp.service",
      "systemctl --user restart ccp.service",
    ]);
  });

  it("a second time changes nothing: neither the keys, nor a gateway that runs", async () => {
    const { run, unit, env, calls } = machine("systemd");
    await run(["install"]);
    writeFileSync(env, `ZAI_API_KEY=${CANARY}\n`);
    calls();
    const again = await run(["install"]);
    expect(again.stdout).toBe(`unchanged ${unit}\nit runs already\n`);
    expect(readFileSync(env, "utf8")).toBe(`ZAI_API_KEY=${CANARY}\n`);
    expect(calls().filter((call) => /restart|enable/.test(call))).toEqual([]);
    expect(again.stdout + again.stderr).not.toContain(CANARY);
  });

  it("--dry-run prints the files and the commands, and does nothing", async () => {
    const { run, unit, env, calls } = machine("systemd");
    const { code, stdout } = await run(["install", "--dry-run"]);
    expect(code).toBe(0);
    expect(stdout).toContain(`== ${unit}\n# Written by: ccp service install\n[Unit]\n`);
    expect(stdout).toContain(`== ${env} (0600)\n`);
    expect(
      stdout.endsWith(
        "systemctl --user daemon-reload\nsystemctl --user enable ccp.service\nsystemctl --user restart ccp.service\n",
      ),
    ).toBe(true);
    expect([existsSync(unit), existsSync(env), calls()]).toEqual([false, false, []]);
  });

  it.each([
    ["its daemon does not answer", (fake: ReturnType<typeof machine>) => fake.refuse("show-environment"), {}],
    ["it is not installed", () => {}, { PATH: "/nowhere" }],
  ])("where %s, says which commands to run", async (_name, prepare, env) => {
    const fake = machine("systemd");
    prepare(fake);
    const { code, stdout, stderr } = await fake.run(["install"], env);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "  systemctl --user daemon-reload\n  systemctl --user enable ccp.service\n  systemctl --user restart ccp.service\n",
    );
    expect(stderr).toContain("systemd does not answer here, so nothing was started");
    expect(existsSync(fake.unit)).toBe(true);
    expect(fake.calls().filter((call) => call.includes("restart"))).toEqual([]);
  });

  it("says what the manager said when it will not start it", async () => {
    const { run, refuse } = machine("systemd");
    refuse("is-active", "restart");
    const { code, stderr } = await run(["install"]);
    expect(code).toBe(1);
    expect(stderr).toContain(
      "ccp: systemd did not start the service\n     systemctl --user restart ccp.service: no: restart\n",
    );
  });

  it("status tells whether it is installed, current and running", async () => {
    const { run, unit, env, refuse } = machine("systemd");
    refuse("is-active");
    const before = await run(["status", "--json"]);
    expect([before.code, JSON.parse(before.stdout)]).toEqual([
      1,
      {
        schema: "ccp.service/1",
        manager: "systemd",
        unit,
        env_file: env,
        installed: false,
        current: false,
        running: false,
        gateway: true,
      },
    ]);
    await run(["install"]);
    refuse("nothing");
    const status = async () => JSON.parse((await run(["status", "--json"])).stdout);
    expect(await status()).toMatchObject({ installed: true, current: true, running: true });
    writeFileSync(unit, "[Service]\nExecStart=/old/node\n");
    expect(await status()).toMatchObject({ installed: true, current: false });
    refuse("show-environment");
    expect(await status()).toMatchObject({ running: null });
    expect((await run([])).code).toBe(1);
  });

  it("uninstall stops it, removes the unit, and keeps the keys", async () => {
    const { run, unit, env, calls } = machine("systemd");
    await run(["install"]);
    calls();
    expect((await run(["uninstall", "--dry-run"])).stdout).toBe(
      `systemctl --user disable --now ccp.service\nrm ${unit}\nsystemctl --user daemon-reload\n`,
    );
    const { code, stdout, stderr } = await run(["uninstall"]);
    expect([code, stdout]).toEqual([0, `removed ${unit}\n`]);
    expect(stderr).toContain(`${env} stays: it may hold keys`);
    expect([existsSync(unit), existsSync(env)]).toEqual([false, true]);
    expect(calls()).toEqual(["systemctl --user disable --now ccp.service", "systemctl --user daemon-reload"]);
    expect((await run(["uninstall"])).stdout).toBe("no service is installed; nothing was changed\n");
  });
});

describe("cc service on launchd", () => {
  it("writes an agent that reads the same variables, and loads it", async () => {
    const { run, unit, homeDir, calls, refuse } = machine("launchd");
    refuse("print gui/0/", `print gui/${process.getuid?.()}/`, "bootout");
    const { code, stdout } = await run(["install"]);
    expect([code, stdout.split("\n").at(-2)]).toEqual([0, "started"]);
    expect(existsSync(join(homeDir, ".local/state/ccp"))).toBe(true);
    const domain = `gui/${process.getuid?.()}`;
    expect(calls()).toEqual([
      `plutil -lint ${unit}`,
      `launchctl bootout ${domain}/dev.ccp.gateway`,
      `launchctl bootstrap ${domain} ${unit}`,
    ]);
    refuse("nothing");
    expect((await run(["install"])).stdout).toContain("it runs already");
    calls();
    await run(["uninstall"]);
    expect(calls()).toEqual([`launchctl bootout ${domain}/dev.ccp.gateway`]);
    expect(existsSync(unit)).toBe(false);
  });
});

describe("what a service names", () => {
  it("takes paths as they are, whatever they hold", async () => {
    const parts = { node: "/a b/50%/node", script: '/x$HOME/"y"\\z.mjs', envFile: "/a b/50%/env" };
    const unit = systemdUnit(parts);
    expect(unit).toContain('ExecStart="/a b/50%%/node" --disable-sigusr1 "/x$$HOME/\\"y\\"\\\\z.mjs"\n');
    expect(unit).toContain("EnvironmentFile=-/a b/50%%/env\n");
    const plist = launchdPlist({ ...parts, script: "/<&>" }, "/log");
    expect(plist).toContain("<string>/&lt;&amp;&gt;</string>");
    await expect(
      systemdUnit({ node: "/usr/bin/node", script: "/opt/ccp.mjs", envFile: "/home/me/.config/ccp/env" }),
    ).toMatchFileSnapshot("__snapshots__/service/ccp.service");
    await expect(
      launchdPlist(
        { node: "/usr/bin/node", script: "/opt/ccp.mjs", envFile: "/Users/me/.config/ccp/env" },
        "/Users/me/.local/state/ccp/service.log",
      ),
    ).toMatchFileSnapshot("__snapshots__/service/dev.ccp.gateway.plist");
  });

  const analyze = findProgram("systemd-analyze", { path: "/usr/bin:/bin", cwd: "/" });
  it.skipIf(analyze === null)(
    "is taken by the real systemd without a word (skipped without systemd-analyze)",
    async () => {
      const { homeDir, unit } = machine("systemd");
      const { code, stderr } = await runTest(["service", "install", "--manager=systemd"], {
        env: { PATH: "/usr/bin:/bin", XDG_RUNTIME_DIR: join(homeDir, "none") },
        deps: { homeDir },
      });
      expect([code, stderr.includes("ccp.service:")]).toEqual([0, false]);
      // And it would have said something of a fault.
      writeFileSync(unit, `${readFileSync(unit, "utf8")}\n[Service]\nRestart=sometimes\n`);
      const { runCaptured } = await import("../node/run-captured.ts");
      const checked = await runCaptured(analyze ?? "", ["verify", "--man=no", unit], {
        PATH: "/usr/bin:/bin",
      });
      expect(checked.text).toContain("sometimes");
    },
  );

  it("is a Node that outlives an upgrade, where there is one", () => {
    const dir = mkdtempSync(join(tmpdir(), "cc-node-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    mkdirSync(join(dir, "node_modules"));
    symlinkSync(process.execPath, join(dir, "node_modules", ".ccp-node"));
    const places = { execPath: process.execPath, path: undefined };
    // The folder lies in the system's temporary one, which a service must not rely on.
    expect(serviceNode({ ...places, checkoutDir: dir }).path).not.toContain(dir);
    expect(serviceNode({ execPath: "/nowhere/node", path: "/bin", checkoutDir: null })).toEqual({
      path: "/nowhere/node",
      lasts: false,
    });
  });

  it.each([
    ["/opt/homebrew/Cellar/node/24.1.0/bin/node", true],
    ["/opt/homebrew/bin/node", false],
    ["/home/me/.nvm/versions/node/v24.1.0/bin/node", true],
    ["/run/user/1000/fnm_multishells/1_2/bin/node", true],
    ["/home/me/.local/share/fnm/node-versions/v24/installation/bin/node", true],
    ["/home/me/.local/share/mise/installs/node/24/bin/node", true],
    ["/home/me/.npm/_npx/abc/node_modules/@ccp/proxy/bin/ccp-gateway.mjs", true],
    ["/home/me/ccp/node_modules/.ccp-node", false],
    ["/srv/ccp/node_modules/.pnpm/node@24.21.0/node_modules/node/bin/node", true],
    ["/usr/bin/node", false],
  ])("%s is fleeting: %s", (path, fleeting) => expect(isFleeting(path)).toBe(fleeting));
});
