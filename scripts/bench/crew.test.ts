import { afterEach, describe, expect, it } from "vitest";
import { type Child, createCrew } from "./crew.ts";

const crew = createCrew();
const startNode = (script: string, ipc = false): Child =>
  crew.start({ label: "child", file: process.execPath, args: ["-e", script], core: null, ipc });
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

afterEach(() => crew.stopAll());

describe("createCrew", () => {
  it("ends every child it started", async () => {
    const children = [startNode("console.log('up'); setInterval(() => {}, 1000)"), startNode("0")];
    await children[0]?.line(/up/);
    await crew.stopAll();
    expect(children.map(({ pid }) => isAlive(pid))).toEqual([false, false]);
  });
  it("hands over the line it waits for", async () => {
    const child = startNode(
      "console.log('first'); console.log('at http://x:12 now'); setInterval(() => {}, 1000)",
    );
    expect((await child.line(/x:(\d+)/))[1]).toBe("12");
  });
  it("passes messages", async () => {
    const child = startNode("process.on('message', (m) => process.send({ twice: m.n * 2 }))", true);
    child.send({ n: 21 });
    expect(await child.message()).toEqual({ twice: 42 });
  });
  it("tells how a child that was waited for ended, and what it complained of", async () => {
    const child = startNode("console.error('no such file'); process.exitCode = 3");
    await expect(child.line(/never/)).rejects.toThrow(/child ended \(3\)\nno such file/);
  });
  it("tells that a program is missing", async () => {
    const child = crew.start({ label: "ghost", file: "/nowhere/ghost", args: [], core: null });
    await expect(child.line(/x/)).rejects.toThrow("ghost did not start");
  });
});
