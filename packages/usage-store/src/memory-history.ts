import type { SamplesQuery, SamplesView, UsageEvent, UsageSample } from "@ccp/usage-contract";
import { toSample } from "./roll-up.ts";

/** The newest finished exchanges. */
export interface History {
  add(event: UsageEvent): void;
  /** By model, oldest first. `since` is epoch seconds, exclusive. */
  samples(query: SamplesQuery): SamplesView["models"];
}

const DEFAULT_CAPACITY = 20_000;

/** A history that lives in memory alone: bounded, oldest out first. */
export function createMemoryHistory(capacity: number = DEFAULT_CAPACITY): History {
  let rows: { readonly model: string; readonly sample: UsageSample }[] = [];
  return {
    add(event) {
      const sample = toSample(event);
      if (sample === null) return;
      rows.push({ model: event.model, sample });
      // Cut in blocks: shifting one by one would copy the list for each exchange.
      if (rows.length > capacity * 2) rows = rows.slice(-capacity);
    },
    samples({ since, model }) {
      const models: Record<string, UsageSample[]> = {};
      for (const row of rows.slice(-capacity)) {
        if ((since !== undefined && row.sample.ts <= since) || (model !== undefined && row.model !== model))
          continue;
        const list = Object.hasOwn(models, row.model) ? models[row.model] : undefined;
        if (list === undefined) models[row.model] = [row.sample];
        else list.push(row.sample);
      }
      return models;
    },
  };
}
