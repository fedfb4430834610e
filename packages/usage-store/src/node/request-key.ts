import { hash } from "node:crypto";

/**
 * Names an answer by the request id that its upstream gave it: enough to know it again in other records, and no header's
 * value on record.
 */
export function requestKey(requestId: string): string {
  return hash("sha256", requestId, "hex").slice(0, 16);
}
