import { expect, it } from "vitest";
import { type DiskReport, runDiskFull, stopOnFullDisk } from "./disk-full.ts";

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

it("a stop on a full disk keeps every count, by the room that was held for it", {
  timeout: 90_000,
}, async (context) => {
  const report = await stopOnFullDisk();
  if (report === null) return context.skip("a small disk can only be mounted by root, on Linux");
  expect(report.countedBefore).toBeGreaterThan(0);
  expect(report.countedAfter).toBe(report.countedBefore);
  expect(report.said).not.toContain("is lost");
});
