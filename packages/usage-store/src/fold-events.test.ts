import { describe, expect, it } from "vitest";
import { encodeEvent } from "./encode-event.ts";
import { eventKey, foldEvents } from "./fold-events.ts";
import { testEvent } from "./test-event.ts";

function fold(lines: string[]): { result: ReturnType<typeof foldEvents>; keys: string[] } {
  const keys: string[] = [];
  const result = foldEvents(lines, (event) => keys.push(eventKey(event)));
  return { result, keys };
}

describe("foldEvents", () => {
  const decision = encodeEvent(testEvent({ event: "decision", status: -1 }));
  const completion = encodeEvent(testEvent());
  const second = encodeEvent(testEvent({ attempt: 2 }));

  it("applies every entry of an exchange once, in order", () => {
    const { result, keys } = fold([decision, completion, second]);
    expect(keys).toEqual(["decision 1 r1", "completion 1 r1", "completion 2 r1"]);
    expect(result).toEqual({ events: 3, skipped: 0, duplicates: 0 });
  });

  it("leaves out lines met before, wherever they stand", () => {
    const { result, keys } = fold([decision, completion, decision, second, completion, completion]);
    expect(keys).toEqual(["decision 1 r1", "completion 1 r1", "completion 2 r1"]);
    expect(result).toEqual({ events: 3, skipped: 0, duplicates: 3 });
  });

  it("counts bad lines and goes on, and does not count blank ones", () => {
    const torn = completion.slice(0, 100);
    const { result, keys } = fold(["", "garbage", torn, "\0\0\0", '{"ts":1}', "\r\n", completion]);
    expect(keys).toEqual(["completion 1 r1"]);
    expect(result).toEqual({ events: 1, skipped: 4, duplicates: 0 });
  });

  it("gives the same sums from a log that was copied behind itself", () => {
    const lines = Array.from({ length: 50 }, (_, i) =>
      encodeEvent(testEvent({ rid: `r${i}`, output_tokens: i })),
    );
    let sum = 0;
    foldEvents([...lines, ...lines], (event) => {
      sum += event.output_tokens ?? 0;
    });
    expect(sum).toBe(1225);
  });
});
