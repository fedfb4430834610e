import type { IncomingMessage } from "node:http";
import type { Deps } from "../deps.ts";
import { sameToken } from "./admin-token.ts";
import type { GuessBook } from "./guess-book.ts";

export type TokenKind = "admin" | "client";

export interface TokenCheck {
  readonly outcome: "right" | "missing" | "wrong" | "wrong_again";
  /** How long the answer is held. */
  readonly delayMs: number;
}

/** Judges the token of a request, takes a wrong one down, and says once that somebody is guessing. */
export function checkToken(
  kind: TokenKind,
  given: string | null,
  expected: string,
  incoming: IncomingMessage,
  book: GuessBook,
  deps: Pick<Deps, "clock" | "metrics" | "notice">,
): TokenCheck {
  // A probe without any token is no guess.
  if (given === null) return { outcome: "missing", delayMs: 0 };
  const source = sourceOf(incoming.socket.remoteAddress);
  const verdict = book.judge(source, sameToken(given, expected), deps.clock.monoMs());
  if (verdict.right) return { outcome: "right", delayMs: verdict.delayMs };
  deps.metrics.tokenRefused(kind);
  if (verdict.isFirstDelayed) {
    deps.notice(
      "warn",
      `${source} has sent several wrong ${kind} tokens; further answers to it are held for up to two seconds`,
    );
  }
  return { outcome: verdict.delayMs > 0 ? "wrong_again" : "wrong", delayMs: verdict.delayMs };
}

/** Whoever has one IPv6 address has the whole network of it. */
function sourceOf(address: string | undefined): string {
  if (address === undefined) return "an unknown address";
  return address.includes(":") && !address.startsWith("::")
    ? `${address.split(":", 4).join(":")}::/64`
    : address;
}
