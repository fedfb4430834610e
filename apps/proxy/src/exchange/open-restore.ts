import { openRestorer, type Restorer } from "@ccp/lane-repair";
import type { RelayInput } from "./relay.ts";

/** Gives an answer back the names that its request came with; `null` where none was changed. */
export function openRestore({ restore, isStream }: RelayInput): Restorer | null {
  return restore === null ? null : openRestorer({ isStream, ...restore });
}
