import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSseReader, type SseEvent } from "./sse-reader.ts";

const TEXT = [
  ": ccp events\n\n",
  'id: 1\nevent: decision\ndata: {"a":1}\n\n',
  ": alive\n\n",
  "id: 2\r\nevent:completion\r\ndata:one\r\ndata: two\r\n\r\n",
  "event: nothing\n\n",
  "retry: 5\rid: 3\rdata: last\r\r",
  "data: cut off\n",
].join("");

const EVENTS: SseEvent[] = [
  { id: "1", name: "decision", data: '{"a":1}' },
  { id: "2", name: "completion", data: "one\ntwo" },
  { id: "3", name: "message", data: "last" },
];

describe("createSseReader", () => {
  it("reads events, whatever the pieces they come in", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: TEXT.length }), { maxLength: 12 }), (cuts) => {
        const reader = createSseReader();
        const ends = [...cuts.sort((a, b) => a - b), TEXT.length];
        const events = ends.flatMap((end, index) => reader.push(TEXT.slice(ends[index - 1] ?? 0, end)));
        expect(events).toEqual(EVENTS);
      }),
    );
  });

  it("does not hold more than a megabyte for an event", () => {
    const endless = createSseReader();
    expect(() => endless.push(`data: ${"x".repeat(1_048_576)}`)).toThrow(RangeError);
    const many = createSseReader();
    const line = `data: ${"x".repeat(999)}\n`;
    expect(many.push(line.repeat(1000))).toEqual([]);
    expect(() => many.push(line.repeat(100))).toThrow(RangeError);
  });
});
