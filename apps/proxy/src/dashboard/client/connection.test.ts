import { expect, it } from "vitest";
import { applySignal, openConnection, retryDelay } from "./connection.ts";

it("is lost with the first failure, as of the last answer, and found with the next one", () => {
  const open = openConnection(100);
  const lost = applySignal(open, { kind: "failed", atMs: 5_100 });
  expect(lost).toEqual({ connection: { kind: "lost", sinceMs: 100 }, lastAnswerMs: 100, failures: 1 });
  const still = applySignal(lost, { kind: "failed", atMs: 5_600 });
  expect(still).toEqual({ connection: { kind: "lost", sinceMs: 100 }, lastAnswerMs: 100, failures: 2 });
  expect(applySignal(still, { kind: "answered", atMs: 6_000 })).toEqual({
    connection: { kind: "live" },
    lastAnswerMs: 6_000,
    failures: 0,
  });
});

it("asks again soon, then gently", () => {
  expect([1, 2, 3, 4, 5, 60].map(retryDelay)).toEqual([500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});
