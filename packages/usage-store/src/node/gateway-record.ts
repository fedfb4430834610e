import { join } from "node:path";
import { readJsonState, type WriteResult, writeJsonState } from "./json-state.ts";

export const RECORD_NAME = "gateway.json";

/** Which gateway keeps its state in a folder: what a reader needs to tell it from another one when it is down. */
export interface GatewayRecord {
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Epoch ms. */
  readonly startedMs: number;
  /** Files in force; `null`: built in. */
  readonly catalogPath: string | null;
  readonly quotasPath: string | null;
  /** In the catalog's order; `off` says why a lane was switched off, without any secret. */
  readonly lanes: readonly { readonly id: string; readonly off: string | null }[];
}

export function writeGatewayRecord(stateDir: string, record: GatewayRecord): WriteResult {
  return writeJsonState(join(stateDir, RECORD_NAME), { version: 1, ...record });
}

/** @returns `null` where the folder has none that can be read: a gateway of an earlier version left none. */
export function readGatewayRecord(stateDir: string): GatewayRecord | null {
  const stored = readJsonState(join(stateDir, RECORD_NAME));
  if (stored.kind !== "value" || typeof stored.value !== "object" || stored.value === null) return null;
  const { version, host, port, pid, startedMs, catalogPath, quotasPath, lanes } = stored.value as Record<
    string,
    unknown
  >;
  if (version !== 1 || typeof host !== "string" || !isNumber(port) || !isNumber(pid) || !isNumber(startedMs))
    return null;
  return {
    host,
    port,
    pid,
    startedMs,
    catalogPath: typeof catalogPath === "string" ? catalogPath : null,
    quotasPath: typeof quotasPath === "string" ? quotasPath : null,
    lanes: Array.isArray(lanes) ? lanes.flatMap(toLane) : [],
  };
}

function toLane(value: unknown): GatewayRecord["lanes"][number][] {
  if (typeof value !== "object" || value === null) return [];
  const { id, off } = value as Record<string, unknown>;
  return typeof id === "string" ? [{ id, off: typeof off === "string" ? off : null }] : [];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
