import { createInterface } from "node:readline/promises";
import type { Confirm } from "../cli-deps.ts";

/** Anything but yes is no. */
export const askAtTerminal: Confirm = async (question, signal) => {
  const { stdin: input, stderr: output } = process;
  if (input.isTTY !== true || output.isTTY !== true) return null;
  const reader = createInterface({ input, output });
  // The reader keeps Ctrl-C to itself otherwise.
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    return /^\s*y(es)?\s*$/i.test(await reader.question(`${question} [y/N] `, { signal }));
  } finally {
    reader.close();
  }
};
