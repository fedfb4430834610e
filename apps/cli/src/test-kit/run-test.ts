import type { CliDeps } from "../cli-deps.ts";
import { type HttpAnswer, HttpFailure } from "../client/http-call.ts";
import { runCli } from "../run-cli.ts";

/** Saturday 21 November 2026, 19:41:07 UTC. */
export const NOW_SEC = 1_795_290_067;

export interface TestRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Answers by `METHOD /path`; a route that is missing answers 404. */
export type TestRoutes = Readonly<Record<string, HttpAnswer>>;

export interface TestOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** `null`: nothing listens. */
  readonly routes?: TestRoutes | null;
  readonly isTTY?: boolean;
  readonly deps?: Partial<CliDeps>;
}

/** No terminal, no colour, UTC, and no folder of the machine it runs on. */
const PINNED = {
  TZ: "UTC",
  NO_COLOR: "1",
  COLUMNS: "120",
  LANG: "C.UTF-8",
  XDG_STATE_HOME: "/nowhere/state",
};

/** Runs one command line with everything pinned. */
export async function runTest(argv: readonly string[], options: TestOptions = {}): Promise<TestRun> {
  const out: string[] = [];
  const err: string[] = [];
  const isTTY = options.isTTY ?? false;
  const routes = options.routes === undefined ? {} : options.routes;
  const code = await runCli(argv, {
    stdout: { write: (text: string) => out.push(text), isTTY },
    stderr: { write: (text: string) => err.push(text), isTTY },
    env: { ...PINNED, ...options.env },
    nowMs: () => NOW_SEC * 1000,
    request: async ({ method, url }) => {
      if (routes === null) throw new HttpFailure("refused", "connect ECONNREFUSED");
      const path = new URL(url).pathname;
      return routes[`${method} ${path}`] ?? { status: 404, text: "not found" };
    },
    launch: async () => 0,
    run: async () => 0,
    sleep: async () => {},
    signal: new AbortController().signal,
    homeDir: "/nowhere/home",
    cwd: "/nowhere",
    checkoutDir: null,
    version: "9.9.9",
    ...options.deps,
  });
  return { code, stdout: out.join(""), stderr: err.join("") };
}

export function json(value: unknown, status = 200): HttpAnswer {
  return { status, text: JSON.stringify(value) };
}

/** Escape codes made visible, for snapshots that people review. */
export function visible(text: string): string {
  return text.replaceAll("\u001b", "\\e");
}
