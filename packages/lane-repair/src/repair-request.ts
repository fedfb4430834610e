import type { Body } from "./body/body.ts";
import type { BodyIssue } from "./body/json-reader.ts";
import { type BodyReading, readBody } from "./body/read-body.ts";
import { writeBody } from "./body/write-body.ts";
import { dropEffort } from "./drop-effort.ts";
import { dropFields, dropMessageFields } from "./drop-fields.ts";
import { dropForeignServerTools } from "./drop-foreign-server-tools.ts";
import { filterBetaHeader, isOauthBeta } from "./filter-beta-header.ts";
import { keepBetas } from "./keep-betas.ts";
import { type LaneNeeds, needsHistoryRepair } from "./lane-needs.ts";
import { mendToolPairs } from "./mend-tool-pairs.ts";
import { raiseSmallBudget } from "./raise-small-budget.ts";
import { redactUserId } from "./redact-user-id.ts";
import { renameToolIds } from "./rename-tool-ids.ts";
import { replaceSystemTurns } from "./replace-system-turns.ts";
import { serverBlocksToText } from "./server-blocks-to-text.ts";
import { stripThinking } from "./strip-thinking.ts";
import { toolReferencesToText } from "./tool-references-to-text.ts";
import { turnThinkingOff } from "./turn-thinking-off.ts";

/** Names that logs and people see. */
export type RepairName =
  | "system_turns"
  | "strip_thinking"
  | "server_tools"
  | "server_blocks"
  | "tool_references"
  | "tool_ids"
  | "orphan_tool_results"
  | "thinking_off"
  | "thinking_budget"
  | "effort"
  | "drop_fields"
  | "redact_user_id"
  | "oauth_beta"
  | "betas";

export interface RepairInput {
  /** The body, decoded. Not mutated. */
  readonly chunks: readonly Uint8Array[];
  /** What `readBody` gave for these chunks, where it has been asked already; large bodies take a while. */
  readonly reading?: BodyReading | undefined;
  readonly needs: LaneNeeds;
  /**
   * Whether the conversation holds, or may hold, turns that another lane served. Once true it stays true for this
   * conversation: a lane that bound its own thinking to the repaired history refuses the original one.
   */
  readonly crossLane: boolean;
  /** Whether the lane that is asked now minted this thinking signature. Asked across lanes only. */
  readonly isOwnSignature: (signature: string) => boolean;
  /** Whether that lane is known to have minted this tool id. Default: none is. */
  readonly isOwnToolId?: (id: string) => boolean;
  /** The client's `anthropic-beta` header; `null` when it sent none. */
  readonly betas: string | null;
  /** Gives what stands for a `metadata.user_id` that the lane shall not know. Default: `ccp` for all. */
  readonly hideUserId?: (userId: string) => string;
}

export interface RepairedRequest {
  /** The very list that came in when the body is left as it is. */
  readonly chunks: readonly Uint8Array[];
  /** `null`: no such header is to be sent. */
  readonly betas: string | null;
  /** What was changed, in the order it was done. */
  readonly repairs: readonly RepairName[];
  /** The tool id that is sent → the client's own, to be restored in the answer. */
  readonly toolIds: ReadonlyMap<string, string>;
  /** Why the body was not looked at, though the lane needs it; it is then sent as it came. */
  readonly issue: BodyIssue | null;
}

const NAMES_ANYTHING = /[^\s,]/;
const NOBODY = "ccp";
const NO_TOOL_IDS: ReadonlyMap<string, string> = new Map();

/**
 * Makes one client's request fit one lane. Every change is a repair with a name, and fires only where the lane needs
 * it; bytes that no repair is for stay as they came, chunks without any change are the same objects.
 *
 * A second call on what the first one gave changes nothing. The same history is changed the same way in every later
 * request, as far as `isOwnSignature` answers the same.
 *
 * @example
 * repairRequest({ chunks, needs: LANE_NEEDS.anthropic, crossLane: true, isOwnSignature, betas: null });
 * // => { chunks, betas: null, repairs: ["strip_thinking"], toolIds: Map {}, issue: null }
 */
export function repairRequest(input: RepairInput): RepairedRequest {
  const names: RepairName[] = [];
  const repaired = touchesBody(input) ? repairBody(input, names) : untouched(input, null);
  const betas = input.betas === null ? null : repairBetas(input.betas, input.needs, names);
  return { ...repaired, betas, repairs: names };
}

type RepairedBody = Pick<RepairedRequest, "chunks" | "toolIds" | "issue">;

