import { type LoadedPicture, loadPicture } from "../load-picture.ts";
import { paintLines } from "../render/line.ts";
import type { Session } from "../session.ts";
import { safeDeep } from "./data/safe-deep.ts";
import type { HudSource } from "./feed/hud-source.ts";
import { renderOnce } from "./render/render-once.ts";
import type { HudEvent } from "./state/hud-event.ts";
import { initialState } from "./state/hud-state.ts";
import { reduceHud } from "./state/reduce-hud.ts";

/** Kept events come at once; so long nothing more means that all have come. */
const QUIET_MS = 120;
const LONGEST_MS = 1500;

/**
 * Prints the picture of this moment as plain lines.
 *
 * @throws {GatewayDownError} When there is no gateway and no log.
 */
export async function runOneFrame(session: Session, source: HudSource): Promise<LoadedPicture> {
  const { deps, client } = session;
  const loaded = await loadPicture(session);
  const { picture, down } = loaded;
  const nowMs = deps.nowMs();
  const events: HudEvent[] = [
    ...(down === null ? [] : [{ kind: "lost", why: down.why } as const]),
    picture.live
      ? { kind: "usage", view: safeDeep(picture.view) }
      : { kind: "known", view: safeDeep(picture.view), asOfTs: picture.asOfTs },
    ...(down === null ? await askRest(session, source) : []),
  ];
  const state = events.reduce(
    (before, event) => reduceHud(before, event, nowMs),
    initialState(client.url, session.cc),
  );
  const look = session.look();
  deps.stdout.write(paintLines(renderOnce(state, look, nowMs), look));
  return loaded;
}

async function askRest(session: Session, source: HudSource): Promise<HudEvent[]> {
  const [metrics, ready, samples, live] = await Promise.all([
    source.metrics(),
    source.ready(),
    source.samples(),
    keptEvents(session, source),
  ]);
  return [
    ...(metrics === null ? [] : [{ kind: "metrics", metrics } as const]),
    ...(ready === null ? [] : [{ kind: "ready", ready } as const]),
    ...(samples === null ? [] : [{ kind: "samples", samples } as const]),
    ...live,
  ];
}

/** The events the gateway has kept. The stream has no end: what is kept comes in one go, and then it is quiet. */
async function keptEvents({ deps }: Session, source: HudSource): Promise<HudEvent[]> {
  const events: HudEvent[] = [];
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, deps.signal]);
  let quiet = new AbortController();
  const waitForQuiet = async (): Promise<void> => {
    const mine = quiet;
    await deps.sleep(QUIET_MS, AbortSignal.any([signal, mine.signal]));
    if (!mine.signal.aborted) stop.abort();
  };
  const again = (): void => {
    quiet.abort();
    quiet = new AbortController();
    void waitForQuiet();
  };
  void deps.sleep(LONGEST_MS, signal).then(() => stop.abort());
  const onEvent = (event: Extract<HudEvent, { kind: "live" }>["event"]): void => {
    events.push({ kind: "live", event });
    again();
  };
  const onOpen = (): void => {
    events.push({ kind: "stream", isOpen: true });
    again();
  };
  await source.events({ sinceId: 0, signal, onOpen, onEvent }).catch(() => {});
  stop.abort();
  return events;
}
