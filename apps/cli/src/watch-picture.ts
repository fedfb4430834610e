import { GatewayDownError } from "./client/gateway-down-error.ts";
import type { ExitCode } from "./exit-code.ts";
import { loadPicture } from "./load-picture.ts";
import type { Session } from "./session.ts";
import type { Picture } from "./view/picture.ts";
import { watchFrames } from "./watch.ts";

/**
 * Watches the gateway. When it goes away the last picture stays, marked as down and growing older: nothing is
 * zeroed. The log is only read when there was no picture at all.
 */
export function watchPicture(
  render: (picture: Picture) => Promise<string>,
  intervalSec: number,
  session: Session,
): Promise<ExitCode> {
  let last: Picture | null = null;
  return watchFrames(
    async () => {
      last = await nextPicture(last, session);
      return render(last);
    },
    intervalSec,
    session,
  );
}

async function nextPicture(last: Picture | null, session: Session): Promise<Picture> {
  if (last === null) return (await loadPicture(session)).picture;
  const { client, deps } = session;
  try {
    const view = await client.usage();
    return { view, live: true, url: client.url, nowSec: view.ts, asOfTs: view.ts };
  } catch (error) {
    if (!(error instanceof GatewayDownError)) throw error;
    return { ...last, live: false, nowSec: Math.max(last.nowSec, deps.nowMs() / 1000) };
  }
}
