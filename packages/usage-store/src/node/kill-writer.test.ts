import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeLine } from "../decode-line.ts";
import { testEvent } from "../test-event.ts";
import { temporaryFolder } from "./log-test-kit.ts";
import { openUsageLog } from "./open-usage-log.ts";
import { readUsageLog } from "./read-usage-log.ts";

const MODULE = fileURLToPath(new URL("./open-usage-log.ts", import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());

/** Appends without end; each number goes to stdout only after its line was accepted. */
const script = (dir: string, maxBytes: number, from: number): string => `
  import { writeSync } from "node:fs";
  import { openUsageLog } from ${JSON.stringify(MODULE)};
  const log = openUsageLog({ dir: ${JSON.stringify(dir)}, maxBytes: ${maxBytes}, generations: 500 });
  const event = ${JSON.stringify(testEvent())};
  for (let n = ${from}; ; n += 1) {
    log.append({ ...event, rid: "r" + n });
    tell(n + "\\n");
  }
  // A reader that is slow fills the pipe; the line is in the file all the same.
  function tell(text) {
    for (;;) {
      try {
        return writeSync(1, text);
      } catch (error) {
        if (error.code !== "EAGAIN") throw error;
      }
    }
  }`;

/** Runs the writer, kills it after `count` accepted lines at the earliest, returns the last accepted number. */
async function runAndKill(dir: string, maxBytes: number, from: number, count: number): Promise<number> {
  const args = ["--conditions=ccp-source", "--input-type=module", "-e", script(dir, maxBytes, from)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let killed = false;
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
    if (killed || Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1)) < from + count) return;
    killed = true;
    child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  return Number(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1));
}

describe("SIGKILL while appending", () => {
  it.each([
    ["one file", 64 * 1024 * 1024],
    ["a rotation every ten lines", 11_000],
  ])("loses and tears no accepted line: %s", async (_name, maxBytes) => {
    const dir = folder.dir;
    let next = 0;
    for (let round = 0; round < 4; round += 1) {
      const last = await runAndKill(dir, maxBytes, next, 200 + 37 * round);
      const seen = new Set<string>();
      for (const line of readUsageLog(dir)) {
        const decoded = decodeLine(line);
        expect(decoded.kind).toBe("event");
        if (decoded.kind === "event") seen.add(decoded.event.rid);
      }
      const missing = Array.from({ length: last + 1 }, (_, n) => `r${n}`).filter((rid) => !seen.has(rid));
      expect(missing).toEqual([]);
      // A line may have reached the file without its number reaching us.
      expect(seen.size - (last + 1)).toBeLessThanOrEqual(1);
      next = seen.size;
    }
    const log = openUsageLog({ dir });
    log.close();
    expect(log.status()).toMatchObject({ degraded: null, dropped: 0 });
  });
});
