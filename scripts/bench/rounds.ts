import type { Bench } from "./bench.ts";
import { BURST, type Scenario } from "./scenarios.ts";
import { seededRandom, shuffled } from "./stats.ts";
import type { RunningSubject, SubjectName } from "./subjects.ts";

/** One value per round; `null` where the subject has none. */
export type Series = readonly (number | null)[];
/** By measure, then by subject. */
export type Results = Readonly<Record<string, Readonly<Partial<Record<SubjectName, Series>>>>>;

export interface Plan {
  readonly scenarios: readonly Scenario[];
  readonly subjects: ReadonlyMap<SubjectName, RunningSubject>;
  readonly rounds: number;
  readonly seed: number;
  /** Time of load on each Node subject before the first round. */
  readonly warmUpMs: number;
  progress(text: string): void;
}

/**
 * Runs every scenario against every subject, round after round. Within a round the subjects of one scenario follow
 * each other at once in an order drawn anew, so that what disturbs the machine meets all of them alike.
 */
export async function runRounds(bench: Bench, plan: Plan): Promise<Results> {
  await warmUp(bench, plan);
  const random = seededRandom(plan.seed);
  const results: Record<string, Partial<Record<SubjectName, (number | null)[]>>> = Object.fromEntries(
    plan.scenarios.flatMap(({ measures }) => measures.map(({ id }) => [id, {}])),
  );
  for (let round = 1; round <= plan.rounds; round += 1) {
    for (const scenario of plan.scenarios) {
      for (const [name, subject] of shuffled([...plan.subjects], random)) {
        plan.progress(`round ${round}/${plan.rounds}  ${scenario.name}  ${name}`);
        const values = await scenario.run(bench, name, subject);
        for (const { id } of scenario.measures) {
          const bySubject = results[id] ?? {};
          bySubject[name] = [...(bySubject[name] ?? []), values[id] ?? null];
        }
      }
    }
  }
  return results;
}

/**
 * Load on the Node subjects before anything is counted. V8 goes on compiling a program of this size for seconds, on
 * threads that share the subject's core, which can double what a request seems to cost.
 */
async function warmUp(bench: Bench, plan: Plan): Promise<void> {
  if (!plan.scenarios.some(({ load }) => load)) return;
  for (const name of ["raw-node", "ccp"] as const) {
    const subject = plan.subjects.get(name);
    if (subject === undefined) continue;
    plan.progress(`warming up  ${name}`);
    for (const stream of [false, true]) {
      const answerBytes = (await bench.setMock(stream ? BURST : { kind: "json" })) ?? 0;
      const target = { port: subject.port, subjectPid: subject.pid, mockPid: bench.mockPid, answerBytes };
      const shape = { kind: "closed_loop", connections: 64, requestBytes: 2_000, stream } as const;
      await bench.load({ ...target, ...shape, warmMs: 0, windowMs: plan.warmUpMs / 2 }, "warm-up", name);
    }
  }
}
