import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { proveSingleModel } from "./prove-single-model.ts";
import { type ScanResult, scanRequest } from "./scan-request.ts";

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const OURS = ["model", "stream", "max_tokens"];

/** Writes a string with each character either plain or escaped, as `escapes` says. */
function writeString(text: string, escapes: readonly boolean[]): string {
  const parts = Array.from({ length: text.length }, (_, i) => {
    const plain = JSON.stringify(text.charAt(i)).slice(1, -1);
    return escapes[i % escapes.length] && plain.length === 1
      ? `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`
      : plain;
  });
  // A pair of surrogates must be written one way, or its halves would be encoded one by one.
  return escapes.includes(true) && !/[\ud800-\udfff]/.test(text)
    ? `"${parts.join("")}"`
    : JSON.stringify(text);
}

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('"', "\\", "{", "}", "[", "]", ":", ",", " ", "m", "é"), maxLength: 30 }),
  fc.constantFrom('","model":"decoy","x":"', '{"model":"decoy"}', "\\", '"'),
);
const written = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(value, fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }))
    .map(([plain, escapes]) => writeString(plain, escapes));

const scalar = fc.oneof(
  fc.boolean().map(String),
  fc.constant("null"),
  fc.nat(200_000).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => JSON.stringify(n)),
  fc.constantFrom("-1", "1e3", "1e400", "0.0"),
  written(text),
);
const key = written(fc.oneof(fc.constantFrom(...OURS, "messages", "Model", ""), text));

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc
      .array(fc.tuple(space, tie("value")), { maxLength: 3 })
      .map((items) => `[${items.map(([s, v]) => s + v + s).join()}]`),
    fc
      .array(fc.tuple(space, key, tie("value")), { maxLength: 3 })
      .map((items) => `{${items.map(([s, k, v]) => `${s}${k}${s}:${s}${v}${s}`).join()}}`),
  ),
}));

const modelValue = fc.oneof(
  { weight: 4, arbitrary: written(fc.constantFrom("glm-5", "claude-haiku-4-5", "модель", 'a"b\\')) },
  { weight: 1, arbitrary: value },
);
const member = fc.oneof(
  fc.tuple(key, value),
  fc.tuple(written(fc.constant("model")), modelValue),
  fc.tuple(written(fc.constant("stream")), fc.oneof(fc.boolean().map(String), value)),
  fc.tuple(written(fc.constant("max_tokens")), scalar),
);

/** Keys may repeat; `big` puts a value above the budget of the walk from the end in one place. */
const body = fc
  .record({
    members: fc.array(fc.tuple(space, member), { maxLength: 8 }),
    lead: space,
    big: fc.option(fc.nat(8), { freq: 4 }),
  })
  .map(({ members, lead, big }) => {
    const parts = members.map(([s, [k, v]]) => `${s}${k}${s}:${s}${v}${s}`);
    if (big !== null) parts.splice(big, 0, `"big":${JSON.stringify(['{"model":"decoy"},'.repeat(600)])}`);
    return { text: `${lead}{${parts.join()}}${lead}`, big: big !== null };
  });

function chop(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

function topLevelKeys(source: string): string[] {
  // `JSON.parse` drops repeated keys, so each is counted by a reviver-free second reading: renamed one by one.
  const keys: string[] = [];
  let depth = 0;
  for (const match of source.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    if (match[0] === "{" || match[0] === "[") depth += 1;
    else if (match[0] === "}" || match[0] === "]") depth -= 1;
    else if (depth === 1 && match[1] !== undefined)
      keys.push(JSON.parse(match[0].slice(0, -match[1].length)));
  }
  return keys;
}

function isModel(name: unknown): name is string {
  return (
    typeof name === "string" &&
    name.trim() !== "" &&
    name.length <= 256 &&
    !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)
  );
}

function check(source: string, big: boolean, result: ScanResult): void {
  const parsed: Record<string, unknown> = JSON.parse(source);
  const keys = topLevelKeys(source);
  const twice = OURS.filter((name) => keys.filter((k) => k === name).length > 1);
  if (!result.success) {
    if (result.reason === "duplicate_key") expect(twice).not.toEqual([]);
    else if (result.reason === "model_missing") expect(keys).not.toContain("model");
    else {
      expect(result.reason).toBe("model_invalid");
      expect(twice.includes("model") || !isModel(parsed.model)).toBe(true);
    }
    return;
  }
  const { scan } = result;
  if (!big) expect(twice).toEqual([]);
  if (twice.length > 0) return;
  expect(isModel(parsed.model)).toBe(true);
  expect(scan.model).toBe(parsed.model);
  const span = new TextEncoder().encode(source).subarray(scan.modelSpan.start, scan.modelSpan.end);
  expect(JSON.parse(new TextDecoder().decode(span))).toBe(parsed.model);
  const limit = parsed.max_tokens;
  const usable = Number.isSafeInteger(limit) && Number(limit) >= 0 ? Number(limit) + 0 : null;
  if (scan.streamKnown) expect(scan.stream).toBe(parsed.stream ?? false);
  else expect(scan.stream).toBe(false);
  if (scan.maxTokens !== null) expect(scan.maxTokens).toBe(usable);
  if (big) return;
  expect(scan.streamKnown).toBe(!keys.includes("stream") || typeof parsed.stream === "boolean");
  expect(scan.maxTokens).toBe(usable);
}

describe("against JSON.parse", () => {
  it("agrees on any object, key order, white space, escapes and chunk borders", () => {
    fc.assert(
      fc.property(body, fc.array(fc.nat(), { maxLength: 12 }), ({ text: source, big }, cuts) => {
        const bytes = new TextEncoder().encode(source);
        const whole = scanRequest([bytes]);
        check(source, big, whole);
        expect(scanRequest(chop(bytes, cuts))).toEqual(whole);
      }),
      { numRuns: 1500 },
    );
  });

  it("gives the same answer for a chunk border at every byte", () => {
    fc.assert(
      fc.property(body, ({ text: source, big }) => {
        fc.pre(!big);
        const bytes = new TextEncoder().encode(source);
        const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
        expect(scanRequest(single)).toEqual(scanRequest([bytes]));
        expect(proveSingleModel(single)).toBe(proveSingleModel([bytes]));
      }),
      { numRuns: 300 },
    );
  });

  it("proves a single model exactly when there is one", () => {
    fc.assert(
      fc.property(body, ({ text: source }) => {
        const models = topLevelKeys(source).filter((name) => name.toLowerCase() === "model").length;
        expect(proveSingleModel([new TextEncoder().encode(source)])).toBe(models === 1);
      }),
      { numRuns: 1000 },
    );
  });

  it("never throws, whatever the bytes", () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(body, fc.nat(), fc.nat(255)).map(([{ text: source }, at, byte]) => {
        const bytes = new TextEncoder().encode(source);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
      fc.tuple(body, fc.nat()).map(([{ text: source }, at]) => {
        const bytes = new TextEncoder().encode(source);
        return bytes.subarray(0, at % bytes.length);
      }),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        const result = scanRequest([bytes]);
        if (result.success) expect(isModel(result.scan.model)).toBe(true);
        else expect(result.message).not.toBe("");
        proveSingleModel([bytes]);
      }),
      { numRuns: 1500 },
    );
  });
});
