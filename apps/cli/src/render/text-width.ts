import fastStringWidth from "fast-string-width";

/** Columns the text takes on a terminal: 2 for wide characters, 0 for combining ones. No escape codes inside. */
export function textWidth(text: string): number {
  return fastStringWidth(text);
}

export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - textWidth(text))) + text;
}

/** Keeps the start: `no response seen…`. */
export function cutEnd(text: string, width: number, ascii: boolean): string {
  if (textWidth(text) <= width) return text;
  const mark = ellipsis(ascii);
  return width <= mark.length
    ? mark.slice(0, Math.max(0, width))
    : takeWidth(text, width - mark.length) + mark;
}

/** Keeps both ends: of `claude-haiku-4.5`, the family and the number tell models apart. */
export function cutMiddle(text: string, width: number, ascii: boolean): string {
  if (textWidth(text) <= width) return text;
  const mark = ellipsis(ascii);
  const room = width - mark.length;
  if (room < 2) return cutEnd(text, width, ascii);
  const head = takeWidth(text, Math.ceil(room / 2));
  const tail = [...takeWidth([...text].reverse().join(""), Math.floor(room / 2))].reverse().join("");
  return head + mark + tail;
}

function ellipsis(ascii: boolean): string {
  return ascii ? "." : "…";
}

function takeWidth(text: string, width: number): string {
  let taken = "";
  let left = width;
  for (const character of text) {
    left -= textWidth(character);
    if (left < 0) break;
    taken += character;
  }
  return taken;
}
