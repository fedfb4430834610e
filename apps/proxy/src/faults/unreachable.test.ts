import { spawn } from "node:child_process";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { postMessage } from "../testing/messages.ts";
import { openTestGateway, testCatalog } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";

/** Listens, then never looks at its socket again: once its queue is full, nobody else gets a connection. */
const DEAF = `
  const server = require("node:net").createServer().listen(0, "127.0.0.1", 1, () => {
    require("node:fs").writeSync(1, server.address().port + "\\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

async function startDeaf(): Promise<string> {
  const child = spawn(process.execPath, ["-e", DEAF], { stdio: ["ignore", "pipe", "ignore"] });
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    child.kill("SIGKILL");
  });
  const port = await new Promise<number>((resolve) =>
    child.stdout.once("data", (data) => resolve(Number(data))),
  );
  for (let queued = 0; queued < 4; queued += 1) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    sockets.push(socket);
  }
  return `http://127.0.0.1:${port}`;
}

describe("a lane that takes no connection", () => {
  it("is given up after the connect limit, and the next one serves", async () => {
    const zai = await startDeaf();
    const opened = await openTestGateway({
      settings: { connectTimeoutMs: 300 },
      catalog: ({ anthropic }) => testCatalog({ anthropic, zai }),
    });
    const answer = await postMessage(opened.url, { stream: true });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
    await answer.text();
    await expectSettled(opened);
    expect(opened.completions()).toMatchObject([{ lane: "anthropic", reroute_attempt: 1 }]);
    const alone = await postMessage(opened.url, { model: "glm-5" });
    expect(alone.status).toBe(502);
    expect(await alone.json()).toMatchObject({ error: { type: "api_error" } });
  });
});
