import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { main } from "./main.ts";

it("runs, and prints what its README shows", () => {
  const lines: string[] = [];
  main((line) => lines.push(line));
  const readme = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const shown = /```text\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(`${lines.join("\n")}\n`).toBe(shown);
});
