import type { CalibrationWire, Learned } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import type { HttpCall } from "../client/http-call.ts";
import { json, NOW_SEC, runTest, type TestOptions, visible } from "../test-kit/run-test.ts";

const NOTHING: Learned = {
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
const LEARNED: Learned = {
  ...NOTHING,
  gap_seconds_p50: 212,
  gap_seconds_p95: 540,
  gap_samples: 37,
  bias: 0.6,
  bias_samples: 5,
  warn_pct_auto: 0.48,
  warn_pct_confidence: 5 / 9,
  calculated_reset_ts: NOW_SEC + 6000,
  declared_reset_ts: NOW_SEC + 5788,
};
const EMPTY: CalibrationWire = {
  ts: NOW_SEC,
  probe_results: null,
  windows: { rolling_seconds: 18_000, weekly_seconds: 604_800 },
  models: {},
  pools: {},
  lanes: { anthropic: { units: [] }, zai: { units: [] } },
};
const VIEW: CalibrationWire = {
  ...EMPTY,
  probe_results: "/home/me/.local/state/ccp/results/GLM_LIMIT_PROBE.md",
  models: {
    "glm-4.6": {
      lanes: {
        zai: LEARNED,
        anthropic: { ...NOTHING, gap_seconds_p50: -3, gap_seconds_p95: -3, gap_samples: 1 },
      },
    },
    "claude-haiku-4.5": {
      lanes: { zai: { ...NOTHING, bias: 1.2, bias_samples: 1, warn_pct_confidence: 0.2 } },
    },
    "bad\u001b[31mname": { lanes: { zai: NOTHING } },
  },
  pools: { coding: { provider: "zai", ...NOTHING, warn_pct: 0.7, warn_pct_auto: 0.7 } },
  lanes: {
    anthropic: {
      units: [
        {
          window: "5h",
          tokens_per_pct: 24_310,
          confidence: 0.71,
          spans: 12,
          points_per_million: { input: 38.2, output: 61, cache_creation: 44.4, cache_read: 3.9 },
        },
        { window: "7d", tokens_per_pct: null, confidence: 0, spans: 0, points_per_million: null },
      ],
    },
    zai: { units: [] },
  },
};

const run = (argv: readonly string[], view: CalibrationWire, options: TestOptions = {}) =>
  runTest(["calibration", ...argv], { routes: { "GET /v1/calibration": json(view) }, ...options });

describe("cc calibration", () => {
  it("shows models, pools and units at every width", async () => {
    const screens: string[] = [];
    for (const columns of ["120", "80", "60"]) {
      const { code, stdout, stderr } = await run([], VIEW, { env: { COLUMNS: columns } });
      expect([code, stderr]).toEqual([0, ""]);
      for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(Number(columns));
      screens.push(`COLUMNS=${columns}\n${stdout}`);
    }
    screens.push(`colour\n${visible((await run(["--color"], VIEW)).stdout)}`);
    await expect(screens.join("\n")).toMatchFileSnapshot("__snapshots__/calibration/show.txt");
  });

  it("show is the same", async () => {
    expect(await run(["show"], VIEW)).toEqual(await run([], VIEW));
  });

  it("explains an empty table", async () => {
    const { code, stdout, stderr } = await run([], EMPTY);
    expect([code, stdout.split("\n").length]).toEqual([0, 2]);
    expect(stderr).toBe(
      "ccp: no model is configured or has been seen. Caps go into the quota file: ccp config path names it\n",
    );
  });

  it("--json is the gateway's view under its own names", async () => {
    const { stdout } = await run(["--json"], VIEW);
    expect(JSON.parse(stdout)).toEqual({
      schema: "ccp.calibration/1",
      url: "http://127.0.0.1:8082",
      ...VIEW,
    });
    expect(stdout).not.toContain("\u001b");
  });

  it("needs a gateway", async () => {
    expect((await runTest(["calibration"], { routes: null })).code).toBe(69);
  });
});

/** A gateway that forgets: `GET` answers with one view after the other. */
function forgetting(views: readonly CalibrationWire[], status = 204) {
  const left = [...views];
  const sent: HttpCall[] = [];
  const request = async (call: HttpCall) => {
    if (call.method === "GET") return json(left.shift() ?? EMPTY);
    sent.push(call);
    const error = {
      type: "error",
      error: { type: "invalid_request_error", message: "model: nothing is known of x" },
    };
    return status === 204 ? { status, text: "" } : json(error, status);
  };
  return { sent, deps: { request } };
}

describe("cc calibration reset", () => {
  it("forgets everything, and says how much that was", async () => {
    const { sent, deps } = forgetting([VIEW, EMPTY]);
    const { code, stdout, stderr } = await runTest(["calibration", "reset", "--yes"], {
      deps,
      env: { CCP_ADMIN_TOKEN: "s3cret" },
    });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe("forgot 38 gap and 6 bias and 12 unit samples of every model\n");
    expect(sent).toMatchObject([{ body: "{}", headers: { authorization: "Bearer s3cret" } }]);
  });

  it("forgets one model on one lane", async () => {
    const { sent, deps } = forgetting([VIEW, EMPTY]);
    const argv = ["calibration", "reset", "--model", "GLM-4-6", "--lane", "zai", "--yes"];
    const { stdout } = await runTest(argv, { deps });
    expect(stdout).toBe("forgot 37 gap and 5 bias samples of GLM-4-6 on zai\n");
    expect(sent[0]?.body).toBe('{"model":"GLM-4-6","lane":"zai"}');
  });

  it("tells what the probe file brings back at once", async () => {
    const kept = { ...NOTHING, gap_samples: 6, bias_samples: 1 };
    const { deps } = forgetting([VIEW, { ...EMPTY, models: { "glm-4.6": { lanes: { zai: kept } } } }]);
    const { stdout, stderr } = await runTest(["calibration", "reset", "--model", "glm-4.6", "--yes"], {
      deps,
    });
    expect(stdout).toBe("forgot 32 gap and 4 bias samples of glm-4.6\n");
    expect(stderr).toBe("ccp: 6 gap and 1 bias samples come from the probe file and stay\n");
  });

  it("asks first", async () => {
    const questions: string[] = [];
    const ask = async (yes: boolean | null) => {
      const { sent, deps } = forgetting([VIEW, EMPTY]);
      const confirm = async (question: string) => {
        questions.push(question);
        return yes;
      };
      const { code } = await runTest(["calibration", "reset", "--lane", "anth"], {
        deps: { ...deps, confirm },
      });
      return [code, sent.length];
    };
    expect([await ask(true), await ask(false), await ask(null)]).toEqual([
      [0, 1],
      [1, 0],
      [64, 0],
    ]);
    expect(questions[0]).toBe("forget what was learned of every model on anthropic?");
  });

  it("passes on why the gateway refuses", async () => {
    const { deps } = forgetting([VIEW], 422);
    const { code, stderr } = await runTest(["calibration", "reset", "--model", "x", "--yes"], { deps });
    expect(code).toBe(1);
    expect(stderr).toContain("422: model: nothing is known of x\n");
  });

  it.each([
    ["calibration", ["calibration"]],
    ["calibration-show", ["calibration", "show"]],
    ["calibration-reset", ["calibration", "reset"]],
  ])("--help of %s", async (name, argv) => {
    const { code, stdout } = await runTest([...argv, "--help"]);
    expect(code).toBe(0);
    await expect(stdout).toMatchFileSnapshot(`../__snapshots__/help/${name}.txt`);
  });
});
