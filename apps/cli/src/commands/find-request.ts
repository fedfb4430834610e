import type { UsageEvent } from "@ccp/usage-contract";
import { decodeLine } from "@ccp/usage-store";

export type FoundRequest =
  | { readonly kind: "found"; readonly events: readonly [UsageEvent, ...UsageEvent[]] }
  | { readonly kind: "none" }
  /** Several requests begin like this; the newest ones. */
  | { readonly kind: "several"; readonly rids: readonly string[] };

/** More than a person can choose among. */
const MAX_CHOICES = 5;

/**
 * Finds the lines of one request.
 *
 * @param lines The log, last line first.
 * @param query An id, the start of one in any case, or `last` for the request of the newest line.
 */
export function findRequest(lines: Iterable<string>, query: string): FoundRequest {
  const wanted = query.toLowerCase();
  let start = wanted === "last" ? null : wanted;
  const found = new Map<string, [UsageEvent, ...UsageEvent[]]>();
  for (const line of lines) {
    // Reading a line as JSON costs ten times as much as looking for the id in it.
    if (start !== null && !line.toLowerCase().includes(`"rid":${JSON.stringify(start).slice(0, -1)}`))
      continue;
    const decoded = decodeLine(line);
    if (decoded.kind === "skip") continue;
    const { event } = decoded;
    const rid = event.rid.toLowerCase();
    start ??= rid;
    if (!rid.startsWith(start)) continue;
    const events = found.get(event.rid);
    if (events === undefined) found.set(event.rid, [event]);
    else events.push(event);
    if (found.size > MAX_CHOICES) break;
    // Only a whole id can have no other request beside it further up.
    if (rid === start && isBeginning(event)) break;
  }
  const whole = [...found].find(([rid]) => rid.toLowerCase() === start);
  const one = whole ?? (found.size === 1 ? [...found][0] : undefined);
  if (one !== undefined) return { kind: "found", events: one[1] };
  return found.size === 0
    ? { kind: "none" }
    : { kind: "several", rids: [...found.keys()].slice(0, MAX_CHOICES) };
}

/** Nothing of the request stands before this line. */
function isBeginning({ event, attempt, lane }: UsageEvent): boolean {
  return event === "decision" ? attempt === 1 : lane === "none";
}
