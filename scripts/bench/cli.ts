// pnpm bench:cli: what one run of the command line costs, from the shell's point of view: CPU time of the process and the
// time until it has ended, warm (its compile cache is filled). Figures of the best run are those that other work on the
// machine disturbed least; the middle one has to hold the target.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { VIEWS } from "../../apps/cli/src/test-kit/views.ts";
import { repoRoot } from "../lib/workspace.ts";
import { formatNumber, renderTable } from "./table.ts";

const ROUNDS = 15;
const WARM_UP_ROUNDS = 2;
/** What people notice: above it a command feels as if it had to be waited for. */
const TARGET_CPU_MS = 150;

const CC = join(repoRoot, "apps/cli/bin/cc.mjs");
const CURL = 'curl -sf --max-time 1 --data-binary @- "$CCP_URL/v1/statusline?columns=80"';

interface Subject {
  readonly name: string;
  /** Words behind bash's `time`. */
  readonly words: readonly string[];
  readonly gateway: "up" | "down";
  /** Held to the target; the others stand beside it. */
  readonly judged: boolean;
}

const node = (...words: string[]): string[] => [process.execPath, ...words];
const SUBJECTS: readonly Subject[] = [
  {
    name: "an empty script",
    words: node(join(import.meta.dirname, "empty.mjs")),
    gateway: "up",
    judged: false,
  },
  { name: "cc --version", words: node(CC, "--version"), gateway: "up", judged: true },
  { name: "cc quotas", words: node(CC, "quotas"), gateway: "up", judged: true },
  { name: "cc status", words: node(CC, "status"), gateway: "up", judged: true },
  { name: "cc quotas, gateway down", words: node(CC, "quotas"), gateway: "down", judged: false },
  { name: "cc statusline print", words: node(CC, "statusline", "print"), gateway: "up", judged: false },
  { name: "curl, as the status line runs it", words: ["sh", "-c", CURL], gateway: "up", judged: false },
];

interface Cost {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** bash tells user and system time of the one process, and of what it started. */
const TIMED = 'TIMEFORMAT="%3U %3S %3R"; time "$@" </dev/null >/dev/null 2>&1';

function measure({ words, gateway }: Subject, url: string, home: string): Promise<Cost> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-c", TIMED, "bash", ...words], {
      env: {
        PATH: process.env.PATH,
        HOME: home,
        COLUMNS: "100",
        CCP_URL: gateway === "up" ? url : "http://127.0.0.1:1",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let text = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.on("error", reject);
    child.on("close", () => {
      const [user, system, real] = text.trim().split(/\s+/).map(Number);
      if (user === undefined || system === undefined || real === undefined || Number.isNaN(real)) {
        return reject(new Error(`bash did not tell the time: ${text}`));
      }
      resolve({ cpuMs: (user + system) * 1000, wallMs: real * 1000 });
    });
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function renderCosts(costs: ReadonlyMap<Subject, readonly Cost[]>): string {
  const rows = [...costs].map(([{ name, judged }, runs]) => {
    const cpu = runs.map(({ cpuMs }) => cpuMs);
    const wall = runs.map(({ wallMs }) => wallMs);
    const middle = median(cpu);
    const verdict = judged ? (middle <= TARGET_CPU_MS ? "held" : "missed") : "";
    return [name, ...[Math.min(...cpu), middle, Math.min(...wall), median(wall)].map(formatNumber), verdict];
  });
  const header = ["ms", "CPU best", "median", "wall best", "median", `${TARGET_CPU_MS} ms CPU`];
  return `${renderTable(header, rows)}\nNode ${process.version}, ${ROUNDS} warm runs of each, from sources\n`;
}

/** A gateway as far as these commands ask one: what it costs itself is not their cost. */
const server = createServer((request, response) => {
  request.resume();
  const answers: Readonly<Record<string, unknown>> = {
    "/v1/usage": VIEWS.normal,
    "/readyz": { providers: {}, ts: 1, source: "built-in" },
  };
  const path = (request.url ?? "").split("?", 1)[0] ?? "";
  response.end(path === "/v1/statusline" ? "ccp" : JSON.stringify(answers[path] ?? {}));
});
const home = mkdtempSync(join(tmpdir(), "ccp-bench-cli-"));
try {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const costs = new Map<Subject, Cost[]>(SUBJECTS.map((subject) => [subject, []]));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [subject, runs] of costs) {
      const cost = await measure(subject, url, home);
      if (round >= 0) runs.push(cost);
    }
  }
  process.stdout.write(renderCosts(costs));
} finally {
  server.close();
  rmSync(home, { recursive: true, force: true });
}
