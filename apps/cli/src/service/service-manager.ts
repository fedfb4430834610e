import { dirname, isAbsolute, join } from "node:path";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { gatewayScript } from "../node/gateway-program.ts";
import type { Session } from "../session.ts";
import { isFleeting, serviceNode } from "./service-node.ts";
import { LAUNCHD_LABEL, launchdPlist, systemdUnit } from "./unit-text.ts";

export type ManagerName = "systemd" | "launchd";

/** One command of the system's service manager. */
export interface ManagerCall {
  readonly file: string;
  readonly args: readonly string[];
}

/** How a service is kept on this system. */
export interface ServiceManager {
  readonly name: ManagerName;
  readonly unitPath: string;
  readonly unitText: string;
  readonly envFile: string;
  /** Folders that must be there before it starts. */
  readonly folders: readonly string[];
  /** Checks the unit's text; `null` where the system has no tool for it. */
  readonly verify: ManagerCall | null;
  /** Tells whether the manager can be talked to at all: containers often have none. */
  readonly probe: ManagerCall;
  /** Takes the unit in and starts it, in this order; a service that runs is started anew. */
  readonly start: readonly ManagerCall[];
  /** Ends and forgets it. The unit's file still stands. */
  readonly stop: readonly ManagerCall[];
  /** After the unit's file is gone. */
  readonly forget: readonly ManagerCall[];
  /** Ends with 0 while it runs. */
  readonly isRunning: ManagerCall;
  /** For people: where its lines are, and what else is of use. */
  readonly hints: readonly string[];
  /** What will go wrong some day. */
  readonly warnings: readonly string[];
}

/**
 * The manager of this system, with the service as it should be.
 *
 * @param asked `--manager`; `null` takes what the platform has.
 * @throws {CliError} Where there is none, or the gateway is not installed.
 */
export function serviceManager(asked: string | null, session: Session): ServiceManager {
  const { deps, cc } = session;
  const name = asked ?? PLATFORMS[process.platform];
  const config = userDir("XDG_CONFIG_HOME", ".config", session);
  const node = serviceNode({
    execPath: process.execPath,
    path: deps.env.PATH,
    checkoutDir: deps.checkoutDir,
  });
  const script = gatewayScript(cc);
  const parts = { node: node.path, script, envFile: join(config, "ccp", "env") };
  const warnings = [
    ...(node.lasts ? [] : [`the service names ${node.path}: run this again after an upgrade of Node`]),
    ...(isFleeting(script)
      ? [`the service names ${script}, which npx may clean away: install ccp first`]
      : []),
  ];
  if (name === "systemd") return systemd(parts, config, warnings);
  if (name === "launchd") {
    return launchd(
      parts,
      deps.homeDir,
      userDir("XDG_STATE_HOME", join(".local", "state"), session),
      warnings,
    );
  }
  throw new CliError({
    what: `there is no service manager that is known on ${process.platform}`,
    why: "systemd (Linux) and launchd (macOS) are",
    next: `run ${cc} start by what you have`,
    exitCode: EXIT.failed,
  });
}

const PLATFORMS: Readonly<Partial<Record<NodeJS.Platform, ManagerName>>> = {
  linux: "systemd",
  darwin: "launchd",
};

type Parts = Parameters<typeof systemdUnit>[0];

function systemd(parts: Parts, config: string, warnings: readonly string[]): ServiceManager {
  const unitPath = join(config, "systemd", "user", "ccp.service");
  const call = (...args: string[]): ManagerCall => ({ file: "systemctl", args: ["--user", ...args] });
  return {
    name: "systemd",
    unitPath,
    unitText: systemdUnit(parts),
    envFile: parts.envFile,
    folders: [],
    // Not `--user`: that needs the very manager that may be missing, and reads the same settings.
    verify: { file: "systemd-analyze", args: ["verify", "--man=no", unitPath] },
    probe: call("show-environment"),
    start: [call("daemon-reload"), call("enable", "ccp.service"), call("restart", "ccp.service")],
    stop: [call("disable", "--now", "ccp.service")],
    forget: [call("daemon-reload")],
    isRunning: call("is-active", "--quiet", "ccp.service"),
    hints: [
      "its lines: journalctl --user -u ccp -f",
      'while nobody is logged in, too: loginctl enable-linger "$USER"',
    ],
    warnings,
  };
}

function launchd(parts: Parts, homeDir: string, state: string, warnings: readonly string[]): ServiceManager {
  const unitPath = join(homeDir, "Library", "LaunchAgents", `${LAUNCHD_LABEL}.plist`);
  const logFile = join(state, "ccp", "service.log");
  const domain = `gui/${process.getuid?.() ?? 0}`;
  const call = (...args: string[]): ManagerCall => ({ file: "launchctl", args });
  return {
    name: "launchd",
    unitPath,
    unitText: launchdPlist(parts, logFile),
    envFile: parts.envFile,
    folders: [dirname(logFile)],
    verify: { file: "plutil", args: ["-lint", unitPath] },
    probe: call("print", domain),
    // An agent that is loaded cannot be loaded again; that it was not loaded is no fault.
    start: [call("bootout", `${domain}/${LAUNCHD_LABEL}`), call("bootstrap", domain, unitPath)],
    stop: [call("bootout", `${domain}/${LAUNCHD_LABEL}`)],
    forget: [],
    isRunning: call("print", `${domain}/${LAUNCHD_LABEL}`),
    hints: [`its lines: tail -f ${logFile}`],
    warnings,
  };
}

function userDir(variable: string, fallback: string, { deps }: Session): string {
  const xdg = deps.env[variable]?.trim() ?? "";
  return isAbsolute(xdg) ? xdg : join(deps.homeDir, fallback);
}
