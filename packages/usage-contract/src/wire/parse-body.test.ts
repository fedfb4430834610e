import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { DecisionRequestSchema, DecisionsQuerySchema } from "./decisions.ts";
import { Mark429RequestSchema } from "./mark-429.ts";
import { parseBody } from "./parse-body.ts";
import { RollupsQuerySchema } from "./rollups.ts";
import { SamplesQuerySchema } from "./samples.ts";
import { SimUsageRequestSchema } from "./sim-usage.ts";

type Schema = v.GenericSchema;

describe("parseBody", () => {
  it.each<[string, Schema, unknown, { path: string; message: string }[]]>([
    ["no object", Mark429RequestSchema, [], [{ path: "", message: "expected Object, got Array" }]],
    ["null", Mark429RequestSchema, null, [{ path: "", message: "expected Object, got null" }]],
    ["a missing key", Mark429RequestSchema, {}, [{ path: "model", message: "required, but missing" }]],
    [
      "an empty name",
      Mark429RequestSchema,
      { model: "  " },
      [{ path: "model", message: "expected text, got none" }],
    ],
    [
      "a misspelt key",
      Mark429RequestSchema,
      { model: "m", retry_after: 3 },
      [{ path: "retry_after", message: "unknown key" }],
    ],
    [
      "a number as text",
      Mark429RequestSchema,
      { model: "m", retry_after_sec: "soon" },
      [{ path: "retry_after_sec", message: 'expected a number from 0 to 2678400, got "soon"' }],
    ],
    [
      "a negative number",
      Mark429RequestSchema,
      { model: "m", retry_after_sec: -1 },
      [{ path: "retry_after_sec", message: "expected a number from 0 to 2678400, got -1" }],
    ],
    [
      "every fault, not only the first",
      SimUsageRequestSchema,
      { model: 7, in: 1.5, out: JSON.parse("1e400"), repeat: 0 },
      [
        { path: "model", message: "expected string, got 7" },
        { path: "in", message: "expected a whole number from 0 to 10000000, got 1.5" },
        { path: "out", message: "expected a whole number from 0 to 10000000, got Infinity" },
        { path: "repeat", message: "expected a whole number from 1 to 10000, got 0" },
      ],
    ],
    [
      "an unknown word",
      RollupsQuerySchema,
      { granularity: "week" },
      [{ path: "granularity", message: 'expected ("5min" | "hour" | "day"), got "week"' }],
    ],
    [
      "a time in words",
      SamplesQuerySchema,
      { since: "yesterday" },
      [{ path: "since", message: 'expected a number from 0 to 253402300799, got "yesterday"' }],
    ],
    [
      "a limit past the ring",
      DecisionsQuerySchema,
      { limit: "201" },
      [{ path: "limit", message: "expected a whole number from 1 to 200, got 201" }],
    ],
  ])("names %s", (_, schema, value, issues) => {
    expect(parseBody(schema, value)).toEqual({ success: false, issues });
  });

  it("names the place inside lists and maps", () => {
    const schema = v.object({ lanes: v.record(v.string(), v.array(v.number())) });
    expect(parseBody(schema, { lanes: { zai: [1, "x"] } })).toEqual({
      success: false,
      issues: [{ path: "lanes.zai.1", message: 'expected number, got "x"' }],
    });
  });

  it("shows only the start of a long value", () => {
    const result = parseBody(Mark429RequestSchema, { model: "m", retry_after_sec: "x".repeat(500) });
    expect(result.success ? null : result.issues[0]?.message.length).toBe(102);
  });

  it("never throws, whatever arrives", () => {
    const circular: { model?: unknown } = {};
    circular.model = circular;
    expect(parseBody(Mark429RequestSchema, circular).success).toBe(false);
    expect(parseBody(Mark429RequestSchema, JSON.parse('{"model":"m","__proto__":{"lane":1}}')).success).toBe(
      false,
    );
  });
});

describe("request schemas", () => {
  it("fill in the defaults of a simulation", () => {
    expect(parseBody(SimUsageRequestSchema, { model: "glm-4.7", in: 10, out: 0, lane: "anth" })).toEqual({
      success: true,
      output: {
        model: "glm-4.7",
        in: 10,
        out: 0,
        repeat: 1,
        seconds: null,
        interval_ms: 0,
        lane: "anthropic",
      },
    });
  });

  it("leave out what a dry run does not know", () => {
    const body = { model: " glm-4.7 ", escalation_reason: "tests failed twice", plan: { step: 3 } };
    expect(parseBody(DecisionRequestSchema, body)).toEqual({
      success: true,
      output: { model: "glm-4.7", escalation_reason: "tests failed twice" },
    });
  });

  it("bound what a dry run may keep in memory", () => {
    expect(parseBody(DecisionRequestSchema, { model: "m", note: "x".repeat(1001) })).toEqual({
      success: false,
      issues: [{ path: "note", message: "expected at most 1000 characters, got 1001" }],
    });
  });

  it("read query parameters as numbers", () => {
    expect(parseBody(SamplesQuerySchema, { since: "1763760000.5", model: "glm-4.7" })).toEqual({
      success: true,
      output: { since: 1_763_760_000.5, model: "glm-4.7" },
    });
    expect(parseBody(DecisionsQuerySchema, {})).toEqual({ success: true, output: { limit: 200 } });
    expect(parseBody(RollupsQuerySchema, {})).toEqual({ success: true, output: { granularity: "hour" } });
  });
});
