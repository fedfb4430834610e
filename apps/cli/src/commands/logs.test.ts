import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeEvent } from "@ccp/usage-store";
import { describe, expect, it } from "vitest";
import { exchange } from "../test-kit/recorded-exchange.ts";
import { json, NOW_SEC, runTest } from "../test-kit/run-test.ts";
import { screens } from "../test-kit/screens.ts";
import { tempDir, writeLog } from "../test-kit/temp-log.ts";
import { view } from "../test-kit/views.ts";

const RID = "01M80CK5R5JQD9WHE2ZFX9BD";
const EVENTS = [
  ...exchange({ at: NOW_SEC - 90_000, rid: `${RID}Q0`, model: "claude-haiku-4-5-20251001", tokens: 12_345 }),
  ...exchange({
    at: NOW_SEC - 7000,
    rid: `${RID}Q1`,
    attempts: [
      { lane: "zai", lostMs: 310 },
      { lane: "anthropic", rule: "quota_overshoot" },
    ],
    markedSec: 300,
  }),
  ...exchange({ at: NOW_SEC - 3000, rid: `${RID}Q2`, model: "glm-4.7", tokens: null }),
  ...exchange({
    at: NOW_SEC - 60,
    rid: `${RID}Q3`,
    model: "claude-opus-5",
    attempts: [{ lane: "anthropic" }],
    completion: { reason: "client_closed", status: 499, latency_ms: 72_000, ttft_ms: 840 },
  }),
  ...exchange({
    at: NOW_SEC - 30,
    rid: `${RID}Q4`,
    attempts: [],
    tokens: null,
    completion: { status: 429, reroute_decision: "quota_cooldown" },
  }),
];

function log(): string {
  const dir = tempDir();
  writeLog(dir, EVENTS.slice(0, 2), 1);
  writeLog(dir, [...EVENTS.slice(2), "garbage\n", '{"ts":1,"rid":"torn'], 0);
  return dir;
}

async function shown(dir: string, ...argv: string[]): Promise<string[]> {
  const run = await runTest(["logs", "--log", dir, "--json", ...argv]);
  expect([run.code, run.stderr]).toEqual([0, ""]);
  const lines = run.stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
  return lines.map(({ rid, event, lane }) => `${rid.slice(-1)} ${event ?? "completion"} ${lane}`);
}

