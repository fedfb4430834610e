import { describe, expect, it } from "vitest";
import { parseEnv } from "./environment.ts";
import { ENVIRONMENT } from "./environment-table.ts";

const tokens = { CCP_ADMIN_TOKEN: "admin-secret", CCP_CLIENT_TOKEN: "client-secret" };
const settingsOf = (env: Record<string, string | undefined>) => parseEnv(env).settings;
const errorsOf = (env: Record<string, string | undefined>) => parseEnv(env).errors;

describe("parseEnv", () => {
  it("has a default for everything", () => {
    expect(parseEnv({})).toEqual({
      warnings: [],
      errors: [],
      settings: {
        host: "127.0.0.1",
        port: 8082,
        url: "http://127.0.0.1:8082",
        providersFile: null,
        quotasFile: null,
        stateDir: null,
        logsDir: null,
        rerouteMode: "hybrid",
        cooldownSec: 300,
        calSampleMinutes: 60,
        probeResults: null,
        tui: false,
        devEnable: false,
        adminToken: null,
        clientToken: null,
        maxBodyBytes: 33_554_432,
        connectTimeoutMs: 10_000,
        headerTimeoutMs: 600_000,
        sseIdleTimeoutMs: 300_000,
        clientStallTimeoutMs: 300_000,
        persist: true,
        redisUrl: null,
        offloadPaused: false,
        manualModel: null,
        claudeBin: null,
        profile: null,
        otel: null,
        proxies: { https: null, http: null, except: "" },
        extraCaCerts: null,
        allowedHosts: [],
        xdgConfigHome: null,
        xdgStateHome: null,
      },
    });
  });

  it("takes blanks as not set", () => {
    const blank = Object.fromEntries(ENVIRONMENT.map(({ name }) => [name, "  "]));
    expect(parseEnv(blank)).toEqual(parseEnv({}));
  });

  it("reads exactly the variables of the table", () => {
    const asked = new Set<string>();
    const spy = new Proxy<Record<string, string>>(
      {},
      {
        get: (_, name) => {
          asked.add(String(name));
          return undefined;
        },
      },
    );
    parseEnv(spy);
    // PORT is asked for only where CCP_PORT is missing, so the empty record above shows every name.
    expect([...asked].sort()).toEqual(ENVIRONMENT.map(({ name }) => name).sort());
  });

  it("reads every value", () => {
    const env = {
      CCP_HOST: "LocalHost",
      CCP_PORT: "0",
      CCP_URL: "https://ccp.example/base/",
      CCP_PROVIDERS_FILE: "/etc/ccp/providers.yaml",
      CCP_QUOTAS_FILE: "quotas.json",
      CCP_STATE_DIR: "/var/lib/ccp",
      CCP_LOGS_DIR: "/var/log/ccp",
      CCP_REROUTE_MODE: "run-to-cap",
      CCP_QUOTA_COOLDOWN_SEC: "0",
      CCP_CAL_SAMPLE_MINUTES: "0.05",
      CCP_PROBE_RESULTS: "probe.md",
      CCP_TUI: "1",
      CCP_DEV_ENABLE: "true",
      ...tokens,
      CCP_MAX_BODY_MB: "0.5",
      CCP_CONNECT_TIMEOUT: "50ms",
      CCP_HEADER_TIMEOUT: "2m",
      CCP_SSE_IDLE_TIMEOUT: "1h",
      CCP_CLIENT_STALL_TIMEOUT: "90s",
      CCP_PERSIST: "0",
      CCP_REDIS_URL: "rediss://user:pw@cache:6379/1",
      OFFLOAD_PAUSED: "on",
      CCP_CLAUDE_BIN: "/opt/claude",
      CCP_MODEL: "glm-4.7",
      CCP_PROFILE: "work",
      XDG_CONFIG_HOME: "/home/me/.config",
      XDG_STATE_HOME: "/home/me/.state",
    };
    expect(parseEnv(env)).toEqual({
      warnings: [],
      errors: [],
      settings: {
        host: "localhost",
        port: 0,
        url: "https://ccp.example/base",
        providersFile: "/etc/ccp/providers.yaml",
        quotasFile: "quotas.json",
        stateDir: "/var/lib/ccp",
        logsDir: "/var/log/ccp",
        rerouteMode: "run2cap",
        cooldownSec: 0,
        calSampleMinutes: 0.05,
        probeResults: "probe.md",
        tui: true,
        devEnable: true,
        adminToken: "admin-secret",
        clientToken: "client-secret",
        maxBodyBytes: 524_288,
        connectTimeoutMs: 50,
        headerTimeoutMs: 120_000,
        sseIdleTimeoutMs: 3_600_000,
        clientStallTimeoutMs: 90_000,
        persist: false,
        redisUrl: "rediss://user:pw@cache:6379/1",
        offloadPaused: true,
        claudeBin: "/opt/claude",
        manualModel: "glm-4.7",
        profile: "work",
        otel: null,
        proxies: { https: null, http: null, except: "" },
        extraCaCerts: null,
        allowedHosts: [],
        xdgConfigHome: "/home/me/.config",
        xdgStateHome: "/home/me/.state",
      },
    });
  });
});

