import { describe, expect, it } from "vitest";
import { parseEnv } from "./environment.ts";
import { proxyFor } from "./environment-proxy.ts";

function through(origin: string, env: Record<string, string>): string | null {
  const { settings, errors } = parseEnv(env);
  expect(errors).toEqual([]);
  const proxy = proxyFor(origin, settings.proxies);
  return proxy === null ? null : `${proxy.origin} ${proxy.variable}`;
}

const PROXY = { HTTPS_PROXY: "http://proxy:3128" };

describe("which proxy a lane is reached through", () => {
  // KarpelesLab/teamclaude#155, #157; cnighswonger/claude-code-cache-fix#54, #55
  it.each<[string, Record<string, string>, string | null]>([
    ["https://api.example", PROXY, "http://proxy:3128 HTTPS_PROXY"],
    ["https://api.example", { https_proxy: "proxy:3128" }, "http://proxy:3128 https_proxy"],
    ["https://api.example", { ...PROXY, https_proxy: "http://low:1" }, "http://low:1 https_proxy"],
    ["https://api.example", { HTTP_PROXY: "http://proxy:3128" }, null],
    ["http://gpu.lan:8000", { HTTP_PROXY: "http://proxy" }, "http://proxy:80 HTTP_PROXY"],
    ["http://gpu.lan:8000", PROXY, null],
    ["https://api.example", { ALL_PROXY: "https://u:p@proxy" }, "https://proxy:443 ALL_PROXY"],
    [
      "https://api.example",
      { ...PROXY, all_proxy: "socks5://127.0.0.1:7891" },
      "http://proxy:3128 HTTPS_PROXY",
    ],
    ["http://127.0.0.1:9", { ALL_PROXY: "http://proxy:1" }, null],
    ["http://[::1]:9", { ALL_PROXY: "http://proxy:1" }, null],
    ["http://localhost:9", { HTTP_PROXY: "http://proxy:1" }, null],
    ["https://api.example", {}, null],
  ])("%s %j -> %s", (origin, env, expected) => expect(through(origin, env)).toBe(expected));

  it.each<[string, string, boolean]>([
    ["https://api.example", "*", true],
    ["https://api.example", "other, api.example", true],
    ["https://API.example", "Api.Example.", true],
    ["https://api.example", "example", true],
    ["https://api.example", ".example", true],
    ["https://api.example", "*.example", true],
    ["https://example", "*.example", false],
    ["https://api.example", "pi.example", false],
    ["https://api.example", "api.example:443", true],
    ["https://api.example", "api.example:8443", false],
    ["https://10.1.2.3:8443", "10.0.0.0/8", true],
    ["https://11.1.2.3", "10.0.0.0/8", false],
    ["https://11.1.2.3", "0.0.0.0/0", true],
    ["https://[fd00::7]", "[fd00::7]:443", true],
    ["https://[fd00::7]", "fd00::7", true],
    ["https://api.example", ",,", false],
  ])("%s with NO_PROXY=%s directly: %s", (origin, except, direct) => {
    expect(through(origin, { ...PROXY, NO_PROXY: except }) === null).toBe(direct);
    expect(through(origin, { ...PROXY, no_proxy: except }) === null).toBe(direct);
  });

  it.each([
    "http://",
    "ftp://proxy",
    "socks5://proxy:1",
    "http://proxy:99999",
    "a b",
    "http://u:%zz@h",
    "http://h/path",
  ])("%s is a clear error that shows no password", (value) => {
    expect(parseEnv({ HTTPS_PROXY: value }).errors).toEqual([
      "HTTPS_PROXY: expected a URL such as http://proxy:3128 (the value is not shown)",
    ]);
  });

  it("keeps user and password out of the address", () => {
    const { https } = parseEnv({ HTTPS_PROXY: "http://me:p%40ss@proxy:3128" }).settings.proxies;
    expect(https).toEqual({
      origin: "http://proxy:3128",
      login: "me:p@ss",
      variable: "HTTPS_PROXY",
    });
  });
});
