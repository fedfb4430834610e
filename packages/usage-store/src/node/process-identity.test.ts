import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it, onTestFinished } from "vitest";
import { identityOf, isRunning, parentOf } from "./process-identity.ts";

const onLinux = it.skipIf(process.platform !== "linux");

/** A process that has ended, and whose parent never asks how. */
async function defunctChild(): Promise<number> {
  const parent = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (text) => resolve(Number(text))),
  );
  await expect.poll(() => readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /);
  return pid;
}

onLinux("takes a process that has ended and was not reaped for dead", async () => {
  expect(isRunning(identityOf(await defunctChild()))).toBe(false);
});

onLinux("tells a process from a later one with the same number", () => {
  expect(isRunning(identityOf(process.pid))).toBe(true);
  expect(isRunning({ pid: process.pid, start: "another boot:1" })).toBe(false);
});

onLinux("knows who started a process", () => {
  expect(parentOf(process.pid)).toBe(process.ppid);
  expect(parentOf(2 ** 22 + 1)).toBeNull();
});
