import { readJsonState, writeJsonState } from "@ccp/usage-store/node";
import type { Deps } from "../deps.ts";

const SAVE_EVERY_MS = 30_000;

/** Where conversations stand: who minted what in them, and on which lane their prompt caches lie. */
export interface ConversationFile {
  /** Writes what is new and stops watching. */
  close(): void;
}

/**
 * Brings back what the last process knew of conversations, and saves it every half minute while there is news. What is
 * lost costs one refused attempt for a conversation that changed lanes; hashes and lane names are all that is written.
 */
export function openConversationFile(
  path: string,
  deps: Pick<Deps, "mints" | "sessions" | "clock" | "notice">,
): ConversationFile {
  const { mints, sessions, clock, notice } = deps;
  restore(path, deps);
  let saved = mints.noted;
  const save = (): void => {
    const { noted } = mints;
    const state = { version: 1, mints: mints.snapshot(), sessions: sessions.snapshot(clock.wallMs()) };
    const written = writeJsonState(path, state);
    if (written.success) saved = noted;
    else notice("warn", `what is known of conversations cannot be saved (${written.reason}): ${path}`);
  };
  const timer = setInterval(() => {
    if (mints.noted !== saved) save();
  }, SAVE_EVERY_MS);
  timer.unref();
  return {
    close() {
      clearInterval(timer);
      save();
    },
  };
}

function restore(
  path: string,
  { mints, sessions, notice }: Pick<Deps, "mints" | "sessions" | "notice">,
): void {
  const read = readJsonState(path);
  if (read.kind === "missing") return;
  if (read.kind === "invalid") {
    notice("warn", `${path} cannot be read (${read.reason}); what it said of conversations is learned anew`);
    return;
  }
  const state = typeof read.value === "object" && read.value !== null ? read.value : {};
  if ("mints" in state) mints.restore(state.mints);
  // The gateway's state with its journal is newer, where there is one.
  if ("sessions" in state && sessions.size === 0) sessions.restore(state.sessions);
}
