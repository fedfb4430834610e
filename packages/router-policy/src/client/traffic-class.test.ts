import { describe, expect, it } from "vitest";
import { fromClient, seen } from "../../test/requests.ts";
import type { ClientRequest } from "./client-request.ts";
import { trafficClass } from "./traffic-class.ts";

const HAIKU = { model: "claude-haiku-4-5-20251001" };
const AGENT = { "x-claude-code-agent-id": "a57a8cfc9fbc64aac" };
const cls = (word: string): Record<string, string> => ({ "x-claude-code-request-class": word });

describe("trafficClass of what Claude Code sends", () => {
  it.each([
    ["request-main-oauth", "main"],
    ["request-main-authtoken", "main"],
    ["request-nonstream-fallback", "main"],
    ["request-subagent", "subagent"],
    ["request-title-haiku", "background"],
    ["request-quota-check-oauth", "background"],
  ])("%s: %s", (name, expected) => expect(trafficClass(seen(name))).toBe(expected));
});

describe("trafficClass", () => {
  it.each<[string, Record<string, string>, Partial<ClientRequest>, string]>([
    ["nothing known", {}, {}, "main"],
    ["an agent's id", AGENT, {}, "subagent"],
    ["an agent's id that is blank", { "x-claude-code-agent-id": " " }, {}, "main"],
    ["an agent's id too long to be one", { "x-claude-code-agent-id": "a".repeat(129) }, {}, "main"],
    [
      "the attribution of a subagent",
      {},
      { attribution: "x-anthropic-billing-header: cc_version=2.1.330; cc_is_subagent=true;" },
      "subagent",
    ],
    [
      "the attribution of a main agent",
      {},
      { attribution: "cc_version=2.1.330; cc_entrypoint=cli;" },
      "main",
    ],
    ["a flag that only ends like it", {}, { attribution: "xcc_is_subagent=true" }, "main"],
    ["main by its own word", cls("main"), { ...HAIKU, hasTools: false }, "main"],
    ["main by its own word, with an agent", { ...cls("main"), ...AGENT }, {}, "main"],
    ["a subagent by its own word", cls("subagent"), {}, "subagent"],
    ["an agent of a workflow", cls("workflow"), {}, "subagent"],
    ["a side request, in any case", cls(" Auxiliary "), { hasTools: true }, "background"],
    ["a side request of a subagent", { ...cls("auxiliary"), ...AGENT }, {}, "background"],
    ["background by another client's word", cls("background"), {}, "background"],
    ["a compaction", cls("compaction"), { ...HAIKU, hasTools: false }, "main"],
    ["a subagent's compaction", { ...cls("compaction"), ...AGENT }, {}, "subagent"],
    ["a side reply", cls("side_reply"), { ...HAIKU, maxTokens: 100 }, "main"],
    ["a word nobody knows", cls("__proto__"), {}, "main"],
    ["a word nobody knows, of an agent", { ...cls("later"), ...AGENT }, {}, "subagent"],
    ["haiku with tools and a short answer", {}, { ...HAIKU, hasTools: true, maxTokens: 100 }, "main"],
    ["haiku without tools", {}, { ...HAIKU, hasTools: false, maxTokens: 32_000 }, "background"],
    ["haiku, tools not read, 512 tokens", {}, { ...HAIKU, maxTokens: 512 }, "background"],
    ["haiku, tools not read, 513 tokens", {}, { ...HAIKU, maxTokens: 513, hasTools: null }, "main"],
    ["haiku, tools not read, no limit", {}, { ...HAIKU, maxTokens: null }, "main"],
    ["another model without tools", {}, { model: "glm-4.7", hasTools: false, maxTokens: 10 }, "main"],
  ])("%s", (_, headers, over, expected) => expect(trafficClass(fromClient(headers, over))).toBe(expected));
});
