import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const MODULE = fileURLToPath(new URL("./launch-process.ts", import.meta.url));

/** Says that it runs and what it was given; ends with 7 on SIGTERM, with 5 when told so. */
const PROGRAM = `
  process.on("SIGTERM", () => { process.stdout.write("SIGTERM\\n"); process.exit(7); });
  process.on("SIGINT", () => { process.stdout.write("SIGINT\\n"); process.exit(8); });
  process.stdout.write(JSON.stringify([process.argv.slice(1), process.env.MARK, process.pid]) + "\\n");
  if (process.argv[1] === "end") process.exit(5);
  if (process.argv[1] === "die") process.kill(process.pid, "SIGKILL");
  setInterval(() => {}, 1000);
`;

interface Ended {
  readonly code: number | null;
  readonly lines: string[];
  readonly pid: number | undefined;
}

/** Runs `launcher` of the module in a process of its own, on PROGRAM; sends the signal once PROGRAM runs. */
function run(launcher: string, word: string, signal: NodeJS.Signals | null): Promise<Ended> {
  const script = `
    const { ${launcher} } = await import(${JSON.stringify(MODULE)});
    const program = ${JSON.stringify(PROGRAM)};
    const env = { ...process.env, MARK: "here", GONE: undefined };
    process.exitCode = await ${launcher}(process.execPath, ["-e", program, ${JSON.stringify(word)}, "a b"], env);
  `;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const first = stdout === "";
      stdout += text;
      if (first && signal !== null) child.kill(signal);
    });
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, lines: stdout.trimEnd().split("\n"), pid: child.pid });
    });
  });
}

describe.each(["launchProcess", "runChild"])("%s", (launcher) => {
  it("passes arguments and variables, and ends with the program's code", async () => {
    const { code, lines } = await run(launcher, "end", null);
    expect(code).toBe(5);
    expect(JSON.parse(lines[0] ?? "").slice(0, 2)).toEqual([["end", "a b"], "here"]);
  });

  it.each([
    ["SIGTERM", 7],
    ["SIGINT", 8],
  ] as const)("%s reaches the program, once", async (signal, exitCode) => {
    const { code, lines } = await run(launcher, "stay", signal);
    expect([code, lines.slice(1)]).toEqual([exitCode, [signal]]);
  });
});

it("runChild ends with 128 and the signal's number when the program was killed", async () => {
  expect((await run("runChild", "die", null)).code).toBe(137);
});

it.runIf(typeof process.execve === "function")("launchProcess leaves no second process behind", async () => {
  const { lines, pid } = await run("launchProcess", "end", null);
  expect(JSON.parse(lines[0] ?? "")[2]).toBe(pid);
});
