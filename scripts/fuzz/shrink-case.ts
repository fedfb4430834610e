import { type FuzzCase, LANES, type UpstreamStep } from "./fuzz-case.ts";

const PLAIN: Partial<UpstreamStep> = { headers: [], encoding: "none", writes: 1, pauseMs: 0, early: false };

/** Simpler cases that may fail alike, the boldest first. */
function simpler(each: FuzzCase): FuzzCase[] {
  const found: FuzzCase[] = [];
  each.requests.forEach((_, at) => {
    if (each.requests.length > 1)
      found.push({ ...each, requests: each.requests.filter((_one, index) => index !== at) });
  });
  for (const lane of LANES) {
    const steps = each.lanes[lane];
    const withSteps = (next: readonly UpstreamStep[]): FuzzCase => ({
      ...each,
      lanes: { ...each.lanes, [lane]: next },
    });
    if (steps.length > 1) found.push(withSteps([]));
    steps.forEach((step, at) => {
      found.push(withSteps(steps.filter((_, index) => index !== at)));
      for (const [key, value] of Object.entries(PLAIN)) {
        if (JSON.stringify(step[key as keyof UpstreamStep]) === JSON.stringify(value)) continue;
        found.push(withSteps(steps.map((one, index) => (index === at ? { ...one, [key]: value } : one))));
      }
    });
  }
  each.requests.forEach((request, at) => {
    const plain = {
      headers: [],
      writes: 1,
      startMs: 0,
      encoding: "none",
      framing: "length",
      leave: { kind: "never" },
    } as const;
    for (const [key, value] of Object.entries(plain)) {
      if (JSON.stringify(request[key as keyof typeof request]) === JSON.stringify(value)) continue;
      found.push({
        ...each,
        requests: each.requests.map((one, index) => (index === at ? { ...one, [key]: value } : one)),
      });
    }
  });
  return found;
}

/**
 * Makes a failing case as small as it gets while it still fails.
 *
 * @param fails Plays a case; a case that fails only now and then may need more than one play.
 * @param mayPlay Asked before each play.
 */
export async function shrinkCase(
  first: FuzzCase,
  fails: (each: FuzzCase) => Promise<boolean>,
  mayPlay: () => boolean,
): Promise<FuzzCase> {
  let smallest = first;
  for (let shrunk = true; shrunk; ) {
    shrunk = false;
    for (const candidate of simpler(smallest)) {
      if (!mayPlay()) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      shrunk = true;
      break;
    }
  }
  return smallest;
}
