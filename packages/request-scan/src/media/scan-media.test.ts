import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scanMedia } from "./scan-media.ts";

const encoder = new TextEncoder();
const scan = (value: unknown) => scanMedia([encoder.encode(JSON.stringify(value))]);

function base64(bytes: readonly number[], padTo = 0): string {
  const text = String.fromCharCode(...bytes);
  return btoa(text.padEnd(Math.max(text.length, padTo), "\u00aa"));
}
const be32 = (n: number): number[] => [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255];
const le16 = (n: number): number[] => [n & 255, n >>> 8];
const ascii = (text: string): number[] => [...text].map((letter) => letter.charCodeAt(0));

const PNG = [0x89, ...ascii("PNG\r\n\u001a\n"), ...be32(13), ...ascii("IHDR")];
const png = (width: number, height: number, padTo = 0): string =>
  base64([...PNG, ...be32(width), ...be32(height)], padTo);
const gif = (width: number, height: number): string =>
  base64([...ascii("GIF89a"), ...le16(width), ...le16(height), 0, 0]);
const riff = (chunk: string, body: readonly number[]): string =>
  base64([...ascii("RIFF"), 0, 0, 0, 0, ...ascii("WEBP"), ...ascii(chunk), 0, 0, 0, 0, ...body, 0, 0]);
/** With a segment of metadata before its frame, as cameras write it. */
const jpeg = (width: number, height: number, metadata = 2000): string =>
  base64([
    ...[0xff, 0xd8, 0xff, 0xe1, (metadata + 2) >>> 8, (metadata + 2) & 255],
    ...new Array(metadata).fill(0x11),
    ...[
      0xff,
      0xff,
      0xdb,
      0,
      4,
      1,
      1,
      0xff,
      0xc2,
      0,
      17,
      8,
      height >>> 8,
      height & 255,
      width >>> 8,
      width & 255,
    ],
    ...[3, 1, 0x22, 0],
  ]);

const picture = (data: string, type = "image/png"): unknown => ({
  type: "image",
  source: { type: "base64", media_type: type, data },
});
const pdf = (length: number): unknown => ({
  type: "document",
  source: { type: "base64", media_type: "application/pdf", data: "JVBERi0x".padEnd(length, "A") },
});
const ask = (...content: unknown[]): unknown => ({
  model: "m",
  messages: [{ role: "user", content }],
  max_tokens: 9,
});
const result = (...content: unknown[]): unknown => ({ type: "tool_result", tool_use_id: "t", content });

describe("pictures", () => {
  it.each<[format: string, data: string]>([
    ["PNG", png(1000, 750)],
    ["GIF", gif(1000, 750)],
    ["JPEG", jpeg(1000, 750)],
    ["JPEG behind 60 KB of metadata", jpeg(1000, 750, 60_000)],
    ["WebP, lossy", riff("VP8 ", [0, 0, 0, 0x9d, 1, 0x2a, ...le16(1000), ...le16(750)])],
    [
      "WebP, lossless",
      riff("VP8L", [
        0x2f,
        ...le16((999 | (749 << 14)) & 0xffff),
        ...le16((999 | (749 << 14)) >>> 16),
        0,
        0,
        0,
      ]),
    ],
    ["WebP, extended", riff("VP8X", [0, 0, 0, 0, ...le16(999), 0, ...le16(749), 0])],
  ])("takes width × height ÷ 750 of a %s", (_format, data) => {
    expect(scan(ask(picture(data)))).toEqual({
      bytes: data.length,
      tokens: 1000,
      leastTokens: 500,
      elsewhere: 0,
    });
  });

  it.each<[what: string, data: string, tokens: number]>([
    ["a 0.8 MB screenshot", png(1920, 1080, 600_000), 2765],
    ["a huge one is shrunk", png(8000, 8000), 4784],
    ["a long one is shrunk by its longer side", png(25_760, 100), Math.ceil((2576 * 10) / 750)],
    ["one of a pixel", png(1, 1), 1],
    ["one without a size", png(0, 0), 1600],
    ["one of an absurd size", png(4_000_000_000, 5), 1600],
    ["one of another format", base64(ascii("BM......................"), 900), 1600],
    ["one that is cut off", png(10, 10).slice(0, 12), 1600],
    ["one that is no base64", "%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%", 1600],
    ["none at all", "", 1600],
  ])("bounds them: %s", (_what, data, tokens) => {
    expect(scan(ask(picture(data)))).toMatchObject({ bytes: data.length, tokens, elsewhere: 0 });
  });

  it("reads base64 whose slashes are escaped, as PHP writes them", () => {
    const text = JSON.stringify(ask(picture(png(1000, 750, 900)))).replaceAll("/", "\\/");
    expect(scanMedia([encoder.encode(text)])).toMatchObject({ tokens: 1000 });
    const photo = JSON.stringify(ask(picture(jpeg(1000, 750)))).replaceAll("/", "\\/");
    expect(scanMedia([encoder.encode(photo)])).toMatchObject({ tokens: 1600 });
  });

  it("takes a data URL for data", () => {
    const data = png(1000, 750);
    const url = { type: "image", source: { type: "url", url: `data:image/png;base64,${data}` } };
    expect(scan(ask(url))).toEqual({ bytes: data.length, tokens: 1000, leastTokens: 500, elsewhere: 0 });
  });
});

