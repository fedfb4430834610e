import { expect } from "vitest";
import { runTest, type TestOptions, visible } from "./run-test.ts";

/** One command at 120, 80 and 60 columns, in colour, and in ASCII, for a file snapshot. No line is too wide. */
export async function screens(argv: readonly string[], options: TestOptions = {}): Promise<string> {
  const shown: string[] = [];
  for (const columns of ["120", "80", "60"]) {
    const run = await runTest(argv, { ...options, env: { ...options.env, COLUMNS: columns } });
    const longest = Math.max(...run.stdout.split("\n").map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(Number(columns));
    const said = run.stderr === "" ? "" : `stderr:\n${run.stderr}`;
    shown.push(`COLUMNS=${columns} exit ${run.code}\n${run.stdout}${said}`);
  }
  const colored = await runTest([...argv, "--color"], options);
  shown.push(`colour\n${visible(colored.stdout)}`);
  const ascii = await runTest([...argv, "--ascii"], options);
  expect([...ascii.stdout].every((character) => character <= "~")).toBe(true);
  return shown.join("\n");
}
