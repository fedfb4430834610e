import { createClient } from "@redis/client";
import { readScripts, type Script, type ScriptName } from "./redis-scripts.ts";

const CONNECT_TIMEOUT_MS = 2000;

/** A connection to one server. Calls take effect in the order they are made. It does not come back by itself. */
export interface RedisLink {
  /** @param keys Names of the keys. @param ask What the script reads, as JSON. */
  run(script: ScriptName, keys: readonly string[], ask: string): Promise<string>;
  /** The server's clock, epoch ms. */
  clock(): Promise<number>;
  close(): void;
}

export interface LinkOptions {
  /** `redis://`, `rediss://`, `valkey://` or `valkeys://`; its credentials appear nowhere else. */
  readonly url: string;
  /** Its messages are passed on to `onMessage`. */
  readonly channel: string;
  readonly onMessage: () => void;
  /** The connection is gone. Called once, never after {@link RedisLink.close}. */
  readonly onGone: (reason: string) => void;
}

/**
 * Connects, and brings the scripts along. A second connection listens, for the first may not while it works.
 *
 * @throws {Error} Whose message names the failure and no part of the URL.
 */
export async function connectRedis(options: LinkOptions): Promise<RedisLink> {
  const client = createClient({
    url: options.url.replace(/^valkey/, "redis"),
    RESP: 2,
    // A call that waits for a connection would wait longer than any request may.
    disableOfflineQueue: true,
    maintNotifications: "disabled",
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false },
  });
  const listener = client.duplicate();
  let isOpen = true;
  const end = (reason: string | null): void => {
    if (!isOpen) return;
    isOpen = false;
    for (const each of [client, listener]) if (each.isOpen) each.destroy();
    if (reason !== null) options.onGone(reason);
  };
  for (const each of [client, listener]) {
    each.on("error", (error: unknown) => end(describeFailure(error)));
    each.on("end", () => end("the connection was closed"));
  }
  const scripts = readScripts();
  try {
    await Promise.all([client.connect(), listener.connect()]);
    await listener.subscribe(options.channel, () => options.onMessage());
    for (const { text } of scripts.values()) await client.sendCommand(["SCRIPT", "LOAD", text]);
  } catch (error) {
    // Nobody has the link yet who could be told that it is gone.
    end(null);
    throw new Error(describeFailure(error));
  }
  const send = async (args: string[]): Promise<unknown> => {
    try {
      return await client.sendCommand(args);
    } catch (error) {
      throw new Error(describeFailure(error));
    }
  };
  return {
    async run(name, keys, ask) {
      const { sha } = scripts.get(name) as Script;
      return String(await send(["EVALSHA", sha, String(keys.length), ...keys, ask]));
    },
    async clock() {
      const [seconds, micros] = (await send(["TIME"])) as [string, string];
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    },
    close: () => end(null),
  };
}

/** What failed, in a few words that hold no address and no credential. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return "it failed";
  if (error instanceof AggregateError && error.errors.length > 0) return describeFailure(error.errors[0]);
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === "string") return code;
  // A server's own errors begin with a word in capitals: WRONGPASS, NOAUTH, LOADING, READONLY, MOVED.
  const [word] = /^[A-Z][A-Z_]{2,}/.exec(error.message) ?? [];
  if (word === "ERR") return error.message.replace(/[^\x20-\x7e]+/g, " ").slice(0, 120);
  return (
    word ??
    error.constructor.name
      .replace(/Error$/, "")
      .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
      .toLowerCase()
  );
}
