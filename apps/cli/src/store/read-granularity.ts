import { GRANULARITIES, type Granularity } from "@ccp/usage-contract";
import { usageError } from "../args/usage-error.ts";

/** The value of an option that names the length of a sum. `null` when it was not given. */
export function readGranularity(
  option: string,
  text: string | null,
  cc: string,
  command: string,
): Granularity | null {
  if (text === null) return null;
  const found = GRANULARITIES.find((known) => known === text);
  if (found !== undefined) return found;
  throw usageError(
    `--${option} ${text} is no length`,
    `the lengths are ${GRANULARITIES.join(", ")}`,
    cc,
    command,
  );
}
