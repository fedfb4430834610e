import type { HudPorts } from "../hud-ports.ts";
import { openHudTerminal } from "./open-hud-terminal.ts";
import { streamText } from "./stream-text.ts";

/** Those of this process. */
export function processHudPorts(): HudPorts {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  return { openTerminal: () => (isTerminal ? openHudTerminal() : null), streamText };
}
