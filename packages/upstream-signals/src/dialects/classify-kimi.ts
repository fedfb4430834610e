import type { Refusal, Verdict } from "../refusal.ts";
import { windowInWords } from "../window-name.ts";

/** Kimi answers a spent plan with 403 and no reset time; its 429 is mostly about the engine, not the account. */
export function classifyKimi({ status, body }: Refusal): Verdict | null {
  const message = body.message ?? "";
  if ((status === 403 || status === 429) && /usage limit/i.test(message)) {
    return { kind: "quota", scope: "account", source: "body", window: windowInWords(message) };
  }
  if (status === 429 && /overloaded/i.test(message))
    return { kind: "overload", scope: "account", source: "body" };
  return null;
}
