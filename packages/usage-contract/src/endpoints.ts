import type { WireName } from "./wire/wire-schemas.ts";

/** What a route answers with when all went well. `upstream`: whatever the lane that served it said. */
export type AnswerType = "json" | "text" | "sse" | "html" | "none" | "upstream";

export interface Endpoint {
  readonly method: "GET" | "HEAD" | "POST" | "ANY";
  /** A trailing `/*` stands for the path itself and all below it. */
  readonly path: string;
  /** Changes something in the gateway: wants the admin token where one is set, and a non-browser caller. */
  readonly mutating: boolean;
  readonly summary: string;
  readonly query?: WireName;
  readonly request?: WireName;
  readonly response?: WireName;
  readonly status: number;
  readonly answers: AnswerType;
  /** The body is read as JSON whatever content type it comes with. */
  readonly anyType?: boolean;
  /** Other statuses that come with the same kind of body. */
  readonly sameShape?: readonly number[];
  /** Other media types of the same answer. */
  readonly alsoAs?: Readonly<Record<string, object>>;
  /** Statuses of the gateway's own errors, beside those that a query, a body or a token bring with them. */
  readonly errors?: readonly number[];
}

const reading = { mutating: false, status: 200, answers: "json" } as const;
const relayed = { mutating: false, status: 200, answers: "upstream" } as const;
const alive = { mutating: false, status: 200, answers: "none" } as const;

/**
 * Paths of the Anthropic API, its SDKs and Claude Code that are relayed without being looked into. Nothing else is: a path
 * that nobody knows would carry a conversation past routing and counting, or a stranger's key to Anthropic. `/*` stands for
 * the path itself and all below it.
 */
export const RELAYED_PATHS: readonly string[] = [
  "/v1/messages/batches/*",
  "/v1/models/*",
  "/v1/files/*",
  "/v1/skills/*",
  "/v1/complete",
  "/v1/organizations/*",
  "/v1/agents/*",
  "/v1/deployments/*",
  "/v1/deployment_runs/*",
  "/v1/dreams/*",
  "/v1/environments/*",
  "/v1/memory_stores/*",
  "/v1/sessions/*",
  "/v1/user_profiles/*",
  "/v1/vaults/*",
  "/v1/code/*",
  "/v1/environment_providers/*",
  "/v1/mcp_servers/*",
  "/v1/oauth/*",
  "/v1/session_ingress/*",
  "/api/claude_cli/*",
  "/api/claude_cli_feedback",
  "/api/claude_cli_profile",
  "/api/claude_code/*",
  "/api/claude_code_grove",
  "/api/claude_code_penguin_mode",
  "/api/claude_code_shared_session_transcripts",
  "/api/event_logging/*",
  "/api/oauth/*",
  "/api/organization/*",
  "/api/organizations/*",
  "/api/web/domain_info",
];

