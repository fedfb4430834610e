import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createBacklog } from "./backlog.ts";

describe("a backlog", () => {
  it("does a few pieces a turn of the loop, in their order, and none in the step that brought them", async () => {
    const done: number[] = [];
    const backlog = createBacklog(() => {});
    for (let piece = 0; piece < 10; piece += 1) backlog.add(() => done.push(piece));
    expect(done).toEqual([]);
    const turns: number[] = [];
    while (done.length < 10) {
      await nextTurn();
      turns.push(done.length);
    }
    expect(turns).toEqual([4, 8, 10]);
    expect(done).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it("does all that waits when it is flushed, what that brings too, and each once", async () => {
    const done: string[] = [];
    const backlog = createBacklog(() => {});
    for (const piece of ["a", "b", "c", "d", "e", "f"]) backlog.add(() => done.push(piece));
    backlog.add(() => backlog.add(() => done.push("more")));
    backlog.flush();
    expect(done.join()).toBe("a,b,c,d,e,f,more");
    await nextTurn();
    expect(done).toHaveLength(7);
    backlog.add(() => done.push("later"));
    await nextTurn();
    expect(done.at(-1)).toBe("later");
  });

  it("tells of a piece that fails, and goes on", () => {
    const faults: unknown[] = [];
    const backlog = createBacklog((fault) => faults.push(fault));
    let done = false;
    backlog.add(() => {
      throw new Error("planted fault");
    });
    backlog.add(() => {
      done = true;
    });
    backlog.flush();
    expect(faults).toEqual([new Error("planted fault")]);
    expect(done).toBe(true);
  });
});
