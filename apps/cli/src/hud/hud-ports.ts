import type { TextStreamer } from "./node/stream-text.ts";
import type { HudTerminal } from "./screen/hud-terminal.ts";

/** What the live screen takes from outside beside {@link CliDeps}. */
export interface HudPorts {
  /** `null`: keyboard or screen is no terminal. */
  readonly openTerminal: () => HudTerminal | null;
  readonly streamText: TextStreamer;
}
