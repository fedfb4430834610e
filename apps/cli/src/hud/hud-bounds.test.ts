import type { LiveEvent } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { exchange } from "../test-kit/recorded-exchange.ts";
import { NOW_SEC } from "../test-kit/run-test.ts";
import { VIEWS } from "../test-kit/views.ts";
import type { EventStreamCall, HudSource } from "./feed/hud-source.ts";
import { runFeed } from "./feed/run-feed.ts";
import type { HudEvent } from "./state/hud-event.ts";
import { initialState } from "./state/hud-state.ts";
import { reduceHud } from "./state/reduce-hud.ts";
import { rowsOf } from "./view/pane-rows.ts";

// cortexkit/magic-context#200, github/copilot-cli#4750: a screen that costs processors while nothing happens.
describe("a screen that is left open for hours", () => {
  it("keeps as much after 100,000 events as it can show, and no more", () => {
    let state = initialState("http://127.0.0.1:8082", "cc");
    for (let index = 0; index < 34_000; index += 1) {
      const at = NOW_SEC + index * 3;
      for (const data of exchange({
        at,
        rid: `r${index}`,
        attempts: [{ lane: "zai" }, { lane: "anthropic" }],
      })) {
        const name = data.event === "decision" ? "decision" : "completion";
        state = reduceHud(state, { kind: "live", event: { name, data } as LiveEvent }, at * 1000);
      }
    }
    const { exchanges, minutes, samples, ended } = state.data;
    expect([exchanges.length, minutes.length, samples.length, ended]).toEqual([500, 180, 0, 34_000]);
    expect(Math.max(...exchanges.map(({ attempts }) => attempts.length))).toBe(2);
  });

  it("an exchange that never ends does not grow for ever", () => {
    let state = initialState("http://127.0.0.1:8082", "cc");
    const [decision] = exchange({ at: NOW_SEC, rid: "r" });
    for (let attempt = 1; attempt <= 1000; attempt += 1) {
      const event = { name: "decision", data: { ...decision, attempt } } as LiveEvent;
      state = reduceHud(state, { kind: "live", event }, NOW_SEC * 1000);
    }
    expect(state.data.exchanges.map(({ attempts }) => attempts.length)).toEqual([32]);
  });

  it("builds the rows of a view once, however many frames show it", () => {
    expect(rowsOf(VIEWS.normal)).toBe(rowsOf(VIEWS.normal));
  });
});

/** A feed on a clock of its own: each pause ends at once, and the test counts what was asked for. */
async function feedFor(pauses: number, eventEvery: number | null) {
  const asked = { usage: 0, metrics: 0 };
  const stop = new AbortController();
  const listeners = { most: 0 };
  let stream: EventStreamCall | null = null;
  let slept = 0;
  const told: HudEvent[] = [];
  const source: HudSource = {
    metrics: async () => {
      asked.metrics += 1;
      return null;
    },
    ready: async () => null,
    samples: async () => [],
    events(call) {
      stream = call;
      call.onOpen();
      return new Promise((resolve) => call.signal.addEventListener("abort", () => resolve(), { once: true }));
    },
  };
  const signals = new Set<AbortSignal>();
  const session = {
    cc: "cc",
    settings: {},
    client: {
      url: "http://127.0.0.1:8082",
      usage: async () => {
        asked.usage += 1;
        return { ...VIEWS.normal };
      },
    },
    deps: {
      nowMs: () => 0,
      signal: stop.signal,
      sleep: async (_ms: number, signal: AbortSignal) => {
        signals.add(signal);
        slept += 1;
        if (slept >= pauses) stop.abort();
        if (eventEvery !== null && slept % eventEvery === 0) {
          const [data] = exchange({ at: NOW_SEC, rid: `r${slept}` });
          stream?.onEvent({ name: "decision", data } as LiveEvent, slept);
        }
        await new Promise((resolve) => setImmediate(resolve));
      },
    },
  };
  await runFeed(session as never, source, (event) => void told.push(event)).ended;
  return { asked, signals: signals.size, listeners };
}

describe("the feed", () => {
  it("asks at a fifth of its pace while nothing happens, and makes no signal of its own for a pause", async () => {
    const silent = await feedFor(1000, null);
    const busy = await feedFor(1000, 1);
    expect(busy.asked.usage).toBeGreaterThan(2 * silent.asked.usage);
    expect(silent.asked.metrics).toBeLessThan(busy.asked.metrics);
    expect([silent.signals, busy.signals]).toEqual([1, 1]);
  });
});
