import { join, resolve } from "node:path";
import type { Settings } from "@ccp/usage-contract";
import type { CliDeps } from "../cli-deps.ts";

export interface StatePaths {
  readonly stateDir: string;
  readonly logsDir: string;
}

/** Where a gateway started from here keeps its files: what is set, else the checkout, else the user's state folder. */
export function statePaths(
  settings: Settings,
  { checkoutDir, homeDir, cwd }: Pick<CliDeps, "checkoutDir" | "homeDir" | "cwd">,
): StatePaths {
  const userDir = join(settings.xdgStateHome ?? join(homeDir, ".local", "state"), "ccp");
  const stateDir = resolve(cwd, settings.stateDir ?? checkoutDir ?? userDir);
  return { stateDir, logsDir: resolve(cwd, settings.logsDir ?? join(stateDir, "logs")) };
}
