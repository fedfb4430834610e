import { describe, expect, it } from "vitest";
import { parseShared } from "./shared-settings.ts";

describe("CCP_REDIS_URL", () => {
  it.each([
    ["redis://cache:6379", { url: "redis://cache:6379", plan: "default", capMs: 50 }],
    ["valkeys://cache/1?plan=team-a", { url: "valkeys://cache/1", plan: "team-a", capMs: 50 }],
    [
      "rediss://me:p%40ss@[::1]:6380/2?timeout=80ms&plan=a.b_c",
      { url: "rediss://me:p%40ss@[::1]:6380/2", plan: "a.b_c", capMs: 80 },
    ],
  ])("%s", (text, settings) => {
    expect(parseShared(text)).toEqual({ success: true, settings });
  });

  it.each([
    ["redis://", "CCP_REDIS_URL is no URL such as redis://host:6379"],
    ["redis://:canary@cache?paln=x", 'CCP_REDIS_URL has a parameter "paln": there are plan and timeout'],
    [
      "redis://:canary@cache?plan={x}",
      "CCP_REDIS_URL has a plan with other signs than letters, digits, - _ and .",
    ],
    [
      "redis://:canary@cache?plan=",
      "CCP_REDIS_URL has a plan with other signs than letters, digits, - _ and .",
    ],
    ["redis://:canary@cache?timeout=50", "CCP_REDIS_URL has a timeout that is not 1ms to 5s"],
    ["redis://:canary@cache?timeout=1m", "CCP_REDIS_URL has a timeout that is not 1ms to 5s"],
  ])("%s is refused in words that hold no credential", (text, reason) => {
    expect(parseShared(text)).toEqual({ success: false, reason });
  });
});
