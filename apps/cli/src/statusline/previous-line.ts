import { rmSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { readSmallFile } from "@ccp/usage-store/node";
import type { CliDeps } from "../cli-deps.ts";
import { writeWhole } from "../node/write-whole.ts";
import { scanJson } from "./scan-json.ts";

type Places = Pick<CliDeps, "env" | "homeDir">;

/** The status line that ours took the place of, by settings file; kept until it is put back. */
export function readPrevious(settings: string, places: Places): string | null {
  const value = readAll(places)[settings];
  // Checked as any text from a file: a broken one would break the settings.
  return typeof value === "string" && scanJson(`{"value":${value}}`).success ? value : null;
}

/** @param text JSON; `null` forgets. */
export function writePrevious(settings: string, text: string | null, places: Places): void {
  const { [settings]: _before, ...others } = readAll(places);
  const all = text === null ? others : { ...others, [settings]: text };
  const path = previousPath(places);
  if (Object.keys(all).length === 0) rmSync(path, { force: true });
  else writeWhole(path, `${JSON.stringify(all, null, 2)}\n`, 0o600);
}

function previousPath({ env, homeDir }: Places): string {
  const xdg = env.XDG_STATE_HOME?.trim() ?? "";
  const state = isAbsolute(xdg) ? xdg : join(homeDir, ".local", "state");
  return join(state, "ccp", "statusline-before.json");
}

function readAll(places: Places): Readonly<Record<string, unknown>> {
  try {
    const read = readSmallFile(previousPath(places));
    const value: unknown = read.kind === "text" ? JSON.parse(read.text) : null;
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // None was kept, or what was kept cannot be read: then nothing is put back.
    return {};
  }
}
