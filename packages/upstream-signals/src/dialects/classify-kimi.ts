import type { Refusal, Verdict } from "../refusal.ts";
import { windowInWords } from "../window-name.ts";

/**
 * Kimi answers a spent plan with 403 and no reset time, or inside a 200; its 429 is mostly about the engine, not the account.
 * Its own type of a spent plan: can1357/oh-my-pi#11827, openclaw/openclaw#142656.
 */
export function classifyKimi({ status, body }: Refusal): Verdict | null {
  const message = body.message ?? "";
  const isSpent = body.type === "access_terminated_error" || /usage limit/i.test(message);
  if (status !== 400 && status !== 401 && isSpent) {
    return { kind: "quota", scope: "account", source: "body", window: windowInWords(message) };
  }
  if (status === 429 && /overloaded/i.test(message))
    return { kind: "overload", scope: "account", source: "body" };
  return null;
}
