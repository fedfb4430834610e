import { describe, expect, it } from "vitest";
import { proveSingleModel } from "./prove-single-model.ts";
import { scanRequest } from "./scan-request.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const scan = (text: string) => scanRequest([bytes(text)]);
const filler = (size: number): string => JSON.stringify([{ role: "user", content: "x".repeat(size) }]);

function found(text: string) {
  const result = scan(text);
  if (!result.success) throw new Error(result.message);
  return result.scan;
}

function refused(body: string | Uint8Array): [string, string] {
  const result = scanRequest([typeof body === "string" ? bytes(body) : body]);
  if (result.success) throw new Error(`accepted as ${result.scan.model}`);
  return [result.reason, result.message];
}

describe("a request as clients write it", () => {
  it("repeats the documented example", () => {
    expect(scan('{"model":"glm-4.7","max_tokens":9,"messages":[]}')).toEqual({
      success: true,
      scan: {
        model: "glm-4.7",
        modelSpan: { start: 9, end: 18 },
        stream: false,
        streamKnown: true,
        maxTokens: 9,
        userId: null,
        hasTools: false,
        system: null,
      },
    });
  });

  it("reads a large body from its two ends", () => {
    const body = `{"model":"claude-opus-5-5","messages":${filler(300_000)},"system":[],"tools":${filler(20_000)},"metadata":{"user_id":"{\\"device_id\\":\\"0\\"}"},"max_tokens":128000,"thinking":{"type":"adaptive"},"context_management":{"edits":[{"keep":"all"}]},"output_config":{"effort":"medium"},"stream":true}`;
    expect(found(body)).toEqual({
      model: "claude-opus-5-5",
      modelSpan: { start: 9, end: 26 },
      stream: true,
      streamKnown: true,
      maxTokens: 128_000,
      userId: '{"device_id":"0"}',
      hasTools: null,
      system: null,
    });
  });

  it("reads plain values behind the model, before a large one", () => {
    const body = `{"model":"m","max_tokens":5,"system":"be brief","stream":true,"messages":${filler(9000)}}`;
    expect(found(body)).toMatchObject({ stream: true, streamKnown: true, maxTokens: 5 });
  });

  it("knows nothing of stream and max_tokens behind a large value", () => {
    expect(found(`{"model":"m","tools":[],"stream":true,"max_tokens":5,"messages":${filler(9000)}}`)).toEqual(
      {
        model: "m",
        modelSpan: { start: 9, end: 12 },
        stream: false,
        streamKnown: false,
        maxTokens: null,
        userId: null,
        hasTools: null,
        system: null,
      },
    );
  });

  it.each<[string, boolean | null]>([
    ['{"model":"m","messages":[]}', false],
    ['{"model":"m","tools":[ ]}', false],
    ['{"model":"m","tools":null}', false],
    ['{"model":"m","tools":[{"name":"Bash"}]}', true],
    [`{"model":"m","tools":[],"messages":${filler(9000)}}`, null],
    [`{"model":"m","messages":${filler(9000)},"tools":[{"name":"Bash"}]}`, true],
  ])("tells whether tools are offered: %#", (body, hasTools) => expect(found(body).hasTools).toBe(hasTools));

  it.each<[string, readonly string[] | null]>([
    ['{"model":"m","system":"Be brief."}', ["Be brief."]],
    [
      '{"model":"m","system":[{"type":"text","text":"a"},{"type":"text","text":"\\u0062"},{"type":"image"},{"text":"d"}]}',
      ["a", "b"],
    ],
    [`{"model":"m","system":"${"x".repeat(1000)}"}`, ["x".repeat(400)]],
    ['{"model":"m","system":null}', []],
    ['{"model":"m"}', null],
    [`{"model":"m","system":"${"x".repeat(9000)}","stream":true}`, null],
  ])("tells how the system prompt begins: %#", (body, system) => expect(found(body).system).toEqual(system));

  it.each<[string, string | null]>([
    ['{"user_id":"user_1"}', "user_1"],
    ['{ "a":{"user_id":"no"}, "user\\u005fid" : "\\u0031" }', "1"],
    ['{"user_id":7}', null],
    ["null", null],
    ["[]", null],
    [`{"user_id":"${"x".repeat(9000)}"}`, null],
  ])("reads who asks: %#", (metadata, userId) =>
    expect(found(`{"model":"m","metadata":${metadata}}`).userId).toBe(userId),
  );

  it("reads the last of two metadata, as parsers do", () =>
    expect(found('{"model":"m","metadata":{"user_id":"a"},"metadata":{"user_id":"b"}}').userId).toBe("b"));

  it("keeps what it saw before the large value", () => {
    const seen = found(`{"model":"m","messages":${filler(9000)},"max_tokens":7 }\n`);
    expect([seen.streamKnown, seen.maxTokens]).toEqual([false, 7]);
  });

  it("reads on to a model that does not come first, and from there the end", () => {
    const body = `{"max_tokens":3,"messages":${filler(50_000)},"model":"late","tools":${filler(50_000)},"stream":false}`;
    expect(found(body)).toMatchObject({ model: "late", stream: false, streamKnown: true, maxTokens: 3 });
  });
});

