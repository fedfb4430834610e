import { safe } from "./format.ts";

type Child = Node | string | null | false;

interface Props {
  readonly [attribute: string]: string | number | boolean | null | undefined | ((event: Event) => void);
}

/**
 * Makes an element. Strings become text, never markup; a function under `on…` listens; `true` is an attribute without
 * value, `null`, `undefined` and `false` leave it out.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : safe(String(value)));
  }
  element.append(...nodes(children));
  return element;
}

/** Replaces what an element holds. */
export function fill(element: Element, ...children: readonly Child[]): void {
  element.replaceChildren(...nodes(children));
}

/** Sets a text only where it differs: each change is a layout, and a screen reader may speak it. */
export function setText(element: Element, text: string): void {
  const shown = safe(text);
  if (element.textContent !== shown) element.textContent = shown;
}

function nodes(children: readonly Child[]): (Node | string)[] {
  return children
    .filter((child) => child !== null && child !== false)
    .map((child) => (typeof child === "string" ? safe(child) : child));
}

/** An element of the page by its id. @throws {Error} When the page and this script do not belong together. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no #${id}`);
  return element;
}

/** Sets a custom property or style; attributes would be refused by the page's policy. */
export function style(element: HTMLElement, name: string, value: string): void {
  element.style.setProperty(name, value);
}

/** Text for screen readers alone. */
export function hidden(text: string): HTMLElement {
  return h("span", { class: "vh" }, text);
}

/** Keeps one element per key in order: what stays is updated, so that focus, selection and transitions survive. */
export function syncList<T>(
  parent: Element,
  items: readonly T[],
  keyOf: (item: T) => string,
  create: (item: T) => HTMLElement,
  update: (element: HTMLElement, item: T) => void,
): void {
  const known = new Map<string, HTMLElement>();
  for (const element of [...parent.children]) {
    if (element instanceof HTMLElement && element.dataset.key !== undefined)
      known.set(element.dataset.key, element);
  }
  const wanted = items.map((item) => {
    const key = keyOf(item);
    const element = known.get(key) ?? create(item);
    element.dataset.key = key;
    update(element, item);
    known.delete(key);
    return element;
  });
  for (const gone of known.values()) gone.remove();
  wanted.forEach((element, at) => {
    if (parent.children[at] !== element) parent.insertBefore(element, parent.children[at] ?? null);
  });
}