function untouched({ chunks }: RepairInput, issue: BodyIssue | null): RepairedBody {
  return { chunks, toolIds: NO_TOOL_IDS, issue };
}

function touchesBody({ needs, crossLane }: RepairInput): boolean {
  return (
    (crossLane && needsHistoryRepair(needs)) ||
    needs.thinking === "strip_all" ||
    needs.serverBlocks !== "keep" ||
    needs.effortNeedsThinking ||
    needs.toolReferences ||
    needs.systemTurns !== "keep" ||
    needs.fields !== null ||
    needs.messageFields !== null ||
    needs.smallBudget !== "keep" ||
    needs.redactUserId
  );
}

function repairBody(input: RepairInput, names: RepairName[]): RepairedBody {
  const reading = input.reading ?? readBody(input.chunks);
  if (!reading.success) return untouched(input, reading.issue);
  const draft = new Draft(reading.body, names);
  const toolIds = repairHistory(input, draft);
  repairSettings(input, draft);
  const chunks = draft.body === reading.body ? input.chunks : writeBody(draft.body);
  return { chunks, toolIds, issue: null };
}

class Draft {
  body: Body;
  readonly #names: RepairName[];

  constructor(body: Body, names: RepairName[]) {
    this.body = body;
    this.#names = names;
  }

  apply(name: RepairName, repaired: Body): void {
    if (repaired === this.body) return;
    this.body = repaired;
    if (!this.#names.includes(name)) this.#names.push(name);
  }
}

/** What was said so far. Turns change first: they decide which calls and results stand next to each other. */
function repairHistory(input: RepairInput, draft: Draft): ReadonlyMap<string, string> {
  const { needs, crossLane } = input;
  if (needs.systemTurns !== "keep") {
    draft.apply("system_turns", replaceSystemTurns(draft.body, needs.systemTurns));
  }
  if (needs.messageFields !== null) {
    draft.apply("drop_fields", dropMessageFields(draft.body, needs.messageFields));
  }
  if (needs.thinking === "strip_all") {
    draft.apply(
      "strip_thinking",
      stripThinking(draft.body, () => false),
    );
  } else if (crossLane && needs.thinking === "strip_foreign") {
    draft.apply("strip_thinking", stripThinking(draft.body, input.isOwnSignature));
  }
  if (needs.toolReferences) draft.apply("tool_references", toolReferencesToText(draft.body));
  if (needs.serverBlocks === "text") {
    draft.apply("server_blocks", serverBlocksToText(draft.body, input.isOwnToolId ?? ((): boolean => false)));
  }
  if (crossLane && needs.serverTools) draft.apply("server_tools", dropForeignServerTools(draft.body));
  let toolIds = NO_TOOL_IDS;
  if (crossLane && needs.toolIds) {
    const renamed = renameToolIds(draft.body);
    draft.apply("tool_ids", renamed.body);
    toolIds = renamed.toolIds;
  }
  if (crossLane && needs.toolPairs) draft.apply("orphan_tool_results", mendToolPairs(draft.body));
  return toolIds;
}

/** What is asked for now. */
function repairSettings(input: RepairInput, draft: Draft): void {
  const { needs, crossLane } = input;
  const historyChanged = crossLane || needs.thinking === "strip_all";
  if (historyChanged && needs.thinkingOff !== "never") {
    draft.apply("thinking_off", turnThinkingOff(draft.body, needs.thinkingOff));
  }
  if (needs.smallBudget !== "keep") {
    draft.apply("thinking_budget", raiseSmallBudget(draft.body, needs.smallBudget));
  }
  // After all that may have turned thinking off.
  if (needs.effortNeedsThinking) draft.apply("effort", dropEffort(draft.body));
  if (needs.fields !== null) draft.apply("drop_fields", dropFields(draft.body, needs.fields));
  if (needs.redactUserId) {
    draft.apply("redact_user_id", redactUserId(draft.body, input.hideUserId ?? ((): string => NOBODY)));
  }
}

function repairBetas(value: string, needs: LaneNeeds, names: RepairName[]): string | null {
  if (!NAMES_ANYTHING.test(value)) return value;
  const open = needs.oauthBetas ? value : filterBetaHeader(value, isOauthBeta);
  if (open !== value) names.push("oauth_beta");
  if (open === null || needs.betas === null) return open;
  const kept = keepBetas(open, needs.betas);
  if (kept !== open) names.push("betas");
  return kept;
}