describe("what stands in the way", () => {
  it.each([
    ['{"\\u006dodel":"a"}', "a"],
    ['{"m\\u006Fd\\u0065l":"a"}', "a"],
    ['{"model":"glm\\u002d5"}', "glm-5"],
    ['{"model":"a\\\\"}', "a\\"],
    ['{"model":"a\\"b"}', 'a"b'],
    ['{"model":"модель-😀"}', "модель-😀"],
    ['{"model":"50%"}', "50%"],
    ['{"model":"é%41"}', "é%41"],
    ['\ufeff{"model":"a"}', "a"],
    [' \n\t\r{ "model" : "a" } \r\n', "a"],
    ['{"x":"{\\"model\\":\\"no\\"}","y":{"model":"no"},"z":[{"model":"no"}],"model":"a"}', "a"],
    ['{"model":"a","messages":[{"model":"no","stream":true}],"x":"\\",\\"model\\":\\"no\\"}"}', "a"],
    ['{"x":"\\\\","model":"a","y":"\\\\\\"","z":"\\\\"}', "a"],
    ['{"__proto__":{"model":"no"},"constructor":1,"model":"a","toString":2}', "a"],
  ])("%s", (body, model) => {
    expect(found(body).model).toBe(model);
    expect(proveSingleModel([bytes(body)])).toBe(true);
  });

  it("does not take stream or max_tokens from inside other values", () => {
    expect(found('{"model":"a","metadata":{"stream":true,"max_tokens":4}}')).toMatchObject({
      stream: false,
      streamKnown: true,
      maxTokens: null,
    });
  });

  it.each([
    ["true", true, true],
    ["false", false, true],
    ['"true"', false, false],
    ["null", false, false],
    ["1", false, false],
    ["{}", false, false],
  ])("stream %s", (value, stream, streamKnown) => {
    expect(found(`{"model":"a","stream":${value}}`)).toMatchObject({ stream, streamKnown });
  });

  it.each([
    ["0", 0],
    ["-0", 0],
    ["1e3", 1000],
    ["10.0", 10],
    ["-1", null],
    ["1.5", null],
    ["1e400", null],
    ["9007199254740993", null],
    ['"8"', null],
    ["null", null],
    ["[8]", null],
    ["08", null],
  ])("max_tokens %s", (value, maxTokens) => {
    expect(found(`{"model":"a","max_tokens":${value}}`).maxTokens).toBe(maxTokens);
  });
});

