import type { ConfigKind, ConfigLocation } from "@ccp/provider-catalog/node";
import { type Line, paintLines, type Span, span } from "./line.ts";
import type { Look } from "./look.ts";
import { safeText } from "./safe-text.ts";

export interface FoundConfig {
  readonly kind: ConfigKind;
  readonly location: ConfigLocation;
  /** The file was named, and is not there. */
  readonly missing: boolean;
}

/** Which file is used for each kind, and the places that were tried, in order. */
export function renderConfigPath(found: readonly FoundConfig[], look: Look): string {
  // A path is copied: it stays whole, however narrow the screen.
  return paintLines(found.flatMap(kindLines), { ...look, columns: Number.POSITIVE_INFINITY });
}

function kindLines({ kind, location, missing }: FoundConfig): Line[] {
  const title: Line = [span(kind.padEnd(11), "bold"), ...usedSpans(location)];
  const tried = location.tried.map((path, index): Line => {
    const mark =
      path !== location.path
        ? span("no file ", "dim")
        : missing
          ? span("missing ", "block")
          : span("used    ", "ok");
    return [
      span(`  ${index + 1}. `, "dim"),
      mark,
      span(safeText(path), path === location.path ? "plain" : "dim"),
    ];
  });
  return [title, ...tried];
}

const SOURCES: Readonly<Record<ConfigLocation["source"], string>> = {
  env: "named by the environment",
  user: "of the user",
  checkout: "of the checkout",
  built_in: "",
};

function usedSpans({ path, source, variable }: ConfigLocation): Span[] {
  if (path === null) return [span("built in"), span("  no file was found", "dim")];
  const why = variable === null ? SOURCES[source] : `named by ${variable}`;
  return [span(safeText(path)), span(`  ${why}`, "dim")];
}
