import fc from "fast-check";

export type Fields = Record<string, unknown>;

export interface Turn {
  readonly role: string;
  readonly content: string | Fields[];
  readonly [field: string]: unknown;
}

/** Conversations that wandered between lanes: what each of them mints stays in the history. */
export const LANES = ["anthropic", "zai", "kimi"] as const;

const prose: fc.Arbitrary<string> = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 30 }),
    fc.constantFrom('say "hi"\n', "C:\\temp\\", "漢字 😀"),
  )
  .map((text) => `t${text}`);

const seal: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...LANES), fc.nat(99))
  .map(([lane, n]) => `sig-${lane}-${n}`);

const thinking: fc.Arbitrary<Fields> = fc.oneof(
  fc.record({ type: fc.constant("thinking"), thinking: prose, signature: seal }),
  fc.record({ type: fc.constant("thinking"), thinking: prose, signature: fc.constant("") }),
  fc.record({ type: fc.constant("thinking"), thinking: prose }),
  fc.record({ type: fc.constant("redacted_thinking"), data: seal }),
);

const textBlock: fc.Arbitrary<Fields> = fc.record({ type: fc.constant("text"), text: prose });

/** Fit ids, ids that a lane gives out again and again, ids that strict lanes refuse. */
const toolId: fc.Arbitrary<string> = fc.constantFrom(
  ...["toolu_01", "toolu_02", "call_3", "functions.Bash:0", "functions.Read:1", "", "a|b", "a_b", "é"],
);

const toolUse: fc.Arbitrary<Fields> = fc.record({
  type: fc.constant("tool_use"),
  id: toolId,
  name: fc.constantFrom("Bash", "Read"),
  input: fc.record({ id: fc.constantFrom("x", "toolu_01"), command: prose }),
});

const serverTool: fc.Arbitrary<Fields[]> = fc
  .tuple(
    fc.constantFrom("srvtoolu_1", "srvtoolu_2", "call_srv"),
    fc.constantFrom("both", "call", "result", "client"),
  )
  .map(([id, shape]) => {
    const call = { type: "server_tool_use", id, name: "web_search", input: { query: "q" } };
    const result = { type: "web_search_tool_result", tool_use_id: id, content: [] };
    const asClient = { type: "tool_result", tool_use_id: id, content: "seen" };
    if (shape === "both") return [call, result];
    return shape === "client" ? [call, asClient] : [shape === "call" ? call : result];
  });

const assistantTurn: fc.Arbitrary<Turn> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: thinking.map((block) => [block]) },
      { weight: 3, arbitrary: textBlock.map((block) => [block]) },
      { weight: 4, arbitrary: toolUse.map((block) => [block]) },
      { weight: 1, arbitrary: serverTool },
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((groups): Turn => ({ role: "assistant", content: groups.flat() }));

const resultContent: fc.Arbitrary<unknown> = fc.oneof(
  prose,
  fc.constant(""),
  fc.array(
    fc.oneof(
      textBlock,
      fc.constant({ type: "text", text: "" }),
      fc.constant({ type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } }),
      fc.record({ type: fc.constant("tool_reference"), tool_name: fc.constantFrom("WebSearch", "é") }),
    ),
    { maxLength: 3 },
  ),
);

const result = (id: string, content: unknown): Fields => ({ type: "tool_result", tool_use_id: id, content });

/** What a user answers to these calls: most results, in any order, some twice, some for calls that never were. */
function userTurn(calls: readonly string[]): fc.Arbitrary<Turn> {
  const answers = fc.subarray([...calls], { minLength: Math.max(0, calls.length - 1) });
  const strays = fc.array(toolId, { maxLength: 1 });
  const mixed = fc
    .tuple(
      answers,
      strays,
      fc.array(resultContent, { minLength: 8, maxLength: 8 }),
      fc.array(textBlock, { maxLength: 2 }),
    )
    .chain(([ids, more, contents, texts]) => {
      const results = [...ids, ...more].map((id, i) => result(id, contents[i % contents.length]));
      const blocks = [...results, ...texts];
      return fc.shuffledSubarray(blocks, { minLength: blocks.length });
    });
  const turn = (content: string | Fields[]): Turn => ({ role: "user", content });
  return fc.oneof(
    {
      weight: calls.length > 0 ? 6 : 1,
      arbitrary: mixed.map((blocks) => turn(blocks.length > 0 ? blocks : "go on")),
    },
    { weight: 1, arbitrary: prose.map(turn) },
  );
}

const systemTurn: fc.Arbitrary<Turn> = fc.oneof(
  prose.map((content): Turn => ({ role: "system", content })),
  fc
    .array(fc.oneof(textBlock, fc.constant({ type: "tool_removal", name: "Bash" })), { maxLength: 2 })
    .map((content): Turn => ({ role: "system", content, output_config: { effort: "low" } })),
);

const exchange: fc.Arbitrary<Turn[]> = assistantTurn.chain((turn) => {
  const blocks = typeof turn.content === "string" ? [] : turn.content;
  const calls = blocks.filter(({ type }) => type === "tool_use").map(({ id }) => String(id));
  return fc
    .tuple(userTurn(calls), fc.option(userTurn(calls), { freq: 8 }), fc.option(systemTurn, { freq: 4 }))
    .map(([answer, more, system]) => [
      turn,
      answer,
      ...(more === null ? [] : [more]),
      ...(system === null ? [] : [system]),
    ]);
});

/** Turns after the opening one; each exchange is a call or an answer of the assistant, and what came back. */
export const exchanges: fc.Arbitrary<Turn[][]> = fc.array(exchange, { maxLength: 5 });

export const OPENING: Turn = { role: "user", content: "begin" };

const settings: fc.Arbitrary<Fields> = fc.record(
  {
    max_tokens: fc.constantFrom(1, 1024, 32_000),
    thinking: fc.constantFrom<Fields>(
      { type: "adaptive", display: "omitted" },
      { type: "enabled", budget_tokens: 31_999 },
      { type: "enabled", budget_tokens: 500 },
      { type: "disabled" },
    ),
    context_management: fc.constant({ edits: [{ type: "clear_thinking_20251015", keep: "all" }] }),
    output_config: fc.constant({ effort: "medium" }),
    metadata: fc.constant({ user_id: '{"device_id":"0"}' }),
    safeguards: fc.constant([]),
    system: fc.constant([{ type: "text", text: "x-anthropic-billing-header: x" }]),
    stream: fc.boolean(),
  },
  { requiredKeys: [] },
);

export interface Request extends Fields {
  readonly messages: Turn[];
}

/** A whole request. No client asks to clear thinking that it turned off. */
export const request: fc.Arbitrary<Request> = fc.tuple(settings, exchanges).map(([fields, turns]) => {
  const { context_management: clearing, ...others } = fields;
  const thinks = ["enabled", "adaptive"].includes(String((fields.thinking as Fields | undefined)?.type));
  const kept = thinks && clearing !== undefined ? fields : others;
  return { model: "m", ...kept, messages: [OPENING, ...turns.flat()] };
});
