import { readJsonState, writeJsonState } from "@ccp/usage-store/node";
import type { Deps } from "../deps.ts";

const SAVE_EVERY_MS = 30_000;

/** Who minted what in the conversations that go on. */
export interface MintFile {
  /** Writes what is new and stops watching. */
  close(): void;
}

/**
 * Brings back what the last process knew of signatures and tool ids, and saves it every half minute while there is news.
 * What a crash loses costs a conversation that changed lanes one refused attempt; only hashes and lane names are written.
 */
export function openMintFile(path: string, { mints, notice }: Pick<Deps, "mints" | "notice">): MintFile {
  const read = readJsonState(path);
  if (read.kind === "value") mints.restore(read.value);
  if (read.kind === "invalid") {
    notice("warn", `${path} cannot be read (${read.reason}); who signed what is learned anew`);
  }
  let saved = mints.noted;
  const save = (): void => {
    const { noted } = mints;
    const written = writeJsonState(path, mints.snapshot());
    if (written.success) saved = noted;
    else notice("warn", `who signed what cannot be saved (${written.reason}): ${path}`);
  };
  const timer = setInterval(() => {
    if (mints.noted !== saved) save();
  }, SAVE_EVERY_MS);
  timer.unref();
  return {
    close() {
      clearInterval(timer);
      if (mints.noted !== saved) save();
    },
  };
}
