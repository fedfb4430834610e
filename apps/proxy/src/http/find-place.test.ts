import { describe, expect, it } from "vitest";
import { findPlace, wordNowhere } from "./find-place.ts";

describe("findPlace", () => {
  it.each([
    ["/v1/messages", "messages"],
    ["/v1/messages/count_tokens", "count_tokens"],
    ["/v1/usage", "own"],
    ["/", "own"],
    ["/api/hello", "own"],
    ["/v1/messages/batches", "relay"],
    ["/v1/messages/batches/msgbatch_01/results", "relay"],
    ["/v1/models", "relay"],
    ["/v1/models/claude-opus-5-5", "relay"],
    ["/v1/models/claude-opus-5-5%5B1m%5D", "relay"],
    ["/v1/files/file_01/content", "relay"],
    ["/v1/skills/skill_01/versions/1759", "relay"],
    ["/v1/complete", "relay"],
    ["/v1/organizations/usage_report/messages", "relay"],
    ["/v1/code/sessions", "relay"],
    ["/v1/oauth/token", "relay"],
    ["/api/oauth/usage", "relay"],
    ["/api/claude_code/settings", "relay"],
    ["/api/event_logging/batch", "relay"],
  ])("%s leads to %s", (path, place) => {
    expect(findPlace(path)).toBe(place);
  });

  it.each([
    "/v1/messages/",
    "/v1/messages/x",
    "/v1/complete/x",
    "/v1/modelsx",
    "/v1/models/",
    "/v1/models//x",
    "/v1/models/../messages",
    "/v1/models/.",
    "/v1/models/%2e%2e/messages",
    "/v1/models/..%2fmessages",
    "/v1/models/x%2Fy",
    "/v1/models/x;y=1",
    "/v1/models/x%00",
    "/v1/models/x%20",
    "/v1/models/%78",
    "/v1/models/x\\y",
    "/v1/models/%255B",
    "/v1/models/é",
    "/V1/models",
    "/v1/usage/nothing",
    "/v1/proxy/v1/messages",
    "/api",
    "/api/chat",
    "/api/claude_codex/x",
    "",
  ])("%j leads nowhere", (path) => {
    expect(findPlace(path)).toBe("nowhere");
  });
});

describe("wordNowhere", () => {
  it.each([
    ["/v1/chat/completions", "a path of the OpenAI API"],
    ["/v1/responses", "a path of the OpenAI API"],
    ["/v1/images/generations", "a path of the OpenAI API"],
    ["/chat/completions", "a path of the OpenAI API"],
    ["/v1beta/models/gemini-3-pro:generateContent", "a path of the Gemini API"],
    ["/api/chat", "a path of the Ollama API"],
    ["/v1/v1/messages", "begins with /v1 twice"],
    ["/messages", "lacks /v1"],
    ["//v1/messages", "/v1/messages is served only as it is written here"],
    ["/v1/%6dessages", "/v1/messages is served only as it is written here"],
    ["/v1/%256dessages", "/v1/messages is served only as it is written here"],
    ["/v1/models/../messages;x=1", "/v1/messages is served only as it is written here"],
    ["/v1/models/", "this path is served only as it is written here"],
    ["/nowhere", "there is no such route"],
  ])("%s: %s", (path, words) => {
    expect(wordNowhere(path)).toContain(words);
  });

  it("tells what is served, and repeats nothing of the path", () => {
    const words = wordNowhere("/v1/%3Cscript%3Esk-CANARY");
    expect(words).toContain("POST /v1/messages");
    expect(words).not.toContain("CANARY");
  });
});
