import type { ImportAnswer, ImportRequest } from "@ccp/usage-contract";
import { IMPORT_ATTEMPT, type ImportedRow, isAhead, isInWindows, toImportedUsage } from "@ccp/usage-store";
import type { Deps } from "../deps.ts";
import type { OwnError } from "../http/answer.ts";
import { unknownLane } from "./mark-limit.ts";

const LEASE_MS = 60_000;

export type ImportOutcome =
  | { readonly kind: "answer"; readonly answer: ImportAnswer }
  | { readonly kind: "error"; readonly error: OwnError };

/**
 * `POST /v1/usage/import`: counts answers that did not pass the gateway, each id once for ever; of an answer that has
 * grown since it was imported, what came since.
 *
 * @returns What became of them, or what is wrong with the request: then nothing was counted.
 */
export function importUsage(request: ImportRequest, deps: Deps): ImportOutcome {
  const stranger = request.rows.find(({ lane }) => !deps.lanes.has(lane));
  if (stranger !== undefined) return { kind: "error", error: unknownLane(stranger.lane, deps) };
  const nowMs = deps.clock.wallMs();
  const ahead = request.rows.findIndex(({ ts }) => isAhead(ts, nowMs));
  if (ahead >= 0) return { kind: "error", error: fromTheFuture(ahead, nowMs) };
  const fresh = deps.imports.fresh(request.rows);
  try {
    // On record first: what is counted and not on record would be counted again.
    deps.imports.keep(fresh, nowMs);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the import cannot be kept: ${reason}`;
    return { kind: "error", error: { status: 503, type: "api_error", message } };
  }
  const recent = fresh.filter((row) => isInWindows(row, nowMs));
  for (const row of recent) count(row, nowMs, deps);
  for (const row of fresh) deps.history.addImported(row);
  const answer = {
    ts: nowMs / 1000,
    counted: recent.length,
    known: request.rows.length - fresh.length,
    past: fresh.length - recent.length,
    grown: fresh.filter(({ part }) => part > 0).length,
  };
  return { kind: "answer", answer };
}

/** Through a lease of nothing: what settles one is written down with its name, and so is counted once after a restart. */
function count(row: ImportedRow, nowMs: number, deps: Deps): void {
  const { id: rid, lane, model } = row;
  const attempt = IMPORT_ATTEMPT + row.part;
  const lease = { rid, attempt, lane, model, predicted: 0, deadlineMs: nowMs + LEASE_MS };
  deps.engine.reserve(lease, nowMs);
  deps.engine.settle(rid, attempt, toImportedUsage(row, deps.clock.localHour), nowMs);
}

function fromTheFuture(at: number, nowMs: number): OwnError {
  const latest = new Date(nowMs).toISOString();
  const message = `rows[${at}].ts lies in the future: an answer ends at most an hour after the gateway's clock, which shows ${latest}`;
  return { status: 422, type: "invalid_request_error", message };
}
