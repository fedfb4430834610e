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
  usage(): Promise<UsageView>;
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

export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const { url, cc } = options;

  async function call(
    method: HttpCall["method"],
    path: string,
    value?: object | string,
    timeoutMs: number = options.timeoutMs,
  ): Promise<HttpAnswer> {
    const headers: Record<string, string> = { accept: "application/json" };
    if (method === "POST" && options.adminToken !== null) {
      headers.authorization = `Bearer ${options.adminToken}`;
    }
    if (value !== undefined) headers["content-type"] = "application/json";
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const body = value === undefined ? {} : { body: text };
    const { request, signal } = options;
    try {
      return await request({ method, url: `${url}${path}`, headers, timeoutMs, signal, ...body });
    } catch (error) {
      throw toCliError(error, url, cc);
    }
  }

  async function view<S extends ViewSchema>(path: string, schema: S, okStatus: readonly number[]) {
    const answer = await call("GET", path);
    if (!okStatus.includes(answer.status)) throw refused(answer, `GET ${path}`, url, cc);
    return read(answer, schema, `GET ${path}`);
  }

  function read<S extends ViewSchema>(answer: HttpAnswer, schema: S, what: string) {
    const value = parseJson(answer.text);
    if (value === undefined) throw strangeAnswer("the answer is no JSON", what, url, cc);
    const parsed = parseBody(schema, value);
    if (parsed.success) return parsed.output;
    const [issue] = parsed.issues;
    const place = [what, issue?.path ?? ""].filter((part) => part !== "").join(" ");
    throw strangeAnswer(issue?.message ?? "?", place, url, cc);
  }

  return {
    url,
    usage: () => view("/v1/usage", UsageViewSchema, [200]),
    ready: async () => view("/readyz", (await wire()).ReadyzSchema, [200, 503]),
    quotas: async () => view("/v1/quotas", (await wire()).QuotasViewSchema, [200]),
    request: async (rid) => {
      const path = `/v1/requests?rid=${encodeURIComponent(rid)}`;
      const answer = await call("GET", path, undefined, Math.min(options.timeoutMs, REQUEST_TIMEOUT_MS));
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw refused(answer, "GET /v1/requests", url, cc);
      const { requests } = read(answer, (await wire()).RequestsViewSchema, "GET /v1/requests");
      return requests.find((request) => request.rid === rid) ?? null;
    },
    providers: async () => {
      const answer = await call("GET", "/v1/providers");
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw refused(answer, "GET /v1/providers", url, cc);
      return read(answer, (await wire()).ProvidersViewSchema, "GET /v1/providers");
    },
    testLane: async (lane) => {
      const answer = await call("POST", "/v1/providers/test", { lane }, LANE_TEST_TIMEOUT_MS);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw refused(answer, "POST /v1/providers/test", url, cc);
      return read(answer, (await wire()).ProviderTestSchema, "POST /v1/providers/test");
    },
    statusline: async (input, { columns, color }) => {
      const query = `columns=${columns}${color ? "" : "&no_color=1"}`;
      const answer = await call("POST", `/v1/statusline?${query}`, input);
      const next = "give it the JSON that Claude Code gives to a status line";
      if (answer.status !== 200) throw refused(answer, "POST /v1/statusline", url, cc, next);
      return answer.text;
    },
    reloadQuotas: async () => {
      const answer = await call("POST", "/v1/quotas/reload");
      if (answer.status === 204 || answer.status === 200) return { success: true };
      if (answer.status !== 422) throw refused(answer, "POST /v1/quotas/reload", url, cc);
      const body = parseBody(ErrorBodySchema, parseJson(answer.text));
      if (!body.success) throw strangeAnswer("422 without a reason", "POST /v1/quotas/reload", url, cc);
      return {
        success: false,
        message: safeText(body.output.error.message),
        issues: (body.output.error.issues ?? []).map(toIssue),
      };
    },
    calibration: async () => view("/v1/calibration", (await wire()).CalibrationViewSchema, [200]),
    resetCalibration: async (which) => {
      const answer = await call("POST", "/v1/calibration/reset", which);
      const next = `${cc} calibration shows what is known`;
      if (answer.status !== 204) throw refused(answer, "POST /v1/calibration/reset", url, cc, next);
    },
    decide: async (request) => {
      const answer = await call("POST", "/v1/decisions", request);
      if (answer.status !== 202) throw refused(answer, "POST /v1/decisions", url, cc);
      return read(answer, (await wire()).DecisionSampleSchema, "POST /v1/decisions");
    },
    simulateUsage: async (usage) => {
      const answer = await call("POST", "/v1/dev/sim-usage", usage);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw refused(answer, "POST /v1/dev/sim-usage", url, cc);
      return read(answer, (await wire()).SimUsageAnswerSchema, "POST /v1/dev/sim-usage");
    },
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