describe("cc logs", () => {
  it("shows decisions and ends, all generations, oldest first", async () => {
    await expect(await screens(["logs", "--log", log()])).toMatchFileSnapshot(
      "__snapshots__/logs/normal.txt",
    );
  });

  it("passes lines on as they stand", async () => {
    const { stdout } = await runTest(["logs", "--json", "--log", log()]);
    expect(stdout).toBe(EVENTS.map(encodeEvent).join(""));
  });

  it("takes the last ones, and filters", async () => {
    const dir = log();
    expect(await shown(dir, "-n", "2")).toEqual(["3 completion anthropic", "4 completion none"]);
    expect(await shown(dir, "-n", "0")).toEqual([]);
    expect(await shown(dir, "--lane", "anth")).toEqual([
      "1 decision anthropic",
      "1 completion anthropic",
      "3 decision anthropic",
      "3 completion anthropic",
    ]);
    expect(await shown(dir, "--model", "Claude-Haiku-4-5*", "--event", "decision")).toEqual([
      "0 decision zai",
      "1 decision zai",
      "1 decision anthropic",
    ]);
    expect(await shown(dir, "--since", "1h", "--event=completion")).toEqual([
      "2 completion zai",
      "3 completion anthropic",
      "4 completion none",
    ]);
    expect(await shown(dir, "--since", "2026-11-21T19:40:00Z")).toHaveLength(3);
    expect(await shown(join(dir, "usage.jsonl.1"))).toEqual(["0 decision zai", "0 completion zai"]);
  });

  it("goes by the clock of a demo, whose log it is", async () => {
    const dir = log();
    const gateway = { version: "1", node: "v24", pid: 1, host: "127.0.0.1", state_dir: dir, logs_dir: dir };
    const lines = async (ts: number): Promise<number> => {
      const routes = { "GET /v1/usage": json(view({ ts, demo: true, gateway })) };
      const { stdout } = await runTest(["logs", "--json", "--since", "1h"], { routes });
      return stdout.split("\n").length - 1;
    };
    expect(await lines(NOW_SEC)).toBeGreaterThan(0);
    expect(await lines(NOW_SEC + 10 * 3600)).toBe(0);
  });

  it("has 20 lines unless told otherwise, and all of them since a time", async () => {
    const dir = tempDir();
    writeLog(
      dir,
      Array.from({ length: 30 }, (_, index) =>
        exchange({ at: NOW_SEC - 30 + index, rid: `r${index}` }),
      ).flat(),
    );
    expect(await shown(dir)).toHaveLength(20);
    expect(await shown(dir, "--since", "1h")).toHaveLength(60);
    expect(await shown(dir, "--since", "1h", "-n", "3")).toHaveLength(3);
  });

  it("says where it looked when there is none", async () => {
    expect(await runTest(["logs", "--log", "/nowhere/logs"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "ccp: there is no log in /nowhere/logs yet: a gateway writes one with its first request\n",
    });
  });

  it.each([["--since=yesterday"], ["--since=5"], ["-n", "x"], ["--event=end"], ["--folow"], ["--lines=-1"]])(
    "%s is refused",
    async (...words) => {
      expect((await runTest(["logs", ...words])).code).toBe(64);
    },
  );

  it.each([
    [["--lane", "nope"], "no line is of lane nope: the log has none, anthropic, zai"],
    [
      ["--model", "glm-9*"],
      "no line is of model glm-9*: the log has claude-haiku-4.5, claude-opus-5, glm-4.7, claude-haiku-4-5-20251001",
    ],
    [["--lane", "zai", "--model", "claude-opus-5"], "the log has no line that fits all of that"],
    [["--since", "10s"], "the log holds no line since then"],
    [["--since", "1h", "--lane", "zia"], "no line is of lane zia: the log has none, anthropic, zai"],
  ])("says what the log has where %j fits nothing", async (argv, note) => {
    const run = await runTest(["logs", "--log", log(), ...argv]);
    expect(run).toEqual({ code: 0, stdout: "", stderr: `ccp: ${note}\n` });
  });

  it("says that a log is empty, and nothing where no line was asked for", async () => {
    const dir = tempDir();
    writeLog(dir, []);
    const empty = await runTest(["logs", "--log", dir]);
    expect(empty).toEqual({ code: 0, stdout: "", stderr: "ccp: the log holds no request yet\n" });
    expect(await runTest(["logs", "--log", log(), "-n", "0"])).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("names at most twelve models", async () => {
    const dir = tempDir();
    writeLog(
      dir,
      Array.from({ length: 15 }, (_, index) =>
        exchange({ at: index, rid: `R${index}`, model: `m-${index}` }),
      ).flat(),
    );
    const { stderr } = await runTest(["logs", "--log", dir, "--model", "x"]);
    expect(stderr).toBe(
      "ccp: no line is of model x: the log has m-14, m-13, m-12, m-11, m-10, m-9, m-8, m-7, m-6, m-5, m-4, m-3 and 3 more\n",
    );
  });

  it("lets no control character of a name reach the terminal", async () => {
    const dir = tempDir();
    writeLog(dir, exchange({ at: NOW_SEC, rid: "r\u001b[1m\u009b", model: "m\u0007\u202e" }));
    for (const argv of [["logs"], ["logs", "--json"], ["explain", "last"], ["explain", "last", "--json"]]) {
      const { stdout } = await runTest([...argv, "--log", dir]);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    }
  });
});

/** Does one step whenever the command looks for more; ends with Ctrl-C. */
function following(steps: readonly (() => void)[]) {
  const controller = new AbortController();
  let at = 0;
  return {
    signal: controller.signal,
    sleep: async () => {
      const step = steps[at];
      at += 1;
      if (step === undefined) controller.abort();
      else step();
    },
  };
}

describe("cc logs -f", () => {
  const line = (rid: string) => encodeEvent(exchange({ at: NOW_SEC, rid })[0] as never);
  const rids = (stdout: string) => [...stdout.matchAll(/"rid":"([^"]+)"/g)].map(([, rid]) => rid);

  it("goes on across a rotation, and waits for the end of a line", async () => {
    const dir = tempDir();
    const path = join(dir, "usage.jsonl");
    writeFileSync(path, line("a") + line("b").slice(0, 40));
    const deps = following([
      () => appendFileSync(path, line("b").slice(40)),
      () => {
        appendFileSync(path, line("c"));
        renameSync(path, `${path}.1`);
      },
      () => writeFileSync(path, line("d")),
      () => {
        appendFileSync(path, line("e"));
        renameSync(`${path}.1`, `${path}.2`);
        renameSync(path, `${path}.1`);
        writeFileSync(path, line("f"));
      },
      () => writeFileSync(path, line("g").slice(0, 30)),
      () => writeFileSync(path, line("g")),
    ]);
    const run = await runTest(["logs", "-f", "--json", "--log", dir], { deps });
    expect([run.code, rids(run.stdout)]).toEqual([130, ["a", "b", "c", "d", "e", "f", "g"]]);
  });

  it("waits for a log that does not exist yet, and shows what fits", async () => {
    const dir = tempDir();
    const deps = following([() => writeLog(dir, exchange({ at: NOW_SEC, rid: "a" }))]);
    const run = await runTest(["logs", "--follow", "--event", "completion", "--log", dir], { deps });
    expect(run.code).toBe(130);
    expect(run.stdout.split("\n")).toHaveLength(3);
    expect(run.stderr).toBe(`ccp: there is no log in ${dir} yet: waiting for it\n`);
  });

  it("says before it waits that nothing fits yet", async () => {
    const dir = tempDir();
    writeLog(dir, exchange({ at: NOW_SEC, rid: "a" }));
    const deps = following([]);
    const run = await runTest(["logs", "-f", "--lane", "nope", "--log", dir], { deps });
    expect(run).toEqual({
      code: 130,
      stdout: "",
      stderr: "ccp: no line is of lane nope: the log has zai; waiting for one\n",
    });
  });
});
