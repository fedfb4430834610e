import type { InferOutput } from "valibot";
import { DEFAULT_ANSWERS, type LaneAnswers, type LaneNeedSettings } from "../catalog.ts";
import type { AnswersSchema, NeedsSchema } from "../schema/lane-fit.ts";

/** The file's spelling of each need, and ours. */
const NEED_KEYS = [
  ["thinking", "thinking"],
  ["thinking_off", "thinkingOff"],
  ["tool_ids", "toolIds"],
  ["tool_pairs", "toolPairs"],
  ["server_tools", "serverTools"],
  ["server_blocks", "serverBlocks"],
  ["tool_references", "toolReferences"],
  ["system_turns", "systemTurns"],
  ["effort_needs_thinking", "effortNeedsThinking"],
  ["fields", "fields"],
  ["message_fields", "messageFields"],
  ["small_budget", "smallBudget"],
  ["redact_user_id", "redactUserId"],
  ["oauth_betas", "oauthBetas"],
  ["betas", "betas"],
] as const satisfies readonly (readonly [keyof InferOutput<typeof NeedsSchema>, keyof LaneNeedSettings])[];

/** Only what the file says: a setting that is left out stays out. */
export function readNeeds(entry: InferOutput<typeof NeedsSchema>): LaneNeedSettings {
  const set = NEED_KEYS.map(([written, own]) => [own, entry[written] ?? null] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== null));
}

export function writeNeeds(needs: LaneNeedSettings): Record<string, unknown> {
  const set = NEED_KEYS.map(([written, own]) => [written, needs[own]] as const);
  return Object.fromEntries(set.filter(([, value]) => value !== undefined));
}

export function readAnswers(entry: InferOutput<typeof AnswersSchema>): LaneAnswers {
  return {
    restoreModel: entry.restore_model ?? DEFAULT_ANSWERS.restoreModel,
    hold: entry.hold ?? DEFAULT_ANSWERS.hold,
    missingStop: entry.missing_stop ?? DEFAULT_ANSWERS.missingStop,
  };
}
