const KEY_PREFIX = /(?:^|[^a-z])(?:sk|pk|rk|ak|gsk|ghp|gho|ghs|glpat|hf|xox[a-z])[-_][a-z0-9]/i;
const JWT_OR_GOOGLE_KEY = /\b(?:eyJ|AIza)[\w-]{8,}/;
const AUTH_SCHEME = /\b(?:bearer|basic)\s+\S/i;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
/** A long run of letters and digits mixed. Model names are cut by dashes and dots long before. */
const MIXED_RUN = /(?=[a-z0-9]*[a-z])(?=[a-z0-9]*\d)[a-z0-9]{16,}/i;

/**
 * Whether a text could be a credential. Errs on the side of yes: the price is only that an issue does not quote it.
 *
 * @example
 * looksLikeSecret("sk-ant-api03-x"); // => true
 * looksLikeSecret("claude-haiku-4-5-20251001"); // => false
 */
export function looksLikeSecret(text: string): boolean {
  return [KEY_PREFIX, JWT_OR_GOOGLE_KEY, AUTH_SCHEME, UUID, MIXED_RUN].some((pattern) => pattern.test(text));
}

const CREDENTIAL_KEY = /(?:env|key|token|secret|password|passwd|credentials?|authorization|cookie|bearer)$/i;

/** Whether the value of this key is, or may by mistake be, a credential. */
export function isCredentialKey(key: string): boolean {
  return CREDENTIAL_KEY.test(key);
}
