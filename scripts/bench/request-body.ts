/** A model that the benchmark's catalog routes to the lane of the mock, and that its quota file knows. */
export const MODEL = "claude-sonnet-4-5-20250929";

const PROSE =
  "The build fails since the parser reads a “smart” quote as two bytes – see src/parse.ts → line 214. " +
  "Naïve slicing breaks it; 日本語 too. Keep the change small, run the tests, and say what you did. ";

const TOOLS = [
  {
    name: "Task",
    description: "Starts an agent",
    // Keys that a careless reader of the body would take for the request's own.
    input_schema: {
      type: "object",
      properties: { model: { type: "string", enum: ["opus", "haiku"] }, stream: { type: "boolean" } },
      required: ["model"],
    },
  },
  {
    name: "Bash",
    description: "Runs a command",
    input_schema: { type: "object", properties: { command: { type: "string" } } },
  },
];

/**
 * A request as a coding agent sends it: the model first, then the conversation, system prompt and tools, and `stream`
 * last, or missing where the answer is wanted in one piece.
 *
 * @param bytes Exact length; at least about 1,500.
 */
export function requestBody(bytes: number, stream: boolean): Buffer {
  const render = (filler: string, pairs: number): Buffer => {
    const turns = Array.from({ length: pairs }, (_, index) => turnPair(index)).flat();
    return Buffer.from(JSON.stringify(request(filler, turns, stream)));
  };
  const least = render("", 0).length;
  if (least > bytes) throw new RangeError(`a request needs at least ${least} bytes, asked for ${bytes}`);
  // Every pair of turns is as long as the first.
  const pairs = Math.floor((bytes - least) / (render("", 1).length - least));
  return render("x".repeat(bytes - render("", pairs).length), pairs);
}

function request(filler: string, turns: readonly object[], stream: boolean): object {
  return {
    model: MODEL,
    messages: [...turns, { role: "user", content: [{ type: "text", text: `Please go on. ${filler}` }] }],
    system: [{ type: "text", text: "You are a coding agent.", cache_control: { type: "ephemeral" } }],
    tools: TOOLS,
    metadata: { user_id: "user_0f3e_account__session_8c1d0b52-5b1e-4c0e-9f53-3f8a7a6f2e11" },
    max_tokens: 32_000,
    thinking: { type: "enabled", budget_tokens: 10_000 },
    ...(stream ? { stream: true } : {}),
  };
}

function turnPair(index: number): object[] {
  const id = `toolu_${String(index).padStart(24, "0")}`;
  const input = { model: "decoy", stream: false, max_tokens: 1, prompt: PROSE.repeat(3) };
  const result = PROSE.repeat(8);
  return [
    { role: "assistant", content: [{ type: "tool_use", id, name: "Task", input }] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: result }] },
  ];
}
