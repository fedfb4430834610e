import type { BaseUrl } from "./base-url.ts";

export const ANTHROPIC_ORIGIN = "https://api.anthropic.com";

/**
 * Whether the client's own credential may go to this address: to Anthropic, to this machine, or to an origin that
 * the operator vouches for. Anything else would hand a subscription token to a stranger.
 */
export function mayReceiveClientCredential(base: BaseUrl, trustOrigin: boolean): boolean {
  return base.origin === ANTHROPIC_ORIGIN || base.loopback || trustOrigin;
}

/** Whether the address may be used at all: `http://` shows prompts and keys to everyone on the way. */
export function isPrivateEnough(base: BaseUrl, trustOrigin: boolean): boolean {
  return base.https || base.loopback || trustOrigin;
}