describe("parseEnv: mode", () => {
  it("warns once about an unknown mode and takes hybrid", () => {
    const { settings, warnings, errors } = parseEnv({ CCP_REROUTE_MODE: "yolo" });
    expect(settings.rerouteMode).toBe("hybrid");
    expect(warnings).toEqual(['CCP_REROUTE_MODE is "yolo": no such mode, using hybrid']);
    expect(errors).toEqual([]);
  });
});

describe("parseEnv: values that are refused", () => {
  it.each([
    ["CCP_PORT", "abc", 'CCP_PORT is "abc": expected a whole number from 0 to 65535'],
    ["CCP_PORT", "70000", 'CCP_PORT is "70000": expected a whole number from 0 to 65535'],
    ["CCP_PORT", "80.5", 'CCP_PORT is "80.5": expected a whole number from 0 to 65535'],
    ["CCP_PORT", "0x50", 'CCP_PORT is "0x50": expected a whole number from 0 to 65535'],
    ["PORT", "-1", 'PORT is "-1": expected a whole number from 0 to 65535'],
    ["CCP_QUOTA_COOLDOWN_SEC", "-5", 'CCP_QUOTA_COOLDOWN_SEC is "-5": expected a number from 0 to 2678400'],
    [
      "CCP_CAL_SAMPLE_MINUTES",
      "0",
      'CCP_CAL_SAMPLE_MINUTES is "0": expected a number above 0 and up to 10080',
    ],
    ["CCP_MAX_BODY_MB", "NaN", 'CCP_MAX_BODY_MB is "NaN": expected a number above 0 and up to 1024'],
    [
      "CCP_CONNECT_TIMEOUT",
      "15",
      'CCP_CONNECT_TIMEOUT is "15": expected a duration above 0 and up to 24h, such as 50ms, 15s, 2m or 1h',
    ],
    [
      "CCP_SSE_IDLE_TIMEOUT",
      "0s",
      'CCP_SSE_IDLE_TIMEOUT is "0s": expected a duration above 0 and up to 24h, such as 50ms, 15s, 2m or 1h',
    ],
    [
      "CCP_HOST",
      "http://me:hunter2@h",
      "CCP_HOST is (not shown): expected a host name or address, without scheme or port",
    ],
    ["CCP_PORT", "80\u001b[2J", 'CCP_PORT is "80\\u001b[2J": expected a whole number from 0 to 65535'],
    ["CCP_TUI", "maybe", 'CCP_TUI is "maybe": expected 1 or 0'],
    ["CCP_TUI", "constructor", 'CCP_TUI is "constructor": expected 1 or 0'],
    [
      "CCP_HOST",
      "http://localhost",
      'CCP_HOST is "http://localhost": expected a host name or address, without scheme or port',
    ],
    [
      "CCP_HOST",
      "127.0.0.1:8082",
      'CCP_HOST is "127.0.0.1:8082": expected a host name or address, without scheme or port',
    ],
    [
      "CCP_URL",
      "localhost:8082",
      'CCP_URL is "localhost:8082": expected a URL such as http://127.0.0.1:8082',
    ],
  ])("%s=%s", (name, value, error) => {
    const parsed = parseEnv({ [name]: value });
    expect(parsed.errors).toEqual([error]);
    expect(parsed.settings).toEqual(settingsOf({}));
  });

  it.each([
    ["CCP_ADMIN_TOKEN", "my hunter2", "visible ASCII characters without blanks"],
    ["CCP_CLIENT_TOKEN", "hunter2\u00e9", "visible ASCII characters without blanks"],
    ["CCP_REDIS_URL", "http://me:hunter2@cache", "a URL such as redis://host:6379"],
    ["CCP_URL", "http://me:hunter2@gateway", "a URL without credentials"],
  ])("%s without showing the value", (name, value, expected) => {
    expect(errorsOf({ [name]: value })).toEqual([`${name}: expected ${expected} (the value is not shown)`]);
  });

  it("tells every fault", () => {
    expect(errorsOf({ CCP_PORT: "x", CCP_TUI: "x", CCP_HOST: "x y" })).toHaveLength(3);
  });
});

