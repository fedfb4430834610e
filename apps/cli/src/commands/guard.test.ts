import { describe, expect, it } from "vitest";
import { json, runTest } from "../test-kit/run-test.ts";
import { VIEWS } from "../test-kit/views.ts";

const live = (view: unknown) => ({ "GET /v1/usage": json(view) });

describe("cc guard", () => {
  it.each([
    ["normal", [], 0],
    ["normal", ["--max-used", "91"], 0],
    ["normal", ["--max-used", "60"], 1],
    ["normal", ["--max-used=91%", "--lane", "zai"], 0],
    ["normal", ["--max-used", "60", "--lane=zai", "--window=5h"], 1],
    ["normal", ["--max-used", "60", "--model", "GLM-4-7"], 1],
    ["normal", ["--max-used", "90", "--model", "claude-opus-5"], 1],
    ["normal", ["--model", "claude-opus-5", "--window", "7d"], 2],
    ["normal", ["--model", "gpt"], 2],
    ["warn", ["--max-used", "80"], 1],
    ["block", [], 1],
    ["block", ["--lane", "anth", "--window", "7d"], 1],
    ["cooldown", ["--lane", "zai"], 1],
    ["unknown", ["--lane", "anthropic"], 2],
    ["unknown", ["--lane", "zai"], 1],
    ["unknown", ["--lane", "anthropic", "--fail-open"], 0],
    ["unknown", ["--lane", "zai", "--fail-open"], 1],
    ["empty", [], 2],
  ] as const)("%s %j", async (state, argv, code) => {
    const run = await runTest(["guard", ...argv], { routes: live(VIEWS[state]) });
    expect(run.code).toBe(code);
    expect(run.stdout.split("\n")).toHaveLength(2);
    const name = [state, ...argv].join(" ").replace(/[^\w. -]/g, "");
    await expect(run.stdout + run.stderr).toMatchFileSnapshot(`__snapshots__/guard/${name}.txt`);
  });

  it("is the same line at any width, coloured where it may be", async () => {
    const routes = live(VIEWS.normal);
    const narrow = await runTest(["guard"], { routes, env: { COLUMNS: "20" } });
    const colored = await runTest(["guard", "--color"], { routes });
    expect(narrow.stdout).toBe("ok  anthropic all 5h is at 91%, below 100%\n");
    expect(colored.stdout).toBe("\u001b[32mok\u001b[39m  anthropic all 5h is at 91%, below 100%\n");
  });

  it("a gateway that is down is 69, or let through", async () => {
    const down = await runTest(["guard"], { routes: null });
    expect([down.code, down.stdout]).toEqual([69, ""]);
    expect(await runTest(["guard", "--fail-open"], { routes: null })).toEqual({
      code: 0,
      stdout: "",
      stderr: "ccp: no gateway at http://127.0.0.1:8082 (nothing listens there): let through (--fail-open)\n",
    });
  });

  it("something else on the port is no gateway: 69, or let through", async () => {
    const routes = { "GET /v1/usage": { status: 404, text: "<h1>Not found</h1>" } };
    const { code, stdout } = await runTest(["guard"], { routes });
    expect([code, stdout]).toEqual([69, ""]);
    expect(await runTest(["guard", "--fail-open"], { routes })).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "ccp: what answers at http://127.0.0.1:8082 is not this version's gateway (GET /v1/usage: status 404): let through (--fail-open)\n",
    });
  });

  it("a gateway that refuses is there, and is not let through", async () => {
    const body = { type: "error", error: { type: "permission_error", message: "Host not allowed" } };
    const routes = { "GET /v1/usage": json(body, 403) };
    expect((await runTest(["guard", "--fail-open"], { routes })).code).toBe(1);
  });

  it("--json says also who was let through unseen", async () => {
    const { code, stdout } = await runTest(["guard", "--json", "--fail-open"], { routes: null });
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        schema: "ccp.guard/1",
        ok: true,
        verdict: "unknown",
        reason: "gateway_down",
        max_used_pct: 1,
        row: null,
      },
    ]);
  });

  it("takes one lane: of two the first would go unjudged", async () => {
    const argv = ["guard", "--lane", "anthropic", "--lane", "zai"];
    const { code, stderr } = await runTest(argv, { routes: live(VIEWS.normal) });
    expect([code, stderr.split("\n")[0]]).toEqual([64, "ccp: --lane is given twice"]);
  });

  it("--json", async () => {
    const { stdout } = await runTest(["guard", "--json", "--max-used", "60"], { routes: live(VIEWS.normal) });
    const { row, ...verdict } = JSON.parse(stdout);
    expect(verdict).toEqual({
      schema: "ccp.guard/1",
      ok: false,
      verdict: "past",
      reason: "full",
      max_used_pct: 0.6,
      lane: "zai",
      model: "glm-4.7",
      state: "ok",
      until_ts: null,
      refusals: 0,
    });
    expect([row.lane, row.model, row.window, row.used_pct]).toEqual(["zai", "glm-4.7", "5h", 0.62]);
  });

  it.each([
    ["--max-used=x"],
    ["--max-used=0"],
    ["--max-used=800"],
    ["--max-used=100.5"],
    ["--lane=zia"],
    ["--window=6h"],
    ["--fail-opn"],
  ])("%s is refused", async (option) => {
    expect((await runTest(["guard", option], { routes: live(VIEWS.normal) })).code).toBe(64);
  });
});
