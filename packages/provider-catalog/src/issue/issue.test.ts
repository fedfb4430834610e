import { describe, expect, it } from "vitest";
import { formatIssue, quote, renderPath, sortIssues } from "./issue.ts";

describe("formatIssue", () => {
  it.each([
    [{ path: "a.b", message: "m", line: 4, column: 20 }, "f.yaml:4:20 a.b: m"],
    [{ path: "a.b", message: "m", line: 4 }, "f.yaml:4 a.b: m"],
    [{ path: "a.b", message: "m" }, "f.yaml a.b: m"],
    [{ path: "", message: "m", line: 1, column: 1 }, "f.yaml:1:1 m"],
    [{ path: "", message: "m", column: 7 }, "f.yaml m"],
  ])("%j", (issue, line) => expect(formatIssue("f.yaml", issue)).toBe(line));
});

describe("renderPath", () => {
  it.each([
    [["providers", "zai", "base_url"], "providers.zai.base_url"],
    [["routes", 0, "fallback", 1], "routes[0].fallback[1]"],
    [["models", "glm-4.7", "lane"], 'models["glm-4.7"].lane'],
    [["models", "*"], 'models["*"]'],
    [["models", ""], 'models[""]'],
    [["a\u001b[31m\u202e"], '["a\\u001b[31m\\u202e"]'],
    [["scoped_env", "sk-ant-api03-x"], 'scoped_env["…"]'],
    [["abcdef0123456789"], '["…"]'],
    [["x".repeat(61)], `["${"x".repeat(60)}…"]`],
    [[], ""],
  ])("%j", (path, text) => expect(renderPath(path)).toBe(text));
});

describe("quote", () => {
  it("escapes what a terminal would obey", () => {
    expect(quote('a"b\n\u0007\u009b\u202e')).toBe('"a\\"b\\n\\u0007\\u009b\\u202e"');
  });
});

describe("sortIssues", () => {
  it("goes by place and keeps the first of two at one place and path", () => {
    const issues = [
      { path: "b", message: "3", line: 2, column: 1 },
      { path: "a", message: "1", line: 1, column: 5 },
      { path: "a", message: "later", line: 1, column: 5 },
      { path: "c", message: "0" },
    ];
    expect(sortIssues(issues).map(({ message }) => message)).toEqual(["0", "1", "3"]);
  });
});
