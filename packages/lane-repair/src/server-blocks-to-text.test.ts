import { describe, expect, it } from "vitest";
import { LANE_NEEDS } from "./lane-needs.ts";
import { assistant, repair, repaired, result, user, withMessages } from "./testing/repair.ts";

const NEEDS = { serverBlocks: "text" } as const;
const said = (text: string): string => `{"type":"text","text":${JSON.stringify(text)}}`;
const search = (id: string): string =>
  `{"type":"server_tool_use","id":"${id}","name":"web_search","input":{"query":"zoo"}}`;
const searched = 'Tool web_search was run by the API with {"query":"zoo"}';
const found = (id: string): string =>
  `{"type":"web_search_tool_result","tool_use_id":"${id}","content":[{"type":"web_search_result","title":"Z","url":"https://z.org","encrypted_content":"SEALED"}]}`;

describe("server_blocks", () => {
  // Refused by lanes beside Anthropic: coder/coder#25593, jwadow/kiro-gateway#177, experientiallabs/experiential#690.
  it.each<[string, string, string]>([
    ["a search", search("srvtoolu_1"), searched],
    ["its result", found("srvtoolu_1"), "Result of a tool that the API ran: \nZ\nhttps://z.org"],
    [
      "a result that is an error",
      '{"type":"web_search_tool_result","tool_use_id":"s","content":{"type":"web_search_tool_result_error","error_code":"max_uses_exceeded"}}',
      "Result of a tool that the API ran: \nmax_uses_exceeded",
    ],
    [
      "a result without words",
      '{"type":"advisor_tool_result","tool_use_id":"s","content":{"encrypted":"x"}}',
      "Result of a tool that the API ran: (no content)",
    ],
    [
      "a page",
      '{"type":"web_fetch_tool_result","tool_use_id":"s","content":{"type":"web_fetch_result","url":"https://a","content":{"type":"document","source":{"type":"text","media_type":"text/plain","data":"Page é"},"title":"T"}}}',
      "Result of a tool that the API ran: \nhttps://a\nPage é\nT",
    ],
    [
      "what code printed",
      '{"type":"bash_code_execution_tool_result","tool_use_id":"s","content":{"type":"bash_code_execution_result","stdout":"1\\n","stderr":"","return_code":0}}',
      "Result of a tool that the API ran: \n1\n",
    ],
    [
      "a call through a connector",
      '{"type":"mcp_tool_use","id":"mcptoolu_1","name":"echo","server_name":"s","input":{"a":1}}',
      'Tool echo was run by the API with {"a":1}',
    ],
    [
      "its result",
      '{"type":"mcp_tool_result","tool_use_id":"mcptoolu_1","is_error":false,"content":[{"type":"text","text":"hi"}]}',
      "Result of a tool that the API ran: \nhi",
    ],
    [
      "a file of a container",
      '{"type":"container_upload","file_id":"file_1"}',
      "A file was uploaded to the container: file_1",
    ],
    [
      "a search result",
      '{"type":"search_result","source":"https://a","title":"T","content":[{"type":"text","text":"x"}],"citations":{"enabled":true}}',
      "Search result:\nhttps://a\nT\nx",
    ],
    [
      "a document that is text",
      '{"type":"document","title":"D","source":{"type":"text","media_type":"text/plain","data":"words"},"citations":{"enabled":true}}',
      "Document:\nD\nwords",
    ],
    ["a summary", '{"type":"compaction","content":"so far"}', "Summary of what was said before:\nso far"],
  ])("tells %s", (_, block, text) => {
    expect(repaired(withMessages(user(`[${block}]`)), NEEDS)).toBe(
      withMessages(user(`[${said(text).replace("é", "\\u00e9")}]`)),
    );
    const nested = withMessages(user(`[${result("t", `[${said("a")}, ${block}]`)}]`));
    const inResult: { messages: { content: { content: unknown[] }[] }[] } = JSON.parse(
      repaired(nested, NEEDS),
    );
    expect(inResult.messages[0]?.content[0]?.content).toEqual([
      { type: "text", text: "a" },
      { type: "text", text },
    ]);
  });

  it("takes citations of results out of what was written about them", () => {
    const cited =
      '{"type":"text","text":"É","citations":[{"type":"web_search_result_location","encrypted_index":"x"}],"cache_control":{"type":"ephemeral"}}';
    expect(repaired(withMessages(assistant(`[${cited}]`)), NEEDS)).toBe(
      withMessages(assistant('[{"type":"text","text":"\\u00c9","cache_control":{"type":"ephemeral"}}]')),
    );
  });

  it.each([
    [
      "texts, images and calls",
      `[${said("a")},{"type":"image","source":{"type":"base64"}},{"type":"tool_use","id":"t","name":"B","input":{}}]`,
    ],
    [
      "a document that is no text",
      '[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"}}]',
    ],
    ["a client's results", `[${result("t")},${result("u", `[${said("a")}]`)}]`],
  ])("keeps %s", (_, content) => {
    expect(repair(withMessages(user(content)), NEEDS).repairs).toEqual([]);
  });

  it("keeps what the lane ran itself, and nothing else", () => {
    const body = withMessages(assistant(`[${search("call_1")},${found("call_1")},${search("srvtoolu_2")}]`));
    expect(repaired(body, NEEDS, { isOwnToolId: (id) => id === "call_1" })).toBe(
      withMessages(assistant(`[${search("call_1")},${found("call_1")},${said(searched)}]`)),
    );
  });

  it("is not needed on Anthropic, which gets its own blocks back as they were", () => {
    const body = withMessages(assistant(`[${search("srvtoolu_1")},${found("srvtoolu_1")}]`));
    expect(repair(body, LANE_NEEDS.zai, { crossLane: false }).repairs).toEqual(["server_blocks"]);
    expect(repair(body, LANE_NEEDS.anthropic).repairs).toEqual([]);
  });

  it("changes a history the same way in every later request", () => {
    const turn = assistant(`[${search("srvtoolu_1")},${found("srvtoolu_1")}]`);
    const first = repaired(withMessages(user('"q"'), turn), NEEDS);
    const later = repaired(withMessages(user('"q"'), turn, user('"r"')), NEEDS);
    expect(later.startsWith(first.slice(0, -2))).toBe(true);
  });
});