describe("parseEnv: who can reach the gateway", () => {
  it.each([
    [
      { CCP_HOST: "0.0.0.0" },
      'CCP_HOST is "0.0.0.0": an address other machines can reach needs CCP_ADMIN_TOKEN and CCP_CLIENT_TOKEN',
    ],
    [
      { CCP_HOST: "10.0.0.7", CCP_ADMIN_TOKEN: "a" },
      'CCP_HOST is "10.0.0.7": an address other machines can reach needs CCP_CLIENT_TOKEN',
    ],
    [
      { CCP_HOST: "::", CCP_CLIENT_TOKEN: "c" },
      'CCP_HOST is "::": an address other machines can reach needs CCP_ADMIN_TOKEN',
    ],
  ])("%j is refused", (env, error) => expect(errorsOf(env)).toEqual([error]));

  it.each(["127.0.0.2", "::1", "[::1]", "localhost"])("%s needs no tokens", (host) => {
    expect(errorsOf({ CCP_HOST: host })).toEqual([]);
  });

  it("takes any host with both tokens", () => {
    expect(errorsOf({ CCP_HOST: "0.0.0.0", ...tokens })).toEqual([]);
  });
});

describe("parseEnv: where the CLI looks", () => {
  it.each([
    [{ CCP_PORT: "9000" }, "http://127.0.0.1:9000"],
    [{ PORT: "9000" }, "http://127.0.0.1:9000"],
    [{ PORT: "9000", CCP_PORT: "9001" }, "http://127.0.0.1:9001"],
    [{ CCP_PORT: "0" }, "http://127.0.0.1:8082"],
    [{ CCP_HOST: "[::1]" }, "http://[::1]:8082"],
    [{ CCP_HOST: "constructor", ...tokens }, "http://constructor:8082"],
    [{ CCP_HOST: "0.0.0.0", ...tokens }, "http://127.0.0.1:8082"],
    [{ CCP_HOST: "::", ...tokens }, "http://127.0.0.1:8082"],
    [{ CCP_URL: "http://127.0.0.1:7/", CCP_PORT: "9000" }, "http://127.0.0.1:7"],
  ])("%j -> %s", (env, url) => expect(settingsOf(env).url).toBe(url));
});

describe("parseEnv: paths", () => {
  it("ignores a relative XDG directory, as that standard asks, and says so", () => {
    const { settings, warnings } = parseEnv({ XDG_CONFIG_HOME: "config" });
    expect(settings.xdgConfigHome).toBeNull();
    expect(warnings).toEqual(['XDG_CONFIG_HOME is "config": not an absolute path, ignored']);
  });
});
