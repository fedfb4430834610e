import type { Size } from "../render/render-hud.ts";

/** The terminal as the full screen needs it. */
export interface HudTerminal {
  size(): Size;
  /** Into the second screen, keys unbuffered. */
  enter(): void;
  /** Back to the shell's screen; harmless when it is shown already. */
  leave(): void;
  /** @returns `false`: it does not keep up; nothing more should be written until `drained`. */
  write(text: string): boolean;
  /** Stops this process and its group, as Ctrl-Z does; `resumed` tells when it goes on. */
  suspend(): void;
  listen(listeners: TerminalListeners): void;
  /** Takes all listeners away and leaves the second screen. */
  close(): void;
}

export interface TerminalListeners {
  /** What was typed, as it came. */
  readonly typed: (text: string) => void;
  readonly resized: () => void;
  readonly resumed: () => void;
  readonly drained: () => void;
  /** The terminal is gone. */
  readonly hungUp: () => void;
}
