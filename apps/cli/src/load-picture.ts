import { GatewayDownError } from "./client/gateway-down-error.ts";
import type { readLastKnown } from "./offline/last-known.ts";
import { safeText } from "./render/safe-text.ts";
import type { Session } from "./session.ts";
import type { Picture } from "./view/picture.ts";

export interface LoadedPicture {
  readonly picture: Picture;
  /** Why the picture is not live; `null` when it is. */
  readonly down: GatewayDownError | null;
}

/**
 * The gateway's view, or what its log says when nobody answers.
 *
 * @throws {GatewayDownError} When there is no log either.
 */
export async function loadPicture(session: Session): Promise<LoadedPicture> {
  const { client, deps } = session;
  try {
    const view = await client.usage();
    return { picture: { view, live: true, url: client.url, nowSec: view.ts, asOfTs: view.ts }, down: null };
  } catch (error) {
    if (!(error instanceof GatewayDownError)) throw error;
    const known = await lastKnown(error, session);
    if (known === null) throw error;
    if ("otherUrl" in known) {
      const place = safeText(known.stateDir);
      throw error.withReason(
        `what is recorded in ${place} is of another gateway (${safeText(known.otherUrl)})`,
      );
    }
    const nowSec = deps.nowMs() / 1000;
    const { view, asOfTs, stateDir } = known;
    const picture = { view, live: false, url: client.url, nowSec, asOfTs, stateDir };
    return { picture, down: error };
  }
}

/** A folder that may not be read is part of why there is nothing to show, not a fault of this program. */
async function lastKnown(down: GatewayDownError, session: Session): ReturnType<typeof readLastKnown> {
  const offline = await import("./offline/last-known.ts");
  try {
    return await offline.readLastKnown(session);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const place = path === undefined ? "its state folder" : safeText(path);
    throw down.withReason(`its last known state cannot be read either: ${place}: ${code}`);
  }
}
