import { setText } from "./dom.ts";
import { countdown, moment } from "./format.ts";

/** Marks an element whose text follows the gateway's clock; {@link tick} writes it. */
export function setTicking(element: HTMLElement, kind: "reset" | "left" | "age", ts: number | null): void {
  if (ts === null) {
    delete element.dataset.tick;
    return;
  }
  element.dataset.tick = kind;
  element.dataset.ts = `${ts}`;
}

/** Writes every text that depends on the time, e.g. each second. */
export function tick(root: ParentNode, nowTs: number): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-tick]")) {
    const ts = Number(element.dataset.ts);
    setText(element, textOf(element.dataset.tick ?? "", ts, nowTs));
  }
}

function textOf(kind: string, ts: number, nowTs: number): string {
  if (kind === "age") return `${countdown(nowTs - ts)} ago`;
  if (kind === "left") return countdown(ts - nowTs);
  return ts <= nowTs ? `${moment(ts, nowTs)} (now)` : `${moment(ts, nowTs)} (${countdown(ts - nowTs)})`;
}
