import { ANTHROPIC_LANE, type StatuslineInput, statuslineWindows } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

/** One line for Claude Code: the lanes' windows in percent used. Its own reading of the plan is taken in on the way. */
export function renderStatusline(input: StatuslineInput, isTrusted: boolean, deps: Deps): string {
  const nowMs = deps.clock.wallMs();
  const readings = statuslineWindows(input);
  // A reading can move traffic. Where an operator asks for a token, only who has it may do that.
  if (isTrusted && readings.length > 0) deps.engine.observeWindows(ANTHROPIC_LANE, null, readings, nowMs);
  const parts: string[] = [];
  for (const lane of deps.lanes.keys()) {
    const windows = deps.engine
      .laneWindows(lane, nowMs)
      .filter((window) => window.used_pct !== null)
      .map((window) => `${window.name} ${Math.round((window.used_pct ?? 0) * 100)}%`);
    if (windows.length > 0) parts.push(`${lane} ${windows.join(" ")}`);
  }
  return parts.length === 0 ? "ccp: no usage seen yet" : `ccp ${parts.join(" · ")}`;
}
