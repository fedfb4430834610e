import { describe, expect, it } from "vitest";
import { headersOf } from "../../test/requests.ts";
import { type SessionRequest, sessionKey } from "./session-key.ts";

const ID = "00000000-0000-4000-8000-000000000001";
const OTHER = "00000000-0000-4000-8000-000000000002";
const user = (session_id: unknown): string =>
  JSON.stringify({ device_id: "d", account_uuid: "", session_id });

describe("sessionKey", () => {
  it.each<[string, Record<string, string>, string | null, string | null]>([
    ["the header", { "x-claude-code-session-id": ID }, null, ID],
    ["the header before the body", { "x-claude-code-session-id": ID }, user(OTHER), ID],
    ["the body's user id", {}, user(ID), ID],
    ["the body's where the header is no id", { "x-claude-code-session-id": "a b" }, user(ID), ID],
    ["an older client's user id", {}, `user_abc_account__session_${ID}`, ID],
    [
      "an agent beside its session",
      { "x-claude-code-session-id": ID, "x-claude-code-agent-id": "a1" },
      null,
      `${ID}/a1`,
    ],
    ["an agent without a session", { "x-claude-code-agent-id": "a1" }, null, null],
    [
      "an agent's id that is none",
      { "x-claude-code-session-id": ID, "x-claude-code-agent-id": "\t" },
      null,
      ID,
    ],
    ["nothing", {}, null, null],
    ["an id of 128 characters", { "x-claude-code-session-id": "x".repeat(128) }, null, "x".repeat(128)],
    ["a longer one", { "x-claude-code-session-id": "x".repeat(129) }, null, null],
    ["a blank", { "x-claude-code-session-id": "  " }, null, null],
    ["an id beyond ASCII", { "x-claude-code-session-id": "séance" }, null, null],
    ["plain text", {}, "someone@example.org", null],
    ["JSON without a session", {}, '{"device_id":"d"}', null],
    ["a session that is a number", {}, user(7), null],
    ["broken JSON", {}, '{"session_id":"', null],
    ["JSON that is null within", {}, user(null), null],
    ["a user id too long to be one", {}, user("s").padEnd(2049), null],
  ])("%s", (_, headers, userId, expected) =>
    expect(sessionKey({ headers: headersOf(headers), userId })).toBe(expected),
  );

  // Of other gateways: raine/claude-code-proxy#95, BYK/loreai#1701, router-for-me/CLIProxyAPI#5364.
  it.each<[string, Partial<SessionRequest>, string]>([
    ["a request with tools", { hasTools: true, maxTokens: 64 }, ID],
    ["one whose tools were not read", { hasTools: null, maxTokens: 32_000 }, ID],
    ["one whose tools and limit were not read", {}, ID],
    ["a request in the background", { trafficClass: "background", hasTools: true }, `${ID}#background`],
    ["one that offers no tools", { hasTools: false, maxTokens: 32_000 }, `${ID}#aside`],
    ["a short answer", { hasTools: null, maxTokens: 512 }, `${ID}#aside`],
    ["an empty system prompt", { hasTools: false, system: [] }, `${ID}#aside`],
  ])("tells side requests of a session from the conversation: %s", (_, rest, expected) => {
    const headers = headersOf({ "x-claude-code-session-id": ID });
    expect(sessionKey({ headers, ...rest })).toBe(expected);
  });

  it("tells side requests apart by their system prompt, save the block that changes each time", () => {
    const headers = headersOf({ "x-claude-code-session-id": ID });
    const key = (...system: string[]): string | null => sessionKey({ headers, hasTools: false, system });
    expect(key("Name this.")).toMatch(/#aside-\d+$/);
    expect(key("Name this.")).not.toBe(key("Sum this up."));
    expect(key("x-anthropic-billing-header: cch=1;", "Name this.")).toBe(key("Name this."));
  });

  it("needs no user id", () => expect(sessionKey({ headers: headersOf({}) })).toBe(null));
});
