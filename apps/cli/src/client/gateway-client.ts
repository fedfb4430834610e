import type {
  CalibrationResetRequest,
  CalibrationWire,
  DecisionRequest,
  DecisionSample,
  ExplainedRequest,
  ProvidersView,
  ProviderTest,
  QuotasView,
  Readyz,
  SimUsageAnswer,
} from "@ccp/usage-contract";
import {
  type ConfigIssue,
  ErrorBodySchema,
  parseBody,
  type UsageView,
  UsageViewSchema,
} from "@ccp/usage-contract/usage-view";
import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import { GatewayDownError } from "./gateway-down-error.ts";
import { type HttpAnswer, type HttpCall, HttpFailure, type HttpRequester } from "./http-call.ts";
import { toIssue } from "./to-issue.ts";

export type ReloadResult =
  | { readonly success: true }
  | { readonly success: false; readonly message: string; readonly issues: readonly ConfigIssue[] };

/** The gateway's own routes. Every method throws `GatewayDownError` when nobody answers. */
export interface GatewayClient {
  readonly url: string;
  /** @param model Also tells where a request for this model would go, known or not (`asked`). */
  usage(model?: string | null): Promise<UsageView>;
  /** 503 is an answer, too: it says why the gateway is not ready. */
  ready(): Promise<Readyz>;
  quotas(): Promise<QuotasView>;
  /** One of its newest requests, with why each lane was chosen; `null` where it does not keep it any more. */
  request(rid: string): Promise<ExplainedRequest | null>;
  /** The catalog as the gateway has it, with its keys set or missing; `null` from a gateway that cannot tell. */
  providers(): Promise<ProvidersView | null>;
  /** Makes the gateway ask a lane for its models; `null` from a gateway that cannot. */
  testLane(lane: string): Promise<ProviderTest | null>;
  /** One line for a status line's JSON, as it came. */
  statusline(input: string, look: { readonly columns: number; readonly color: boolean }): Promise<string>;
  reloadQuotas(): Promise<ReloadResult>;
  reloadProviders(): Promise<ReloadResult>;
  calibration(): Promise<CalibrationWire>;
  resetCalibration(which: CalibrationResetRequest): Promise<void>;
  /** A dry run: where such a request would go now. Kept as a sample, routing does not change. */
  decide(request: DecisionRequest): Promise<DecisionSample>;
  /** Books usage nobody spent; `null` when the gateway was not started for that. */
  simulateUsage(usage: SimulatedUsage): Promise<SimUsageAnswer | null>;
}

export interface SimulatedUsage {
  readonly model: string;
  readonly in: number;
  readonly out: number;
  readonly lane?: string;
}

export interface GatewayClientOptions {
  /** Without a trailing slash. */
  readonly url: string;
  readonly request: HttpRequester;
  /** Sent with calls that change something, and only with those. */
  readonly adminToken: string | null;
  readonly signal: AbortSignal;
  /** How this command is called, for hints. */
  readonly cc: string;
  readonly timeoutMs: number;
}

type Wire = typeof import("@ccp/usage-contract");
type ViewSchema =
  | typeof UsageViewSchema
  | Wire[
      | "ReadyzSchema"
      | "QuotasViewSchema"
      | "RequestsViewSchema"
      | "CalibrationViewSchema"
      | "ProvidersViewSchema"
      | "ProviderTestSchema"
      | "DecisionSampleSchema"
      | "SimUsageAnswerSchema"];

/** All other shapes than those of `cc quotas`: loading them takes longer than the whole of its request. */
const wire = (): Promise<Wire> => import("@ccp/usage-contract");

/** Asked for what the log does not say; the log's own answer should not wait for it. */
const REQUEST_TIMEOUT_MS = 1000;
/** The gateway itself waits up to 5 s for a lane. */
const LANE_TEST_TIMEOUT_MS = 8000;

interface Asked {
  readonly value?: object | string;
  readonly timeoutMs?: number;
  /** Statuses that are answers; else 200. */
  readonly ok?: readonly number[];
  /** What to do where the caller's words were refused. */
  readonly mend?: string;
}

/** The ways in which a route is asked. Each throws what a person has to be told. */
function createCaller(options: GatewayClientOptions) {
  const { url, cc } = options;

  async function send(method: HttpCall["method"], path: string, asked: Asked = {}): Promise<HttpAnswer> {
    const answer = await call(method, path, asked, options);
    if ((asked.ok ?? [200]).includes(answer.status)) return answer;
    throw refused(answer, routeOf(method, path), url, cc, asked.mend);
  }

  async function view<S extends ViewSchema>(path: string, schema: S, ok: readonly number[] = [200]) {
    return read(await send("GET", path, { ok }), schema, routeOf("GET", path), options);
  }

  /** `null` from a gateway that does not have what was asked for. */
  async function viewOrNull<S extends ViewSchema>(
    method: HttpCall["method"],
    path: string,
    schema: S,
    asked: Asked = {},
  ) {
    const answer = await send(method, path, { ...asked, ok: [200, 404] });
    return answer.status === 404 ? null : read(answer, schema, routeOf(method, path), options);
  }

  return { send, view, viewOrNull };
}

