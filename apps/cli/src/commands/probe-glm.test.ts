import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CalibrationWire, Learned } from "@ccp/usage-contract";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CliDeps } from "../cli-deps.ts";
import { type HttpAnswer, type HttpCall, HttpFailure } from "../client/http-call.ts";
import { json, NOW_SEC, runTest, type TestOptions, type TestRun } from "../test-kit/run-test.ts";
import { cappedModel, lane, view } from "../test-kit/views.ts";

const LEARNED: Learned = {
  gap_seconds_p50: null,
  gap_seconds_p95: null,
  gap_samples: 0,
  bias: null,
  bias_samples: 0,
  warn_pct: 0.8,
  warn_pct_auto: 0.8,
  warn_pct_confidence: 0,
  calculated_reset_ts: null,
  declared_reset_ts: null,
};

interface FakeOptions {
  readonly capTokens?: number;
  readonly dev?: boolean;
  /** Answer of `POST /v1/messages` number n, from 1. */
  readonly message?: (n: number) => HttpAnswer;
  /** Whether the gateway takes the last refusal for a spent plan. */
  readonly cools?: boolean;
  /** What the gateway names as its probe file; the test's own by default. */
  readonly told?: string | null;
}

/** A gateway that counts what is booked in it, and answers as the real one does. */
function fakeGateway(dir: string, options: FakeOptions) {
  const { capTokens = 1000, dev = true, cools = true } = options;
  const calls: HttpCall[] = [];
  let used = 0;
  let messages = 0;
  let refused = false;
  const answers: Readonly<Record<string, (call: HttpCall) => HttpAnswer>> = {
    "GET /v1/usage": () =>
      json({
        ...view({ models: { "glm-4.6": model() }, lanes: { zai: lane("ok") } }),
        ...(options.told === null ? {} : { probe_results: options.told ?? join(dir, "GLM_LIMIT_PROBE.md") }),
      }),
    "GET /v1/calibration": () => json(calibration()),
    "GET /v1/quotas": () => json({ config: {}, path: null, loaded: "2026-11-21T19:00:00Z" }),
    "POST /v1/dev/sim-usage": ({ body }) => {
      if (!dev) return { status: 404, text: "{}" };
      used += (JSON.parse(body ?? "{}") as { out: number }).out;
      return json({ ok: true, ts: NOW_SEC });
    },
    "POST /v1/messages": () => {
      messages += 1;
      const answer = options.message?.(messages) ?? served();
      if (answer.status === 200) used += 136;
      else refused = true;
      return answer;
    },
  };

  function model() {
    const pct = used / capTokens;
    const cooling = refused && cools;
    return {
      ...cappedModel(pct, 0, { cooldown_active: cooling, cooldown_next_ts: cooling ? NOW_SEC + 3600 : null }),
      rolling_used_tokens: used,
      rolling_capacity_tokens: capTokens,
    };
  }

  function calibration(): CalibrationWire {
    const learned = {
      ...LEARNED,
      calculated_reset_ts: used === 0 ? null : NOW_SEC + 18_000,
      declared_reset_ts: refused ? NOW_SEC + 17_820 : null,
    };
    return {
      ts: NOW_SEC,
      probe_results: null,
      windows: { rolling_seconds: 18_000, weekly_seconds: 604_800 },
      models: { "glm-4.6": { lanes: { zai: learned } } },
      pools: {},
      lanes: {},
    };
  }

  const request = async (call: HttpCall): Promise<HttpAnswer> => {
    if (call.signal.aborted) throw new HttpFailure("aborted", "interrupted");
    calls.push(call);
    return answers[`${call.method} ${new URL(call.url).pathname}`]?.(call) ?? { status: 404, text: "" };
  };
  return { request, calls };
}

function served(laneName = "zai", decision = "quota_pass"): HttpAnswer {
  const usage = { input_tokens: 36, output_tokens: 100 };
  return {
    ...json({ type: "message", usage }),
    headers: { "x-ccp-lane": laneName, "x-ccp-decision": decision },
  };
}

const REFUSED: HttpAnswer = {
  status: 429,
  text: '{"type":"error","error":{"type":"rate_limit_error","message":"[1308][limit]"}}',
  headers: { "x-ccp-lane": "zai", "x-ccp-decision": "quota_pass" },
};

