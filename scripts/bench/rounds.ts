import type { Bench } from "./bench.ts";
import type { Scenario } from "./scenarios.ts";
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
  /** Load on each subject before the first round. */
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

/** Compilers have done most of their work before anything is counted; a large program takes them many requests. */
async function warmUp(bench: Bench, plan: Plan): Promise<void> {
  const loads = plan.scenarios.filter(({ load }) => load);
  if (loads.length === 0) return;
  for (const [name, subject] of plan.subjects) {
    if (subject.pid === null) continue;
    plan.progress(`warming up  ${name}`);
    const deadline = performance.now() + plan.warmUpMs;
    do {
      for (const scenario of loads) await scenario.run(bench, name, subject);
    } while (performance.now() < deadline);
  }
  bench.notes.length = 0;
}
