import { asWord } from "../error-body.ts";
import { findStamp } from "../http-date.ts";
import type { Refusal, Verdict } from "../refusal.ts";
import { asObject } from "../text/values.ts";
import { windowInWords } from "../window-name.ts";

/** MiniMax's refusals. The number in brackets at the end of a message is the vendor's code, not seconds. */
export function classifyMinimax({ body }: Refusal): Verdict | null {
  const message = body.message ?? "";
  const code =
    /\((\d{4})\)\s*$/.exec(message)?.[1] ?? asWord(asObject(body.root?.base_resp)?.status_code) ?? body.code;
  if (/\(0\/0 used\)/.test(message)) return { kind: "entitlement", scope: "model", source: "body", code };
  if (code === "2056" || /usage limit exceeded/i.test(message)) {
    const resetAtMs = findStamp(message, null);
    return {
      kind: "quota",
      scope: "account",
      source: "body",
      code,
      resetAtMs,
      window: windowInWords(message),
    };
  }
  switch (code) {
    case "1002":
      return { kind: "throttle", scope: "request", source: "body", code };
    case "1004":
      return { kind: "auth", scope: "account", source: "body", code };
    case "1008":
      return { kind: "dead_lane", scope: "account", source: "body", code };
    default:
      return null;
  }
}