export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { url, cc } = options;
  const { send, view, viewOrNull } = createCaller(options);
  async function reload(path: string): Promise<ReloadResult> {
    return toReloadResult(await send("POST", path, { ok: [200, 204, 422] }), routeOf("POST", path), options);
  }

  return {
    url,
    usage: (model = null) =>
      view(model === null ? "/v1/usage" : `/v1/usage?model=${encodeURIComponent(model)}`, UsageViewSchema),
    ready: async () => view("/readyz", (await wire()).ReadyzSchema, [200, 503]),
    quotas: async () => view("/v1/quotas", (await wire()).QuotasViewSchema),
    calibration: async () => view("/v1/calibration", (await wire()).CalibrationViewSchema),
    providers: async () => viewOrNull("GET", "/v1/providers", (await wire()).ProvidersViewSchema),
    request: async (rid) => {
      const path = `/v1/requests?rid=${encodeURIComponent(rid)}`;
      const timeoutMs = Math.min(options.timeoutMs, REQUEST_TIMEOUT_MS);
      const found = await viewOrNull("GET", path, (await wire()).RequestsViewSchema, { timeoutMs });
      return found?.requests.find((request) => request.rid === rid) ?? null;
    },
    testLane: async (lane) => {
      const asked = { value: { lane }, timeoutMs: LANE_TEST_TIMEOUT_MS };
      return viewOrNull("POST", "/v1/providers/test", (await wire()).ProviderTestSchema, asked);
    },
    simulateUsage: async (value) =>
      viewOrNull("POST", "/v1/dev/sim-usage", (await wire()).SimUsageAnswerSchema, { value }),
    statusline: async (value, { columns, color }) => {
      const query = `columns=${columns}${color ? "" : "&no_color=1"}`;
      const mend = "give it the JSON that Claude Code gives to a status line";
      return (await send("POST", `/v1/statusline?${query}`, { value, mend })).text;
    },
    reloadQuotas: () => reload("/v1/quotas/reload"),
    reloadProviders: () => reload("/v1/providers/reload"),
    resetCalibration: async (value) => {
      const mend = `${cc} calibration shows what is known`;
      await send("POST", "/v1/calibration/reset", { value, mend, ok: [204] });
    },
    decide: async (value) => {
      const answer = await send("POST", "/v1/decisions", { value, ok: [202] });
      return read(answer, (await wire()).DecisionSampleSchema, "POST /v1/decisions", options);
    },
  };
}

async function call(
  method: HttpCall["method"],
  path: string,
  { value, timeoutMs }: Asked,
  options: GatewayClientOptions,
): Promise<HttpAnswer> {
  const { url, cc, request, signal } = options;
  const headers: Record<string, string> = { accept: "application/json" };
  if (method === "POST" && options.adminToken !== null) {
    headers.authorization = `Bearer ${options.adminToken}`;
  }
  if (value !== undefined) headers["content-type"] = "application/json";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const body = value === undefined ? {} : { body: text };
  const limitMs = timeoutMs ?? options.timeoutMs;
  try {
    return await request({ method, url: `${url}${path}`, headers, timeoutMs: limitMs, signal, ...body });
  } catch (error) {
    throw toCliError(error, url, cc);
  }
}

/** As messages name it: what was asked for in it concerns nobody. */
function routeOf(method: HttpCall["method"], path: string): string {
  return `${method} ${path.split("?", 1)[0]}`;
}

function read<S extends ViewSchema>(
  answer: HttpAnswer,
  schema: S,
  what: string,
  { url, cc }: GatewayClientOptions,
) {
  const value = parseJson(answer.text);
  if (value === undefined) throw strangeAnswer("the answer is no JSON", what, url, cc);
  const parsed = parseBody(schema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const place = [what, issue?.path ?? ""].filter((part) => part !== "").join(" ");
  throw strangeAnswer(issue?.message ?? "?", place, url, cc);
}

function toReloadResult(answer: HttpAnswer, what: string, { url, cc }: GatewayClientOptions): ReloadResult {
  if (answer.status !== 422) return { success: true };
  const body = parseBody(ErrorBodySchema, parseJson(answer.text));
  if (!body.success) throw strangeAnswer("422 without a reason", what, url, cc);
  return {
    success: false,
    message: safeText(body.output.error.message),
    issues: (body.output.error.issues ?? []).map(toIssue),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toCliError(error: unknown, url: string, cc: string): unknown {
  if (!(error instanceof HttpFailure)) return error;
  if (error.kind === "aborted") {
    return new CliError({ what: "interrupted", why: "Ctrl-C", next: "-", exitCode: EXIT.interrupted });
  }
  return new GatewayDownError(url, error, cc);
}

/**
 * An HTTP error of the gateway itself, in its own words where it has some.
 *
 * @param mend What to do where the caller's words were refused (400 and 422).
 */
function refused(answer: HttpAnswer, what: string, url: string, cc: string, mend?: string): CliError {
  const { status } = answer;
  const body = parseBody(ErrorBodySchema, parseJson(answer.text));
  if (!body.success && status !== 401 && status !== 403) {
    return strangeAnswer(`status ${status}`, what, url, cc);
  }
  const why = body.success ? body.output.error.message : `status ${status}`;
  return new CliError({
    what: `the gateway at ${url} refused ${what}`,
    why: safeText(`${status}: ${why}`),
    next: afterRefusal(status, url, cc, mend),
    exitCode: EXIT.failed,
  });
}

function afterRefusal(status: number, url: string, cc: string, mend: string | undefined): string {
  if (status === 401) return "set CCP_ADMIN_TOKEN to the token the gateway was started with";
  if ((status === 400 || status === 422) && mend !== undefined) return mend;
  const { origin, pathname } = new URL(url);
  if (status === 404 && pathname !== "/") return `the address has no path: --url ${origin}`;
  if (status === 404) return `restart the gateway, it is of another version: ${cc} start`;
  return `${cc} doctor --url ${url}`;
}

/** Somebody else's server, or a gateway of another version: no gateway can be reached there. */
function strangeAnswer(why: string, what: string, url: string, cc: string): CliError {
  return new CliError({
    what: `what answers at ${url} is not this version's gateway`,
    why: safeText(`${what}: ${why}`),
    next: `set CCP_URL to the gateway, or restart it: ${cc} start`,
    exitCode: EXIT.unreachable,
  });
}
