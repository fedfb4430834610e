import type { QuotaEngine, SharedWindow } from "@ccp/quota-engine";
import type { LaneId, TrafficClass } from "@ccp/usage-contract";

/** Models on lanes that are kept fresh without traffic. */
const MAX_WATCHED = 64;

export interface WatchedWindow {
  readonly lane: LaneId;
  readonly model: string;
  readonly window: SharedWindow;
}

/** A model on a lane. */
export interface Pair {
  readonly lane: LaneId;
  readonly model: string;
}

/** Which models on which lanes are kept fresh: those that quotas name, and those asked for lately. */
export class Watched {
  readonly #engine: QuotaEngine;
  readonly #named: () => readonly Pair[];
  /** The latest last. */
  readonly #pairs = new Map<string, Pair>();

  /** @param named What quotas name, as they stand. */
  constructor(engine: QuotaEngine, named: () => readonly Pair[]) {
    this.#engine = engine;
    this.#named = named;
  }

  /** The capped windows of all lanes that a request may go to. */
  windowsOf(
    asked: {
      readonly model: string;
      readonly laneIds: readonly LaneId[];
      readonly trafficClass: TrafficClass;
    },
    nowMs: number,
  ): WatchedWindow[] {
    const { model, trafficClass } = asked;
    return asked.laneIds.flatMap((lane) => {
      const windows = this.#engine.shared.windows({ lane, model, trafficClass, nowMs });
      if (windows.length > 0) this.#watch(lane, model);
      return windows.map((window) => ({ lane, model, window }));
    });
  }

  /** Those of everything that is kept fresh, each once. */
  all(nowMs: number): WatchedWindow[] {
    const windows = new Map<string, WatchedWindow>();
    for (const { lane, model } of [...this.#named().slice(0, MAX_WATCHED), ...this.#pairs.values()]) {
      for (const window of this.#engine.shared.windows({ lane, model, nowMs })) {
        windows.set(`${lane}\n${model}\n${window.scope}\n${window.window}`, { lane, model, window });
      }
    }
    return [...windows.values()];
  }

  #watch(lane: LaneId, model: string): void {
    const key = `${lane}\n${model}`;
    this.#pairs.delete(key);
    this.#pairs.set(key, { lane, model });
    const [oldest] = this.#pairs.keys();
    if (this.#pairs.size > MAX_WATCHED && oldest !== undefined) this.#pairs.delete(oldest);
  }
}
