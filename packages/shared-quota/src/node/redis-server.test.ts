import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { NO_REDIS, REDIS_SERVER, startRedis, type TestRedis } from "../../test/redis-server.ts";
import { identity } from "../../test/store-contract.ts";
import { openRedisStore, type RedisStore } from "./redis-store.ts";

const OPENSSL = "/usr/bin/openssl";
const HOUR = 3_600_000;
const WINDOW = { scope: "model:zai:{odd} name", window: "rolling", lengthMs: 5 * HOUR, bucketMs: 60_000 };

type Options = Parameters<typeof startRedis>[0];

async function redisServer(options: Options = {}): Promise<TestRedis> {
  const redis = await startRedis(options);
  onTestFinished(() => redis.close());
  return redis;
}

async function open(url: string, onGone: (reason: string) => void = () => {}): Promise<RedisStore> {
  const store = await openRedisStore({ url, plan: "team-a", identity: identity("gateway-1"), onGone });
  onTestFinished(() => store.close());
  return store;
}

/** Does everything that writes a key. */
async function useAll(store: RedisStore): Promise<void> {
  const nowMs = await store.clock();
  const mark = {
    lane: "zai",
    model: null,
    markedAtMs: nowMs,
    declaredUntilMs: nowMs + HOUR,
    ownUntilMs: null,
    windowMs: null,
  };
  await store.sync({
    series: [{ ...WINDOW, rows: [{ atMs: nowMs, tokens: 5 }] }],
    held: [{ scope: WINDOW.scope, tokens: 7 }],
    tells: [{ kind: "mark", mark, byHand: false }],
  });
  await store.settle({
    counts: [{ ...WINDOW, window: "weekly", atMs: nowMs, tokens: 5 }],
    held: [],
    tells: [],
  });
  const ask = { ...WINDOW, sinceMs: nowMs, ownStart: true };
  const reserve = { scopes: [WINDOW.scope], tokens: 3, limits: [{ window: 0, tokens: 1e6 }] };
  const probe = { marks: [{ lane: "zai", model: null }], rid: "r", untilMs: nowMs + HOUR };
  expect(await store.weigh({ windows: [ask], reserve, probe, newsVersion: 0 })).toMatchObject({
    refusedBy: null,
  });
}

async function refusal(url: string): Promise<string> {
  const failed = await openRedisStore({ url, plan: "p", identity: identity("g"), onGone: () => {} }).catch(
    (error: unknown) => error,
  );
  return failed instanceof Error ? failed.message : "no error";
}

describe.skipIf(REDIS_SERVER === null)(
  `with a real server${REDIS_SERVER === null ? `: ${NO_REDIS}` : ""}`,
  () => {
    it("goes by the server's clock, not by the gateway's", async () => {
      const store = await open((await redisServer()).url);
      const before = Date.now();
      const nowMs = await store.clock();
      expect(nowMs).toBeGreaterThanOrEqual(before - 1);
      expect(nowMs).toBeLessThanOrEqual(Date.now() + 1);
      const reply = await store.sync({ series: [], held: [], tells: [] });
      expect(reply.nowMs).toBeGreaterThanOrEqual(nowMs);
    });

    it("gives every key an end, and puts all keys of a plan into one slot", async () => {
      const redis = await redisServer();
      const store = await open(redis.url);
      await useAll(store);
      const client = createClient({ url: redis.url });
      await client.connect();
      const keys = (await client.keys("*")).sort();
      const ends = await Promise.all(keys.map((key) => client.pTTL(key)));
      client.destroy();
      expect(keys).toEqual([
        "ccp:{team-a}:gateways",
        "ccp:{team-a}:held",
        "ccp:{team-a}:life:gateway-1",
        "ccp:{team-a}:news",
        "ccp:{team-a}:part:gateway-1:model%3Azai%3A%7Bodd%7D%20name:rolling",
        "ccp:{team-a}:part:gateway-1:model%3Azai%3A%7Bodd%7D%20name:weekly",
        "ccp:{team-a}:used:model%3Azai%3A%7Bodd%7D%20name:rolling",
        "ccp:{team-a}:used:model%3Azai%3A%7Bodd%7D%20name:weekly",
      ]);
      expect(ends.every((ms) => ms > 0 && ms <= 31 * 24 * HOUR)).toBe(true);
      const [gateways, held] = ends;
      // They end together: what is held must not outlive those who could let go of it.
      expect(Math.abs((gateways ?? 0) - (held ?? 0))).toBeLessThan(1000);
    });

    it("says when its server is gone, and fails every call from then on", async () => {
      const redis = await redisServer();
      const reasons: string[] = [];
      const store = await open(redis.url, (reason) => reasons.push(reason));
      await redis.stop();
      await expect.poll(() => reasons).toHaveLength(1);
      await expect(store.settle({ counts: [], held: [], tells: [] })).rejects.toThrow();
      expect(reasons).toHaveLength(1);
    });

    it("fails a call whose script the server forgot, so that the gateway connects anew", async () => {
      const redis = await redisServer();
      const store = await open(redis.url);
      const client = createClient({ url: redis.url });
      await client.connect();
      await client.sendCommand(["SCRIPT", "FLUSH"]);
      client.destroy();
      await expect(store.settle({ counts: [], held: [], tells: [] })).rejects.toThrow("NOSCRIPT");
    });

    it("shows nothing of its URL, whatever goes wrong", async () => {
      const redis = await redisServer({ password: "hunter2-canary" });
      expect(await refusal(redis.url.replace("hunter2-canary", "wrong-canary"))).toBe("WRONGPASS");
      expect(await refusal(redis.url.replace(":hunter2-canary@", ""))).toBe("NOAUTH");
      expect(await refusal(redis.url)).toBe("no error");
      await redis.stop();
      expect(await refusal(redis.url)).toBe("ECONNREFUSED");
      expect(await refusal("redis://user:canary@name.invalid:6379")).toMatch(/^E[A-Z_]+$/);
    });

    const noTls = existsSync(OPENSSL) ? "" : `: no ${OPENSSL} to make a certificate with`;
    it.skipIf(noTls !== "")(
      `speaks TLS where the URL says rediss, and refuses a certificate that nobody vouches for${noTls}`,
      async () => {
        const dir = mkdtempSync(join(tmpdir(), "ccp-tls-"));
        onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
        const [key, cert] = [join(dir, "key.pem"), join(dir, "cert.pem")];
        const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"];
        execFileSync(
          OPENSSL,
          [
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-keyout",
            key,
            "-out",
            cert,
            ...subject,
          ],
          { stdio: "ignore" },
        );
        const tls = [
          "--tls-cert-file",
          cert,
          "--tls-key-file",
          key,
          "--tls-ca-cert-file",
          cert,
          "--tls-auth-clients",
          "no",
        ];
        const redis = await redisServer({ tls });
        expect(await refusal(redis.url)).toMatch(/SELF_SIGNED/);
        const { getCACertificates, setDefaultCACertificates } = await import("node:tls");
        const trusted = getCACertificates("default");
        setDefaultCACertificates([...trusted, readFileSync(cert, "utf8")]);
        onTestFinished(() => setDefaultCACertificates(trusted));
        await useAll(await open(redis.url));
      },
    );
  },
);
