import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeEvent } from "@ccp/usage-store";
import { afterAll, describe, expect, it } from "vitest";
import { exchange } from "../test-kit/recorded-exchange.ts";
import { json, runTest, visible } from "../test-kit/run-test.ts";
import { TEST_CATALOG } from "../test-kit/simulate-log.ts";

const dir = mkdtempSync(join(tmpdir(), "cc-simulate-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
/** Friday 20 November 2026, 12:00 UTC. */
const T0 = Date.UTC(2026, 10, 20, 12) / 1000;

function file(name: string, text: string): string {
  writeFileSync(join(dir, name), text);
  return name;
}

/** Forty haiku requests, one a minute; the lane refuses from 600 tokens on, where 1000 are configured. */
const LINES = Array.from({ length: 40 }, (_, index) => {
  const at = { at: T0 + 60 * index, rid: `r${index}` };
  if (index < 6) return exchange(at);
  if (index % 6 > 0) return exchange({ ...at, attempts: [{ lane: "anthropic", rule: "quota_cooldown" }] });
  const attempts = [
    { lane: "zai", lostMs: 400 },
    { lane: "anthropic", rule: "quota_overshoot" },
  ] as const;
  return exchange({ ...at, attempts, markedSec: 300 });
})
  .flat()
  .map(encodeEvent);

file("usage.jsonl", LINES.join(""));
file("providers.yaml", TEST_CATALOG);
file(
  "quotas.json",
  JSON.stringify({
    models: { "claude-haiku-4.5": { provider: "zai", rolling_tokens: 1000, warn_pct: 0.8 } },
  }),
);

const FILES = ["--config", "providers.yaml", "--quotas", "quotas.json"];
const run = (argv: string[], options: Parameters<typeof runTest>[1] = {}) =>
  runTest(["simulate", ...argv], { routes: null, ...options, deps: { cwd: dir, ...options.deps } });

describe("cc simulate", () => {
  it("shows a column for each mode at every width, and needs no gateway", async () => {
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const env = { COLUMNS: columns };
      const { code, stdout, stderr } = await run(["--log", "usage.jsonl", ...FILES], { env });
      expect([code, stderr]).toEqual([0, ""]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${stdout}`);
    }
    const colored = await run(["--log", "usage.jsonl", "--color", ...FILES]);
    screens.push(`colour\n${visible(colored.stdout)}`);
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/simulate/table.txt");
  });

  it("--json tells all, and the same each time", async () => {
    const { code, stdout } = await run(["--log", "usage.jsonl", "--json", ...FILES]);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot("__snapshots__/simulate/table.json");
    expect((await run(["--log", "usage.jsonl", "--json", ...FILES])).stdout).toBe(stdout);
  });

  it("--mode picks modes in the order given, synonyms and repeats included", async () => {
    const modesOf = async (list: string) => {
      const { stdout } = await run(["--log", "usage.jsonl", "--json", "--mode", list, ...FILES]);
      return Object.keys(JSON.parse(stdout).modes);
    };
    expect(await modesOf("hybrid")).toEqual(["hybrid"]);
    expect(await modesOf("run-to-cap, preemptive,run2cap")).toEqual(["run2cap", "preemptive"]);
  });

  it("--cooldown is the replay's; the log's own is not taken for a reset", async () => {
    const { stdout } = await run(["--log", "usage.jsonl", "--json", "--cooldown", "600", ...FILES]);
    const { cooldown_seconds, modes, assumed } = JSON.parse(stdout);
    expect([cooldown_seconds, modes.hybrid.overshoots, assumed.lanes_naming_resets]).toEqual([600, 4, []]);
  });

  it("takes the log and the quotas in force where none are named", async () => {
    const logs = join(dir, "state", "logs");
    mkdirSync(logs, { recursive: true });
    // The older generation comes first, though the newer one sorts before it.
    writeFileSync(join(logs, "usage.jsonl.1"), LINES.slice(0, 30).join(""));
    writeFileSync(join(logs, "usage.jsonl"), LINES.slice(30).join(""));
    const env = {
      CCP_STATE_DIR: join(dir, "state"),
      CCP_QUOTAS_FILE: join(dir, "quotas.json"),
      CCP_PROVIDERS_FILE: join(dir, "providers.yaml"),
      CCP_QUOTA_COOLDOWN_SEC: "60",
    };
    const { code, stdout } = await run(["--json"], { env });
    const told = JSON.parse(stdout);
    expect([code, told.log.path, told.log.events]).toEqual([0, logs, LINES.length]);
    expect([told.quotas, told.cooldown_seconds]).toEqual([join(dir, "quotas.json"), 60]);
  });

  it("--help", async () => {
    const { code, stdout } = await run(["--help"]);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot("../__snapshots__/help/simulate.txt");
  });
});

describe("what a log leaves out is told on stderr", () => {
  it("torn, doubled and unfinished", async () => {
    const [first = "", second = "", third = ""] = LINES;
    file("torn.jsonl", `${first}${second}${first}{"ts":1,\n\n${third.slice(0, 200)}\n${third}`);
    const { code, stdout, stderr } = await run(["--log", "torn.jsonl", ...FILES]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^requests +1 +1 +1 +1$/m);
    expect(stderr).toBe(
      "ccp: 2 lines of the log are no event\n" +
        "ccp: 1 line stood there twice\n" +
        "ccp: 1 request without an end is left out\n",
    );
  });

  it("a catalog that is not the log's", async () => {
    file(
      "other.yaml",
      TEST_CATALOG.replace('"claude-haiku*", provider: zai, fallback: [anthropic]', '"x", provider: zai'),
    );
    const { stderr } = await run(["--log", "usage.jsonl", "--config", "other.yaml"]);
    expect(stderr).toContain(
      "ccp: 12 requests went to another lane than this catalog prefers: give the log's own with --config\n",
    );
  });

  it("lanes without a key, and that nothing is there to decide", async () => {
    file(
      "calm.jsonl",
      exchange({ at: T0, rid: "a", attempts: [{ lane: "anthropic" }], model: "claude-opus-5" })
        .map(encodeEvent)
        .join(""),
    );
    const { code, stderr } = await run(["--log", "calm.jsonl", "--config", "providers.yaml"]);
    expect(code).toBe(0);
    expect(stderr).toBe(
      "ccp: no request could go to zai: ZAI_API_KEY is not set\n" +
        "ccp: no cap is configured and the log met no limit: all modes are alike. Set caps: ccp simulate --quotas FILE\n",
    );
  });
});

describe("what cannot be replayed ends with three lines", () => {
  it.each([
    [
      "no such file",
      "gone.jsonl",
      1,
      "there is no log gone.jsonl\n     a gateway writes one with its first request",
    ],
    ["an empty file", file("empty.jsonl", ""), 2, "empty.jsonl holds no request\n     it is empty"],
    [
      "other text",
      file("notes.txt", "a\nb\n"),
      2,
      "notes.txt holds no request\n     none of its 2 lines is an event",
    ],
    [
      "a request under way",
      file("open.jsonl", LINES[0] ?? ""),
      2,
      "open.jsonl holds no request\n     1 request began, and none ended",
    ],
    ["a folder without a log", ".", 2, ". holds no request\n     it is empty"],
  ])("%s", async (name, log, exitCode, told) => {
    const where = name === "a folder without a log" ? mkdtempSync(join(dir, "none-")) : dir;
    const { code, stdout, stderr } = await run(["--log", log], { deps: { cwd: where } });
    expect([code, stdout]).toEqual([exitCode, ""]);
    expect(stderr).toContain(`ccp: ${told}\n     next: `);
  });

  it.each([
    ["--quotas", file("bad.json", '{"models":{"m":{}}}')],
    ["--config", file("bad.yaml", "providers: 1\n")],
    ["--quotas", "gone.json"],
  ])("a broken configuration: %s %s", async (option, name) => {
    const { code, stdout, stderr } = await run(["--log", "usage.jsonl", option, name]);
    expect([code, stdout]).toEqual([78, ""]);
    expect(stderr).toContain(
      `ccp: ${name} cannot be used\n     1 issue\n     next: mend the file, then: ccp simulate\n`,
    );
  });

  it.each([
    [["--mode", "turbo"], '--mode cannot be "turbo"'],
    [["--mode", "hybrid,,"], '--mode cannot be ""'],
    [["--cooldown", "soon"], "--cooldown cannot use that"],
    [["--cooldown", "-1"], "--cooldown cannot use that"],
    [["--cooldown", "9999999"], "--cooldown cannot use that"],
    [["--log"], "--log needs a value"],
    [["--logs", "x"], "unknown option --logs"],
    [["usage.jsonl"], 'unexpected argument "usage.jsonl"'],
  ])("a wrong command line: %j", async (argv, what) => {
    const { code, stdout, stderr } = await run(argv);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr.split("\n")[0]).toBe(`ccp: ${what}`);
  });
});

describe("while it works", () => {
  /** A clock that goes on by a second whenever it is asked. */
  const ticking = () => {
    let nowMs = 0;
    return () => {
      nowMs += 1000;
      return nowMs;
    };
  };

  it("says how far it is, on a terminal only, and takes that away again", async () => {
    const deps = { nowMs: ticking() };
    const { stderr } = await run(["--log", "usage.jsonl", ...FILES], { isTTY: true, deps });
    const erase = "\r\u001b[K";
    expect(stderr).toBe(`${erase}reading usage.jsonl 100%, 86 lines${erase}`);
    expect((await run(["--log", "usage.jsonl", ...FILES], { deps: { nowMs: ticking() } })).stderr).toBe("");
  });

  it("ends with 130 on Ctrl-C", async () => {
    const controller = new AbortController();
    controller.abort();
    const { code, stdout } = await run(["--log", "usage.jsonl", ...FILES], {
      deps: { signal: controller.signal },
    });
    expect([code, stdout]).toEqual([130, ""]);
  });
});

it("reads standard input as it reads a file", async () => {
  const cc = join(import.meta.dirname, "..", "..", "bin", "cc.mjs");
  const piped = spawnSync(process.execPath, [cc, "simulate", "--log", "-", "--json", ...FILES], {
    cwd: dir,
    input: readFileSync(join(dir, "usage.jsonl")),
    encoding: "utf8",
  });
  expect([piped.status, piped.stderr]).toEqual([0, ""]);
  const { log, ...told } = JSON.parse(piped.stdout);
  const named = JSON.parse((await run(["--log", "usage.jsonl", "--json", ...FILES])).stdout);
  expect(log).toEqual({ ...named.log, path: "stdin" });
  expect(told).toEqual({ ...named, log: undefined });
});

describe("beside a running gateway", () => {
  const config = { models: { "claude-haiku-*": { provider: "zai", rolling_tokens: 5000 } } };
  const inForce = { config, path: "/theirs/quotas.json", loaded: "2026-11-21T19:00:00.000Z" };
  const decidedBy = async (argv: string[], view: object | null, env: Record<string, string> = {}) => {
    const routes = view === null ? null : { "GET /v1/quotas": json(view) };
    const all = ["--log", "usage.jsonl", "--config", "providers.yaml", ...argv];
    const ended = await run(["--json", ...all], { routes, env });
    return { ...ended, quotas: ended.code === 0 ? JSON.parse(ended.stdout).quotas : null };
  };

  it("decides by that gateway's quotas, unless a file is named", async () => {
    const told = await decidedBy([], inForce);
    expect([told.code, told.quotas]).toEqual([0, "/theirs/quotas.json"]);
    expect(told.stdout).toContain('"configured_tokens": 5000');
    expect((await decidedBy(["--quotas", "quotas.json"], inForce)).quotas).toBe("quotas.json");
    const CCP_QUOTAS_FILE = join(dir, "quotas.json");
    expect((await decidedBy([], inForce, { CCP_QUOTAS_FILE })).quotas).toBe(CCP_QUOTAS_FILE);
    expect((await decidedBy([], null)).quotas).toBeNull();
  });

  it("is no evidence of a gateway whose quotas are broken", async () => {
    const issues = [{ path: "models", message: "expected an object", line: 2, column: 3 }];
    const { code, stderr } = await decidedBy([], { ...inForce, issues });
    expect([code, stderr.split("\n").slice(0, 2)]).toEqual([
      78,
      ["/theirs/quotas.json:2:3 models: expected an object", "ccp: /theirs/quotas.json cannot be used"],
    ]);
  });
});
