import { describe, expect, it } from "vitest";
import { ENDPOINTS } from "./endpoints.ts";

const route = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;

describe("ENDPOINTS", () => {
  it("lists each route once", () => {
    expect(new Set(ENDPOINTS.map(route)).size).toBe(ENDPOINTS.length);
  });

  it("marks every route that changes something", () => {
    expect(ENDPOINTS.filter(({ mutating }) => mutating).map(route)).toEqual([
      "POST /v1/providers/test",
      "POST /v1/usage/import",
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

  it("asks for the wildcards last, so that no own route is relayed", () => {
    const wild = ENDPOINTS.map(({ path }) => path.endsWith("*"));
    expect(wild.indexOf(true)).toBe(wild.length - wild.filter(Boolean).length);
  });
});
