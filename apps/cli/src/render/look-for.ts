import type { CheckedArgs } from "../args/check-args.ts";
import type { CliDeps, TextStream } from "../cli-deps.ts";
import { type Look, readLook } from "./look.ts";

/** The look that the options and the environment ask for, on either stream. */
export function lookFor(
  globals: CheckedArgs["globals"],
  deps: Pick<CliDeps, "env" | "ownTz">,
): (stream: TextStream) => Look {
  const { color, ascii } = globals;
  const options = { color: typeof color === "boolean" ? color : null, ascii: ascii === true };
  return (stream) => readLook(options, deps.env, stream, deps.ownTz);
}
