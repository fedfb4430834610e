import { CliError } from "../../cli-error.ts";
import { loadPicture } from "../../load-picture.ts";
import type { Session } from "../../session.ts";
import { gatewayFacts } from "../../view/additive-fields.ts";
import { safeDeep } from "../data/safe-deep.ts";
import type { HudEvent } from "../state/hud-event.ts";
import type { HudSource } from "./hud-source.ts";

/** Windows move slowly; what happens in between comes as events. */
const USAGE_MS = 2000;
const METRICS_MS = 5000;
/** With the stream of events open and silent nothing but the clock moves: windows that slide, cooldowns that end. */
const IDLE_USAGE_MS = 10_000;
/** A gateway that restarts is back within a second or two. */
const RETRY_MS = 1000;

/** Answers take unequally long; a gateway that starts later than this is another one. */
const SAME_START_MS = 2000;

export interface HudFeed {
  /** Asks everything again now. */
  refresh(): void;
  /** Resolves when the signal has ended all of it. */
  readonly ended: Promise<void>;
}

/**
 * Keeps telling what the gateway says until `session.deps.signal` fires. It never throws for a gateway
 * that does not answer: it says so and tries again.
 */
export function runFeed(session: Session, source: HudSource, tell: (event: HudEvent) => void): HudFeed {
  const { deps } = session;
  const { signal } = deps;
  let wake = new AbortController();
  let startedMs: number | null = null;
  let lastId = 0;
  let isAnswering = false;

  let isStreaming = false;
  /** Something happened since the last look at the usage, or at the metrics. */
  const isNews = { usage: true, metrics: true };

  // One signal for all pauses: a composite for each of them would stay known to its sources for hours.
  const pause = (ms: number): Promise<void> => deps.sleep(ms, wake.signal);
  signal.addEventListener("abort", () => wake.abort(), { once: true });

  async function askUsage(): Promise<boolean> {
    try {
      const view = safeDeep(await session.client.usage());
      if (signal.aborted) return false;
      const { uptimeSec } = gatewayFacts(view);
      const before = startedMs;
      // A demo's uptime goes by its own, faster clock.
      const nowMs = view.demo === true ? view.ts * 1000 : deps.nowMs();
      startedMs = uptimeSec === null ? null : nowMs - uptimeSec * 1000;
      if (before !== null && startedMs !== null && startedMs - before > SAME_START_MS) {
        // Its events are numbered from 1 again.
        lastId = 0;
        tell({ kind: "restarted" });
      }
      isAnswering = true;
      tell({ kind: "usage", view });
    } catch (error) {
      if (signal.aborted) return false;
      isAnswering = false;
      tell({ kind: "lost", why: error instanceof CliError ? error.why : String(error) });
    }
    return isAnswering;
  }

  async function askMetrics(): Promise<void> {
    const metrics = await source.metrics();
    if (metrics !== null && !signal.aborted) tell({ kind: "metrics", metrics });
  }

  async function askReady(): Promise<void> {
    const ready = await source.ready();
    if (ready !== null && !signal.aborted) tell({ kind: "ready", ready });
  }

  async function usageLoop(): Promise<void> {
    while (!signal.aborted) {
      isNews.usage = false;
      if (!(await askUsage())) await pause(RETRY_MS);
      else await pauseWhileSilent("usage", USAGE_MS);
    }
  }

  /** Looks again at the usual pace while events come, and now and then while none do. */
  async function pauseWhileSilent(what: keyof typeof isNews, stepMs: number): Promise<void> {
    for (let waitedMs = 0; waitedMs < IDLE_USAGE_MS && !signal.aborted; waitedMs += stepMs) {
      const { signal: woken } = wake;
      await pause(stepMs);
      if (isNews[what] || !isStreaming || woken.aborted) return;
    }
  }

  async function metricsLoop(): Promise<void> {
    while (!signal.aborted) {
      isNews.metrics = false;
      if (isAnswering) await Promise.all([askMetrics(), askReady()]);
      if (isAnswering) await pauseWhileSilent("metrics", METRICS_MS);
      else await pause(RETRY_MS / 4);
    }
  }

  /** Asked before the stream is opened: whether it is the same gateway decides where the events go on. */
  async function eventsLoop(): Promise<void> {
    while (!signal.aborted) {
      if (await askUsage()) await readEvents();
      await pause(RETRY_MS);
    }
  }

  async function readEvents(): Promise<void> {
    const samples = await source.samples();
    if (samples !== null && !signal.aborted) tell({ kind: "samples", samples });
    try {
      await source.events({
        sinceId: lastId,
        signal,
        onOpen() {
          isStreaming = true;
          tell({ kind: "stream", isOpen: true });
        },
        onEvent(event, id) {
          lastId = id ?? lastId;
          isNews.usage = true;
          isNews.metrics = true;
          tell({ kind: "live", event });
        },
      });
    } catch {
      // Told by the state of the stream; the loop opens it again.
    }
    isStreaming = false;
    if (!signal.aborted) tell({ kind: "stream", isOpen: false });
  }

  async function begin(): Promise<void> {
    await tellLastKnown(session, tell);
    await Promise.all([usageLoop(), metricsLoop(), eventsLoop()]);
  }

  return {
    refresh() {
      const sleeping = wake;
      wake = new AbortController();
      sleeping.abort();
    },
    ended: begin(),
  };
}

/** A gateway that is down has left its log: better than an empty screen. */
async function tellLastKnown(session: Session, tell: (event: HudEvent) => void): Promise<void> {
  try {
    const { picture } = await loadPicture(session);
    if (!picture.live) tell({ kind: "known", view: safeDeep(picture.view), asOfTs: picture.asOfTs });
  } catch (error) {
    // No gateway and no log; the loops find the first out by themselves and tell it.
    if (!(error instanceof CliError)) throw error;
  }
}
