import { createGatewayClient } from "../client/gateway-client.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";
import { createHudSource } from "./feed/hud-source.ts";
import { type HudFeed, runFeed } from "./feed/run-feed.ts";
import type { TextStreamer } from "./node/stream-text.ts";
import { createKeyboard } from "./screen/create-keyboard.ts";
import { createPainter, type Painter } from "./screen/create-painter.ts";
import type { HudTerminal } from "./screen/hud-terminal.ts";
import type { HudEvent, Key } from "./state/hud-event.ts";
import { type HudState, initialState } from "./state/hud-state.ts";
import { reduceHud } from "./state/reduce-hud.ts";

const TIMEOUT_MS = 3000;
/** 128 + SIGHUP, as a shell tells it. */
const EXIT_HANGUP = 129;

/**
 * Shows the live screen until somebody leaves it.
 *
 * @returns 0 after `q`, 130 after Ctrl-C or SIGTERM, 129 when the terminal went away.
 */
export async function runFullScreen(
  session: Session,
  terminal: HudTerminal,
  streamText: TextStreamer,
): Promise<ExitCode> {
  const { deps } = session;
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, deps.signal]);
  const painter = createPainter(terminal, session.look, deps.nowMs);
  let exitCode: ExitCode = EXIT.interrupted;
  let state = initialState(session.client.url, session.cc);

  function quit(code: ExitCode): void {
    exitCode = code;
    stopping.abort();
  }
  function tell(event: HudEvent): void {
    if (signal.aborted) return;
    state = reduceHud(state, event, deps.nowMs());
    painter.show(state);
  }
  let feed: HudFeed | null = null;
  const keyboard = createKeyboard((key) => {
    if (!shellKey(key, { state, terminal, painter, feed, quit })) tell({ kind: "key", key });
  });
  terminal.listen({
    typed: keyboard.typed,
    resized: painter.redraw,
    resumed() {
      terminal.enter();
      painter.redraw();
    },
    drained: painter.drained,
    hungUp: () => quit(EXIT_HANGUP),
  });
  try {
    terminal.enter();
    painter.show(state);
    const live = endedBy(session, signal);
    feed = runFeed(live, createHudSource(live, streamText), tell);
    await feed.ended;
  } finally {
    // One that failed must not leave the others asking.
    stopping.abort();
    painter.stop();
    keyboard.stop();
    terminal.close();
  }
  return exitCode;
}

/** The same session, but leaving the screen ends its requests, and none of them can change anything. */
function endedBy({ client, deps, cc, ...session }: Session, signal: AbortSignal): Session {
  const options = {
    url: client.url,
    request: deps.request,
    adminToken: null,
    signal,
    cc,
    timeoutMs: TIMEOUT_MS,
  };
  return { ...session, cc, deps: { ...deps, signal }, client: createGatewayClient(options) };
}

interface Shell {
  readonly state: HudState;
  readonly terminal: HudTerminal;
  readonly painter: Painter;
  readonly feed: HudFeed | null;
  readonly quit: (code: ExitCode) => void;
}

/** Keys that do something to the process. @returns `false`: the key is the screen's. */
function shellKey({ name }: Key, { state, terminal, painter, feed, quit }: Shell): boolean {
  const isTyping = state.ui.typing !== null;
  if (name === "ctrl-c") quit(EXIT.interrupted);
  else if (name === "q" && !isTyping) quit(EXIT.ok);
  else if (name === "ctrl-z") terminal.suspend();
  else if (name === "ctrl-l") painter.redraw();
  else {
    if (name === "r" && !isTyping) feed?.refresh();
    return false;
  }
  return true;
}
