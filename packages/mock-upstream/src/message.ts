import type { MockUsage, Reply, ReplyBlock } from "./step.ts";

/** Whose manners the mock has. */
export type MockDialect = "anthropic" | "zai";

export interface Message {
  readonly id: string;
  readonly model: string;
  readonly blocks: readonly Record<string, unknown>[];
  readonly stopReason: string;
  readonly usage: MockUsage;
  /** Sent in place of what `usage` would give. */
  readonly wireUsage: { readonly start?: unknown; readonly end?: unknown };
}

export interface MessageContext {
  readonly lane: string;
  /** Model asked for. */
  readonly model: string;
  readonly messageId: string;
  /** Size of the request body: the base of the input estimate. */
  readonly bodyBytes: number;
  /** `max_tokens` of the request, or null. */
  readonly maxTokens: number | null;
}

/** Tokens of a text or body by size: four bytes each, at least one. */
export function estimateTokens(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4));
}

/**
 * Signature of a thinking text on one lane: `sig-<lane>-<8 hex digits>`. The same text on the same lane gives the
 * same signature, so a signature can be checked without having been stored.
 */
export function mintSignature(lane: string, text: string): string {
  return `sig-${lane}-${textHash(text).toString(16).padStart(8, "0")}`;
}

/** 32-bit FNV-1a over UTF-16 units: spreads texts well enough to tell them apart and to seed choices. */
export function textHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function wireBlock(block: ReplyBlock, index: number, context: MessageContext): Record<string, unknown> {
  switch (block.type) {
    case "text":
      return { type: "text", text: block.text };
    case "thinking":
      return {
        type: "thinking",
        thinking: block.thinking,
        signature: block.signature ?? mintSignature(context.lane, block.thinking),
      };
    case "redacted_thinking":
      return { type: "redacted_thinking", data: block.data ?? mintSignature(context.lane, "redacted") };
    case "tool_use":
      return {
        type: "tool_use",
        id: block.id ?? `toolu_${context.messageId}_${index}`,
        name: block.name,
        input: block.input,
      };
    default:
      block satisfies never;
      throw new Error("unreachable");
  }
}

/** Settles everything a reply left open: text, ids, signatures, stop reason, token numbers. */
export function buildMessage(reply: Reply, context: MessageContext): Message {
  const given = reply.blocks ?? [{ type: "text", text: reply.text ?? `ok from ${context.lane}` }];
  const blocks = given.map((block, index) => wireBlock(block, index, context));
  const callsTool = given.some((block) => block.type === "tool_use");
  const output = estimateTokens(JSON.stringify(blocks).length);
  return {
    id: context.messageId,
    model: reply.model ?? context.model,
    blocks,
    stopReason: reply.stopReason ?? (callsTool ? "tool_use" : "end_turn"),
    usage: {
      inputTokens: estimateTokens(context.bodyBytes),
      outputTokens: context.maxTokens === null ? output : Math.min(output, context.maxTokens),
      cacheCreationTokens: 0,
      cacheReadTokens: 0,
      ...reply.usage,
    },
    wireUsage: reply.wireUsage ?? {},
  };
}

function anthropicUsage(usage: MockUsage, outputTokens: number): Record<string, unknown> {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheCreationTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: outputTokens,
    service_tier: "standard",
  };
}

function zaiUsage(usage: MockUsage): Record<string, unknown> {
  return {
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    server_tool_use: { web_search_requests: 0 },
    service_tier: "standard",
  };
}

/** The whole answer as one JSON object. */
export function messageJson(message: Message, dialect: MockDialect): Record<string, unknown> {
  const usage =
    dialect === "zai" ? zaiUsage(message.usage) : anthropicUsage(message.usage, message.usage.outputTokens);
  return {
    id: message.id,
    type: "message",
    role: "assistant",
    model: message.model,
    content: message.blocks,
    stop_reason: message.stopReason,
    stop_sequence: null,
    usage: "end" in message.wireUsage ? message.wireUsage.end : usage,
  };
}

function event(name: string, data: Record<string, unknown>): string {
  return `event: ${name}\ndata: ${JSON.stringify({ type: name, ...data })}\n\n`;
}

/** Cuts a text into at most `count` pieces of near equal length, never inside a surrogate pair. */
export function splitText(text: string, count: number): string[] {
  const letters = Array.from(text);
  const size = Math.max(1, Math.ceil(letters.length / Math.max(1, count)));
  const pieces: string[] = [];
  for (let at = 0; at < letters.length; at += size) pieces.push(letters.slice(at, at + size).join(""));
  return pieces;
}

function blockEvents(block: Record<string, unknown>, index: number, chunks: number): string[] {
  const delta = (data: Record<string, unknown>): string =>
    event("content_block_delta", { index, delta: data });
  const start = (content: Record<string, unknown>): string =>
    event("content_block_start", { index, content_block: content });
  const stop = event("content_block_stop", { index });
  switch (block.type) {
    case "text": {
      const deltas = splitText(String(block.text), chunks).map((text) => delta({ type: "text_delta", text }));
      return [start({ type: "text", text: "" }), ...deltas, stop];
    }
    case "thinking": {
      const pieces = splitText(String(block.thinking), chunks);
      const deltas = pieces.map((thinking) => delta({ type: "thinking_delta", thinking }));
      const signature = delta({ type: "signature_delta", signature: block.signature });
      return [start({ type: "thinking", thinking: "", signature: "" }), ...deltas, signature, stop];
    }
    case "tool_use": {
      const pieces = ["", ...splitText(JSON.stringify(block.input), chunks)];
      const deltas = pieces.map((json) => delta({ type: "input_json_delta", partial_json: json }));
      return [start({ ...block, input: {} }), ...deltas, stop];
    }
    default:
      return [start(block), stop];
  }
}

/**
 * The answer as a stream, one string an event. Anthropic's way: input numbers at the start, output at the end.
 * Z.AI's way: zeros at the start, every number in the last delta.
 */
export function messageEvents(message: Message, dialect: MockDialect, chunks = 4): string[] {
  const zai = dialect === "zai";
  const { wireUsage } = message;
  const startUsage = zai ? { input_tokens: 0, output_tokens: 0 } : anthropicUsage(message.usage, 1);
  const endUsage = zai ? zaiUsage(message.usage) : { output_tokens: message.usage.outputTokens };
  const identity = { id: message.id, type: "message", role: "assistant", model: message.model };
  const head = { ...identity, content: [], stop_reason: null, stop_sequence: null };
  const delta = { stop_reason: message.stopReason, stop_sequence: null };
  return [
    event("message_start", {
      message: { ...head, usage: "start" in wireUsage ? wireUsage.start : startUsage },
    }),
    event("ping", {}),
    ...message.blocks.flatMap((block, index) => blockEvents(block, index, chunks)),
    event("message_delta", { delta, usage: "end" in wireUsage ? wireUsage.end : endUsage }),
    event("message_stop", {}),
  ];
}
