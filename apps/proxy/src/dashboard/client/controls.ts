import type { SeriesRange } from "@ccp/usage-contract";
import { byId, setText } from "./dom.ts";
import type { Split } from "./series-data.ts";
import { applyTheme, nextTheme, storedTheme, storeTheme, type Theme } from "./theme-choice.ts";

export interface ControlHandlers {
  /** Seconds; `null` pauses. */
  pace(seconds: number | null): void;
  range(range: SeriesRange): void;
  split(split: Split): void;
  /** The colours have changed. */
  redraw(): void;
  /** What "copy as JSON" copies. */
  copy(): string;
}

/** Connects the page's buttons. All of them change what is shown, none of them the gateway. */
export function createControls(handlers: ControlHandlers): void {
  onChoice("pace", (value) => handlers.pace(value === "pause" ? null : Number(value)));
  onChoice("range", (value) => handlers.range(value as SeriesRange));
  onChoice("split", (value) => handlers.split(value as Split));
  themeButton(handlers.redraw);
  moreButton();
  copyButton("copy-command", () => byId("command").textContent ?? "");
  copyButton("copy-json", handlers.copy);
}

function onChoice(name: string, take: (value: string) => void): void {
  for (const input of document.querySelectorAll<HTMLInputElement>(`input[name="${name}"]`)) {
    input.addEventListener("change", () => {
      if (input.checked) take(input.value);
    });
  }
}

const THEME_WORDS: Readonly<Record<Theme, string>> = { auto: "system", light: "light", dark: "dark" };

function themeButton(redraw: () => void): void {
  const button = byId("theme");
  let theme = storedTheme();
  const show = (): void => {
    applyTheme(theme);
    button.setAttribute("aria-label", `Theme: ${THEME_WORDS[theme]}`);
    button.setAttribute("title", `Theme: ${THEME_WORDS[theme]}`);
    button.dataset.theme = theme;
  };
  show();
  button.addEventListener("click", () => {
    theme = nextTheme(theme);
    storeTheme(theme);
    show();
    redraw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

/** The stream starts short: what is below it should not have to be searched for. */
function moreButton(): void {
  const button = byId("more");
  button.addEventListener("click", () => {
    const isOpen = byId("stream").classList.toggle("all");
    button.setAttribute("aria-expanded", `${isOpen}`);
    setText(button, isOpen ? "Show fewer" : "Show more");
  });
}

const COPIED_MS = 1_500;

function copyButton(id: string, text: () => string): void {
  const button = byId(id);
  const label = button.textContent ?? "";
  button.addEventListener("click", async () => {
    setText(button, (await copy(text())) ? "Copied" : "Press Ctrl+C");
    setTimeout(() => setText(button, label), COPIED_MS);
  });
}

/** Browsers give the clipboard to https and loopback alone. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(byId("command"));
    return false;
  }
}
