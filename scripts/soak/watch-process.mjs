// Loaded into the gateway's process before it starts: tells once a second how late its event loop ran.
import { monitorEventLoopDelay } from "node:perf_hooks";

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
setInterval(() => {
  const message = {
    p50Ms: delay.percentile(50) / 1e6,
    p99Ms: delay.percentile(99) / 1e6,
    maxMs: delay.max / 1e6,
  };
  delay.reset();
  process.send?.(message, () => undefined);
}, 1_000).unref();
process.channel?.unref();
