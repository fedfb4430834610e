import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { startMockUpstream } from "./mock-upstream.ts";
import { hang, reply, slowHeaders } from "./step.ts";
import { call } from "./test-client.ts";

describe("close", () => {
  it("ends waiting exchanges at once, frees the port and may be called twice", async () => {
    const mock = await startMockUpstream();
    mock.script(hang(), reply({ delayMs: 3_600_000 }), slowHeaders(3_600_000), reply({ ttftMs: 3_600_000 }));
    const url = `${mock.url}/v1/messages`;
    const calls = [1, 2, 3, 4].map(() => call(url, { body: { model: "m", stream: true } }));
    await mock.request(4);
    await mock.close();
    await mock.close();
    const answers = await Promise.all(calls);
    expect(answers.every((answer) => answer.error === "ECONNRESET")).toBe(true);
    expect((await call(url)).error).toBe("ECONNREFUSED");
  });

  it("leaves nothing behind that would keep the process alive", async () => {
    const module = fileURLToPath(new URL("./index.ts", import.meta.url));
    const script = `
      import { request } from "node:http";
      import { chunkBytes, hang, reply, slowHeaders, stallAfterEvents, startMockUpstream } from ${JSON.stringify(module)};
      const mock = await startMockUpstream();
      const late = 3_600_000;
      const steps = [hang(), slowHeaders(late), stallAfterEvents(1), reply({ delayMs: late }), reply({ ttftMs: late })];
      mock.script(...steps);
      for (const _ of steps) {
        const call = request(mock.url + "/v1/messages", { method: "POST" }, (answer) => answer.on("error", () => {}));
        call.on("error", () => {});
        call.end('{"stream":true}');
      }
      await mock.request(steps.length);
      await mock.close();
      process.once("exit", () => console.log("ended by itself"));`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const output = child.stdout.toArray();
    const [exitCode] = await once(child, "close");
    expect([exitCode, Buffer.concat(await output).toString()]).toEqual([0, "ended by itself\n"]);
  });
});
