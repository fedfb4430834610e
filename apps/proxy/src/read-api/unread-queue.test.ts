import { expect, it } from "vitest";
import { createUnreadQueue } from "./unread-queue.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const open = () => createUnreadQueue({ chunks: 3, bytes: 10 }, bytes("bye"));

async function rest(queue: ReturnType<typeof open>): Promise<string[]> {
  const read: string[] = [];
  for (let chunk = await queue.next(); chunk !== null; chunk = await queue.next())
    read.push(Buffer.from(chunk).toString());
  return read;
}

it("gives what was pushed, in order, and ends behind it", async () => {
  const queue = open();
  const first = queue.next();
  expect([queue.push(bytes("a")), queue.push(bytes("b"))]).toEqual([true, true]);
  expect(await first).toEqual(bytes("a"));
  queue.end();
  expect(await rest(queue)).toEqual(["b"]);
  expect(queue.push(bytes("c"))).toBe(false);
});

it.each([
  ["too many chunks", ["a", "b", "c", "d"]],
  ["too many bytes", ["123456", "12345"]],
])("holds but the last word to a reader with %s unread", async (_name, texts) => {
  const queue = open();
  expect(texts.map((text) => queue.push(bytes(text))).at(-1)).toBe(false);
  expect(queue.unread).toBe(1);
  expect(queue.push(bytes("late"))).toBe(false);
  expect(await rest(queue)).toEqual(["bye"]);
});
