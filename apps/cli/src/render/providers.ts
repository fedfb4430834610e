import type { ProviderView } from "../view/find-provider.ts";
import { flowLines } from "./flow.ts";
import { type Cell, type Column, cell, renderGrid } from "./grid.ts";
import { hostOf } from "./host-of.ts";
import { type Line, paintLines, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { safeText } from "./safe-text.ts";

const LANE_COLUMNS: readonly Column[] = [
  { header: "LANE", min: 6, gives: "last", card: "title" },
  { header: "BASE URL", min: 18, cut: "middle" },
  { header: "KEY", min: 12, cut: "middle" },
  { header: "SET" },
  { header: "HEADER", min: 6, dropped: 1, card: "none" },
  { header: "MODELS", min: 8, gives: "first", wideOnly: true, card: "none" },
  { header: "STATE", card: "state" },
];

const ROUTE_COLUMNS: readonly Column[] = [
  { header: "ROUTE", min: 8, cut: "middle", card: "title" },
  { header: "LANE", min: 6, card: "state" },
  { header: "ELSE", min: 6 },
];

/** What is shown of a lane; the wire's form and the catalog's own both fit. */
interface ShownLane {
  readonly base_url: string;
  readonly auth: { readonly header_mode: string };
  readonly models: Readonly<Record<string, unknown>>;
  readonly state: ProviderView["state"];
  readonly key_env: string | null;
  readonly key_set: boolean;
}

interface ShownCatalog {
  readonly providers: Readonly<Record<string, ShownLane>>;
  readonly routes: readonly {
    readonly pattern: string;
    readonly provider: string;
    readonly fallback: readonly string[];
  }[];
}

/** Whose keys were looked at. */
export interface KeyHolder {
  readonly from: "gateway" | "shell";
  /** Of the gateway that was asked. */
  readonly url: string;
}

/**
 * The catalog for people: lanes with the state of their keys, then the routes in the order they are tried.
 *
 * @param path The file it came from; `null` for the built-in catalog.
 * @param holder Left out where it goes without saying.
 */
export function renderProviders(
  view: ShownCatalog,
  path: string | null,
  look: Look,
  holder?: KeyHolder,
): string {
  const lanes = Object.entries(view.providers).map(([name, provider]): Cell[] => [
    cell(safeText(name)),
    cell(safeText(provider.base_url)),
    cell(safeText(provider.key_env ?? "-")),
    { spans: [setSpan(provider)] },
    cell(provider.auth.header_mode),
    cell(safeText(Object.keys(provider.models).join(" ") || "-")),
    { spans: [providerState(provider)] },
  ]);
  const routes = view.routes.map(({ pattern, provider, fallback }): Cell[] => [
    cell(safeText(pattern)),
    cell(safeText(provider)),
    cell(safeText(fallback.join(", ")) || "-"),
  ]);
  const source: Line = [span("catalog ", "bold"), span(path === null ? "built-in" : safeText(path))];
  const keys = holder === undefined ? [] : [holderLine(holder)];
  return paintLines(
    [
      ...flowLines([source, ...keys], look.columns, look),
      ...renderGrid(LANE_COLUMNS, lanes, look),
      [],
      ...renderGrid(ROUTE_COLUMNS, routes, look),
    ],
    look,
  );
}

function holderLine({ from, url }: KeyHolder): Line {
  const host = safeText(hostOf(url));
  return from === "gateway"
    ? [span(`keys of the gateway at ${host}`, "dim")]
    : [span("keys of this shell", "warn"), span(`: no gateway tells at ${host}`)];
}

/** Name of the variable and whether it is set. Its value is not known here. */
export function keySpans(name: string | null, isSet: boolean): Line {
  if (name === null) return [span("-")];
  return [span(`${safeText(name)} `), span(isSet ? "(set)" : "(missing)", isSet ? "ok" : "dim")];
}

function setSpan({ key_env, key_set }: ShownLane): Span {
  if (key_env === null) return span("-");
  return key_set ? span("yes", "ok") : span("no", "dim");
}

export function providerState({ state }: Pick<ProviderView, "state">): Span {
  switch (state) {
    case "passthrough":
    case "ready":
      return span("ready", "ok");
    case "missing_key":
      return span("no key", "warn");
    case "disabled":
      return span("off", "dim");
    case null:
      return span("?", "dim");
    default:
      state satisfies never;
      return span("?");
  }
}
