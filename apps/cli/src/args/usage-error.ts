import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";

/**
 * A command line that cannot be right: exit 64.
 *
 * @param command What was typed after `cc` as far as it was understood, e.g. `quotas`; empty for `cc` itself.
 */
export function usageError(what: string, why: string, cc: string, command: string): CliError {
  const next = [cc, command, "--help"].filter((word) => word !== "").join(" ");
  return new CliError({ what: safeText(what), why: safeText(why), next, exitCode: EXIT.usage });
}
