import { runDiskFull } from "./disk-full.ts";

/** `npm run soak:disk`: the disk fills up under traffic and is freed again. */
const FULL_MS = 10_000;
const RESUME_TARGET_MS = 5000;

const report = await runDiskFull(FULL_MS);
if (report === null) {
  process.stdout.write("not run: a small disk can only be mounted by root, on Linux\n");
} else {
  const { finished, failed, told, lost, torn, resumedAfterMs, isTold } = report;
  process.stdout.write(
    [
      `requests            ${finished}, failed ${failed}`,
      `log lines told      ${told}, lost ${lost}, torn ${torn}`,
      `log resumed after   ${(resumedAfterMs / 1000).toFixed(1)} s (target ${RESUME_TARGET_MS / 1000} s)`,
      "",
    ].join("\n"),
  );
  const isWell = failed === 0 && lost === 0 && torn === 0 && isTold && resumedAfterMs <= RESUME_TARGET_MS;
  process.exitCode = isWell ? 0 : 1;
}
