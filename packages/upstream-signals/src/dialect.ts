/** The ways in which upstreams word their limits. */
export const DIALECTS = [
  "anthropic",
  "zai",
  "kimi",
  "minimax",
  "openrouter",
  "deepseek",
  "openai",
  "generic",
] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The dialect of this name; an unknown name is `generic`: judged by status and the common error forms. */
export function toDialect(name: string): Dialect {
  return DIALECTS.find((dialect) => dialect === name) ?? "generic";
}
