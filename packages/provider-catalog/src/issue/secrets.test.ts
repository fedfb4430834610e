import { describe, expect, it } from "vitest";
import { isCredentialKey, looksLikeSecret } from "./secrets.ts";

describe("looksLikeSecret", () => {
  it.each([
    "sk-ant-api03-abc",
    "SK-ANT-1",
    "https://h/?key=sk-abc",
    "0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp",
    "abcdef0123456789abcdef",
    "eyJhbGciOiJIUzI1NiJ9.e30.x",
    "AIzaSyD-abcdefgh",
    "Bearer abc",
    "basic dXNlcjpwYXNz",
    "123e4567-e89b-12d3-a456-426614174000",
    "ghp_abc",
    "hf_abc",
    "gsk_abc",
  ])("%s", (text) => expect(looksLikeSecret(text)).toBe(true));

  it.each([
    "claude-haiku-4-5-20251001",
    "glm-5.3[1m]",
    "deepseek-v4-pro",
    "qwen3-coder-480b-a35b-instruct",
    "hf.co/unsloth/gpt-oss-20b",
    "ZAI_API_KEY_WORK",
    "ANTHROPIC_AUTH_TOKEN",
    "task-mini",
    "https://api.z.ai/api/anthropic",
    "openrouter",
    "",
  ])("not %s", (text) => expect(looksLikeSecret(text)).toBe(false));
});

describe("isCredentialKey", () => {
  it.each([
    "env",
    "key_env",
    "keyEnv",
    "scoped_env",
    "api_key",
    "apiKey",
    "token",
    "Authorization",
    "password",
  ])("%s", (key) => expect(isCredentialKey(key)).toBe(true));
  it.each(["rolling_tokens", "context_tokens", "keys_of", "pattern", "header_mode"])("not %s", (key) =>
    expect(isCredentialKey(key)).toBe(false),
  );
});
