import type { StateParts } from "./gateway-state.ts";
import type { StateOp } from "./state-journal.ts";

/** What a journal may call, by part: whatever else stands in the file is passed over. */
const PLAYED: Readonly<Record<keyof StateParts, readonly string[]>> = {
  engine: ["record", "reserve", "observeWindows", "forgetWindows", "observeLimit", "resetCalibration"],
  book: [
    "markLimit",
    "takeProbe",
    "endProbe",
    "clearOnSuccess",
    "pause",
    "recordFailure",
    "recordRefusal",
    "recordSuccess",
    "reset",
  ],
  sessions: ["adopt"],
  totals: ["add"],
  mints: ["play"],
  accounts: ["play"],
};

/** Plays one change on its part. @returns `false` when it could not be: the part goes on without it. */
export function playOp([part, method, ...args]: StateOp, parts: StateParts): boolean {
  if (!isPart(part) || !PLAYED[part].includes(method)) return false;
  const target = parts[part];
  const call: unknown = target === undefined ? undefined : Reflect.get(target, method);
  if (typeof call !== "function") return false;
  try {
    Reflect.apply(call, target, args);
    return true;
  } catch {
    return false;
  }
}

function isPart(part: string): part is keyof StateParts {
  return Object.hasOwn(PLAYED, part);
}
