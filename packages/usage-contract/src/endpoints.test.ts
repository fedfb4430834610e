import { describe, expect, it } from "vitest";
import { ENDPOINTS, RELAYED_PATHS } from "./endpoints.ts";

const route = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

describe("ENDPOINTS", () => {
  it("lists each route once", () => {
    expect(new Set(ENDPOINTS.map(route)).size).toBe(ENDPOINTS.length);
  });

  it("marks every route that changes something", () => {
    expect(ENDPOINTS.filter(({ mutating }) => mutating).map(route)).toEqual([
      "POST /v1/providers/test",
      "POST /v1/usage/import",
      "POST /v1/providers/reload",
      "POST /v1/quotas/reload",
      "POST /v1/quotas/mark-429",
      "POST /v1/calibration/reset",
      "POST /v1/decisions",
      "POST /v1/dev/sim-usage",
    ]);
  });

  it("never changes anything on a GET", () => {
    expect(ENDPOINTS.filter(({ method, mutating }) => mutating && method !== "POST")).toEqual([]);
  });

  it("asks for what is relayed last, so that no own route is", () => {
    const relayed = ENDPOINTS.map(({ method }) => method === "ANY");
    expect(relayed.indexOf(true)).toBe(relayed.length - RELAYED_PATHS.length);
    const own = ENDPOINTS.filter(({ method }) => method !== "ANY").map(({ path }) => path);
    const bases = RELAYED_PATHS.map((path) => path.replace(/\/\*$/, ""));
    expect(own.filter((path) => bases.some((base) => `${path}/`.startsWith(`${base}/`)))).toEqual([]);
  });
});
