/**
 * Whether an upstream's words say that it refuses ids of tool calls of the history: their form, or that one stands twice.
 *
 * Known wordings: "messages.1.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
 * (farion1231/cc-switch#1181), "`tool_use` ids must be unique" (anomalyco/opencode#1279).
 *
 * @param message The `message` of an error of status 400; `null`: nothing was said.
 */
export function isToolIdRefusal(message: string | null): boolean {
  return message !== null && REFUSALS.some((words) => words.test(message));
}

const REFUSALS: readonly RegExp[] = [
  /\btool_use(?:\.id|_id)\b[^\n]{0,40}string should match pattern/i,
  /tool_use[`'"]?\s+ids must be unique/i,
];
