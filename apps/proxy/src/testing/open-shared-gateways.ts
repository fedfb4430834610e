import { createMemoryStore, type SharedStore } from "@ccp/shared-quota";
import { expect } from "vitest";
import { openGatewayId } from "../shared/gateway-id.ts";
import { createSharedParts } from "../shared/shared-parts.ts";
import {
  openTestGateway,
  TEST_NOW_MS,
  type TestGateway,
  type TestGatewayOptions,
} from "./open-test-gateway.ts";

/** What stands between a gateway and its plan, to be broken by a test. */
export interface Wire {
  /** Connecting fails. */
  refuses: boolean;
  /** Calls are made, and their answers do not come. */
  silent: boolean;
  /** Calls made so far, by name. */
  readonly calls: Record<"weigh" | "settle" | "sync", number>;
  /** Breaks the connection that is open. */
  cut(): void;
}

export interface SharedGateways {
  readonly gateways: readonly TestGateway[];
  readonly wires: readonly Wire[];
  /** Moves the time of all gateways and of the store, which then takes them for gone: they join anew. */
  advance(ms: number): Promise<void>;
  /** The store forgets all. */
  lose(): void;
  /** Waits until every gateway counts together with the others. */
  level(): Promise<void>;
}

/** Gateways on one plan in memory, each with lanes of its own. */
export async function openSharedGateways(
  count: number,
  options: TestGatewayOptions & { readonly capMs?: number } = {},
): Promise<SharedGateways> {
  let offsetMs = 0;
  const plan = createMemoryStore(() => TEST_NOW_MS + offsetMs);
  const wires = Array.from({ length: count }, createWire);
  const gateways = await Promise.all(
    wires.map((wire) => {
      const id = openGatewayId(null);
      return openTestGateway({
        ...options,
        openShared: ({ metrics, ...base }) =>
          createSharedParts({
            ...base,
            plan: "test",
            capMs: options.capMs ?? 2_000,
            connect: async (onGone) => wire.connect(plan.open(id.identity), onGone),
            renewId: id.renew,
            onDecision: metrics.sharedDecision,
          }),
      });
    }),
  );
  const opened: SharedGateways = {
    gateways,
    wires,
    async advance(ms) {
      offsetMs += ms;
      for (const { clock } of gateways) clock.advance(ms);
      for (const wire of wires) wire.cut();
      await opened.level();
    },
    lose: () => plan.lose(),
    async level() {
      for (const { gateway } of gateways) {
        await expect.poll(() => gateway.deps.shared?.status().state, { timeout: 10_000 }).toBe("on");
      }
    },
  };
  await opened.level();
  return opened;
}

function createWire(): Wire & {
  connect(store: SharedStore, onGone: (reason: string) => void): SharedStore & { close(): void };
} {
  let gone: (reason: string) => void = () => {};
  const wire = {
    refuses: false,
    silent: false,
    calls: { weigh: 0, settle: 0, sync: 0 },
    cut: () => gone("the connection was closed"),
    connect(store: SharedStore, onGone: (reason: string) => void) {
      if (wire.refuses) throw new Error("ECONNREFUSED");
      gone = onGone;
      const passed = <T>(name: keyof Wire["calls"], answer: Promise<T>): Promise<T> => {
        wire.calls[name] += 1;
        return wire.silent ? new Promise(() => {}) : answer;
      };
      return {
        clock: () => store.clock(),
        weigh: (request) => passed("weigh", store.weigh(request)),
        settle: (request) => passed("settle", store.settle(request)),
        sync: (request) => passed("sync", store.sync(request)),
        leave: () => store.leave(),
        onNews: (listener) => store.onNews(listener),
        close: () => {},
      } satisfies SharedStore & { close(): void };
    },
  };
  return wire;
}
