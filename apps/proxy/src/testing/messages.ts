import { CANARY } from "./open-test-gateway.ts";

export const HAIKU = "claude-haiku-4-5-20251001";
export const OPUS = "claude-opus-5-5";

export interface MessageOptions {
  readonly model?: string;
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly prompt?: string;
  readonly path?: string;
  readonly signal?: AbortSignal;
  readonly maxTokens?: number;
}

/** A Messages request with the key order that Claude Code uses. */
export function messageBody(options: MessageOptions = {}): string {
  return JSON.stringify({
    model: options.model ?? HAIKU,
    messages: [{ role: "user", content: options.prompt ?? 'say "hello" to {"model":"decoy"}' }],
    max_tokens: options.maxTokens ?? 1024,
    ...(options.stream ? { stream: true } : {}),
  });
}

/** Posts a message as a subscriber's client would. */
export function postMessage(url: string, options: MessageOptions = {}): Promise<Response> {
  return fetch(`${url}${options.path ?? "/v1/messages?beta=true"}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${CANARY.client}`,
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "claude-code-20250219,oauth-2025-04-20",
      ...options.headers,
    },
    body: messageBody(options),
    ...(options.signal ? { signal: options.signal } : {}),
  });
}

/** The events of a stream as [name, data] pairs. */
export function parseSse(text: string): { event: string; data: unknown }[] {
  return text
    .split("\n\n")
    .filter((block) => block.includes("data:"))
    .map((block) => ({
      event: /^event: ?(.*)$/m.exec(block)?.[1] ?? "",
      data: JSON.parse(/^data: ?(.*)$/m.exec(block)?.[1] ?? "null") as unknown,
    }));
}
