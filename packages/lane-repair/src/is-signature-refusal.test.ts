import { expect, it } from "vitest";
import { isSignatureRefusal } from "./is-signature-refusal.ts";

it.each<[string | null, boolean]>([
  ["messages.1.content.0: Invalid `signature` in `thinking` block", true],
  ["messages.17.content.2: Invalid `data` in `redacted_thinking` block", true],
  ["messages.1.content.0.thinking.signature: Field required", true],
  ["messages.1.content.0.tool_use.name: Field required", false],
  ["INVALID SIGNATURE IN THINKING BLOCK", true],
  ["messages.3.content.0: `thinking` blocks are bound to a different conversation", true],
  ["messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`", false],
  ["Invalid signature of the webhook", false],
  ["prompt is too long: 210000 tokens > 200000 maximum", false],
  ["", false],
  [null, false],
])("%j: %j", (message, expected) => expect(isSignatureRefusal(message)).toBe(expected));
