import { describe, expect, it } from "vitest";
import { assistant, repair, repaired, result, withMessages } from "./testing/repair.ts";

const SERVER = { serverTools: true };
const search = (id: string): string =>
  `{"type":"server_tool_use","id":"${id}","name":"web_search","input":{}}`;
const found = (id: string): string => `{"type":"web_search_tool_result","tool_use_id":"${id}","content":[]}`;
const text = '{"type":"text","text":"t"}';
const placeholder = '{"type":"text","text":"(no content)"}';

describe("server_tools", () => {
  it.each([
    ["a foreign call and its result", [search("call_1"), found("call_1"), text], [text]],
    ["a result without its call", [found("srvtoolu_1"), text], [text]],
    ["a result before its call", [found("srvtoolu_1"), search("srvtoolu_1")], [search("srvtoolu_1")]],
    ["all there is", [search("")], [placeholder]],
    ["a call without an id", ['{"type":"server_tool_use"}', text], [text]],
    [
      "the call alone where the result is a client's",
      [search("call_1"), result("call_1")],
      [result("call_1")],
    ],
  ])("takes out %s", (_, before, after) => {
    const body = withMessages(assistant(`[${before.join(",")}]`));
    expect(repaired(body, SERVER)).toBe(withMessages(assistant(`[${after.join(",")}]`)));
  });

  it.each([
    ["pairs", [assistant(`[${search("srvtoolu_1")},${found("srvtoolu_1")}]`)]],
    ["a call whose result is still to come", [assistant(`[${search("srvtoolu_1")}]`)]],
    [
      "a result in a later turn",
      [assistant(`[${search("srvtoolu_1")}]`), assistant(`[${found("srvtoolu_1")}]`)],
    ],
    ["an MCP connector's", [assistant('[{"type":"mcp_tool_result","tool_use_id":"m"}]')]],
  ])("keeps %s", (_, messages) => {
    expect(repair(withMessages(...messages), SERVER).repairs).toEqual([]);
  });
});
