import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "./log-test-kit.ts";
import { processStart } from "./process-identity.ts";
import { acquireStateLock, type StateLock, takeOver } from "./state-lock.ts";

const MODULE = fileURLToPath(new URL("./state-lock.ts", import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;
let dir: string;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  dir = join(folder.dir, "state");
  path = join(dir, "ccp.lock");
});
afterEach(() => folder.remove());

function release(lock: StateLock): void {
  if (lock.kind === "owner") lock.release();
}

/** Number of a process that has ended for certain. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

function plant(content: unknown): void {
  release(acquireStateLock(dir, 1));
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
}

describe("acquireStateLock", () => {
  it("makes the first caller the owner and tells the second who that is", () => {
    const first = acquireStateLock(dir, 1234);
    expect(first.kind).toBe("owner");
    expect(acquireStateLock(dir, 5678)).toEqual({ kind: "held", path, pid: process.pid, sinceMs: 1234 });
    expect(readdirSync(dir)).toEqual(["ccp.lock"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      pid: process.pid,
      start: processStart(process.pid),
      since_ms: 1234,
    });
    release(first);
    release(first);
    expect(readdirSync(dir)).toEqual([]);
    expect(acquireStateLock(dir, 5678).kind).toBe("owner");
  });

  it("takes over from a process that has ended", () => {
    plant({ pid: deadPid(), start: "boot:1", since_ms: 1 });
    expect(acquireStateLock(dir, 2).kind).toBe("owner");
    expect(readdirSync(dir)).toEqual(["ccp.lock"]);
  });

  it.runIf(process.platform === "linux")("takes over when the number belongs to a later process", () => {
    plant({ pid: process.pid, start: "boot:1", since_ms: 1 });
    expect(acquireStateLock(dir, 2).kind).toBe("owner");
  });

  it("believes a live process whose start is not on record", () => {
    plant({ pid: process.ppid, start: null, since_ms: 7 });
    expect(acquireStateLock(dir, 8)).toEqual({ kind: "held", path, pid: process.ppid, sinceMs: 7 });
  });

  it.each(["", "{", "[]", '{"pid":-1,"since_ms":1}', '{"pid":1}'])(
    "takes over %j, which is no lock",
    (text) => {
      plant(text);
      expect(acquireStateLock(dir, 2).kind).toBe("owner");
    },
  );

  it("does not remove a lock that is somebody else's by now", () => {
    const lock = acquireStateLock(dir, 1);
    const other = JSON.stringify({ pid: process.pid, start: null, since_ms: 99 });
    writeFileSync(path, other);
    release(lock);
    expect(readFileSync(path, "utf8")).toBe(other);
  });

  it("gets past a takeover that died half way", () => {
    plant({ pid: deadPid(), start: null, since_ms: 1 });
    writeFileSync(`${path}.takeover`, "");
    const now = Date.now();
    utimesSync(`${path}.takeover`, now / 1000 - 11, now / 1000 - 11);
    expect(acquireStateLock(dir, now).kind).toBe("owner");
  });

  it("leaves a takeover under way alone", () => {
    plant({ pid: deadPid(), start: null, since_ms: 1 });
    writeFileSync(`${path}.takeover`, "");
    expect(acquireStateLock(dir, Date.now()).kind).toBe("unavailable");
  });

  it("reports a place where no folder can be", () => {
    writeFileSync(dir, "a file");
    expect(acquireStateLock(dir, 1)).toEqual({ kind: "unavailable", path, reason: `${dir} is no folder` });
  });

  it("has one winner among processes that all find the same dead holder", async () => {
    plant({ pid: deadPid(), start: null, since_ms: 1 });
    const script = `
      import { acquireStateLock } from ${JSON.stringify(MODULE)};
      const lock = acquireStateLock(${JSON.stringify(dir)});
      process.stdout.write(lock.kind + " " + (lock.pid ?? process.pid) + "\\n");
      process.stdin.resume();
      process.stdin.once("end", () => process.exit());`;
    const children = Array.from({ length: 6 }, () =>
      spawn(process.execPath, ["--conditions=ccp-source", "--input-type=module", "-e", script]),
    );
    const answers = await Promise.all(
      children.map(
        (child) => new Promise<string>((done) => child.stdout.once("data", (d) => done(String(d)))),
      ),
    );
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => new Promise((done) => child.once("close", done))));
    const kinds = answers.map((answer) => answer.split(" ")[0]).sort();
    expect(kinds).toEqual(["held", "held", "held", "held", "held", "owner"]);
    expect(new Set(answers.map((answer) => answer.split(" ")[1])).size).toBe(1);
  });
});

describe("takeOver", () => {
  it("does nothing where the dead holder is gone meanwhile, or a living one has come", () => {
    plant({ pid: process.pid, start: processStart(process.pid), since_ms: 5 });
    const draft = join(dir, "draft");
    writeFileSync(draft, "mine");
    expect(takeOver(draft, path, 9)).toBe(false);
    rmSync(path);
    expect(takeOver(draft, path, 9)).toBe(false);
    expect(readdirSync(dir)).toEqual(["draft"]);
    writeFileSync(path, JSON.stringify({ pid: deadPid(), start: null, since_ms: 5 }));
    expect(takeOver(draft, path, 9)).toBe(true);
    expect(readFileSync(path, "utf8")).toBe("mine");
    expect(readdirSync(dir)).toEqual(["ccp.lock"]);
  });
});

describe("processStart", () => {
  it.runIf(process.platform === "linux")("is stable for one process and null for none", () => {
    expect(processStart(process.pid)).toMatch(/^[0-9a-f-]{36}:\d+$/);
    expect(processStart(process.pid)).toBe(processStart(process.pid));
    expect(processStart(deadPid())).toBe(null);
  });
});
