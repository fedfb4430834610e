import { join, resolve } from "node:path";
import type { Settings } from "@ccp/usage-contract";

export interface StatePaths {
  readonly stateDir: string;
  readonly logsDir: string;
  /** The limit probe's results. */
  readonly probeResults: string;
  /** One line: a model name that routes as if it had been asked for. */
  readonly modelHint: string;
}

export interface StatePlaces {
  /** Root of the checkout that runs; `null` for an installed package. */
  readonly checkoutDir: string | null;
  readonly homeDir: string;
  /** What relative settings are relative to. */
  readonly cwd: string;
}

type StateSettings = Pick<
  Settings,
  "stateDir" | "logsDir" | "probeResults" | "xdgStateHome" | "xdgConfigHome"
>;

/** Where a gateway keeps its files: what is set, else the checkout, else the user's state folder. */
export function statePaths(settings: StateSettings, { checkoutDir, homeDir, cwd }: StatePlaces): StatePaths {
  const userState = join(settings.xdgStateHome ?? join(homeDir, ".local", "state"), "ccp");
  const userConfig = join(settings.xdgConfigHome ?? join(homeDir, ".config"), "ccp");
  const stateDir = resolve(cwd, settings.stateDir ?? checkoutDir ?? userState);
  return {
    stateDir,
    logsDir: resolve(cwd, settings.logsDir ?? join(stateDir, "logs")),
    probeResults: resolve(cwd, settings.probeResults ?? join(stateDir, "results", "GLM_LIMIT_PROBE.md")),
    modelHint: join(userConfig, "model"),
  };
}
