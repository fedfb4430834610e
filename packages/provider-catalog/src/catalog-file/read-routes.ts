import { ANTHROPIC_LANE, type LaneId, laneId, modelKey } from "@ccp/usage-contract/core";
import * as v from "valibot";
import type { Route } from "../catalog.ts";
import { quote } from "../issue/issue.ts";
import type { Report } from "../issue/report.ts";
import { looksLikeSecret } from "../issue/secrets.ts";
import { suggest } from "../issue/suggest.ts";
import { type RouteEntry, RouteSchema } from "../schema/providers-file.ts";
import { toPlain } from "../schema/to-plain.ts";
import { type KeyPath, nodeAt, type SourceNode } from "../source/source-node.ts";

/** Builds the routes. Names of lanes are checked even in an entry whose form is wrong, which is then left out. */
export function readRoutes(list: SourceNode | null, laneIds: readonly LaneId[], report: Report): Route[] {
  if (list?.kind !== "list") return [];
  return list.items.flatMap((node, index) => {
    const path = ["routes", index];
    checkLaneNames(node, path, laneIds, report);
    const parsed = v.safeParse(RouteSchema, toPlain(RouteSchema, node));
    return parsed.success ? [readRoute(parsed.output, path, report)] : [];
  });
}

function checkLaneNames(route: SourceNode, path: KeyPath, laneIds: readonly LaneId[], report: Report): void {
  const provider = textOf(nodeAt(route, ["provider"]));
  if (provider !== null) checkLaneName(provider, [...path, "provider"], laneIds, report);
  const fallback = nodeAt(route, ["fallback"]);
  for (const [index, item] of (fallback?.kind === "list" ? fallback.items : []).entries()) {
    const name = textOf(item);
    if (name !== null) checkLaneName(name, [...path, "fallback", index], laneIds, report);
  }
}

function readRoute(entry: RouteEntry, path: KeyPath, report: Report): Route {
  if (entry.pattern.trim() === "") {
    report.issue([...path, "pattern"], 'expected a model name or a pattern such as "glm-*", found a blank');
  }
  const provider = laneId(entry.provider);
  const fallback: LaneId[] = [];
  for (const [index, name] of (entry.fallback ?? []).entries()) {
    const lane = laneId(name);
    if (lane !== provider && !fallback.includes(lane)) fallback.push(lane);
    else report.warn([...path, "fallback", index], "stands in this route already: ignored");
  }
  return { pattern: entry.pattern.trim(), provider, fallback };
}

function textOf(node: SourceNode | null): string | null {
  return node?.kind === "scalar" && typeof node.value === "string" && node.value !== "" ? node.value : null;
}

export function checkLaneName(name: string, path: KeyPath, laneIds: readonly LaneId[], report: Report): void {
  if (laneIds.includes(laneId(name))) return;
  // Any text can stand where a provider's name belongs, a key too.
  const shown = laneIds.filter((id) => !looksLikeSecret(id));
  const suggestion = suggest(name, shown);
  const found = looksLikeSecret(name) ? "another text" : quote(name);
  const hint = suggestion === null ? "" : `; did you mean ${suggestion}?`;
  report.issue(path, `expected one of the providers ${shown.join(", ")}, found ${found}${hint}`);
}

/** Routes that can never decide anything, and requests that no route takes. */
export function warnAboutRoutes(routes: readonly Route[], laneIds: readonly LaneId[], report: Report): void {
  let catchAll: number | null = null;
  const seen = new Map<string, number>();
  for (const [index, { pattern }] of routes.entries()) {
    const path = ["routes", index];
    const earlier = catchAll ?? seen.get(modelKey(pattern));
    if (earlier !== undefined) report.warn(path, `never used: routes[${earlier}] takes these models first`);
    seen.set(modelKey(pattern), seen.get(modelKey(pattern)) ?? index);
    if (/^\*+$/.test(pattern)) catchAll ??= index;
  }
  if (catchAll === null && !laneIds.includes(ANTHROPIC_LANE)) {
    report.warn(
      ["providers"],
      `no route takes every model and there is no provider ${ANTHROPIC_LANE}: models without a route cannot be served`,
      "key",
    );
  }
}
