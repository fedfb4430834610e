import { anthropicError, errorType, zaiError } from "./envelope.ts";
import { mintSignature } from "./message.ts";
import type { MockSettings } from "./options.ts";
import type { RecordedRequest } from "./recorded-request.ts";
import { type Step, status } from "./step.ts";

/** What a strict upstream refuses. Everything is refused that is not allowed here. */
export interface StrictOptions {
  /** Models it knows; left out: any. */
  readonly models?: readonly string[];
  /** `anthropic-beta` values it knows; left out: any. */
  readonly betas?: readonly string[];
}

/** Which credentials are accepted, and in which header. */
export interface CredentialOptions {
  readonly header: "x-api-key" | "authorization" | "either";
  readonly keys: readonly string[];
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  /** Z.AI's code for the same thing. */
  readonly code: string;
}

type Fields = Readonly<Record<string, unknown>>;

const BAD_PARAMETER = "1210";

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

function bad(message: string): Refusal {
  return { status: 400, message, code: BAD_PARAMETER };
}

function blockRefusal(block: Fields, where: string, lane: string): Refusal | null {
  const id = block.type === "tool_use" ? block.id : block.type === "tool_result" ? block.tool_use_id : null;
  const idName = block.type === "tool_use" ? "tool_use.id" : "tool_result.tool_use_id";
  if (id !== null && (typeof id !== "string" || !/^[a-zA-Z0-9_-]+$/.test(id))) {
    return bad(`${where}.${idName}: String should match pattern '^[a-zA-Z0-9_-]+$'`);
  }
  if (block.type === "thinking" && block.signature !== mintSignature(lane, String(block.thinking))) {
    return bad(`${where}: Invalid \`signature\` in \`thinking\` block`);
  }
  if (block.type === "redacted_thinking" && !String(block.data).startsWith(`sig-${lane}-`)) {
    return bad(`${where}: Invalid \`data\` in \`redacted_thinking\` block`);
  }
  return null;
}

function toolIds(message: Fields | undefined, type: "tool_use" | "tool_result"): string[] {
  const key = type === "tool_use" ? "id" : "tool_use_id";
  return list(message?.content)
    .filter((block) => block.type === type)
    .map((block) => String(block[key]));
}

/** Every result answers a call of the message before, and every call but the last message's has its result. */
function pairRefusal(messages: readonly Fields[], index: number): Refusal | null {
  const calls = toolIds(messages[index - 1], "tool_use");
  const orphan = toolIds(messages[index], "tool_result").find((id) => !calls.includes(id));
  if (orphan !== undefined) {
    return bad(
      `messages.${index}.content.0: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${orphan}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
    );
  }
  if (index + 1 >= messages.length) return null;
  const results = toolIds(messages[index + 1], "tool_result");
  const open = toolIds(messages[index], "tool_use").filter((id) => !results.includes(id));
  if (open.length === 0) return null;
  return bad(
    `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${open.join(", ")}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
  );
}

function messagesRefusal(messages: readonly Fields[], lane: string): Refusal | null {
  for (const [index, message] of messages.entries()) {
    for (const [at, block] of list(message.content).entries()) {
      const refusal = blockRefusal(block, `messages.${index}.content.${at}`, lane);
      if (refusal !== null) return refusal;
    }
    const refusal = pairRefusal(messages, index);
    if (refusal !== null) return refusal;
  }
  return null;
}

function betaRefusal(header: string | null, betas: readonly string[] | undefined): Refusal | null {
  if (header === null || betas === undefined) return null;
  const asked = header.split(",").map((name) => name.trim());
  const unknown = asked.filter((name) => name !== "" && !betas.includes(name));
  if (unknown.length === 0) return null;
  const names = unknown.map((name) => `\`${name}\``).join(", ");
  return bad(`Unexpected value(s) ${names} for the \`anthropic-beta\` header.`);
}

function modelRefusal(model: unknown, strict: StrictOptions, settings: MockSettings): Refusal | null {
  if (typeof model !== "string") return bad("model: Field required");
  if (strict.models === undefined || strict.models.includes(model)) return null;
  if (settings.dialect === "zai") {
    return { status: 400, message: "Unknown Model, please check the model code.", code: "1211" };
  }
  return { status: 404, message: `model: ${model}`, code: BAD_PARAMETER };
}

function refusalStep(refusal: Refusal, settings: MockSettings, requestId: string): Step {
  const type = errorType(refusal.status);
  const body =
    settings.dialect === "zai"
      ? zaiError(type, refusal.code, refusal.message, requestId)
      : anthropicError(type, refusal.message, requestId);
  return status(refusal.status, body);
}

/** Refuses what the real vendor would refuse in a conversation that came from another lane; `null`: all is well. */
export function strictRefusal(
  request: RecordedRequest,
  strict: StrictOptions,
  settings: MockSettings,
  requestId: string,
): Step | null {
  const body = request.json();
  if (typeof body !== "object" || body === null) {
    return refusalStep(bad("The request body is not valid JSON"), settings, requestId);
  }
  const asked = fields(body);
  const refusal =
    betaRefusal(request.header("anthropic-beta"), strict.betas) ??
    modelRefusal(asked.model, strict, settings) ??
    messagesRefusal(list(asked.messages), settings.lane);
  return refusal === null ? null : refusalStep(refusal, settings, requestId);
}

/** 401 unless one of the keys came in the right header. */
export function credentialRefusal(
  request: RecordedRequest,
  credentials: CredentialOptions,
  settings: MockSettings,
  requestId: string,
): Step | null {
  const bearer = /^Bearer (.+)$/i.exec(request.header("authorization") ?? "")?.[1] ?? null;
  const offered = [
    credentials.header === "authorization" ? null : request.header("x-api-key"),
    credentials.header === "x-api-key" ? null : bearer,
  ];
  if (offered.some((key) => key !== null && credentials.keys.includes(key))) return null;
  const message = settings.dialect === "zai" ? "Authentication Failed" : "invalid x-api-key";
  return refusalStep({ status: 401, message, code: "1000" }, settings, requestId);
}
