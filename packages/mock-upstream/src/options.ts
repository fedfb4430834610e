import type { MockDialect } from "./message.ts";
import type { PlanOptions } from "./plan.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import type { Step } from "./step.ts";
import type { CredentialOptions, StrictOptions } from "./strict.ts";

/** Picks the answer to one request; `null` leaves it to whoever comes next. */
export type Responder = (request: RecordedRequest) => Step | null;

export interface MockOptions {
  /** Name used in texts, ids and thinking signatures. Default: the dialect. */
  readonly lane?: string;
  /** Default `anthropic`. */
  readonly dialect?: MockDialect;
  /** Path in front of every API path. Default `` for anthropic, `/api/anthropic` for zai. */
  readonly prefix?: string;
  /** Default 0: a free port. */
  readonly port?: number;
  /** Answers to `POST /v1/messages` once the script is empty. Default: a plain reply. */
  readonly respond?: Responder;
  /**
   * Asked as soon as the head of any request has arrived; a step is played at once, with the body unread: how a
   * vendor refuses an upload that is too long. Default: nobody.
   */
  readonly early?: Responder;
  /** Refuse what the vendor would refuse, before the script is asked. Default: take anything. */
  readonly strict?: StrictOptions;
  /** Default: any credential, or none. */
  readonly credentials?: CredentialOptions;
  /** Answer as a subscription with counted caps once the script is empty (`respond` is then not asked). */
  readonly plan?: PlanOptions;
  /** Models listed by `GET /v1/models`. */
  readonly models?: readonly string[];
  /** `false`: no count_tokens here (404). Default `true`. */
  readonly countTokens?: boolean;
  /** `false`: bodies are forgotten once the answer is chosen. For long runs. Default `true`. */
  readonly recordBodies?: boolean;
  /** How long an idle connection is kept, ms. Default 60 000. */
  readonly keepAliveMs?: number;
  /** Epoch ms: clock of the plan and of all recorded times. Default: the machine's. */
  readonly now?: () => number;
}

/** Every option settled. */
export interface MockSettings {
  readonly lane: string;
  readonly dialect: MockDialect;
  readonly prefix: string;
  readonly models: readonly string[];
  readonly countTokens: boolean;
  readonly now: () => number;
}

const DEFAULT_MODELS: Readonly<Record<MockDialect, readonly string[]>> = {
  anthropic: ["claude-sonnet-5", "claude-haiku-4-5-20251001"],
  zai: ["glm-5", "glm-4.7"],
};

export function settle(options: MockOptions): MockSettings {
  const dialect = options.dialect ?? "anthropic";
  return {
    dialect,
    lane: options.lane ?? dialect,
    prefix: options.prefix ?? (dialect === "zai" ? "/api/anthropic" : ""),
    models: options.models ?? DEFAULT_MODELS[dialect],
    countTokens: options.countTokens ?? true,
    now: options.now ?? Date.now,
  };
}
