import { UsageEventSchema } from "@ccp/usage-contract";
import fc from "fast-check";
import { is } from "valibot";
import { describe, expect, it } from "vitest";
import { decodeLine } from "./decode-line.ts";
import { encodeEvent } from "./encode-event.ts";
import { eventFault } from "./event-fault.ts";
import { testEvent } from "./test-event.ts";

const line = encodeEvent(testEvent());

describe("encodeEvent", () => {
  it("puts ts first whatever the order of the event's keys", () => {
    const { ts, ...rest } = testEvent();
    expect(encodeEvent({ ...rest, ts }).startsWith('{"ts":1763760000.5,"rid":"r1"')).toBe(true);
  });

  it("gives one line for any text, and the same event back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (model, rid) => {
        const event = testEvent({ model: `${model}\n\r\u2028\ud800`, rid });
        const encoded = encodeEvent(event);
        expect(encoded.indexOf("\n")).toBe(encoded.length - 1);
        expect(decodeLine(encoded)).toEqual({ kind: "event", event });
      }),
    );
  });
});

describe("decodeLine", () => {
  it.each([
    ["with LF", line],
    ["without a line end", line.trimEnd()],
    ["with CRLF", `${line.trimEnd()}\r\n`],
    ["behind a byte order mark", `\ufeff${line}`],
    ["behind a block of zero bytes", `\0\0\0${line}`],
  ])("reads a line %s", (_name, text) => {
    expect(decodeLine(text)).toEqual({ kind: "event", event: testEvent() });
  });

  it.each([
    ["", "blank", null],
    [" \r\n", "blank", null],
    ["\0\0\0\0", "nul", null],
    ["{", "not_json", null],
    [line.slice(0, -8), "not_json", null],
    [`${line.slice(0, 300)}${line}`, "not_json", null],
    ["null", "not_event", null],
    ["[]", "not_event", null],
    ["{}", "not_event", "ts"],
    [line.replace('"status":200', '"status":"200"'), "not_event", "status"],
    [line.replace('"predicted_tokens":500', '"predicted_tokens":null'), "not_event", "predicted_tokens"],
    [line.replace('"output_tokens":20', '"output_tokens":1e400'), "not_event", "output_tokens"],
    [line.replace('"predicted_tokens":500', '"predicted_tokens":1e400'), "not_event", "predicted_tokens"],
    [line.replace(/"ts":[\d.]+/, '"ts":-5'), "not_event", "ts"],
    [line.replace(/"ts":[\d.]+/, '"ts":9e15'), "not_event", "ts"],
    [line.replace('"repairs":[]', '"repairs":[1]'), "not_event", "repairs"],
    [line.replace('"lane":"zai"', '"event":"completion","lane":"zai"'), "not_event", "event"],
  ])("skips %j as %s", (text, reason, path) => {
    expect(decodeLine(text)).toEqual({ kind: "skip", reason, path });
  });

  it("keeps keys of a newer writer", () => {
    const decoded = decodeLine(line.replace("}", ',"added_later":{"a":[1]}}'));
    expect(decoded).toEqual({ kind: "event", event: { ...testEvent(), added_later: { a: [1] } } });
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(["event", "skip"]).toContain(decodeLine(text).kind);
      }),
    );
  });
});

describe("eventFault", () => {
  it("accepts exactly what the schema does", () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>(null, true, "decision", "quota_pass", "ok", "", 0, -1, 0.5, {}),
      fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 3 }),
      fc.constant(undefined),
    );
    const key = fc.constantFrom(...Object.keys(UsageEventSchema.entries));
    fc.assert(
      fc.property(key, value, (name, changed) => {
        const candidate = { ...testEvent(), [name]: changed };
        const fault = eventFault(candidate);
        expect(fault).toBe(is(UsageEventSchema, candidate) ? null : name);
      }),
      { numRuns: 2000 },
    );
  });
});
