import { modelKey } from "../../packages/usage-contract/src/index.ts";
import { decodeLine, eventKey } from "../../packages/usage-store/src/index.ts";
import { readUsageLog } from "../../packages/usage-store/src/node/index.ts";

/** What a log holds, counted without the gateway's help. */
export interface LogContent {
  /** Every entry, decisions too. */
  readonly keys: ReadonlySet<string>;
  /** Finished exchanges. */
  readonly rids: ReadonlySet<string>;
  /** Lines that are no event. */
  readonly torn: number;
  /** Raw tokens, input and output, by `model lane`. */
  readonly tokens: ReadonlyMap<string, number>;
}

export function readLog(logsDir: string): LogContent {
  const keys = new Set<string>();
  const rids = new Set<string>();
  const tokens = new Map<string, number>();
  let torn = 0;
  for (const line of readUsageLog(logsDir)) {
    const decoded = decodeLine(line);
    if (decoded.kind === "skip") {
      torn += 1;
      continue;
    }
    const { event } = decoded;
    keys.add(eventKey(event));
    if (event.event !== undefined) continue;
    rids.add(event.rid);
    const input =
      (event.input_tokens ?? 0) + (event.cache_creation_tokens ?? 0) + (event.cache_read_tokens ?? 0);
    const taken = input + (event.output_tokens ?? 0);
    const key = `${modelKey(event.model)} ${event.lane}`;
    if (taken > 0) tokens.set(key, (tokens.get(key) ?? 0) + taken);
  }
  return { keys, rids, torn, tokens };
}
