import { expect, it } from "vitest";
import { type DiskReport, runDiskFull } from "./disk-full.ts";

it("a disk that fills up and is freed fails no request and loses no line", {
  timeout: 90_000,
}, async (context) => {
  const report = await runDiskFull(500);
  if (report === null) return context.skip("a small disk can only be mounted by root, on Linux");
  const { finished, told, resumedAfterMs: _, ...faults } = report satisfies DiskReport;
  expect(faults).toEqual({ failed: 0, lost: 0, torn: 0, isTold: true });
  // A run without traffic would prove nothing.
  expect(Math.min(finished, told)).toBeGreaterThan(80);
});