describe("documents", () => {
  it("takes 3,000 tokens a page of 50 kB, up to a hundred of them", () => {
    expect(scan(ask(pdf(400_000)))).toEqual({
      bytes: 400_000,
      tokens: 18_000,
      leastTokens: 100,
      elsewhere: 0,
    });
    expect(scan(ask(pdf(12)))).toMatchObject({ tokens: 3000 });
    expect(scan(ask(pdf(30_000_000)))).toMatchObject({ tokens: 300_000 });
  });

  it("counts one of text as text, and the pictures in one of blocks as pictures", () => {
    const text = {
      type: "document",
      source: { type: "text", media_type: "text/plain", data: "x".repeat(9000) },
    };
    expect(scan(ask(text))).toMatchObject({ bytes: 0, tokens: 0 });
    const blocks = { type: "document", source: { type: "content", content: [picture(png(1000, 750))] } };
    expect(scan(ask(blocks))).toMatchObject({ tokens: 1000 });
  });
});

it.each<[what: string, block: unknown, tokens: number]>([
  ["a picture at a URL", { type: "image", source: { type: "url", url: "https://a.test/b.png" } }, 1600],
  ["an uploaded picture", { type: "image", source: { type: "file", file_id: "file_1" } }, 1600],
  ["an uploaded document", { type: "document", source: { type: "file", file_id: "file_1" } }, 12_000],
  ["a document at a URL", { type: "document", source: { type: "url", url: "https://a.test/b.pdf" } }, 12_000],
])("guesses what lies elsewhere, and says so: %s", (_what, block, tokens) => {
  expect(scan(ask(block))).toMatchObject({ bytes: 0, tokens, elsewhere: 1 });
});

describe("where they stand", () => {
  const data = png(1000, 750);

  it("finds them in messages, in results of tools, in the system prompt, in any order of keys", () => {
    const reversed = { source: { data, media_type: "image/png", type: "base64" }, type: "image" };
    const body = {
      system: [picture(data)],
      messages: [
        { content: [{ type: "text", text: "look" }, picture(data)], role: "user" },
        { role: "user", content: [result(picture(data), { type: "text", text: "x" }), result(reversed)] },
      ],
      model: "m",
    };
    expect(scan(body)).toMatchObject({ bytes: 4 * data.length, tokens: 4000 });
  });

  it.each<[what: string, body: unknown]>([
    ["a text", ask({ type: "text", text: JSON.stringify(ask(picture(data))) })],
    ["a result of a tool that is text", ask({ type: "tool_result", content: JSON.stringify(picture(data)) })],
    ["what a tool was called with", ask({ type: "tool_use", name: "t", input: { a: picture(data) } })],
    ["a tool's description", { model: "m", tools: [{ input_schema: picture(data) }], messages: [] }],
    ["metadata", { model: "m", metadata: picture(data), messages: [] }],
    ["a thinking signature", ask({ type: "redacted_thinking", data })],
    ["another kind of block", ask({ type: "other", source: { type: "base64", data } })],
    ["a block without a source", ask({ type: "image", data })],
  ])("takes for text what only looks like one: %s", (_what, body) => {
    expect(scan(body)).toEqual({ bytes: 0, tokens: 0, leastTokens: 0, elsewhere: 0 });
  });

  it("steps over what follows in an object that was left early", () => {
    const odd = ask({ type: "tool_use", input: { source: { type: "base64", data } } }, picture(data));
    expect(scan(odd)).toMatchObject({ tokens: 1000 });
  });
});

it("reads the same however the body is cut into chunks", () => {
  const bytes = encoder.encode(
    JSON.stringify(ask(result(picture(jpeg(1000, 750, 40))), picture(png(20, 75)))),
  );
  const whole = scanMedia([bytes]);
  expect(whole).toMatchObject({ tokens: 1002, elsewhere: 0 });
  for (let at = 0; at <= bytes.length; at += 1)
    expect(scanMedia([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
  expect(scanMedia([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole);
});

it("agrees with JSON.parse on random conversations, and survives what is none", () => {
  const data = fc.constantFrom(png(1000, 750), gif(30, 25), "QUJD", "");
  const text = fc.oneof(fc.string(), fc.constant('"source": {"type": "base64"}'), fc.json());
  const { block } = fc.letrec<{ block: unknown }>((tie) => ({
    block: fc.oneof(
      { depthSize: "small", maxDepth: 4 },
      fc.record({ type: fc.constant("text"), text }),
      fc.record({
        type: fc.constantFrom("image", "document"),
        source: fc.record({ type: fc.constant("base64"), data }),
      }),
      fc.record({ type: fc.constant("tool_use"), input: fc.dictionary(fc.string(), tie("block")) }),
      fc.record({ type: fc.constant("tool_result"), content: fc.array(tie("block"), { maxLength: 3 }) }),
    ),
  }));
  fc.assert(
    fc.property(fc.array(block, { maxLength: 4 }), fc.nat(), (content, cut) => {
      const body = JSON.stringify(ask(...content));
      expect(scan(ask(...content)).bytes).toBe(encodedIn(JSON.parse(body).messages));
      scanMedia([encoder.encode(body.slice(0, cut % (body.length + 1)))]);
    }),
    { numRuns: 300 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void scanMedia([bytes])));
  expect(scanMedia([])).toMatchObject({ bytes: 0 });
  expect(scanMedia([encoder.encode(`{"messages":${"[".repeat(5000)}"source"`)])).toMatchObject({ bytes: 0 });
});

function encodedIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const {
    type,
    source,
    input: _,
    ...rest
  } = value as Record<string, unknown> & { source?: { data?: string } };
  const own = type === "image" || type === "document" ? (source?.data?.length ?? 0) : 0;
  return Object.values(rest).reduce<number>((sum, each) => sum + encodedIn(each), own);
}
