import { execFileSync, spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** Why there is no tmux to test with; `null` when there is. */
export function tmuxMissing(): string | null {
  const { status } = spawnSync("tmux", ["-V"], { stdio: "ignore" });
  return status === 0 ? null : "tmux is not installed";
}

/** A shell in a terminal of its own, which nobody looks at but the test. */
export interface TmuxShell {
  /** What the terminal shows, line by line. */
  screen(): string[];
  /** Keys by tmux's names (`Enter`, `C-c`, `BTab`), or text as it is. */
  press(...keys: readonly string[]): void;
  resize(columns: number, rows: number): void;
  /** E.g. `alternate_on`, `cursor_flag`. */
  read(format: string): string;
  /** Process id of the program that runs in the shell; `null` when it waits for a command. */
  childPid(): number | null;
  /** Looks again and again until the screen fits. @throws {Error} With the screen, after the deadline. */
  until(what: string, fits: (screen: string) => boolean): Promise<string>;
  close(): void;
}

const DEADLINE_MS = 20_000;
const LOOK_MS = 40;

export function openTmuxShell(env: Readonly<Record<string, string>>): TmuxShell {
  const socket = `ccp-hud-test-${process.pid}`;
  const tmux = (...args: readonly string[]): string =>
    execFileSync("tmux", ["-L", socket, "-f", "/dev/null", "-u", ...args], {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", LANG: "C.UTF-8", TERM: "xterm" },
    });
  const settings = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
  tmux("new-session", "-d", "-x", "80", "-y", "24", ...settings, "/bin/sh");
  tmux("set-option", "-g", "status", "off");
  const shell: TmuxShell = {
    screen: () => tmux("capture-pane", "-p").split("\n").slice(0, -1),
    press: (...keys) => void tmux("send-keys", ...keys),
    resize: (columns, rows) => void tmux("resize-window", "-x", `${columns}`, "-y", `${rows}`),
    read: (format) => tmux("display-message", "-p", `#{${format}}`).trim(),
    childPid() {
      const { stdout } = spawnSync("pgrep", ["-P", shell.read("pane_pid")], { encoding: "utf8" });
      return /^\d+/.test(stdout) ? Number.parseInt(stdout, 10) : null;
    },
    async until(what, fits) {
      const endMs = Date.now() + DEADLINE_MS;
      for (;;) {
        const screen = shell.screen().join("\n");
        if (fits(screen)) return screen;
        if (Date.now() > endMs) throw new Error(`the screen never showed ${what}:\n${screen}`);
        await pause(LOOK_MS);
      }
    },
    close: () => void tmux("kill-server"),
  };
  return shell;
}
