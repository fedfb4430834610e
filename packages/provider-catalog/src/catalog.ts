import type { LaneId } from "@ccp/usage-contract";

/**
 * How a lane is told who calls.
 * - `passthrough`: the client's own credential; the lane's variable only when the client sent none
 * - `x-api-key`, `authorization`: the operator's key in that header
 * - `none`: a server that asks for no key
 */
export const HEADER_MODES = ["passthrough", "x-api-key", "authorization", "none"] as const;
export type HeaderMode = (typeof HEADER_MODES)[number];

/** Readers of token counts that a catalog may name. */
export const EXTRACTOR_NAMES = ["anthropic", "zai", "openai-chat", "openai-responses", "noop"] as const;
export type ExtractorName = (typeof EXTRACTOR_NAMES)[number];

/** Vocabularies of refusals and limits that a catalog may name. */
export const DIALECT_NAMES = [
  "anthropic",
  "zai",
  "kimi",
  "minimax",
  "openrouter",
  "deepseek",
  "openai",
  "generic",
] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/**
 * How much of a stream is seen before the client gets its 200. Waiting for content gives a late refusal to another lane,
 * and the client its head later.
 */
export const HOLD_MODES = ["first_event", "first_content"] as const;
export type HoldMode = (typeof HOLD_MODES)[number];

/** What becomes of a stream that lacks only its `message_stop`. */
export const MISSING_STOP_MODES = ["complete", "error"] as const;
export type MissingStopMode = (typeof MISSING_STOP_MODES)[number];

/** What a lane refuses, as far as the catalog says so; what is absent is as its dialect is known to be. */
export interface LaneNeedSettings {
  readonly thinking?: "keep" | "strip_foreign" | "strip_all";
  readonly thinkingOff?: "never" | "open_tool_turn" | "any_tool_turn";
  readonly toolIds?: boolean;
  readonly toolPairs?: boolean;
  readonly serverTools?: boolean;
  readonly serverBlocks?: "keep" | "text";
  readonly toolReferences?: boolean;
  readonly systemTurns?: "keep" | "user" | "drop";
  readonly effortNeedsThinking?: boolean;
  readonly fields?: readonly string[];
  readonly messageFields?: readonly string[];
  readonly smallBudget?: "keep" | "clamp" | "remove";
  readonly redactUserId?: boolean;
  readonly oauthBetas?: boolean;
  readonly betas?: readonly string[];
}

/** How a lane's answers are passed on. */
export interface LaneAnswers {
  /** Answers name the model that was asked for, not the one that the lane was asked for. */
  readonly restoreModel: boolean;
  readonly hold: HoldMode;
  readonly missingStop: MissingStopMode;
}

export const DEFAULT_ANSWERS: LaneAnswers = {
  restoreModel: false,
  hold: "first_event",
  missingStop: "complete",
};

export interface LaneAuth {
  /** Name of the variable that holds the key; `null` where there is none. */
  readonly env: string | null;
  readonly headerMode: HeaderMode;
  /** Profile name → variable. */
  readonly scopedEnv: Readonly<Record<string, string>>;
}

/** A model name or glob the lane knows, with what holds for it when no route says otherwise. */
export interface LaneModel {
  readonly pattern: string;
  /** Where requests for it go; `null`: the entry says nothing about routing. */
  readonly lane: LaneId | null;
  readonly headerMode: HeaderMode | null;
  /** Context window in tokens; `null`: the lane's own. */
  readonly contextTokens: number | null;
}

export interface ModelMapping {
  readonly pattern: string;
  /** The name that the lane understands. */
  readonly model: string;
}

/** One upstream, as the catalog describes it. */
export interface Lane {
  readonly id: LaneId;
  /** No trailing slash and no `/v1`: requests go to `<baseUrl>/v1/messages`. */
  readonly baseUrl: string;
  /** Scheme, host and port: where this lane's key may go. */
  readonly origin: string;
  readonly auth: LaneAuth;
  readonly models: readonly LaneModel[];
  readonly modelMap: readonly ModelMapping[];
  /** Context window in tokens; `null` where it is unknown. */
  readonly contextTokens: number | null;
  readonly extractor: ExtractorName;
  readonly dialect: DialectName;
  /** How often the lane's quota endpoint is asked; `null`: never. Asking costs nothing of the plan. */
  readonly quotaPollMinutes: number | null;
  readonly needs: LaneNeedSettings;
  readonly answers: LaneAnswers;
  readonly trustOrigin: boolean;
  /** The switch in the file; a lane without its key is another matter. */
  readonly enabled: boolean;
}

export interface Route {
  readonly pattern: string;
  readonly provider: LaneId;
  readonly fallback: readonly LaneId[];
}

export interface Catalog {
  readonly lanes: readonly Lane[];
  /** In order: the first route whose pattern matches decides. */
  readonly routes: readonly Route[];
}

export function findLane(catalog: Catalog, id: LaneId): Lane | null {
  return catalog.lanes.find((lane) => lane.id === id) ?? null;
}
