import type { CommandEntry } from "./cli-command.ts";

/** Every command, in the order `--help` lists them. A new one is one file and one line here. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  start: {
    summary: "run the gateway here",
    load: async () => (await import("./commands/start.ts")).startCommand,
  },
  quotas: {
    summary: "used, limit and reset per lane, model and window",
    load: async () => (await import("./commands/quotas.ts")).quotasCommand,
  },
  status: {
    summary: "lanes, mode, warnings, cooldowns and speeds",
    load: async () => (await import("./commands/status.ts")).statusCommand,
  },
  hud: {
    summary: "quotas, speeds, latency and decisions, live",
    load: async () => (await import("./commands/hud.ts")).hudCommand,
  },
  providers: {
    summary: "the provider catalog in force: lanes, keys and routes",
    load: async () => (await import("./commands/providers.ts")).providersCommand,
  },
  decide: {
    summary: "dry run: where a request would go, and why",
    load: async () => (await import("./commands/decide.ts")).decideCommand,
  },
  explain: {
    summary: "one request: inputs, rule, lanes tried, time wasted",
    load: async () => (await import("./commands/explain.ts")).explainCommand,
  },
  logs: {
    summary: "usage.jsonl, readable; -f follows it",
    load: async () => (await import("./commands/logs.ts")).logsCommand,
  },
  guard: {
    summary: "is there room? an exit code for scripts",
    load: async () => (await import("./commands/guard.ts")).guardCommand,
  },
  env: {
    summary: "lines that point this shell's agents at the gateway",
    load: async () => (await import("./commands/env.ts")).envCommand,
  },
  claude: {
    summary: "run Claude Code through the gateway",
    load: async () => (await import("./commands/claude.ts")).claudeCommand,
  },
  config: {
    summary: "init | check | show | path | schema: catalog and quota files",
    load: async () => (await import("./commands/config.ts")).configCommand,
  },
  completion: {
    summary: "bash | zsh | fish | powershell: what the tab key can add",
    load: async () => (await import("./commands/completion.ts")).completionCommand,
  },
  complete: {
    summary: "for the scripts of ccp completion",
    hidden: true,
    load: async () => (await import("./commands/complete.ts")).completeCommand,
  },
  statusline: {
    summary: "one line for Claude Code: lane, windows, resets",
    load: async () => (await import("./commands/statusline.ts")).statuslineCommand,
  },
  doctor: {
    summary: "find what is wrong, and say how to mend it",
    load: async () => (await import("./commands/doctor.ts")).doctorCommand,
  },
  service: {
    summary: "keep the gateway running: systemd --user or launchd",
    load: async () => (await import("./commands/service.ts")).serviceCommand,
  },
  db: {
    summary: "status | export | import: the history database",
    load: async () => (await import("./commands/db.ts")).dbCommand,
  },
  import: {
    summary: "claude: count usage that did not pass the gateway",
    load: async () => (await import("./commands/import.ts")).importCommand,
  },
  agg: {
    summary: "add up the histories of several gateways",
    load: async () => (await import("./commands/agg.ts")).aggCommand,
  },
  calibration: {
    summary: "what was learned about plans: gaps, bias, thresholds",
    load: async () => (await import("./commands/calibration.ts")).calibrationCommand,
  },
  probe: {
    summary: "find out where a plan's hidden limit lies",
    load: async () => (await import("./commands/probe.ts")).probeCommand,
  },
  simulate: {
    summary: "what each reroute mode would have done with recorded traffic",
    load: async () => (await import("./commands/simulate.ts")).simulateCommand,
  },
};
