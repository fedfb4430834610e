import { between, type Random } from "./seeded-random.ts";

/** What a made-up client sends. */
export interface DemoRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Who asks, in the words of Claude Code's headers. */
export interface Sender {
  readonly sessionId: string;
  /** A subagent's own id; `null` for everyone else. */
  readonly agentId: string | null;
}

export interface Ask {
  readonly sender: Sender;
  readonly model: string;
  readonly messages: readonly unknown[];
  readonly system: string;
  /** Whether tools are offered; side requests are offered none. */
  readonly tools: boolean;
  readonly maxTokens: number;
}

const TOOLS = [
  {
    name: "Read",
    description: "Reads a file of the made-up project.",
    input_schema: { type: "object", properties: { file_path: { type: "string" } }, required: ["file_path"] },
  },
  {
    name: "Bash",
    description: "Runs a command in the made-up project.",
    input_schema: { type: "object", properties: { command: { type: "string" } }, required: ["command"] },
  },
];

/** A streamed Messages request, with the headers and the key order of Claude Code. */
export function agentRequest({ sender, model, messages, system, tools, maxTokens }: Ask): DemoRequest {
  return {
    path: "/v1/messages?beta=true",
    headers: {
      "content-type": "application/json",
      // Goes to a mock upstream, and is no secret.
      authorization: "Bearer demo",
      "anthropic-version": "2023-06-01",
      "user-agent": "ccp-demo-traffic",
      "x-claude-code-session-id": sender.sessionId,
      ...(sender.agentId === null ? {} : { "x-claude-code-agent-id": sender.agentId }),
    },
    body: {
      model,
      messages,
      system: [{ type: "text", text: system }],
      ...(tools ? { tools: TOOLS } : {}),
      metadata: { user_id: JSON.stringify({ device_id: "demo", session_id: sender.sessionId }) },
      max_tokens: maxTokens,
      stream: true,
    },
  };
}

/** The assistant's call of a tool and its result, as the next two messages of a conversation. */
export function toolTurn(random: Random, resultTokens: number): unknown[] {
  const id = `toolu_demo${between(random, 1e9, 1e10 - 1)}`;
  const call =
    random() < 0.6
      ? { name: "Read", input: { file_path: `src/part-${between(random, 1, 40)}.ts` } }
      : { name: "Bash", input: { command: `npm test -- part-${between(random, 1, 40)}` } };
  return [
    { role: "assistant", content: [{ type: "tool_use", id, ...call }] },
    {
      role: "user",
      content: [{ type: "tool_result", tool_use_id: id, content: filler(random, resultTokens) }],
    },
  ];
}

const WORDS =
  "made up text of a demo which says nothing at all yet fills the window as a real file or a log would".split(
    " ",
  );
const BYTES_PER_TOKEN = 4;

/** Text of about so many tokens. */
export function filler(random: Random, tokens: number): string {
  const bytes = tokens * BYTES_PER_TOKEN;
  const words: string[] = [];
  for (let length = 0; length < bytes; ) {
    const word = WORDS[between(random, 0, WORDS.length - 1)] ?? "";
    words.push(word);
    length += word.length + 1;
  }
  return words.join(" ").slice(0, bytes);
}
