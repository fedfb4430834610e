import { readJsonState, setAside, writeJsonState } from "@ccp/usage-store/node";
import type { Notice } from "../deps.ts";
import { isAccountSalt, newAccountSalt } from "./accounts.ts";

/** The state folder's salt; a folder without one gets one. Without it, accounts are learned anew. */
export function readAccountSalt(path: string, notice: Notice): string {
  const read = readJsonState(path);
  if (read.kind === "value" && typeof read.value === "object" && read.value !== null) {
    const { salt } = read.value as { readonly salt?: unknown };
    if (isAccountSalt(salt)) return salt;
  }
  if (read.kind !== "missing") {
    const aside = setAside(path);
    const kept = aside === null ? "" : `; it is kept as ${aside}`;
    notice("warn", `${path} cannot be used${kept}; accounts are told apart anew`);
  }
  const salt = newAccountSalt();
  const written = writeJsonState(path, { version: 1, salt });
  if (!written.success)
    notice(
      "warn",
      `${path} cannot be written (${written.reason}); accounts are told apart anew at the next start`,
    );
  return salt;
}
