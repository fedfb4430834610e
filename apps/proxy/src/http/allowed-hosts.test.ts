import type { IncomingMessage } from "node:http";
import { parseEnv } from "@ccp/usage-contract";
import { expect, it } from "vitest";
import { guardRules, refuseRequest } from "./guard.ts";

const BOTH = { CCP_ADMIN_TOKEN: "a", CCP_CLIENT_TOKEN: "b", CCP_HOST: "0.0.0.0" };

function isServed(allowed: string, host: string, origin?: string): boolean {
  const { settings, errors } = parseEnv({ ...BOTH, CCP_ALLOWED_HOSTS: allowed });
  expect(errors).toEqual([]);
  const rawHeaders = ["Host", host, ...(origin === undefined ? [] : ["Origin", origin])];
  const incoming = { rawHeaders, url: "/healthz", headers: {}, httpVersionMajor: 1, httpVersionMinor: 1 };
  const rules = guardRules(settings.host, 8082, [], settings.allowedHosts);
  return refuseRequest(incoming as unknown as IncomingMessage, rules) === null;
}

it.each<[string, string, string | undefined, boolean]>([
  ["", "ccp:8082", undefined, false],
  ["ccp", "ccp:8082", undefined, true],
  ["CCP", "ccp", undefined, true],
  ["ccp", "ccp.evil.test:8082", undefined, false],
  ["ccp, gateway.lan:8082", "gateway.lan:8082", undefined, true],
  ["ccp,gateway.lan:8082", "gateway.lan:9999", undefined, false],
  ["ccp,gateway.lan:8082", "gateway.lan", undefined, false],
  ["fd00::7", "[fd00::7]:8082", undefined, true],
  ["gw.example", "gw.example", "https://gw.example", true],
  ["gw.example", "gw.example", "http://gw.example", true],
  ["gw.example", "gw.example", "https://evil.test", false],
  // Another port of that host is another program.
  ["gw.example", "gw.example:8082", "http://gw.example:9999", false],
  ["gw.example", "127.0.0.1:8082", "https://gw.example", false],
  ["gw.example", "127.0.0.1:8082", "http://127.0.0.1:8082", true],
])("CCP_ALLOWED_HOSTS=%s: Host %s, Origin %s is served: %s", (allowed, host, origin, served) => {
  expect(isServed(allowed, host, origin)).toBe(served);
});

it.each(["http://ccp", "a b", "ccp:0", "ccp:99999", "ccp:x", "*"])("%s is a clear error", (value) => {
  expect(parseEnv({ CCP_ALLOWED_HOSTS: value }).errors).toEqual([
    `CCP_ALLOWED_HOSTS is "${value}": expected host names with or without a port, comma between: ccp,gateway.lan:8082`,
  ]);
});
