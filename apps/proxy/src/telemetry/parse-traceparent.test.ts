import { expect, it } from "vitest";
import { parseTraceparent } from "./parse-traceparent.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

it("reads the trace that a caller is in", () => {
  expect(parseTraceparent(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags: 1 });
  expect(parseTraceparent(` 00-${TRACE}-${SPAN}-00 `)?.traceFlags).toBe(0);
});

it("takes a later version with more fields", () => {
  expect(parseTraceparent(`01-${TRACE}-${SPAN}-03-more`)?.traceFlags).toBe(3);
});

it.each([
  "",
  "garbage",
  `00-${TRACE}-${SPAN}`,
  `00-${TRACE}-${SPAN}-01-more`,
  `ff-${TRACE}-${SPAN}-01`,
  `00-${TRACE.toUpperCase()}-${SPAN}-01`,
  `00-${"0".repeat(32)}-${SPAN}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE}-${SPAN}-0g`,
])("%j names no trace", (header) => {
  expect(parseTraceparent(header)).toBeNull();
});
