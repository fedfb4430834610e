import { describe, expect, it } from "vitest";
import { fromClient, seen } from "../../test/requests.ts";
import type { ClientRequest } from "./client-request.ts";
import { isQuotaProbe } from "./quota-probe.ts";

const CLIENT = { "user-agent": "claude-cli/2.1.330 (external, cli)" };
const PROBE = { model: "claude-sonnet-5-5", maxTokens: 1, stream: false, bodyBytes: 412 };

describe("isQuotaProbe", () => {
  it("knows the one that Claude Code sends, and none of its other requests", () => {
    expect(isQuotaProbe(seen("request-quota-check-oauth"))).toBe(true);
    for (const name of ["main-oauth", "main-authtoken", "nonstream-fallback", "subagent", "title-haiku"]) {
      expect(isQuotaProbe(seen(`request-${name}`))).toBe(false);
    }
  });

  it.each<[string, Record<string, string>, Partial<ClientRequest>, boolean]>([
    ["by its user agent", CLIENT, {}, true],
    ["by its session", { "x-claude-code-session-id": "s" }, {}, true],
    ["of another client", { "user-agent": "anthropic-sdk/1.12.0" }, {}, false],
    ["of a model that Anthropic does not know", CLIENT, { model: "glm-4.7" }, false],
    ["of a size that is not known", CLIENT, { bodyBytes: null }, true],
    ["that carries a conversation", CLIENT, { bodyBytes: 4097 }, false],
    ["that offers tools", CLIENT, { hasTools: true }, false],
    ["that is streamed", CLIENT, { stream: true }, false],
    ["of two tokens", CLIENT, { maxTokens: 2 }, false],
    ["without a limit", CLIENT, { maxTokens: null }, false],
  ])("one %s", (_, headers, over, expected) =>
    expect(isQuotaProbe(fromClient(headers, { ...PROBE, ...over }))).toBe(expected),
  );
});
