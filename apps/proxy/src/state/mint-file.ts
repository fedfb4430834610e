import { readJsonState, setAside, writeJsonState } from "@ccp/usage-store/node";
import type { Deps } from "../deps.ts";

/** Who minted what in the conversations that go on: a file of hashes and lane names. */
export interface MintFile {
  /** Writes what is new. */
  save(): void;
}

/** Brings back what the last process saved of signatures and tool ids; what came after that is in the journal. */
export function openMintFile(path: string, { mints, notice }: Pick<Deps, "mints" | "notice">): MintFile {
  const read = readJsonState(path);
  if (read.kind === "value") mints.restore(read.value);
  if (read.kind === "invalid") {
    const aside = setAside(path);
    const kept = aside === null ? "" : `; it is kept as ${aside}`;
    notice("warn", `${path} cannot be read (${read.reason})${kept}; who signed what is learned anew`);
  }
  let saved = mints.noted;
  let isTold = false;
  return {
    save() {
      const { noted } = mints;
      if (noted === saved) return;
      const written = writeJsonState(path, mints.snapshot());
      if (written.success) saved = noted;
      // Told once: it is tried again each minute.
      else if (!isTold) notice("warn", `who signed what cannot be saved (${written.reason}): ${path}`);
      isTold = !written.success;
    },
  };
}
