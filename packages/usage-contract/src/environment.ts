import { type OtelSettings, readOtel } from "./environment-otel.ts";
import { type ProxySettings, readProxies } from "./environment-proxy.ts";
import { type EnvReader, readEnv } from "./environment-reader.ts";
import { isLoopbackHost } from "./loopback.ts";
import { DEFAULT_REROUTE_MODE, parseRerouteMode, type RerouteMode } from "./words.ts";

/** Everything the environment can set, units in the names. `null` is "not set": the caller's own rule applies. */
export interface Settings {
  /** Without brackets. */
  readonly host: string;
  /** 0 asks the system for a free port. */
  readonly port: number;
  /** Where the CLI finds the gateway, without a trailing slash. */
  readonly url: string;
  readonly providersFile: string | null;
  readonly quotasFile: string | null;
  readonly stateDir: string | null;
  readonly logsDir: string | null;
  readonly rerouteMode: RerouteMode;
  /** 0 disables cooldowns. */
  readonly cooldownSec: number;
  readonly calSampleMinutes: number;
  readonly probeResults: string | null;
  readonly tui: boolean;
  readonly devEnable: boolean;
  readonly adminToken: string | null;
  readonly clientToken: string | null;
  readonly maxBodyBytes: number;
  readonly connectTimeoutMs: number;
  readonly headerTimeoutMs: number;
  /** Longest time without an event of an answer; pings and comments do not count. */
  readonly sseIdleTimeoutMs: number;
  /** Longest time in which a client that is written to takes nothing. */
  readonly clientStallTimeoutMs: number;
  readonly persist: boolean;
  readonly redisUrl: string | null;
  readonly offloadPaused: boolean;
  readonly manualModel: string | null;
  /** Program that `cc claude` starts; `null`: `claude` in PATH. */
  readonly claudeBin: string | null;
  readonly profile: string | null;
  /** `null`: no OpenTelemetry. */
  readonly otel: OtelSettings | null;
  readonly proxies: ProxySettings;
  /** Read by Node itself at its start; kept to be looked at. */
  readonly extraCaCerts: string | null;
  /** Names beside the usual ones under which the gateway may be called, lower case; with a port or for any. */
  readonly allowedHosts: readonly string[];
  readonly xdgConfigHome: string | null;
  readonly xdgStateHome: string | null;
}

export interface ParsedEnv {
  /** Complete even beside errors: each bad value is replaced by its default. */
  readonly settings: Settings;
  /** One line each; the gateway starts all the same. */
  readonly warnings: string[];
  /** One line each; the gateway must not start. Never holds a token or a URL's credentials. */
  readonly errors: string[];
}

const BYTES_PER_MB = 1_048_576;
const MAX_COOLDOWN_SEC = 2_678_400;
const MAX_SAMPLE_MINUTES = 10_080;

/**
 * Reads every variable ccp knows. A variable that is set to blanks counts as not set.
 *
 * @param env Names to values, e.g. `process.env`. Passed in: this package reads no environment.
 * @example
 * parseEnv({ CCP_PORT: "abc" }).errors;
 * // => ['CCP_PORT is "abc": expected a whole number from 0 to 65535']
 */
export function parseEnv(env: Readonly<Record<string, string | undefined>>): ParsedEnv {
  const reader = readEnv(env);
  const listen = readListen(reader);
  const settings: Settings = {
    ...listen,
    url: readUrl(reader, listen),
    ...readFiles(reader),
    ...readQuotaRules(reader),
    ...readLimits(reader),
    tui: reader.flag("CCP_TUI", false),
    devEnable: reader.flag("CCP_DEV_ENABLE", false),
    adminToken: reader.token("CCP_ADMIN_TOKEN"),
    clientToken: reader.token("CCP_CLIENT_TOKEN"),
    persist: reader.flag("CCP_PERSIST", true),
    redisUrl: reader.secretUrl(
      "CCP_REDIS_URL",
      /^(?:redis|rediss|valkey|valkeys):\/\/\S+$/,
      "redis://host:6379",
    ),
    profile: reader.text("CCP_PROFILE"),
    otel: readOtel(reader),
    proxies: readProxies(reader),
    extraCaCerts: reader.text("NODE_EXTRA_CA_CERTS"),
    allowedHosts: reader.hosts("CCP_ALLOWED_HOSTS"),
  };
  refuseOpenNetwork(reader, settings);
  return { settings, warnings: reader.warnings, errors: reader.errors };
}

