import { join } from "node:path";
import { readJsonState } from "@ccp/usage-store/node";

/** What a gateway saves every minute and at its end: counts, declared windows, marks. */
export interface SavedState {
  readonly savedMs: number;
  /** As the engine and the lane book wrote them; both check what they are given. */
  readonly engine: unknown;
  readonly book: unknown;
}

const STATE_NAME = "gateway-state.json";
const VERSION = 1;

/** @returns `null` when there is none, or one of a form this version does not know. */
export function readSavedState(stateDir: string): SavedState | null {
  const stored = readJsonState(join(stateDir, STATE_NAME));
  if (stored.kind === "missing" || stored.kind === "invalid") return null;
  const value: unknown = stored.value;
  if (typeof value !== "object" || value === null) return null;
  const { version, saved_ms, engine, book } = value as Readonly<Record<string, unknown>>;
  if (version !== VERSION || typeof saved_ms !== "number") return null;
  return { savedMs: saved_ms, engine, book };
}
