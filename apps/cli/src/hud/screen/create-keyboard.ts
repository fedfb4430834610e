import type { Key } from "../state/hud-event.ts";
import { endKeys, readKeys } from "./read-keys.ts";

/** A terminal sends a key's sequence at once; over a slow line it may come in two pieces. */
const ESC_MS = 60;

export interface Keyboard {
  /** Takes what the terminal sent. */
  typed(text: string): void;
  stop(): void;
}

/** Turns what a terminal sends into keys. */
export function createKeyboard(press: (key: Key) => void): Keyboard {
  let rest = "";
  let timer: NodeJS.Timeout | undefined;
  return {
    typed(text) {
      clearTimeout(timer);
      const read = readKeys(rest + text);
      rest = read.rest;
      for (const key of read.keys) press(key);
      if (rest === "") return;
      timer = setTimeout(() => {
        const keys = endKeys(rest);
        rest = "";
        for (const key of keys) press(key);
      }, ESC_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
