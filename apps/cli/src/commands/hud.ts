import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { TextStreamer } from "../hud/node/stream-text.ts";
import type { HudTerminal } from "../hud/screen/hud-terminal.ts";
import type { Session } from "../session.ts";
import { sayDown, sayIfEmpty } from "./picture-notes.ts";

const args: CliArgs = {
  tui: { type: "boolean", description: "full screen, live (as with CCP_TUI=1)" },
  once: { type: "boolean", description: "print one frame, whatever CCP_TUI says" },
};

export const hudCommand: CliCommand = {
  name: "hud",
  summary: "quotas, speeds, latency and decisions, live",
  args,
  notes: [
    "without --tui one frame is printed; so it is where there is no terminal",
    "keys: q quit, Tab pane, Enter explain, / filter, w window, p pause, m sort, r refresh, ? help",
  ],
  run: runHud,
};

async function runHud(input: CliInput, session: Session): Promise<ExitCode> {
  const { deps, settings, cc } = session;
  if (input.flag("tui") && input.flag("once")) {
    throw usageError("--tui and --once contradict each other", "give one of them", cc, "hud");
  }
  const ports = await deps.openHudPorts?.();
  const isWanted = input.flag("tui") || (settings.tui && !input.flag("once"));
  if (isWanted) {
    const terminal = deps.env.TERM === "dumb" ? null : (ports?.openTerminal() ?? null);
    if (ports !== undefined && terminal !== null) return showFullScreen(session, terminal, ports.streamText);
    await session.say.note("the full screen needs a terminal: here is one frame");
  }
  const [{ runOneFrame }, { createHudSource }] = await Promise.all([
    import("../hud/run-one-frame.ts"),
    import("../hud/feed/hud-source.ts"),
  ]);
  const streamText = ports?.streamText ?? (async () => {});
  const loaded = await runOneFrame(session, createHudSource(session, streamText));
  await sayDown(loaded, session);
  await sayIfEmpty(loaded, session);
  return loaded.down === null ? EXIT.ok : EXIT.unreachable;
}

async function showFullScreen(
  session: Session,
  terminal: HudTerminal,
  streamText: TextStreamer,
): Promise<ExitCode> {
  const { runFullScreen } = await import("../hud/run-full-screen.ts");
  return runFullScreen(session, terminal, streamText);
}
