import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { run, world } from "../testing/gateway-process.ts";

const COMMAND = fileURLToPath(new URL("../../../cli/bin/cc.mjs", import.meta.url));

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/** Somebody who starts a gateway and waits for it. */
async function launcher(script: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const child = spawn("/bin/sh", ["-c", script, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: env.CCP_STATE_DIR ?? "", ...env },
    stdio: ["ignore", "pipe", "ignore"],
    detached: true,
  });
  const { pid = 0 } = child;
  onTestFinished(() => {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The whole group has ended, as it should.
    }
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const address = (): string => /^ccp \S+ {2}(\S+)/m.exec(output)?.[1] ?? "";
  await expect.poll(address, { timeout: 20_000, interval: 50 }).not.toBe("");
  return { pid, url: address() };
}

describe.skipIf(process.platform !== "linux")("a gateway whose launcher ends", () => {
  // `npx cc start`: npm, a shell that waits, and the command, which makes way for the gateway.
  it.each(["SIGKILL", "SIGTERM", "SIGHUP"] as const)("ends, too: npx, %s", async (signal) => {
    const { env } = await world();
    const inner = 'exec env npm_lifecycle_event=npx /bin/sh -c \'"$0" "$@"; exit $?\' "$@"';
    const script = `( ${inner} ); exit $?`;
    const { pid, url } = await launcher(script, ["npm", process.execPath, COMMAND, "start"], env);
    expect(await isUp(url)).toBe(true);
    process.kill(pid, signal);
    await expect.poll(() => isUp(url), { timeout: 20_000, interval: 50 }).toBe(false);
  });

  it("ends, too: one that names itself", async () => {
    const { env } = await world();
    const script = '"$0" "$@" --launched-by $$; exit $?';
    const bin = fileURLToPath(new URL("../../bin/ccp-gateway.mjs", import.meta.url));
    const { pid, url } = await launcher(script, [process.execPath, bin], env);
    process.kill(pid, "SIGKILL");
    await expect.poll(() => isUp(url), { timeout: 20_000, interval: 50 }).toBe(false);
  });

  it("stays where it was started to stay: in the background of a script", async () => {
    const { env } = await world();
    const bin = fileURLToPath(new URL("../../bin/ccp-gateway.mjs", import.meta.url));
    const script = '"$0" "$@" & wait';
    const { pid, url } = await launcher(script, [process.execPath, bin], {
      ...env,
      npm_lifecycle_event: "up",
    });
    process.kill(pid, "SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await isUp(url)).toBe(true);
  });
});

it("opens no debugger on SIGUSR1", async () => {
  const { env } = await world();
  const gateway = run([], env);
  const url = await gateway.url();
  gateway.child.kill("SIGUSR1");
  gateway.child.kill("SIGTERM");
  expect(await gateway.exit).toBe(0);
  expect(url).not.toBe("");
  expect(gateway.output()).not.toContain("Debugger");
});
