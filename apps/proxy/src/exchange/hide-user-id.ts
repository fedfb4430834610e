import { createHmac } from "node:crypto";
import type { LaneRuntime } from "../lanes/lane-runtime.ts";

/**
 * What a lane is told in the place of `metadata.user_id`: the same for the same id, so that a session keeps its cache there,
 * and another one on each lane. Its form is taken everywhere: `user_` and 64 hex digits. The lane's key is the salt.
 */
export function hideUserId({ lane, secret }: Pick<LaneRuntime, "lane" | "secret">, userId: string): string {
  const salt = `${lane.id}\n${secret ?? ""}`;
  return `user_${createHmac("sha256", salt).update(userId).digest("hex")}`;
}
