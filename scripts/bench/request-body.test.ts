import { describe, expect, it } from "vitest";
import { MODEL, requestBody } from "./request-body.ts";

describe("requestBody", () => {
  it.each([2_000, 50_000, 500_000])("has exactly %d bytes and is what an agent sends", (bytes) => {
    const body = requestBody(bytes, true);
    expect(body.length).toBe(bytes);
    const parsed = JSON.parse(body.toString()) as Record<string, unknown>;
    expect(parsed.model).toBe(MODEL);
    expect(Object.keys(parsed)).toEqual([
      "model",
      "messages",
      "system",
      "tools",
      "metadata",
      "max_tokens",
      "thinking",
      "stream",
    ]);
  });
  it("leaves `stream` out where none is wanted", () => {
    expect(JSON.parse(requestBody(2_000, false).toString())).not.toHaveProperty("stream");
  });
  it("does not cut a request that is longer", () => {
    expect(() => requestBody(100, true)).toThrow(RangeError);
  });
});
