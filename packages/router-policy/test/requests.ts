import { readFileSync } from "node:fs";
import type { HeaderReader } from "@ccp/usage-contract";
import type { ClientRequest } from "../src/client/client-request.ts";

export function headersOf(headers: Readonly<Record<string, string>>): HeaderReader {
  const byName = new Map(Object.entries(headers));
  return { get: (name) => byName.get(name) ?? null };
}

/** A request as a plain client would send it. */
export function fromClient(
  headers: Readonly<Record<string, string>>,
  over: Partial<ClientRequest> = {},
): ClientRequest {
  return {
    headers: headersOf(headers),
    model: "claude-sonnet-5-5",
    maxTokens: 32_000,
    stream: true,
    ...over,
  };
}

interface Captured {
  readonly headers: Record<string, string>;
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: boolean;
  /** How many. */
  readonly tools?: number;
}

/** A request that the real client sent. */
export function seen(name: string): ClientRequest {
  const path = new URL(`../../../fixtures/protocol/claude-code/${name}.json`, import.meta.url);
  const { headers, model, max_tokens, stream, tools }: Captured = JSON.parse(readFileSync(path, "utf8"));
  const hasTools = (tools ?? 0) > 0;
  return fromClient(headers, { model, maxTokens: max_tokens, stream: stream === true, hasTools });
}
