import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Settings } from "@ccp/usage-contract";

export interface StatePaths {
  readonly stateDir: string;
  readonly logsDir: string;
  /** Absolute: it is told to others, who run elsewhere. */
  readonly probeResults: string;
  /** One line: a model name that routes as if it had been asked for. */
  readonly modelHint: string;
}

/** The checkout this code runs from; `null` in an installed package. */
export function findCheckout(): string | null {
  const root = fileURLToPath(new URL("../../../..", import.meta.url));
  return existsSync(join(root, "pnpm-workspace.yaml")) && existsSync(join(root, "apps", "proxy"))
    ? root
    : null;
}

/** Where the gateway keeps its files: what is set, else the checkout, else the user's state folder. */
export function statePaths(settings: Settings, checkoutDir: string | null): StatePaths {
  const stateHome = settings.xdgStateHome ?? join(homedir(), ".local", "state");
  const configHome = settings.xdgConfigHome ?? join(homedir(), ".config");
  const stateDir = settings.stateDir ?? checkoutDir ?? join(stateHome, "ccp");
  return {
    stateDir,
    logsDir: settings.logsDir ?? join(stateDir, "logs"),
    probeResults: resolve(settings.probeResults ?? join(stateDir, "results", "GLM_LIMIT_PROBE.md")),
    modelHint: join(configHome, "ccp", "model"),
  };
}
