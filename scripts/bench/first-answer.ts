import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repoRoot } from "../lib/workspace.ts";
import type { Bench } from "./bench.ts";
import { openConnection, requestBytes } from "./load/connection.ts";
import { requestBody } from "./request-body.ts";
import { type RunningSubject, type Stage, type SubjectName, startSubject } from "./subjects.ts";

const RETRY_MS = 2;
const LIMIT_MS = 30_000;

/** Starts a subject afresh and asks until it has answered once. @returns Time from before its start, in ms. */
export async function timeFirstAnswer(
  stage: Stage,
  name: SubjectName,
): Promise<{ subject: RunningSubject; elapsedMs: number }> {
  const startedAt = performance.now();
  const subject = await startSubject(name, stage);
  await untilServed(subject.port);
  return { subject, elapsedMs: performance.now() - startedAt };
}

async function untilServed(port: number): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  let outcome = await askOnce(port);
  while (outcome !== null) {
    if (performance.now() > deadline) throw new Error(`no answer from port ${port}: ${outcome}`);
    await sleep(RETRY_MS);
    outcome = await askOnce(port);
  }
}

/** @returns `null` for a 200, else what came instead. */
function askOnce(port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const opening = openConnection(port, {
      data() {},
      end: (status) => resolve(status === 200 ? null : `status ${status}`),
      fail: resolve,
    });
    opening.then(
      (connection) => connection.send(requestBytes(port, requestBody(2_000, false))),
      (error: Error) => resolve(error.message),
    );
  });
}

/** Runs the command line to its end, asking a running gateway; for raw-node an empty script, which Node itself costs. */
export async function timeCommand(
  { stage }: Bench,
  name: SubjectName,
  { port }: RunningSubject,
): Promise<number | null> {
  if (name !== "ccp" && name !== "raw-node") return null;
  const script = name === "ccp" ? "apps/cli/bin/cc.mjs" : "scripts/bench/empty.mjs";
  const args = [join(repoRoot, script), ...(name === "ccp" ? ["quotas", "--json"] : [])];
  const env = {
    CCP_USE_DIST: "1",
    CCP_URL: `http://127.0.0.1:${port}`,
    HOME: stage.dir,
    PATH: process.env.PATH ?? "",
  };
  const startedAt = performance.now();
  const child = stage.crew.start({ label: script, file: process.execPath, args, core: stage.core, env });
  const exitCode = await child.ended;
  if (exitCode !== 0) throw new Error(`${script} ended with ${exitCode}`);
  return performance.now() - startedAt;
}