describe("refusals", () => {
  it.each([
    ["", "empty", "the request body is empty"],
    [" \n ", "empty", "the request body is empty"],
    ["[]", "not_json_object", "the request body is not a JSON object"],
    ['"model"', "not_json_object", "the request body is not a JSON object"],
    ["nonsense", "not_json_object", "the request body is not a JSON object"],
    ["{", "not_json_object", "the request body is not valid JSON"],
    ['{"a"}', "not_json_object", "the request body is not valid JSON"],
    ['{"a":}', "not_json_object", "the request body is not valid JSON"],
    ['{"a":1,}', "not_json_object", "the request body is not valid JSON"],
    ['{"a":1} x', "not_json_object", "the request body is not valid JSON"],
    ['{"a":"x}', "not_json_object", "the request body is not valid JSON"],
    ['{"a":[1}', "not_json_object", "the request body is not valid JSON"],
    ['{"model":"a" x}', "not_json_object", "the request body is not valid JSON"],
    ['{"model":"a",}', "not_json_object", "the request body is not valid JSON"],
    ['{"model":"a","b" 1}', "not_json_object", "the request body is not valid JSON"],
    ['{"model":"a";"b":1}', "not_json_object", "the request body is not valid JSON"],
    ['{"model":"a"}{"b":1}', "not_json_object", "the request body is not valid JSON"],
    ['{"model":"a"', "not_json_object", "the request body is cut off: it does not end in a brace"],
    ['{"model":"a","b":1', "not_json_object", "the request body is cut off: it does not end in a brace"],
    ["{}", "model_missing", 'the top-level "model" is missing'],
    ['{"Model":"a","messages":[{"model":"b"}]}', "model_missing", 'the top-level "model" is missing'],
    ['{"model":5}', "model_invalid", 'the top-level "model" must be a string'],
    ['{"model":null}', "model_invalid", 'the top-level "model" must be a string'],
    ['{"model":{"id":"a"}}', "model_invalid", 'the top-level "model" must be a string'],
    ['{"model":""}', "model_invalid", 'the top-level "model" is empty'],
    ['{"model":"  "}', "model_invalid", 'the top-level "model" is empty'],
    ['{"model":"\\x"}', "model_invalid", 'the top-level "model" is not a valid UTF-8 JSON string'],
    ['{"model":"a\nb"}', "model_invalid", 'the top-level "model" is not a valid UTF-8 JSON string'],
    [
      '{"model":"a\\n{}"}',
      "model_invalid",
      'the top-level "model" holds control characters or half a surrogate pair',
    ],
    [
      '{"model":"a\\u0000"}',
      "model_invalid",
      'the top-level "model" holds control characters or half a surrogate pair',
    ],
    [
      '{"model":"\\ud83d"}',
      "model_invalid",
      'the top-level "model" holds control characters or half a surrogate pair',
    ],
    ['{"model":"a","model":"b"}', "duplicate_key", 'the top-level "model" stands more than once'],
    ['{"model":"a","x":1,"mod\\u0065l":"a"}', "duplicate_key", 'the top-level "model" stands more than once'],
    [
      '{"stream":true,"model":"a","stream":true}',
      "duplicate_key",
      'the top-level "stream" stands more than once',
    ],
    ['{"stream":true,"stream":1}', "duplicate_key", 'the top-level "stream" stands more than once'],
    [
      '{"model":"a","max_tokens":1,"max_tokens":2}',
      "duplicate_key",
      'the top-level "max_tokens" stands more than once',
    ],
  ])("%s", (body, reason, message) => {
    expect(refused(body)).toEqual([reason, message]);
  });

  it("takes 256 characters of model and not one more, however they are written", () => {
    const tooLong = ["model_invalid", 'the top-level "model" is longer than 256 characters'];
    expect(found(JSON.stringify({ model: "m".repeat(256) })).model).toHaveLength(256);
    expect(found(`{"model":"${"\\u006d".repeat(256)}"}`).model).toBe("m".repeat(256));
    expect(refused(JSON.stringify({ model: "m".repeat(257) }))).toEqual(tooLong);
    expect(refused(JSON.stringify({ model: "m".repeat(10_000) }))).toEqual(tooLong);
  });

  it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0xaf]], [[0xf4, 0x90, 0x80, 0x80]]])(
    "bytes %j in the model are no UTF-8",
    (bad) => {
      const body = Uint8Array.from([...bytes('{"model":"a'), ...bad, ...bytes('"}')]);
      expect(refused(body)[0]).toBe("model_invalid");
    },
  );

  it("leaves bad bytes elsewhere to the upstream", () => {
    const body = Uint8Array.from([
      ...bytes('{"\xff":1,"model":"a","x":"'),
      0xff,
      0xc3,
      ...bytes('","stream":true}'),
    ]);
    expect(scanRequest([body])).toMatchObject({ success: true, scan: { model: "a", stream: true } });
  });

  it("sees a second model in the tail of a large body", () => {
    expect(refused(`{"model":"a","messages":${filler(100_000)},"model":"b"}`)[0]).toBe("duplicate_key");
  });
});

describe("depth", () => {
  const nested = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  it.each([
    ["read backwards", (value: string) => `{"model":"a","x":${value}}`],
    ["read forwards", (value: string) => `{"x":${value},"model":"a"}`],
  ])("128 levels pass, 129 do not, %s", (_, body) => {
    expect(scan(body(nested(127))).success).toBe(true);
    expect(refused(body(nested(128)))).toEqual([
      "too_deep",
      "the request body is nested more than 128 levels deep",
    ]);
    expect(refused(body(nested(200_000)))[0]).toBe("too_deep");
  });

  it("survives what only opens", () => {
    expect(refused(`{"x":${"[".repeat(200_000)}`)[0]).toBe("too_deep");
    expect(refused(`{"model":"a","x":${"[".repeat(200_000)}`)[0]).toBe("not_json_object");
  });
});

describe("proveSingleModel", () => {
  it.each([
    ['{"model":"a","messages":[{"model":"b"}]}', true],
    ['{"model":"a","messages":[],"model":"b"}', false],
    [`{"model":"a","messages":${filler(20_000)},"model":"a","tools":${filler(20_000)},"stream":true}`, false],
    ['{"model":"a","x":1,"\\u006dodel":"b"}', false],
    ['{"model":"a","Model":"b"}', false],
    ["{}", false],
    ["", false],
    ["[]", false],
    ['{"model":"a"', false],
    ['{"model":"a"} {}', false],
    [`{"model":"a","x":${"[".repeat(200)}${"]".repeat(200)}}`, false],
  ])("%#: %s", (body, proven) => expect(proveSingleModel([bytes(body)])).toBe(proven));
});
