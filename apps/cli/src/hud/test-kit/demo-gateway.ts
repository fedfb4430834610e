import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export const CC: string = fileURLToPath(new URL("../../../bin/cc.mjs", import.meta.url));

/** A gateway of its own, as a process: it can be killed. */
export interface DemoGateway {
  readonly url: string;
  readonly port: string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** @param port `0` takes a free one. */
export async function startDemoGateway(port = "0"): Promise<DemoGateway> {
  const child = spawn(process.execPath, [CC, "start", "--demo", "--port", port], {
    env: { PATH: process.env.PATH, HOME: "/nowhere" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    });
    void gone.then(() => reject(new Error(`the demo gateway ended: ${said}`)));
  });
  return {
    url,
    port: new URL(url).port,
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** One answer of a model, small enough to come at once. */
export async function askModel({ url }: DemoGateway, model: string): Promise<void> {
  const answer = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "demo", "anthropic-version": "2023-06-01" },
    body: JSON.stringify({ model, max_tokens: 20, messages: [{ role: "user", content: "hello" }] }),
  });
  if (!answer.ok) throw new Error(`the demo gateway answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}
