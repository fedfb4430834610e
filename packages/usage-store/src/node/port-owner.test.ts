import { existsSync, realpathSync } from "node:fs";
import { createServer } from "node:net";
import { basename } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findPortOwner } from "./port-owner.ts";

/** A listening port of this process. */
async function listen(host: string): Promise<{ port: number; close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  onTestFinished(close);
  return { port: address.port, close };
}

describe.skipIf(!existsSync("/proc/net/tcp"))("findPortOwner (skipped where there is no /proc)", () => {
  it.each(["127.0.0.1", "0.0.0.0"])("finds who listens on %s", async (host) => {
    const { port } = await listen(host);
    expect(findPortOwner(port)).toEqual({
      pid: process.pid,
      program: basename(realpathSync(process.execPath)),
    });
  });

  it("finds nobody behind a port that was closed", async () => {
    const { port, close } = await listen("127.0.0.1");
    await close();
    expect(findPortOwner(port)).toBeNull();
  });
});
