// The load generator, a process of its own so that nothing else takes its time. It gets one LoadJob after the other from
// its parent, answers each with a LoadResult, and ends with its parent.
import { runClosedLoop } from "./closed-loop.ts";
import type { LoadJob, LoadResult } from "./job.ts";
import { runPacedStreams } from "./paced-streams.ts";

function run(job: LoadJob): Promise<LoadResult> {
  return job.kind === "closed_loop" ? runClosedLoop(job) : runPacedStreams(job);
}

process.on("message", async (job: LoadJob) => {
  const result = await run(job);
  process.send?.(result);
});
process.on("disconnect", () => process.exit());
