import { describe, expect, it } from "vitest";
import { HttpFailure } from "./client/http-call.ts";
import { json, NOW_SEC, runTest } from "./test-kit/run-test.ts";
import { cappedModel, VIEWS, view } from "./test-kit/views.ts";

/** Lets `frames` frames be drawn, then presses Ctrl-C. Notes how long each pause was to be. */
function untilFrame(frames: number) {
  const controller = new AbortController();
  const pauses: number[] = [];
  return {
    pauses,
    deps: {
      signal: controller.signal,
      sleep: async (ms: number) => {
        pauses.push(ms);
        if (pauses.length === frames) controller.abort();
      },
    },
  };
}

const live = { "GET /v1/usage": json(VIEWS.warn) };

describe("--watch", () => {
  it("draws in place on a terminal, without flicker, and puts the screen back on Ctrl-C", async () => {
    const { deps, pauses } = untilFrame(2);
    const run = await runTest(["quotas", "--watch"], { routes: live, isTTY: true, deps });
    expect([run.code, pauses]).toEqual([130, [2000, 2000]]);
    const frames = run.stdout.split("\u001b[?2026h\u001b[H");
    expect(frames).toHaveLength(3);
    expect(frames[0]).toBe("\u001b[?1049h\u001b[?25l");
    expect(frames[1]?.endsWith("\u001b[K\n\u001b[J\u001b[?2026l")).toBe(true);
    expect(run.stdout.endsWith("\u001b[?25h\u001b[?1049l")).toBe(true);
  });

  it("leaves out what the screen has no line for, so that the head does not scroll away", async () => {
    const { deps } = untilFrame(1);
    const out: string[] = [];
    const stdout = { write: (text: string) => out.push(text), isTTY: true, rows: 3 };
    await runTest(["quotas", "--watch"], { routes: live, deps: { ...deps, stdout } });
    const frame = out[1] ?? "";
    expect(frame.match(/\n/g)).toHaveLength(2);
    expect(frame).toContain("ccp 127.0.0.1:8082");
  });

  it("writes frame after frame into a pipe, and one JSON object a line", async () => {
    const { deps } = untilFrame(3);
    const run = await runTest(["quotas", "--watch=0.25", "--json"], { routes: live, deps });
    const lines = run.stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).schema)).toEqual(Array(3).fill("ccp.quotas/1"));
    const plain = untilFrame(2);
    const pages = await runTest(["status", "--watch", "--no-color"], { routes: live, deps: plain.deps });
    expect(pages.stdout.match(/^ccp 127/gm)).toHaveLength(2);
    expect(pages.stdout).not.toContain("\u001b");
  });

  it.each([
    ["=5", 5000],
    ["=5s", 5000],
    ["=0.5", 500],
  ])("--watch%s", async (value, ms) => {
    const { deps, pauses } = untilFrame(1);
    await runTest(["quotas", `--watch${value}`], { routes: live, deps });
    expect(pauses).toEqual([ms]);
  });

  it.each(["=0", "=0.1", "=x", "=-1", "=100000"])("--watch%s is refused", async (value) => {
    expect((await runTest(["quotas", `--watch${value}`], { routes: live })).code).toBe(64);
  });

  it("is refused together with --threshold", async () => {
    expect((await runTest(["quotas", "--watch", "--threshold=80"], { routes: live })).code).toBe(64);
  });

  it("keeps the last picture when the gateway goes, growing older, and goes on when it is back", async () => {
    const { deps } = untilFrame(3);
    const usage = view({ models: { "glm-4.7": cappedModel(0.62, 0.23) } });
    let call = 0;
    let nowMs = NOW_SEC * 1000;
    const run = await runTest(["quotas", "--watch"], {
      deps: {
        ...deps,
        nowMs: () => nowMs,
        request: async () => {
          call += 1;
          nowMs += 65_000;
          if (call === 2) throw new HttpFailure("refused", "gone");
          return json({ ...usage, ts: nowMs / 1000 });
        },
      },
    });
    const heads = run.stdout.split("\n").filter((line) => line.startsWith("ccp "));
    expect(heads.map((line) => line.replace(/ {3,}.*/, ""))).toEqual([
      "ccp 127.0.0.1:8082  mode hybrid",
      "ccp 127.0.0.1:8082  DOWN  last known 19:42 (1m ago)  mode hybrid",
      "ccp 127.0.0.1:8082  mode hybrid",
    ]);
    expect(run.stdout.match(/ 62% /g)).toHaveLength(3);
  });

  it("puts the screen back when a frame fails", async () => {
    const run = await runTest(["quotas", "--watch"], { routes: {}, isTTY: true });
    expect(run.code).toBe(69);
    expect(run.stdout).toBe("\u001b[?1049h\u001b[?25l\u001b[?25h\u001b[?1049l");
  });
});
