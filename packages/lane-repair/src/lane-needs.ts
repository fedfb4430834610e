/** What one lane needs of a request that another lane would take as it is. Each setting names one repair. */
export interface LaneNeeds {
  /**
   * Thinking in the history.
   * - `keep`
   * - `strip_foreign`: only what the lane minted itself stays (across lanes only)
   * - `strip_all`: none stays; for the one retry after a lane refused a signature
   */
  readonly thinking: "keep" | "strip_foreign" | "strip_all";
  /** When the lane refuses to think because the history lacks thinking; see `turnThinkingOff` (across lanes only). */
  readonly thinkingOff: "never" | "open_tool_turn" | "any_tool_turn";
  /** Whether ids of tool calls must be unique and made of `a-zA-Z0-9_-` (across lanes only). */
  readonly toolIds: boolean;
  /** Whether calls and results must stand in pairs, by position (across lanes only). */
  readonly toolPairs: boolean;
  /** Whether blocks of tools that another lane ran itself are refused (across lanes only). */
  readonly serverTools: boolean;
  /**
   * Blocks that only another lane or its server tools can read: kept, or told as text. Those that the lane itself minted
   * are kept either way.
   */
  readonly serverBlocks: "keep" | "text";
  /** Whether `tool_reference` blocks are refused. */
  readonly toolReferences: boolean;
  /** Messages of role `system` inside `messages`: kept, made a user's, or left out. */
  readonly systemTurns: "keep" | "user" | "drop";
  /** Whether an effort is refused where thinking is off. */
  readonly effortNeedsThinking: boolean;
  /** Top-level fields that the lane takes, besides `model` and `messages`; `null`: all. */
  readonly fields: readonly string[] | null;
  /** Fields of a message that it takes, besides `role` and `content`; `null`: all. */
  readonly messageFields: readonly string[] | null;
  /** A `thinking.budget_tokens` below 1024: kept, raised to it, or `thinking` left out. */
  readonly smallBudget: "keep" | "clamp" | "remove";
  /** Whether `metadata.user_id` is replaced. */
  readonly redactUserId: boolean;
  /** Whether betas of an Anthropic login pass. */
  readonly oauthBetas: boolean;
  /** Betas that the lane knows, `*` at the end for any rest; `null`: all. */
  readonly betas: readonly string[] | null;
}

/** Nothing is changed. Spread it to name single needs. */
export const NO_NEEDS: LaneNeeds = {
  thinking: "keep",
  thinkingOff: "never",
  toolIds: false,
  toolPairs: false,
  serverTools: false,
  serverBlocks: "keep",
  toolReferences: false,
  systemTurns: "keep",
  effortNeedsThinking: false,
  fields: null,
  messageFields: null,
  smallBudget: "keep",
  redactUserId: false,
  oauthBetas: true,
  betas: null,
};

/**
 * What holds for any vendor: another one's signatures, sealed thinking and tools mean nothing to it, and most refuse ids
 * and pairs that they would not have made themselves. Fires across lanes only.
 */
const OTHERS_TURNS: LaneNeeds = {
  ...NO_NEEDS,
  thinking: "strip_foreign",
  toolIds: true,
  toolPairs: true,
  serverTools: true,
};

/**
 * What holds outside Anthropic. A login means nothing there and gives it away, and so does `metadata.user_id`, in which
 * Claude Code names device, account and session. Blocks of Anthropic's server tools and turns of role `system` are parts
 * of its protocol that most others refuse, and none was reported to use: text and a user's turn are taken by all.
 */
