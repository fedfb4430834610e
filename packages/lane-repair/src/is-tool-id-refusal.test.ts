import { expect, it } from "vitest";
import { isToolIdRefusal } from "./is-tool-id-refusal.ts";

it.each<[string | null, boolean]>([
  ["messages.1.content.1.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'", true],
  ["messages.2.content.0.tool_result.tool_use_id: String should match pattern '^[a-zA-Z0-9_-]+$'", true],
  ["messages: `tool_use` ids must be unique", true],
  ["tools.0.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'", false],
  ["messages.2: `tool_use` ids were found without `tool_result` blocks immediately after: a", false],
  ["", false],
  [null, false],
])("%j: %j", (message, expected) => expect(isToolIdRefusal(message)).toBe(expected));
