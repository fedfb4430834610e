import { parseEnv } from "@ccp/usage-contract/core";

/**
 * What a command typed into this shell has to be told to reach the gateway at an address: nothing, where it would look
 * there by itself.
 *
 * @example
 * `${cc} quotas${atUrl("http://127.0.0.1:9000", {})}`; // => "npx cc quotas --url http://127.0.0.1:9000"
 */
export function atUrl(url: string, env: Readonly<Record<string, string | undefined>>): string {
  const { settings } = parseEnv(env);
  return new URL(settings.url).href === new URL(url).href ? "" : ` --url ${url}`;
}
