import { existsSync } from "node:fs";
import { HistoryDb, toStoreFault } from "@ccp/usage-store/node";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";

/** Opens a history database, or tells in three lines why it cannot be. */
export async function openStore(
  path: string,
  options: { readonly readOnly: boolean },
  next: string,
): Promise<HistoryDb> {
  const name = safeText(path);
  if (options.readOnly && !existsSync(path)) {
    const why = "a gateway makes one at its start, unless CCP_PERSIST is 0";
    throw new CliError({ what: `there is no history ${name}`, why, next, exitCode: EXIT.noNumber });
  }
  try {
    return await HistoryDb.open(path, options);
  } catch (error) {
    const { what, mend } = toStoreFault(error);
    throw new CliError({
      what: `${name} cannot be used`,
      why: safeText(what),
      next: mend,
      exitCode: EXIT.failed,
    });
  }
}
