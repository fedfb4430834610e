import type { UsageEvent } from "@ccp/usage-contract";
import { matchesModel } from "@ccp/usage-contract/core";
import { safeText } from "../render/safe-text.ts";
import type { LogFilter } from "../view/log-filter.ts";

/** What a log was seen to hold while lines were looked for in it, whether they fitted or not. */
export class LogSight {
  readonly lanes: Set<string> = new Set();
  readonly models: Set<string> = new Set();
  /** There are older lines than were asked for. */
  hasOlder = false;

  add({ lane, model }: UsageEvent): void {
    this.lanes.add(lane);
    this.models.add(model);
  }
}

const SHOWN_NAMES = 12;

/**
 * Why no line of a log was shown, in one sentence a reason: a name that it does not have comes with those that it has.
 *
 * @param waiting Lines that are still to come will be shown.
 */
export function whyNoLines(seen: LogSight, { lane, model }: LogFilter, waiting: boolean): string[] {
  const then = waiting ? "; waiting for one" : "";
  if (seen.lanes.size === 0) {
    return [`the log holds ${seen.hasOlder ? "no line since then" : "no request yet"}${then}`];
  }
  const misses = [
    ...(lane === null || seen.lanes.has(lane)
      ? []
      : [`no line is of lane ${safeText(lane)}: the log has ${names(seen.lanes)}${then}`]),
    ...(model === null || [...seen.models].some((known) => matchesModel(model, known))
      ? []
      : [`no line is of model ${safeText(model)}: the log has ${names(seen.models)}${then}`]),
  ];
  return misses.length > 0 ? misses : [`the log has no line that fits all of that${then}`];
}

function names(all: ReadonlySet<string>): string {
  const shown = [...all].slice(0, SHOWN_NAMES).map(safeText).join(", ");
  return all.size > SHOWN_NAMES ? `${shown} and ${all.size - SHOWN_NAMES} more` : shown;
}
