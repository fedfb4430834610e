import { createHmac, randomBytes } from "node:crypto";
import { type AccountSighting, accountId } from "@ccp/router-policy";
import type { HeaderReader } from "@ccp/usage-contract";

const SALT_BYTES = 32;
const SALT = /^[0-9a-f]{64}$/;

/** Who a request is from, by salted hashes: a login can neither be read from them nor looked up. */
export type SightAccount = (headers: HeaderReader, userId: string | null) => AccountSighting;

/** @returns Hex, for a state folder that has none yet. */
export function newAccountSalt(): string {
  return randomBytes(SALT_BYTES).toString("hex");
}

export function isAccountSalt(value: unknown): value is string {
  return typeof value === "string" && SALT.test(value);
}

/** @param salt Asked for at each new login: it is read before the first request, and not when this is made. */
export function createAccountSight(salt: () => string): SightAccount {
  let last = { text: "", hash: "" };
  const hash = (kind: string, text: string): string =>
    createHmac("sha256", salt()).update(`${kind} ${text}`).digest("hex");
  /** One person's requests follow each other: most carry the credential of the last one. */
  const credentialHash = (text: string): string => {
    if (text !== last.text) last = { text, hash: hash("credential", text) };
    return last.hash;
  };
  return (headers, userId) => {
    const credential = headers.get("authorization") ?? headers.get("x-api-key");
    const id = accountId(userId);
    return {
      credential: credential === null ? null : credentialHash(credential),
      identity: id === null ? null : hash("account", id),
    };
  };
}
