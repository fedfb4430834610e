import { stripVTControlCharacters } from "node:util";
import type { HudTerminal, TerminalListeners } from "../screen/hud-terminal.ts";

/** A terminal that only remembers. */
export interface ScreenTerminal extends HudTerminal {
  readonly written: string[];
  /** Whether the second screen is shown. */
  isEntered: boolean;
  /** What `write` returns: `false` is a terminal that does not keep up. */
  keepsUp: boolean;
  /** What comes from the terminal. */
  readonly from: TerminalListeners;
  /** Resolves once something written fits, looking at each write. */
  until(fits: (text: string) => boolean): Promise<string>;
}

export function createScreenTerminal(columns = 80, rows = 24): ScreenTerminal {
  const written: string[] = [];
  const waiting = new Set<(text: string) => void>();
  let listeners: TerminalListeners | null = null;
  const terminal: ScreenTerminal = {
    written,
    isEntered: false,
    keepsUp: true,
    size: () => ({ columns, rows }),
    enter() {
      terminal.isEntered = true;
    },
    leave() {
      terminal.isEntered = false;
    },
    write(text) {
      const plain = stripVTControlCharacters(text);
      written.push(plain);
      for (const look of waiting) look(plain);
      return terminal.keepsUp;
    },
    suspend: () => {},
    listen(given) {
      listeners = given;
    },
    close() {
      terminal.leave();
      listeners = null;
    },
    get from() {
      if (listeners === null) throw new Error("nobody listens to the terminal");
      return listeners;
    },
    until: (fits) =>
      new Promise((resolve) => {
        const look = (text: string): void => {
          if (!fits(text)) return;
          waiting.delete(look);
          resolve(text);
        };
        waiting.add(look);
        for (const text of written) look(text);
      }),
  };
  return terminal;
}
