import * as v from "valibot";
import { HOLD_MODES, MISSING_STOP_MODES } from "../catalog.ts";

function setting<T>(description: string): v.MetadataAction<T, { readonly [key: string]: string }> {
  return v.metadata({ description });
}

const names = v.array(v.pipe(v.string(), v.minLength(1)));

/** What a lane refuses, where it differs from what is known of its dialect. */
export const NeedsSchema = v.strictObject({
  thinking: v.nullish(
    v.pipe(
      v.picklist(["keep", "strip_foreign", "strip_all"]),
      setting(
        "Thinking in the history that another provider signed: kept, taken out, or all of it taken out.",
      ),
    ),
  ),
  thinking_off: v.nullish(
    v.pipe(
      v.picklist(["never", "open_tool_turn", "any_tool_turn"]),
      setting("When thinking is turned off for a call because the history lacks it."),
    ),
  ),
  tool_ids: v.nullish(v.pipe(v.boolean(), setting("Tool ids must be unique and made of a-zA-Z0-9_-."))),
  tool_pairs: v.nullish(v.pipe(v.boolean(), setting("Tool calls and results must stand in pairs."))),
  server_tools: v.nullish(
    v.pipe(v.boolean(), setting("Blocks of tools that another provider ran itself are refused.")),
  ),
  server_blocks: v.nullish(
    v.pipe(
      v.picklist(["keep", "text"]),
      setting("Blocks of server tools, MCP connectors, containers and search: kept, or told as text."),
    ),
  ),
  tool_references: v.nullish(v.pipe(v.boolean(), setting("tool_reference blocks are refused."))),
  system_turns: v.nullish(
    v.pipe(
      v.picklist(["keep", "user", "drop"]),
      setting("Messages of role system: kept, made a user's, or left out."),
    ),
  ),
  effort_needs_thinking: v.nullish(
    v.pipe(v.boolean(), setting("An effort is refused where thinking is off, and left out there.")),
  ),
  fields: v.nullish(v.pipe(names, setting("Body fields it takes besides model and messages; others go."))),
  message_fields: v.nullish(
    v.pipe(names, setting("Message fields it takes besides role and content; others go.")),
  ),
  small_budget: v.nullish(
    v.pipe(
      v.picklist(["keep", "clamp", "remove"]),
      setting("A thinking budget below 1024 tokens: kept, raised to it, or thinking left out."),
    ),
  ),
  redact_user_id: v.nullish(
    v.pipe(v.boolean(), setting("It is told a hash in the place of metadata.user_id.")),
  ),
  oauth_betas: v.nullish(v.pipe(v.boolean(), setting("Betas of an Anthropic login pass."))),
  betas: v.nullish(v.pipe(names, setting("Betas it knows, * at the end for any rest; others go."))),
});

/** How the lane's answers are passed on. */
export const AnswersSchema = v.strictObject({
  restore_model: v.nullish(
    v.pipe(
      v.boolean(),
      setting("Answers name the model that was asked for, not the one that model_map gave."),
    ),
  ),
  hold: v.nullish(
    v.pipe(
      v.picklist(HOLD_MODES),
      setting(
        "How much of a stream is seen before the client gets its 200: its first event, or its first content.",
      ),
    ),
  ),
  missing_stop: v.nullish(
    v.pipe(
      v.picklist(MISSING_STOP_MODES),
      setting(
        "A stream that lacks only its message_stop: it is added, or the stream ends in an error event.",
      ),
    ),
  ),
});
