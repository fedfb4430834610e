import { laneId, type SimUsageRequest } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";

/**
 * Books usage nobody spent, spread over the past by `interval_ms`: for trying thresholds, never for real counts.
 *
 * @returns When the last repeat was booked, epoch ms.
 */
export function simulateUsage(request: SimUsageRequest, deps: Deps): number {
  const nowMs = deps.clock.wallMs();
  const lane = request.lane === undefined ? deps.preferredLane(request.model) : laneId(request.lane);
  const spentMs = (request.seconds ?? 0) * 1000;
  for (let i = request.repeat - 1; i >= 0; i -= 1) {
    const atMs = nowMs - i * request.interval_ms;
    deps.engine.record(
      {
        lane,
        model: request.model,
        counts: {
          inputTokens: request.in,
          outputTokens: request.out,
          cacheCreationTokens: 0,
          cacheReadTokens: 0,
        },
        atMs,
        wallMs: spentMs,
        streamMs: spentMs,
        ttftMs: null,
        localHour: deps.clock.localHour(atMs),
        estimated: true,
        timed: spentMs > 0,
      },
      nowMs,
    );
  }
  return nowMs;
}
