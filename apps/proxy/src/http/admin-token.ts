import { createHash, timingSafeEqual } from "node:crypto";
import type { Deps } from "../deps.ts";

/** Whether a caller may change things: by the token where one is set, else anyone who got this far. */
export function hasAdminToken(authorization: string | undefined, deps: Pick<Deps, "settings">): boolean {
  const { adminToken } = deps.settings;
  return adminToken === null || sameToken(bearerToken(authorization), adminToken);
}

export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1] ?? null;
}

/** Compares digests: tokens of unequal length must take the same time too. */
export function sameToken(given: string | null, expected: string): boolean {
  if (given === null) return false;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