type Listen = Pick<Settings, "host" | "port">;

function readListen(reader: EnvReader): Listen {
  const portName = reader.text("CCP_PORT") === null && reader.text("PORT") !== null ? "PORT" : "CCP_PORT";
  return {
    host: reader.host("CCP_HOST", "127.0.0.1"),
    port: reader.number(portName, 8082, { min: 0, max: 65_535, whole: true }),
  };
}

/** "Every address" is none that can be asked; this one is always among them. */
const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ["0.0.0.0", "127.0.0.1"],
  ["::", "127.0.0.1"],
]);

/** Without CCP_URL the CLI looks where the same environment would make the gateway listen. */
function readUrl(reader: EnvReader, { host, port }: Listen): string {
  const url = reader.httpUrl("CCP_URL");
  if (url !== null) return url;
  const reachable = WILDCARDS.get(host) ?? host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port === 0 ? 8082 : port}`;
}

function readFiles(reader: EnvReader) {
  return {
    providersFile: reader.text("CCP_PROVIDERS_FILE"),
    quotasFile: reader.text("CCP_QUOTAS_FILE"),
    stateDir: reader.text("CCP_STATE_DIR"),
    logsDir: reader.text("CCP_LOGS_DIR"),
    probeResults: reader.text("CCP_PROBE_RESULTS"),
    xdgConfigHome: reader.absolutePath("XDG_CONFIG_HOME"),
    xdgStateHome: reader.absolutePath("XDG_STATE_HOME"),
  };
}

function readQuotaRules(reader: EnvReader) {
  return {
    rerouteMode: readMode(reader),
    cooldownSec: reader.number("CCP_QUOTA_COOLDOWN_SEC", 300, { min: 0, max: MAX_COOLDOWN_SEC }),
    calSampleMinutes: reader.number("CCP_CAL_SAMPLE_MINUTES", 60, { above: 0, max: MAX_SAMPLE_MINUTES }),
    offloadPaused: reader.flag("OFFLOAD_PAUSED", false),
    manualModel: reader.text("CCP_MODEL"),
    claudeBin: reader.text("CCP_CLAUDE_BIN"),
  };
}

function readMode(reader: EnvReader): RerouteMode {
  const word = reader.text("CCP_REROUTE_MODE");
  if (word === null) return DEFAULT_REROUTE_MODE;
  const mode = parseRerouteMode(word);
  if (mode !== null) return mode;
  reader.warn("CCP_REROUTE_MODE", word, `no such mode, using ${DEFAULT_REROUTE_MODE}`);
  return DEFAULT_REROUTE_MODE;
}

function readLimits(reader: EnvReader) {
  return {
    maxBodyBytes: Math.round(reader.number("CCP_MAX_BODY_MB", 32, { above: 0, max: 1024 }) * BYTES_PER_MB),
    connectTimeoutMs: reader.duration("CCP_CONNECT_TIMEOUT", 10_000),
    headerTimeoutMs: reader.duration("CCP_HEADER_TIMEOUT", 600_000),
    sseIdleTimeoutMs: reader.duration("CCP_SSE_IDLE_TIMEOUT", 300_000),
    clientStallTimeoutMs: reader.duration("CCP_CLIENT_STALL_TIMEOUT", 300_000),
  };
}

/** Anyone who reaches the port could spend the owner's plan. */
function refuseOpenNetwork(reader: EnvReader, settings: Settings): void {
  if (isLoopbackHost(settings.host)) return;
  const missing = [
    ...(settings.adminToken === null ? ["CCP_ADMIN_TOKEN"] : []),
    ...(settings.clientToken === null ? ["CCP_CLIENT_TOKEN"] : []),
  ];
  if (missing.length === 0) return;
  reader.fail(
    "CCP_HOST",
    settings.host,
    `an address other machines can reach needs ${missing.join(" and ")}`,
  );
}
