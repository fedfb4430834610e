import { describe, expect, it } from "vitest";
import { type JsonSchema, wireJsonSchema } from "../../packages/usage-contract/src/index.ts";
import { listFields, renderType } from "./render-type.ts";

describe("renderType", () => {
  it.each<[JsonSchema, string]>([
    [{ type: "string" }, "string"],
    [{ type: ["number", "null"] }, "number or null"],
    [{ type: "integer", minimum: 1, maximum: 10, default: 1 }, "integer, from 1, up to 10, default 1"],
    [{ type: "number", exclusiveMinimum: 0 }, "number, above 0"],
    [{ type: "string", enum: ["a", "b"] }, '"a" \\| "b"'],
    [{ anyOf: [{ type: "number" }, { type: "string" }] }, "number or string"],
    [{ const: true }, "true"],
    [{}, "anything"],
    [{ type: "array", items: { $ref: "LaneWindow" } }, "list of [LaneWindow](#lanewindow)"],
    [{ type: "object", additionalProperties: { type: "number" } }, "map of number"],
    [{ type: "string", minLength: 1, maxLength: 9 }, "string, at most 9 characters"],
  ])("%j -> %s", (schema, text) => expect(renderType(schema)).toBe(text));
});

describe("listFields", () => {
  it("opens unnamed objects in lists and maps, and leaves named ones to their own table", () => {
    expect(listFields(wireJsonSchema("LaneUsage", "")).map(({ field }) => field)).toEqual([
      "state",
      "windows",
      "reason?",
      "until_ts?",
      "window?",
      "used_pct?",
      "refusals?",
    ]);
    expect(listFields(wireJsonSchema("Readyz", "")).map(({ field }) => field)).toEqual([
      "providers",
      "providers.*.ok",
      "providers.*.status",
      "providers.*.url",
      "providers.*.reason?",
      "providers.*.state?",
      "providers.*.until_ts?",
      "ts",
      "source",
      "error?",
      "shared?",
    ]);
    expect(listFields(wireJsonSchema("Speeds", "")).map(({ field }) => field)).toContain(
      "hourly[].out_elr_tps",
    );
  });
});