interface ProbeTest extends TestRun {
  readonly dir: string;
  readonly calls: readonly HttpCall[];
  /** The results file; `null` when there is none. */
  readonly file: string | null;
  readonly sleeps: readonly number[];
}

async function probe(
  argv: readonly string[],
  fake: FakeOptions = {},
  options: TestOptions & { readonly before?: string } = {},
): Promise<ProbeTest> {
  const dir = mkdtempSync(join(tmpdir(), "cc-probe-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, "GLM_LIMIT_PROBE.md");
  if (options.before !== undefined) writeFileSync(path, options.before);
  const { request, calls } = fakeGateway(dir, fake);
  const sleeps: number[] = [];
  const deps: Partial<CliDeps> = {
    request,
    sleep: async (ms) => void sleeps.push(ms),
    ...options.deps,
  };
  const run = await runTest(["probe", "glm", ...argv], { ...options, deps });
  const stable = (text: string) => text.replaceAll(dir, "/state/results");
  return {
    code: run.code,
    stdout: stable(run.stdout),
    stderr: stable(run.stderr),
    dir,
    calls,
    file: existsSync(path) ? readFileSync(path, "utf8") : null,
    sleeps,
  };
}

const posts = (calls: readonly HttpCall[], path: string) =>
  calls.filter(({ method, url }) => method === "POST" && new URL(url).pathname === path);
const lastRow = (file: string | null) => file?.split("\n").findLast((line) => line.startsWith("| 2026"));
const lastBlock = (file: string | null) => file?.split("\n").findLast((line) => line.startsWith("[{"));

describe("cc probe glm, the dry run", () => {
  it("books what it is told to, logs each request, and writes one row and one block", async () => {
    const { code, stdout, stderr, calls, file, sleeps } = await probe(
      ["--model", "glm-4-6", "--repeat", "5", "--tokens", "50", "--sleep", "1", "--vendor", "glm"],
      {},
      { env: { TZ: "Asia/Tokyo" } },
    );
    expect(code).toBe(0);
    await expect(`${stderr}${stdout}\n${file}`).toMatchFileSnapshot("__snapshots__/probe/dry-run.txt");
    expect(posts(calls, "/v1/dev/sim-usage").map(({ body }) => body)).toEqual(
      Array.from({ length: 5 }, () => '{"model":"glm-4-6","in":0,"out":50,"lane":"zai"}'),
    );
    expect(posts(calls, "/v1/messages")).toEqual([]);
    expect(sleeps).toEqual([1000, 1000, 1000, 1000]);
  });

  it("plays a plan of the configured size, and stops where it ends", async () => {
    const { stdout, file } = await probe(["--tokens", "400"]);
    expect(stdout).toContain("4/20    sim-429   19      0          0   yes        0\n");
    expect(lastRow(file)).toBe("| 2026-11-21T19:41:07Z | glm-4-6 | 4 | 4 | 0 | - | 19 | sim-429 |");
  });

  it("is no wider than a narrow screen, and one JSON object with --json", async () => {
    const narrow = await probe(["--repeat", "2"], {}, { env: { COLUMNS: "80" } });
    for (const line of narrow.stdout.split("\n").slice(0, 4)) expect(line.length).toBeLessThanOrEqual(80);
    const { stdout, stderr, dir } = await probe(["--repeat", "2", "--json"]);
    expect(stderr).toBe("");
    await expect(stdout).toMatchFileSnapshot("__snapshots__/probe/dry-run.json");
    expect(dir).not.toBe("");
  });

  it("leaves what a real run has measured before", async () => {
    const before =
      '```json\n[{"model":"GLM-4.6","gap_seconds_p50":180,"gap_seconds_p95":240,"samples":6}]\n```\n';
    const { file } = await probe(["--repeat", "2"], {}, { before });
    expect(lastBlock(file)).toBe(
      '[{"model":"glm-4-6","gap_seconds_p50":180,"gap_seconds_p95":240,"samples":6}]',
    );
    expect(file?.startsWith(before.trimEnd())).toBe(true);
  });

  it("says how to start a gateway that takes simulated usage", async () => {
    const { code, stderr, file } = await probe([], { dev: false });
    expect(code).toBe(1);
    expect(stderr).toContain(
      "ccp: the gateway at http://127.0.0.1:8082 takes no simulated usage\n" +
        "     it was started without CCP_DEV_ENABLE=1\n" +
        "     next: CCP_DEV_ENABLE=1 ccp start, or ccp start --demo\n",
    );
    expect(file).toBeNull();
  });

  it("says so when no gateway runs", async () => {
    const { code, stderr } = await runTest(["probe", "glm"], { routes: null });
    expect(code).toBe(69);
    expect(stderr).toContain("ccp: no gateway at http://127.0.0.1:8082\n");
  });

  it("asks the gateway on the port that is named", async () => {
    const { calls, stdout } = await probe(["--repeat", "1", "--port", "9000", "--json"]);
    expect(new Set(calls.map(({ url }) => new URL(url).origin))).toEqual(new Set(["http://127.0.0.1:9000"]));
    expect(JSON.parse(stdout)).toMatchObject({ url: "http://127.0.0.1:9000" });
  });

  it("warns when the gateway reads another file", async () => {
    const { stderr, dir } = await probe(
      ["--repeat", "1"],
      { told: "/elsewhere/P.txt" },
      {
        env: { CCP_PROBE_RESULTS: join(tmpdir(), `cc-probe-${process.pid}.md`) },
      },
    );
    rmSync(join(tmpdir(), `cc-probe-${process.pid}.md`));
    expect(stderr).toContain(
      "ccp: the gateway reads another file, /elsewhere/P.txt: it will not see this run\n",
    );
    expect(dir).not.toBe("");
  });

  it("does not write over a file that it cannot read", async () => {
    const dir = mkdtempSync(join(tmpdir(), "cc-probe-"));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    mkdirSync(join(dir, "P.md"));
    const { code, stderr } = await probe(
      ["--repeat", "1"],
      {},
      { env: { CCP_PROBE_RESULTS: join(dir, "P.md") } },
    );
    expect(code).toBe(1);
    expect(stderr).toContain(
      `ccp: the results cannot be kept in ${join(dir, "P.md")}\n     not a regular file`,
    );
  });
});

describe("cc probe glm, interrupted", () => {
  it("writes what was measured and ends with 130", async () => {
    const controller = new AbortController();
    const { code, file, stdout } = await probe(
      [],
      {},
      {
        deps: { signal: controller.signal, sleep: async () => controller.abort() },
      },
    );
    expect(code).toBe(130);
    expect(stdout).toContain("interrupted after 1 request, 950 tokens left by our count\n");
    expect(lastRow(file)).toBe("| 2026-11-21T19:41:07Z | glm-4-6 | 1 | - | 950 | - | 19 | sim-interrupted |");
  });

  it("writes nothing before the first request", async () => {
    const controller = new AbortController();
    const { request } = fakeGateway("/state/results", {});
    const { code, file } = await probe(
      [],
      {},
      {
        deps: {
          signal: controller.signal,
          request: async (call) => {
            if (call.method === "POST") controller.abort();
            return request(call);
          },
        },
      },
    );
    expect([code, file]).toEqual([130, null]);
  });
});

describe("cc probe glm --spend", () => {
  it("asks before it sends anything", async () => {
    const questions: string[] = [];
    const answer = (yes: boolean | null) => ({
      deps: {
        confirm: async (question: string) => {
          questions.push(question);
          return yes;
        },
      },
    });
    const no = await probe(["--spend"], {}, answer(false));
    expect([no.code, posts(no.calls, "/v1/messages").length, no.file]).toEqual([1, 0, null]);
    expect(no.stderr).toContain("ccp: nothing was sent\n");
    const nobody = await probe(["--spend"], {}, answer(null));
    expect([nobody.code, posts(nobody.calls, "/v1/messages").length]).toEqual([64, 0]);
    expect(nobody.stderr).toContain("ccp: --spend needs --yes here\n");
    const yes = await probe(["--spend", "--repeat", "2"], {}, answer(true));
    expect([yes.code, posts(yes.calls, "/v1/messages").length]).toEqual([0, 2]);
    expect(questions[0]).toBe(
      "send up to 20 real requests of 50 tokens for glm-4-6 through http://127.0.0.1:8082? This spends quota.",
    );
  });

  it("stops at the first refusal and tells what it means", async () => {
    const message = (n: number) => (n < 6 ? served() : REFUSED);
    const run = await probe(["--spend", "--yes"], { message });
    expect(run.code).toBe(0);
    await expect(`${run.stderr}${run.stdout}\n${run.file}`).toMatchFileSnapshot(
      "__snapshots__/probe/limit.txt",
    );
    expect(posts(run.calls, "/v1/messages")).toHaveLength(6);
    expect(posts(run.calls, "/v1/messages")[0]).toMatchObject({
      headers: { "anthropic-version": "2023-06-01" },
      timeoutMs: 600_000,
    });
  });

  it("infers nothing from a throttle", async () => {
    const { file, stdout } = await probe(["--spend", "--yes"], {
      message: (n) => (n < 3 ? served() : REFUSED),
      cools: false,
    });
    expect(lastRow(file)).toBe("| 2026-11-21T19:41:07Z | glm-4-6 | 3 | 3 | 728 | - | 19 | throttled |");
    expect(stdout).toContain("no reset was declared, so no gap was measured\n");
  });

  it("sees the limit behind an answer that another lane gave", async () => {
    const message = (n: number) => (n < 3 ? served() : served("anthropic", "quota_overshoot"));
    const { file } = await probe(["--spend", "--yes"], { message });
    expect(lastRow(file)).toContain("| 3 | 3 | 728 |");
  });

  it.each([
    ["another lane, by a rule of the gateway", served("anthropic", "quota_block"), "rerouted"],
    ["an error", { ...REFUSED, status: 401 }, "401"],
  ])("stops at %s", async (_name, answer, status) => {
    const { code, file } = await probe(["--spend", "--yes"], { message: () => answer });
    expect(code).toBe(1);
    expect(lastRow(file)).toBe(
      `| 2026-11-21T19:41:07Z | glm-4-6 | 1 | - | ${status === "rerouted" ? 864 : 1000} | - | 19 | ${status} |`,
    );
  });

  it("sends the client token where the gateway wants one", async () => {
    const { calls } = await probe(
      ["--spend", "--yes", "--repeat", "1"],
      {},
      { env: { CCP_CLIENT_TOKEN: "t0ken" } },
    );
    expect(posts(calls, "/v1/messages")[0]?.headers["x-ccp-token"]).toBe("t0ken");
  });
});

describe("cc probe glm, what is typed", () => {
  it.each([
    [["--repeat", "0"], '--repeat cannot be "0"', "it is a whole number from 1 to 10000"],
    [["--repeat", "1.5"], '--repeat cannot be "1.5"', "it is a whole number from 1 to 10000"],
    [["--tokens", "many"], '--tokens cannot be "many"', "it is a whole number from 1 to 1000000"],
    [["--sleep", "-1"], '--sleep cannot be "-1"', "it is a number of seconds from 0 to 3600"],
    [["--port", "70000"], '--port cannot be "70000"', "it is a whole number from 1 to 65535"],
    [["--model", "a|b"], '--model cannot be "a|b"', "a model's name has no blanks and no |"],
    [["--vendor", "kimi"], '--vendor cannot be "kimi"', "it is one of glm"],
  ])("refuses %j", async (argv, what, why) => {
    const { code, stderr } = await runTest(["probe", "glm", ...argv]);
    expect(code).toBe(64);
    expect(stderr).toBe(`ccp: ${what}\n     ${why}\n     next: ccp probe glm --help\n`);
  });

  it("names the plans when none is named", async () => {
    expect((await runTest(["probe"])).stderr).toBe(
      "ccp: ccp probe needs a plan\n     the plans are glm\n     next: ccp probe --help\n",
    );
    expect((await runTest(["probe", "kimi"])).code).toBe(64);
  });

  it.each([
    ["probe", ["probe"]],
    ["probe-glm", ["probe", "glm"]],
  ])("--help of %s", async (name, argv) => {
    const { code, stdout } = await runTest([...argv, "--help"]);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(`../__snapshots__/help/${name}.txt`);
  });
});
