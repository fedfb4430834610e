import { join } from "node:path";

/** How a command is tried once it is installed. */
export interface CommandLine {
  readonly args: readonly string[];
  /** Exit codes that are right. */
  readonly codes: readonly number[];
}

const plain = (command: string, ...more: string[]): CommandLine => ({
  args: [...command.split(" "), ...more],
  codes: [0],
});
const ends = (code: number, command: string, ...more: string[]): CommandLine => ({
  args: [...command.split(" "), ...more],
  codes: [code],
});

/**
 * One line for each command that `ccp --help` names, tried against a gateway whose only lane is `mock` and which has
 * answered one request.
 *
 * @param home Where the catalog and the state lie; nothing outside it is written.
 */
export function commandLines(home: string): Readonly<Record<string, CommandLine>> {
  return {
    start: ends(64, "start --traffic"),
    quotas: plain("quotas"),
    "quotas reload": plain("quotas reload"),
    status: plain("status"),
    hud: plain("hud --once"),
    providers: plain("providers"),
    "providers list": plain("providers list"),
    "providers show": plain("providers show mock"),
    "providers test": plain("providers test mock"),
    "providers reload": plain("providers reload"),
    "providers check": plain("providers check", join(home, "providers.yaml")),
    decide: plain("decide claude-haiku-4-5"),
    explain: plain("explain last"),
    logs: plain("logs"),
    guard: { args: ["guard"], codes: [0, 2] },
    env: plain("env"),
    claude: ends(127, "claude --bin /nowhere/claude"),
    config: ends(64, "config"),
    "config init": ends(64, "config init"),
    "config check": plain("config check"),
    "config show": plain("config show"),
    "config path": plain("config path"),
    "config schema": plain("config schema quotas"),
    completion: ends(64, "completion"),
    "completion bash": plain("completion bash"),
    "completion zsh": plain("completion zsh"),
    "completion fish": plain("completion fish"),
    "completion powershell": plain("completion powershell"),
    statusline: plain("statusline"),
    "statusline install": plain("statusline install --dry-run"),
    "statusline uninstall": plain("statusline uninstall --dry-run"),
    "statusline print": plain("statusline print"),
    doctor: { args: ["doctor"], codes: [0, 1] },
    service: ends(1, "service"),
    "service install": plain("service install --dry-run --manager systemd"),
    "service uninstall": plain("service uninstall --dry-run --manager systemd"),
    "service status": ends(1, "service status --manager systemd"),
    db: ends(64, "db"),
    "db status": plain("db status"),
    "db export": plain("db export --csv"),
    "db import": ends(1, "db import --jsonl", join(home, "nowhere")),
    import: ends(64, "import"),
    "import claude": ends(2, "import claude --dry-run"),
    agg: plain("agg", join(home, "state")),
    calibration: plain("calibration"),
    "calibration show": plain("calibration show"),
    "calibration reset": plain("calibration reset --yes"),
    probe: ends(64, "probe"),
    "probe glm": { args: ["probe", "glm"], codes: [1] },
    simulate: plain("simulate"),
  };
}
