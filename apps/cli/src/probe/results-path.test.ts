import type { UsageView } from "@ccp/usage-contract";
import { parseEnv } from "@ccp/usage-contract/core";
import { describe, expect, it } from "vitest";
import type { Session } from "../session.ts";
import { view } from "../test-kit/views.ts";
import { resultsPath } from "./results-path.ts";

const HERE = "http://127.0.0.1:8082";

function pathFor(changes: Partial<UsageView>, env: Record<string, string> = {}, url = HERE) {
  const { settings } = parseEnv(env);
  const deps = { checkoutDir: "/repo", homeDir: "/home/me", cwd: "/home/ada" };
  return resultsPath(view(changes), url, { settings, deps } as unknown as Session);
}

describe("resultsPath", () => {
  it("is the file the gateway reads", () => {
    expect(pathFor({ probe_results: "/state/results/P.md" })).toEqual({
      path: "/state/results/P.md",
      gatewayReads: null,
    });
  });

  it("is the state folder's where the gateway names none", () => {
    expect(pathFor({})).toEqual({ path: "/repo/results/GLM_LIMIT_PROBE.md", gatewayReads: null });
    expect(pathFor({}, { CCP_STATE_DIR: "state" }).path).toBe("/home/ada/state/results/GLM_LIMIT_PROBE.md");
  });

  it("is CCP_PROBE_RESULTS before both, and then tells of the other file", () => {
    expect(pathFor({ probe_results: "/state/P.md" }, { CCP_PROBE_RESULTS: "mine.md" })).toEqual({
      path: "/home/ada/mine.md",
      gatewayReads: "/state/P.md",
    });
  });

  it("is a demo's own whatever is set", () => {
    const demo = { probe_results: "/tmp/demo/P.md", demo: true } as const;
    expect(pathFor(demo, { CCP_PROBE_RESULTS: "/mine.md" })).toEqual({
      path: "/tmp/demo/P.md",
      gatewayReads: null,
    });
  });

  it.each([
    ["another machine", "/state/P.md", "http://gateway.example:8082"],
    ["a relative path", "P.md", HERE],
    ["a file that is no Markdown", "/home/me/.bashrc", HERE],
  ])("never follows %s", (_name, told, url) => {
    expect(pathFor({ probe_results: told }, {}, url)).toEqual({
      path: "/repo/results/GLM_LIMIT_PROBE.md",
      gatewayReads: told,
    });
  });
});
