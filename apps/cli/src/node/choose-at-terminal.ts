import { isCancel, multiselect } from "@clack/prompts";
import type { Choose } from "../cli-deps.ts";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";

/** The question stands on stderr: stdout is for what the command prints. */
export const chooseAtTerminal: Choose = async (question, choices, picked, signal) => {
  const { stdin: input, stderr: output } = process;
  if (input.isTTY !== true || output.isTTY !== true) return null;
  const answer = await multiselect({
    message: question,
    options: choices.map(({ value, hint }) => ({ value, label: value, hint })),
    initialValues: [...picked],
    required: true,
    maxItems: 14,
    input,
    output,
    signal,
  });
  if (!isCancel(answer)) return answer;
  throw new CliError({
    what: "nothing was chosen",
    why: "it was called off",
    next: "-",
    exitCode: EXIT.interrupted,
  });
};