const NOT_ANTHROPIC: LaneNeeds = {
  ...OTHERS_TURNS,
  // What it concerns is told as text, or is the lane's own and fits it.
  serverTools: false,
  // 400 for `web_search_tool_result`: coder/coder#25593; 422 for its blocks: jwadow/kiro-gateway#177; "search_result",
  // "document", "mcp_tool_use", "container_upload" not supported: api-docs.deepseek.com, Anthropic API.
  serverBlocks: "text",
  // 400 "unsupported content type in ContentBlockParamUnion: tool_reference": MoonshotAI/Kimi-K2#118; 422:
  // EdamAme-x/pentect#1462.
  toolReferences: true,
  // 422 "Input should be 'user' or 'assistant'": zai-org/GLM-5#74. 2013 "invalid message role: system":
  // MiniMax-AI/MiniMax-M2.7#43. "unknown variant `system`": anthropics/claude-code#63544. Refused with a
  // `tool_addition` in it: KarpelesLab/teamclaude#451 (Kimi).
  systemTurns: "user",
  // 400 "Invalid 'user_id': string does not match pattern": farion1231/cc-switch#2600 (DeepSeek).
  redactUserId: true,
  oauthBetas: false,
};

export type LaneDialect =
  | "anthropic"
  | "zai"
  | "kimi"
  | "deepseek"
  | "minimax"
  | "openrouter"
  | "openai"
  | "generic";

/**
 * What is publicly known of the lanes, by dialect. Only refusals that were reported stand here; where nothing is known
 * nothing is changed.
 */
export const LANE_NEEDS: Readonly<Record<LaneDialect, LaneNeeds>> = {
  anthropic: {
    // Strict in all of them:
    // 400 "Invalid `signature` in `thinking` block": router-for-me/CLIProxyAPI#2172, anomalyco/opencode#11882 (GLM and
    // MiniMax to Claude).
    // 400 "String should match pattern '^[a-zA-Z0-9_-]+$'": farion1231/cc-switch#1181 (Kimi writes `:` and `|`).
    // 400 "`tool_use` ids must be unique": anomalyco/opencode#1279.
    // 400 "`tool_use` ids were found without `tool_result` blocks immediately after": anthropics/claude-code#3632.
    // Results come first in a turn: platform.claude.com, Handle tool calls.
    // 400 "String should match pattern '^srvtoolu_[a-zA-Z0-9_]+$'": decolua/9router#3685 (GLM's `analyze_image`).
    // A result without its call: anthropics/claude-code#95406.
    ...OTHERS_TURNS,
    // 400 "When `thinking` is enabled, a final `assistant` message must start with a thinking block": n8n-io/n8n#22550.
    // Adaptive thinking has no such rule.
    thinkingOff: "open_tool_turn",
  },
  // `output_config.effort` and adaptive thinking are honoured (NousResearch/hermes-agent#91006), and no field is known to be
  // refused, so all fields stay.
  zai: NOT_ANTHROPIC,
  kimi: NOT_ANTHROPIC,
  deepseek: {
    ...NOT_ANTHROPIC,
    // 400 "The `content[].thinking` in the thinking mode must be passed back to the API": OEvortex/aether#31. Thinking
    // is on unless disabled: api-docs.deepseek.com, Thinking Mode. Signatures are not checked, so any lane's will do.
    thinking: "keep",
    thinkingOff: "any_tool_turn",
    // 400 "thinking options type cannot be disabled when reasoning_effort is set": anthropics/claude-code#65863,
    // ding113/claude-code-hub#1257.
    effortNeedsThinking: true,
  },
  minimax: NOT_ANTHROPIC,
  openrouter: NOT_ANTHROPIC,
  openai: NOT_ANTHROPIC,
  generic: NOT_ANTHROPIC,
};

/** The needs of a lane by its dialect's name; an unknown one has those of `generic`. */
export function laneNeeds(dialect: string): LaneNeeds {
  return isDialect(dialect) ? LANE_NEEDS[dialect] : LANE_NEEDS.generic;
}

function isDialect(name: string): name is LaneDialect {
  return Object.hasOwn(LANE_NEEDS, name);
}

/** Whether a lane takes turns of other lanes only with repairs; where not, it need not be known who minted what. */
export function needsHistoryRepair(needs: LaneNeeds): boolean {
  return (
    needs.thinking === "strip_foreign" ||
    needs.thinkingOff !== "never" ||
    needs.toolIds ||
    needs.toolPairs ||
    needs.serverTools
  );
}
