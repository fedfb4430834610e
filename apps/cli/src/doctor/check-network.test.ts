import { parseEnv } from "@ccp/usage-contract";
import { expect, it } from "vitest";
import { checkNetwork } from "./check-network.ts";

const settings = (env: Record<string, string>) => parseEnv(env).settings;
const gateway = (proxies?: string[]) => ({
  gateway: {
    version: "1",
    node: "v24",
    pid: 1,
    host: "127.0.0.1",
    ...(proxies === undefined ? {} : { proxies }),
  },
});
const SHELL = { HTTPS_PROXY: "http://me:hunter2@proxy:3128" };

it("tells which proxy the gateway goes through, and none where there is none", () => {
  expect(checkNetwork(gateway(["http://proxy:3128 (HTTPS_PROXY)"]), settings({}))).toEqual([
    {
      name: "proxy",
      state: "ok",
      text: "lanes elsewhere are reached through http://proxy:3128 (HTTPS_PROXY)",
      fix: null,
    },
  ]);
  expect(checkNetwork(gateway(), settings({}))).toEqual([]);
});

it("warns of a proxy that this shell has and the gateway has not, and never shows its password", () => {
  const checks = checkNetwork(gateway(), settings(SHELL));
  expect(checks.map(({ state, text }) => [state, text])).toEqual([
    ["warn", "this shell has http://proxy:3128 (HTTPS_PROXY), the gateway uses no proxy"],
  ]);
  expect(JSON.stringify([checks, checkNetwork(null, settings(SHELL))])).not.toContain("hunter2");
});

it("says what a gateway started here would do", () => {
  expect(checkNetwork(null, settings(SHELL)).map(({ state }) => state)).toEqual(["ok"]);
});

it("warns of certificates that cannot be read: Node goes on without them", () => {
  expect(checkNetwork(null, settings({ NODE_EXTRA_CA_CERTS: "/nowhere.pem" }))).toMatchObject([
    { name: "certificates", state: "warn", text: "/nowhere.pem cannot be read (NODE_EXTRA_CA_CERTS)" },
  ]);
});