/** Every route of the gateway, first match wins: its router, its API description and the docs are made from this. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    ...relayed,
    method: "POST",
    path: "/v1/messages",
    summary: "Routed exchange; bytes untouched unless a named repair fired",
    errors: [400, 413, 415, 429, 502, 503, 504],
  },
  {
    ...relayed,
    method: "POST",
    path: "/v1/messages/count_tokens",
    summary: "Goes to the lane that would serve; a local estimate where no lane offers it; never counted",
    errors: [400, 413, 415],
  },
  { ...alive, method: "HEAD", path: "/", summary: "Reachability check of clients" },
  { ...alive, method: "GET", path: "/", summary: "Reachability check of people", answers: "text" },
  { ...alive, method: "HEAD", path: "/api/hello", summary: "Reachability check of Claude Code" },
  { ...alive, method: "GET", path: "/healthz", summary: "ok while the process lives", answers: "text" },
  {
    ...reading,
    method: "GET",
    path: "/readyz",
    summary: "Lanes and catalog; 503 while draining or on a catalog error",
    sameShape: [503],
    response: "Readyz",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/usage",
    summary: "Live view: lanes, windows, quotas, speeds",
    query: "UsageQuery",
    response: "UsageView",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/usage/samples",
    summary: "Finished exchanges from the store",
    query: "SamplesQuery",
    response: "SamplesView",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/usage/rollups",
    summary: "Usage by 5 minutes, hour or day, by model or lane, from the store",
    query: "RollupsQuery",
    response: "RollupsView",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/providers",
    summary: "Catalog in force: lanes, routes, and whether the gateway has their keys; never a key",
    response: "ProvidersView",
  },
  {
    ...reading,
    method: "POST",
    path: "/v1/providers/test",
    mutating: true,
    summary: "Asks a lane for its list of models, which costs nothing, to see whether it can be reached",
    request: "ProviderTestRequest",
    response: "ProviderTest",
    errors: [404],
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/usage/series",
    summary: "History of each lane in even steps: used shares, limits, times, tokens",
    query: "SeriesQuery",
    response: "SeriesView",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/requests",
    summary: "The newest requests, with the figures behind each decision",
    query: "RequestsQuery",
    response: "RequestsView",
    errors: [404],
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/usage/windows",
    summary: "How full each window was over time, from the store",
    query: "WindowsQuery",
    response: "WindowsView",
  },
  {
    ...reading,
    method: "POST",
    path: "/v1/usage/import",
    mutating: true,
    summary: "Counts answers that did not pass the gateway, each id once",
    request: "ImportRequest",
    response: "ImportAnswer",
  },
  { ...reading, method: "GET", path: "/v1/quotas", summary: "Quotas in force", response: "QuotasView" },
  {
    method: "POST",
    path: "/v1/providers/reload",
    mutating: true,
    summary: "Reads the catalog file chosen at start again; 422 with issues leaves the old catalog in force",
    errors: [400, 422],
    status: 204,
    answers: "none",
  },
  {
    method: "POST",
    path: "/v1/quotas/reload",
    mutating: true,
    summary: "Reads the quota file chosen at start again; 422 with issues leaves the old quotas in force",
    errors: [400, 422],
    status: 204,
    answers: "none",
  },
  {
    method: "POST",
    path: "/v1/quotas/mark-429",
    mutating: true,
    summary: "Marks a model as at its limit",
    request: "Mark429Request",
    status: 204,
    answers: "none",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/calibration",
    summary: "What was learned: gaps, bias, warn thresholds, units",
    response: "CalibrationView",
  },
  {
    method: "POST",
    path: "/v1/calibration/reset",
    mutating: true,
    summary: "Forgets what was learned, all of it or of one model or lane; the probe file stays",
    request: "CalibrationResetRequest",
    status: 204,
    answers: "none",
  },
  {
    method: "POST",
    path: "/v1/decisions",
    mutating: true,
    summary: "Dry run: where a request would go and why; kept as a sample, routing does not change",
    request: "DecisionRequest",
    response: "DecisionSample",
    status: 202,
    answers: "json",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/decisions",
    summary: "Dry-run samples, newest first",
    query: "DecisionsQuery",
    response: "DecisionsView",
  },
  {
    ...reading,
    method: "GET",
    path: "/v1/events",
    summary: "Live decisions, completions and samples as server-sent events",
    answers: "sse",
    errors: [503],
  },
  {
    ...reading,
    method: "POST",
    path: "/v1/statusline",
    summary: "Claude Code's status-line JSON in, whatever content type it comes with; one rendered line out",
    query: "StatuslineQuery",
    request: "StatuslineInput",
    anyType: true,
    answers: "text",
  },
  {
    ...reading,
    method: "POST",
    path: "/v1/dev/sim-usage",
    mutating: true,
    summary: "Books simulated usage; 404 unless CCP_DEV_ENABLE=1",
    request: "SimUsageRequest",
    response: "SimUsageAnswer",
    errors: [404],
  },
  {
    ...reading,
    method: "GET",
    path: "/metrics",
    summary: "Prometheus text, OpenMetrics when asked for",
    answers: "text",
    alsoAs: { "application/openmetrics-text": { schema: { type: "string" } } },
  },
  { ...reading, method: "GET", path: "/dashboard", summary: "Web page for people", answers: "html" },
  { ...reading, method: "GET", path: "/openapi.json", summary: "This description" },
  ...RELAYED_PATHS.map(
    (path): Endpoint => ({
      ...relayed,
      method: "ANY",
      path,
      summary: "Relayed to the anthropic lane untouched",
    }),
  ),
];
