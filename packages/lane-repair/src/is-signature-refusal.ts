/**
 * Whether an upstream's words say that it refuses thinking of the history: another lane signed it, or it was bound to
 * what stood before it.
 *
 * Known wordings: "Invalid `signature` in `thinking` block" (router-for-me/CLIProxyAPI#2172), "Invalid `data` in
 * `redacted_thinking` block", "thinking.signature: Field required" (NousResearch/hermes-agent#14429), and "bound to a
 * different conversation".
 *
 * @param message The `message` of an error of status 400; `null`: nothing was said.
 */
export function isSignatureRefusal(message: string | null): boolean {
  return message !== null && REFUSALS.some((words) => words.test(message));
}

const REFUSALS: readonly RegExp[] = [
  /invalid\s+[`'"]?(?:signature|data)[`'"]?\s+in\s+[`'"]?(?:redacted_)?thinking/i,
  /\bthinking\.signature:\s*field required/i,
  /thinking[\s\S]{0,200}bound to a different conversation/i,
];
