import { describe, expect, it } from "vitest";
import { safeJson, safeText } from "./safe-text.ts";

const HOSTILE = "glm\u001b]0;title\u0007\r\n\u009b31m\u202e\u200bx\u007f";

describe("safeText", () => {
  it("keeps no character that a terminal obeys or that hides text", () => {
    expect(safeText(HOSTILE)).toBe("glm]0;title31mx");
  });

  it("keeps letters of every script", () => {
    expect(safeText("模型 modèle модель")).toBe("模型 modèle модель");
  });
});

describe("safeJson", () => {
  it("escapes what JSON lets pass, and changes no value", () => {
    const text = safeJson(JSON.stringify({ model: HOSTILE, tag: "\u{e0041}" }, null, 2));
    expect([...text].every((character) => character === "\n" || (character >= " " && character <= "~"))).toBe(
      true,
    );
    expect(JSON.parse(text)).toEqual({ model: HOSTILE, tag: "\u{e0041}" });
  });
});
