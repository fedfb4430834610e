import type { ImportAnswer, ImportRequest, ImportRow } from "@ccp/usage-contract";
import { IMPORT_ATTEMPT, toImportedUsage } from "@ccp/usage-store";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import { unknownLane } from "./mark-limit.ts";

const WEEK_MS = 604_800_000;
const LEASE_MS = 60_000;

export type ImportOutcome =
  | { readonly kind: "answer"; readonly answer: ImportAnswer }
  | { readonly kind: "error"; readonly error: OwnError };

/**
 * `POST /v1/usage/import`: counts answers that did not pass the gateway, each id once for ever.
 *
 * @returns What became of them, or what is wrong with the request: then nothing was counted.
 */
export function importUsage(request: ImportRequest, deps: Deps): ImportOutcome {
  const stranger = request.rows.find(({ lane }) => !deps.lanes.has(lane));
  if (stranger !== undefined) return { kind: "error", error: unknownLane(stranger.lane, deps) };
  const nowMs = deps.clock.wallMs();
  const fresh = deps.imports.fresh(request.rows);
  try {
    // On record first: what is counted and not on record would be counted again.
    deps.imports.keep(fresh, nowMs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the import cannot be kept: ${reason}`;
    return { kind: "error", error: { status: 503, type: "api_error", message } };
  }
  const recent = fresh.filter(({ ts }) => ts * 1000 > nowMs - WEEK_MS);
  for (const row of recent) count(row, nowMs, deps);
  for (const row of fresh) deps.history.addImported(row);
  const known = request.rows.length - fresh.length;
  const answer = { ts: nowMs / 1000, counted: recent.length, known, past: fresh.length - recent.length };
  return { kind: "answer", answer };
}

/** Through a lease of nothing: what settles one is written down with its name, and so is counted once after a restart. */
function count(row: ImportRow, nowMs: number, deps: Deps): void {
  const { id: rid, lane, model } = row;
  const lease = { rid, attempt: IMPORT_ATTEMPT, lane, model, predicted: 0, deadlineMs: nowMs + LEASE_MS };
  deps.engine.reserve(lease, nowMs);
  deps.engine.settle(rid, IMPORT_ATTEMPT, toImportedUsage(row, deps.clock.localHour), nowMs);
}
