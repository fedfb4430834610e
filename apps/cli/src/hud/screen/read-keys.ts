import type { Key } from "../state/hud-event.ts";

export interface ReadKeys {
  readonly keys: readonly Key[];
  /** The start of an escape sequence whose end has not come yet. */
  readonly rest: string;
}

const ESC = "\u001b";
const ESCAPE_KEY: Key = { name: "esc", text: null };
/** What follows ESC: CSI (`[ … letter`), SS3 (`O letter`). */
const SEQUENCE = /^(?:\[[0-?]*[ -/]*[@-~]|O[ -~])/;
/** One that may still go on. */
const UNFINISHED = /^(?:\[[0-?]*[ -/]*|O)?$/;

const SEQUENCES: Readonly<Record<string, string>> = {
  A: "up",
  B: "down",
  H: "home",
  F: "end",
  Z: "shift-tab",
  "1~": "home",
  "4~": "end",
  "5~": "pageup",
  "6~": "pagedown",
  "7~": "home",
  "8~": "end",
};

const CONTROLS: Readonly<Record<string, string>> = {
  "\r": "enter",
  "\n": "enter",
  "\t": "tab",
  "\u007f": "backspace",
  "\b": "backspace",
  "\u0003": "ctrl-c",
  "\u000c": "ctrl-l",
  "\u0015": "ctrl-u",
  "\u001a": "ctrl-z",
};

/**
 * What was typed, key by key. Sequences this screen has no use for are dropped whole, so that their letters do not
 * act as keys.
 *
 * @param text What the terminal sent, behind the `rest` of the time before.
 */
export function readKeys(text: string): ReadKeys {
  const keys: Key[] = [];
  let left = text;
  while (left !== "") {
    if (left.startsWith(ESC)) {
      const after = left.slice(ESC.length);
      if (UNFINISHED.test(after)) return { keys, rest: left };
      if (after.startsWith(ESC)) {
        keys.push(ESCAPE_KEY);
        left = after;
        continue;
      }
      const sequence = SEQUENCE.exec(after)?.[0];
      const name = sequence === undefined ? undefined : sequenceName(sequence);
      if (name !== undefined) keys.push({ name, text: null });
      // Anything else behind ESC is a key with Alt held: both go.
      left = after.slice((sequence ?? [...after][0] ?? "").length);
      continue;
    }
    const [character = ""] = left;
    left = left.slice(character.length);
    const control = CONTROLS[character];
    if (control !== undefined) keys.push({ name: control, text: null });
    else if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character))
      keys.push({ name: character, text: character });
  }
  return { keys, rest: "" };
}

/** A lone ESC is the key itself once nothing has followed for a moment. */
export function endKeys(rest: string): readonly Key[] {
  return rest === ESC ? [ESCAPE_KEY] : [];
}

/** Modifiers (`[1;5A`) do not matter here. */
function sequenceName(sequence: string): string | undefined {
  const body = sequence.slice(1);
  return (
    SEQUENCES[body] ??
    SEQUENCES[body.replace(/^\d*;\d+(?=[A-Z~])/, "")] ??
    SEQUENCES[body.replace(/;\d+~$/, "~")]
  );
}
