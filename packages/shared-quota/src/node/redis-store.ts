import {
  GATEWAY_LIFE_MS,
  type GatewayIdentity,
  MARK_KEEP_MS,
  type SettleReply,
  type SettleRequest,
  type SharedStore,
  type SyncReply,
  type SyncRequest,
  type UnknownGateway,
  type Weighed,
  type WeighRequest,
  type WindowAsk,
} from "../shared-store.ts";
import { parseReply, parseWeighed } from "./parse-reply.ts";
import { connectRedis, type RedisLink } from "./redis-link.ts";
import type { ScriptName } from "./redis-scripts.ts";

export interface RedisStoreOptions {
  readonly url: string;
  /** Which plan is shared: gateways that name the same one count together. Letters, digits, `.`, `_`, `-`. */
  readonly plan: string;
  readonly identity: GatewayIdentity;
  /** The connection is gone; every call fails from now on. */
  readonly onGone: (reason: string) => void;
  /** Takes the place of the server's clock, for tests. */
  readonly clock?: () => number;
}

export interface RedisStore extends SharedStore {
  close(): void;
}

/**
 * Opens the count of one plan in Redis or Valkey. All keys of a plan carry its name in braces, and so lie in one slot.
 *
 * @throws {Error} When the server cannot be reached; the message holds no part of the URL.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const listeners = new Set<() => void>();
  const link = await connectRedis({
    url: options.url,
    channel: channelOf(options.plan),
    onMessage: () => {
      for (const listener of listeners) listener();
    },
    onGone: options.onGone,
  });
  return new Store(link, options, listeners);
}

class Store implements RedisStore {
  readonly #link: RedisLink;
  readonly #options: RedisStoreOptions;
  readonly #listeners: Set<() => void>;

  constructor(link: RedisLink, options: RedisStoreOptions, listeners: Set<() => void>) {
    this.#link = link;
    this.#options = options;
    this.#listeners = listeners;
  }

  clock(): Promise<number> {
    const { clock } = this.#options;
    return clock === undefined ? this.#link.clock() : Promise.resolve(clock());
  }

  async weigh(request: WeighRequest): Promise<UnknownGateway | Weighed> {
    const { windows, reserve } = request;
    const scopes = [...new Set([...windows.map((ask) => ask.scope), ...(reserve?.scopes ?? [])])];
    const reply = await this.#run("weigh", windows, {
      windows: windows.map(toWindow),
      scopes: scopes.map(encodeURIComponent),
      reserve: reserve === null ? null : { ...reserve, scopes: reserve.scopes.map(encodeURIComponent) },
      probe: request.probe,
      newsVersion: request.newsVersion,
    });
    return parseWeighed(reply, scopes, this.#options.identity.gateway);
  }

  async settle({ counts, held, tells }: SettleRequest): Promise<SettleReply> {
    const windows = distinctWindows(counts);
    const ids = windows.map(idOf);
    const reply = await this.#run("settle", windows, {
      windows: windows.map(toWindow),
      counts: counts.map((count) => ({
        window: ids.indexOf(idOf(count)),
        at: count.atMs,
        tokens: count.tokens,
      })),
      held: held.map(toHeld),
      tells,
    });
    return parseReply<SettleReply>(reply, ["settled", "unknown"]);
  }

  async sync({ series, held, tells }: SyncRequest): Promise<SyncReply> {
    // One window a step: a server that works for long on one script serves nobody else meanwhile.
    for (const each of series) {
      const rows = each.rows.map((row) => [row.atMs, row.tokens]);
      const reply = await this.#run("sync-series", [each], { windows: [toWindow(each)], rows });
      const step = parseReply<SyncReply>(reply, ["synced", "taken"]);
      if (step.kind === "taken") return step;
    }
    return parseReply<SyncReply>(await this.#run("sync-end", [], { held: held.map(toHeld), tells }), [
      "synced",
      "taken",
    ]);
  }

  async leave(): Promise<void> {
    await this.#run("leave", [], {});
  }

  onNews(listener: () => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#link.close();
  }

  #run(
    script: ScriptName,
    windows: readonly Pick<WindowAsk, "scope" | "window">[],
    ask: object,
  ): Promise<string> {
    const { plan, identity, clock } = this.#options;
    const keys = [
      keyOf(plan, "gateways"),
      keyOf(plan, "held"),
      keyOf(plan, "news"),
      keyOf(plan, `life:${identity.gateway}`),
      ...windows.flatMap((window) => [
        keyOf(plan, `used:${idOf(window)}`),
        keyOf(plan, `part:${identity.gateway}:${idOf(window)}`),
      ]),
    ];
    const whole = {
      ...ask,
      gateway: identity.gateway,
      life: identity.life,
      seq: identity.nextSequence(),
      lifeMs: GATEWAY_LIFE_MS,
      markKeepMs: MARK_KEEP_MS,
      channel: channelOf(plan),
      now: clock?.(),
    };
    return this.#link.run(script, keys, JSON.stringify(whole, withoutNull));
  }
}

/** In Lua a null is a value that is true; what is left out is nil. */
function withoutNull(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}

function keyOf(plan: string, name: string): string {
  return `ccp:{${plan}}:${name}`;
}

function channelOf(plan: string): string {
  return keyOf(plan, "changes");
}

function idOf({ scope, window }: Pick<WindowAsk, "scope" | "window">): string {
  return `${encodeURIComponent(scope)}:${window}`;
}

function toWindow(
  ask: Pick<WindowAsk, "scope" | "window" | "lengthMs" | "bucketMs"> & Partial<WindowAsk>,
): object {
  return {
    id: idOf(ask),
    scope: encodeURIComponent(ask.scope),
    length: ask.lengthMs,
    bucket: ask.bucketMs,
    since: ask.sinceMs,
    ownStart: ask.ownStart === true,
  };
}

function toHeld({ scope, tokens }: { readonly scope: string; readonly tokens: number }): object {
  return { scope: encodeURIComponent(scope), tokens };
}

function distinctWindows<T extends Pick<WindowAsk, "scope" | "window">>(asks: readonly T[]): T[] {
  return [...new Map(asks.map((ask) => [idOf(ask), ask])).values()];
}
