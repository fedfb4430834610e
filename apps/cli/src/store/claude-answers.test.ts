import { describe, expect, it } from "vitest";
import { type ClaudeAnswer, readClaudeAnswer, wholeRecords } from "./claude-answer.ts";
import { ClaudeAnswers } from "./claude-answers.ts";

const NOW = Date.parse("2026-12-01T00:00:00Z");

function line(change: object = {}, usage: object = {}, message: object = {}): string {
  return JSON.stringify({
    type: "assistant",
    requestId: "req_1",
    timestamp: "2026-11-30T10:00:00.000Z",
    ...change,
    message: {
      id: "msg_1",
      model: "claude-sonnet-5-5",
      usage: { input_tokens: 100, output_tokens: 1, cache_read_input_tokens: 5000, ...usage },
      ...message,
    },
  });
}

/** What is counted of some lines, whatever their order: input, output, written, read and the model. */
function counted(lines: readonly string[]): string[][] {
  return [lines, lines.toReversed()].map((order) => {
    const answers = new ClaudeAnswers();
    for (const each of order) answers.add(readClaudeAnswer(each, NOW) as ClaudeAnswer);
    return answers
      .list()
      .map(({ inputTokens, outputTokens, creationTokens, readTokens, model }) =>
        [inputTokens, outputTokens, creationTokens, readTokens, model].join(" "),
      );
  });
}

const at = (time: string) => ({ timestamp: `2026-11-30T${time}Z` });
const twice = (...rows: string[]) => [rows, rows];

describe("one answer in several lines", () => {
  // ccusage/ccusage#913, #1155: a subagent's transcript repeats its parent's answer under a request id of its own.
  it("counts once when it is repeated under another request id", () => {
    const lines = [line(), line({ requestId: "req_2", isSidechain: true, ...at("10:00:05") })];
    expect(counted(lines)).toEqual(twice("100 1 0 5000 claude-sonnet-5-5"));
  });

  it("counts once when a copy has no request id, or comes while it was half written", () => {
    const lines = [
      line({}, { output_tokens: 640 }),
      line({ requestId: undefined, ...at("10:00:05") }),
      line({ requestId: "req_2", ...at("10:00:09") }, { output_tokens: 3 }),
    ];
    expect(counted(lines)).toEqual(twice("100 640 0 5000 claude-sonnet-5-5"));
  });

  it("counts twice what only shares the name", () => {
    const lines = [line(), line({ requestId: "req_2" }, { input_tokens: 7 })];
    expect(counted(lines).map((rows) => rows.length)).toEqual([2, 2]);
  });

  // omacom/omarchy#10606: the largest number of each class over all snapshots is a sum that nobody ever gave.
  it("takes the last snapshot of the model that ended it, whole", () => {
    const lines = [
      line({}, { cache_read_input_tokens: 90_000 }, { model: "claude-fable-5-1" }),
      line(at("10:00:04"), { cache_creation_input_tokens: 90_000, cache_read_input_tokens: 0 }),
      line(at("10:00:08"), {
        cache_creation_input_tokens: 90_000,
        cache_read_input_tokens: 0,
        output_tokens: 260,
      }),
    ];
    expect(counted(lines)).toEqual(twice("100 260 90000 0 claude-sonnet-5-5"));
  });

  it("keeps its id when a copy is found later", () => {
    const long = { id: "msg_01AbCdEfGhIjKlMnOp" };
    const first = line({}, {}, long);
    const ids = [[first], [first, line({ requestId: "req_0", ...at("09:00:00") }, {}, long)]].map((lines) => {
      const answers = new ClaudeAnswers();
      for (const each of lines) answers.add(readClaudeAnswer(each, NOW) as ClaudeAnswer);
      return answers.list().map(({ id }) => id);
    });
    expect(ids[0]).toEqual(ids[1]);
  });

  // ccusage/ccusage#1635: a relay gives every answer the same id, and none a request id.
  it("counts each answer of a relay that gives all the same name", () => {
    const relay = (time: string, read: number, sessionId = "s1") =>
      line(
        { requestId: undefined, sessionId, ...at(time) },
        { cache_read_input_tokens: read },
        { id: "ocgo" },
      );
    const lines = [
      relay("10:00:00", 10),
      relay("10:00:00", 10),
      relay("10:00:03", 10),
      relay("10:01:00", 20),
      relay("10:02:00", 20, "s2"),
    ];
    expect(counted(lines).map((rows) => rows.length)).toEqual([3, 3]);
  });

  // ccusage/ccusage#976: some engines give no request id at all.
  it("counts once by a vendor's own id, whatever a copy was written with", () => {
    const named = { id: "msg_01AbCdEfGhIjKlMnOp" };
    const lines = [
      line({ requestId: undefined }, { input_tokens: 0 }, named),
      line({ requestId: undefined, ...at("10:00:02") }, { output_tokens: 70 }, named),
    ];
    expect(counted(lines)).toEqual(twice("100 70 0 5000 claude-sonnet-5-5"));
  });

  it("knows an answer without a name by its request, or by its moment and numbers", () => {
    const nameless = { id: undefined };
    expect(counted([line({}, {}, nameless), line({}, { output_tokens: 9 }, nameless)])).toEqual(
      twice("100 9 0 5000 claude-sonnet-5-5"),
    );
    const unknown = line({ requestId: undefined }, {}, nameless);
    const other = line({ requestId: undefined, ...at("10:00:01") }, {}, nameless);
    expect(counted([unknown, unknown, other]).map((rows) => rows.length)).toEqual([2, 2]);
  });
});

describe("a line", () => {
  it.each(["9999-12-31T23:59:59.999Z", "-271821-04-20T00:00:00.000Z", "+275760-09-13T00:00:00.000Z"])(
    "of %s is none of today's",
    (timestamp) => {
      expect(readClaudeAnswer(line({ timestamp }), NOW)).toEqual({
        bad: `of a time that cannot be: ${timestamp}`,
      });
    },
  );

  it.each([["-8640000-01-01T00:00:00Z"], [null], [1e300]])("with the time %s has none", (timestamp) => {
    expect(readClaudeAnswer(line({ timestamp }), NOW)).toEqual({ bad: "without a time" });
  });

  it("that is torn is told from one that is none", () => {
    expect(readClaudeAnswer(line().slice(0, -4), NOW)).toEqual({ bad: "not whole: it is no JSON" });
    expect(readClaudeAnswer('{"type":"user"}', NOW)).toBeNull();
  });

  // anthropics/claude-code#81843: a record is cut off and the next one begins behind it, or no line end is between two.
  it("that holds whole records gives them", () => {
    const first = line();
    const second = line({ requestId: "req_2" });
    expect(wholeRecords(first.slice(0, 60) + second)).toEqual([second]);
    expect(wholeRecords(first + second)).toEqual([first, second]);
    expect(wholeRecords(first.slice(0, -9))).toEqual([]);
  });
});
