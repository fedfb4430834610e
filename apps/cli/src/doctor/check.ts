/** One thing that was looked at. Never holds a secret: it is meant to be pasted into a bug report. */
export interface Check {
  /** What was looked at, in a word or two. */
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  /** One clause for people. */
  readonly text: string;
  /** A command or the one thing to do; `null` where nothing has to be done. */
  readonly fix: string | null;
}

export function ok(name: string, text: string): Check {
  return { name, state: "ok", text, fix: null };
}

export function warn(name: string, text: string, fix: string | null): Check {
  return { name, state: "warn", text, fix };
}

export function fail(name: string, text: string, fix: string): Check {
  return { name, state: "fail", text, fix };
}
