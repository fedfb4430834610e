export interface EnvVariable {
  readonly name: string;
  /** As a person would write it; `null` where nothing is assumed. */
  readonly default: string | null;
  /** Its value is never shown. */
  readonly secret: boolean;
  readonly meaning: string;
}

const row = (name: string, fallback: string | null, meaning: string): EnvVariable => ({
  name,
  default: fallback,
  secret: false,
  meaning,
});
const secret = (name: string, meaning: string): EnvVariable => ({
  name,
  default: null,
  secret: true,
  meaning,
});

/** Every variable that `parseEnv` reads, in the order of the documentation. Keys of lanes are named by the catalog. */
export const ENVIRONMENT: readonly EnvVariable[] = [
  row("CCP_HOST", "127.0.0.1", "address to listen on; one that others can reach needs both tokens"),
  row(
    "CCP_ALLOWED_HOSTS",
    null,
    "names beside its own under which the gateway may be called, with a port or for any: ccp,gateway.lan:8082",
  ),
  row("CCP_PORT", "8082", "port to listen on; 0 takes a free one"),
  row("PORT", null, "the same, read when CCP_PORT is not set"),
  row(
    "CCP_URL",
    "http://127.0.0.1:8082",
    "where the CLI finds the gateway; without it CCP_HOST and CCP_PORT",
  ),
  row("CCP_PROVIDERS_FILE", null, "provider catalog, before the other places are searched"),
  row("CCP_QUOTAS_FILE", null, "quota file, before the other places are searched"),
  row("CCP_STATE_DIR", null, "holds logs, results and the store"),
  row("CCP_LOGS_DIR", "$CCP_STATE_DIR/logs", "holds usage.jsonl"),
  row("CCP_REROUTE_MODE", "hybrid", "preemptive, run2cap or hybrid"),
  row("CCP_QUOTA_COOLDOWN_SEC", "300", "cooldown after a limit that named no reset, seconds; 0 disables"),
  row("CCP_CAL_SAMPLE_MINUTES", "60", "calibration tick in minutes, fractions allowed"),
  row(
    "CCP_PROBE_RESULTS",
    "$CCP_STATE_DIR/results/GLM_LIMIT_PROBE.md",
    "probe results read at start and tick",
  ),
  row("CCP_TUI", "0", "1 makes ccp hud fill the screen, as --tui does"),
  row("CCP_CLAUDE_BIN", null, "program that ccp claude starts; else claude in PATH"),
  row("CCP_DEV_ENABLE", "0", "1 mounts POST /v1/dev/sim-usage"),
  secret("CCP_ADMIN_TOKEN", "wanted as a bearer token by every mutating route"),
  secret("CCP_CLIENT_TOKEN", "wanted in x-ccp-token by /v1/messages and relayed paths"),
  row("CCP_MAX_BODY_MB", "32", "largest request body, in units of 1048576 bytes"),
  row("CCP_CONNECT_TIMEOUT", "10s", "longest wait for an upstream connection"),
  row(
    "CCP_HEADER_TIMEOUT",
    "600s",
    "longest wait for an upstream's headers, or for the next event of a stream that sends pings meanwhile",
  ),
  row(
    "CCP_SSE_IDLE_TIMEOUT",
    "300s",
    "longest time of an upstream stream without an event; pings, not comments, stretch it to CCP_HEADER_TIMEOUT",
  ),
  row("CCP_CLIENT_STALL_TIMEOUT", "300s", "longest time in which a client takes nothing of its answer"),
  row("CCP_PERSIST", "1", "0 keeps history in memory only; the log stays"),
  secret("CCP_REDIS_URL", "shared counters for several gateways: redis://host:6379/0?plan=NAME&timeout=50ms"),
  row("OFFLOAD_PAUSED", "0", "1 sends everything to anthropic"),
  row("CCP_MODEL", null, "route as if this model had been asked for"),
  row("CCP_PROFILE", null, "picks the scoped key variables of the catalog"),
  row(
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    null,
    "OpenTelemetry collector for spans and metrics (OTLP over HTTP); nothing is sent without one",
  ),
  row("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", null, "the same for spans alone, the whole URL"),
  row("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", null, "the same for metrics alone, the whole URL"),
  row("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json", "with grpc nothing is sent"),
  row("OTEL_TRACES_EXPORTER", "otlp", "none sends no spans"),
  row("OTEL_METRICS_EXPORTER", "otlp", "none sends no metrics"),
  row("OTEL_SDK_DISABLED", "false", "true sends nothing, whatever else is set"),
  row(
    "OTEL_TRACES_SAMPLER",
    "parentbased_always_on",
    "always_on, always_off, traceidratio, each with or without parentbased_",
  ),
  row("OTEL_TRACES_SAMPLER_ARG", "1", "share of traces that traceidratio keeps, 0 to 1"),
  row("OTEL_METRIC_EXPORT_INTERVAL", "60000", "milliseconds between two reports of metrics"),
  row("OTEL_METRIC_EXPORT_TIMEOUT", "30000", "longest wait for a report, milliseconds"),
  row("OTEL_BSP_SCHEDULE_DELAY", "5000", "longest wait of a finished span before it is sent, milliseconds"),
  row("OTEL_BSP_MAX_QUEUE_SIZE", "2048", "spans that wait for the collector; more are dropped"),
  secret("HTTPS_PROXY", "HTTP proxy through which https lanes are reached; lanes on this machine never are"),
  secret("HTTP_PROXY", "the same for http lanes"),
  secret("ALL_PROXY", "the same for lanes that neither of the two is for"),
  row(
    "NO_PROXY",
    null,
    "hosts reached directly: names with all below them, *.name, IPv4 blocks, host:port, *",
  ),
  secret("https_proxy", "wins over HTTPS_PROXY"),
  secret("http_proxy", "wins over HTTP_PROXY"),
  secret("all_proxy", "wins over ALL_PROXY"),
  row("no_proxy", null, "wins over NO_PROXY"),
  row(
    "NODE_EXTRA_CA_CERTS",
    null,
    "certificates that Node trusts beside its own, as of a proxy that reads TLS",
  ),
  row("XDG_CONFIG_HOME", "~/.config", "ccp/ in it is searched for catalog and quotas"),
  row("XDG_STATE_HOME", "~/.local/state", "ccp/ in it is the state directory outside a checkout"),
];
