import type { LaneNeeds } from "../lane-needs.ts";
import type { Fields } from "./conversation.ts";

interface StrictTurn {
  readonly role: unknown;
  readonly blocks: readonly Fields[];
}

/**
 * What a lane with these needs would refuse in a request, one line a fault. Written from the upstreams' own error
 * texts, on parsed objects, apart from the repairs.
 */
export function strictFaults(body: Fields, needs: LaneNeeds, lane: string): string[] {
  const messages = list(body.messages);
  const turns = readTurns(messages);
  return [
    ...fieldFaults(body, messages, needs),
    ...messages.flatMap((message, i) => contentFaults(message, i)),
    ...(needs.thinking === "keep" ? [] : thinkingFaults(turns, needs, lane)),
    ...(needs.toolIds ? idFaults(turns) : []),
    ...(needs.toolPairs
      ? turns.flatMap((turn, i) => pairFaults(turn, turns[i - 1], i === turns.length - 1))
      : []),
    ...(needs.serverTools ? serverFaults(turns) : []),
    ...(needs.serverBlocks === "text" ? blocksOf(turns).flatMap(foreignFaults) : []),
    ...(needs.effortNeedsThinking ? effortFaults(body) : []),
    ...(needs.thinkingOff === "never" ? [] : settingFaults(body, turns, needs)),
  ];
}

function fieldFaults(body: Fields, messages: readonly Fields[], needs: LaneNeeds): string[] {
  const allowed = (names: readonly string[] | null, own: readonly string[], held: Fields): string[] =>
    names === null ? [] : Object.keys(held).filter((name) => ![...own, ...names].includes(name));
  const budget = fields(body.thinking).budget_tokens;
  const small = typeof budget === "number" && budget < 1024 && needs.smallBudget !== "keep";
  const system = needs.systemTurns !== "keep" && messages.some(({ role }) => role === "system");
  const nested = messages.flatMap(({ content }) => list(content).flatMap((block) => list(block.content)));
  const references = needs.toolReferences && nested.some(({ type }) => type === "tool_reference");
  return [
    ...allowed(needs.fields, ["model", "messages"], body).map(
      (name) => `${name}: Extra inputs are not permitted`,
    ),
    ...messages.flatMap((message) => allowed(needs.messageFields, ["role", "content"], message)),
    ...(small ? ["thinking.budget_tokens: Input should be greater than or equal to 1024"] : []),
    ...(system ? ["role: Input should be 'user' or 'assistant'"] : []),
    ...(references ? ["unsupported content type: tool_reference"] : []),
  ];
}

function contentFaults({ content, role }: Fields, at: number): string[] {
  if (role === "system") return [];
  const blocks = typeof content === "string" ? [{ type: "text", text: content }] : list(content);
  const blank = blocks.some(({ type, text }) => type === "text" && String(text).trim() === "");
  return [
    ...(blocks.length === 0 ? [`messages.${at}: content is empty`] : []),
    ...(blank ? [`messages.${at}: text content blocks must contain non-whitespace text`] : []),
  ];
}

function thinkingFaults(turns: readonly StrictTurn[], needs: LaneNeeds, lane: string): string[] {
  return blocksOf(turns).flatMap((block) => {
    if (block.type !== "thinking" && block.type !== "redacted_thinking") return [];
    const own = String(block.signature ?? block.data).startsWith(`sig-${lane}-`);
    return own && needs.thinking !== "strip_all" ? [] : ["Invalid `signature` in `thinking` block"];
  });
}

function idFaults(turns: readonly StrictTurn[]): string[] {
  const calls = blocksOf(turns).filter(({ type }) => type === "tool_use");
  const ids = blocksOf(turns).flatMap(({ type, id, tool_use_id }) =>
    type === "tool_use" ? [id] : type === "tool_result" ? [tool_use_id] : [],
  );
  const unfit = ids.filter((id) => typeof id !== "string" || !/^[a-zA-Z0-9_-]+$/.test(id));
  return [
    ...unfit.map((id) => `String should match pattern '^[a-zA-Z0-9_-]+$': ${String(id)}`),
    ...(new Set(calls.map(({ id }) => id)).size < calls.length ? ["`tool_use` ids must be unique"] : []),
  ];
}

function pairFaults(turn: StrictTurn, before: StrictTurn | undefined, isLast: boolean): string[] {
  const results = turn.blocks.filter(({ type }) => type === "tool_result").map((block) => block.tool_use_id);
  if (turn.role !== "user") {
    const calls = turn.blocks.some(({ type }) => type === "tool_use");
    const stray = results.length > 0 ? ["tool_result in an assistant turn"] : [];
    return calls && isLast && turn.role !== "assistant" ? [...stray, "call by a user"] : stray;
  }
  const calls = (before?.role === "assistant" ? before.blocks : [])
    .filter(({ type }) => type === "tool_use")
    .map(({ id }) => id);
  const firstOther = turn.blocks.findIndex(({ type }) => type !== "tool_result");
  const lastResult = turn.blocks.findLastIndex(({ type }) => type === "tool_result");
  return [
    ...results.filter((id) => !calls.includes(id)).map((id) => `unexpected tool_use_id: ${String(id)}`),
    ...calls.filter((id) => !results.includes(id)).map((id) => `tool_use without tool_result: ${String(id)}`),
    ...(new Set(results).size < results.length ? ["each tool_use must have a single result"] : []),
    ...(calls.length > 0 && firstOther >= 0 && lastResult > firstOther ? ["tool_result is not first"] : []),
  ];
}

function serverFaults(turns: readonly StrictTurn[]): string[] {
  const seen = new Set<unknown>();
  return blocksOf(turns).flatMap(({ type, id, tool_use_id }) => {
    if (type === "server_tool_use") {
      seen.add(id);
      return /^srvtoolu_[a-zA-Z0-9_]+$/.test(String(id)) ? [] : [`server_tool_use.id: ${String(id)}`];
    }
    return type === "web_search_tool_result" && !seen.has(tool_use_id) ? ["unexpected server result"] : [];
  });
}

function foreignFaults({ type }: Fields): string[] {
  const known = ["text", "thinking", "redacted_thinking", "image", "document", "tool_use", "tool_result"];
  return typeof type !== "string" || known.includes(type) ? [] : [`unsupported content type: ${type}`];
}

function effortFaults({ thinking, output_config, reasoning_effort }: Fields): string[] {
  const effort = fields(output_config).effort ?? reasoning_effort;
  const contradicts = fields(thinking).type === "disabled" && effort !== undefined;
  return contradicts ? ["thinking cannot be disabled when reasoning_effort is set"] : [];
}

function settingFaults(body: Fields, turns: readonly StrictTurn[], needs: LaneNeeds): string[] {
  const { type } = fields(body.thinking);
  const off = type === "disabled" || (type === undefined && needs.thinkingOff === "open_tool_turn");
  const clears = JSON.stringify(body.context_management ?? null).includes("clear_thinking");
  const isThought = ({ type: kind }: Fields): boolean => kind === "thinking" || kind === "redacted_thinking";
  const [asked, answered] = turns.slice(-2);
  const open =
    asked?.role === "assistant" &&
    answered?.blocks.some((block) => block.type === "tool_result") === true &&
    !isThought(asked.blocks[0] ?? {});
  const unthought = turns.some(
    ({ role, blocks }) =>
      role === "assistant" && blocks.some((block) => block.type === "tool_use") && !blocks.some(isThought),
  );
  return [
    ...(needs.thinkingOff === "open_tool_turn" && type === "enabled" && open ? ["Expected `thinking`"] : []),
    ...(needs.thinkingOff === "any_tool_turn" && !off && unthought ? ["`thinking` must be passed back"] : []),
    ...(type === "disabled" && clears ? ["`clear_thinking_20251015` requires `thinking`"] : []),
  ];
}

function readTurns(messages: readonly Fields[]): StrictTurn[] {
  const turns: { role: unknown; blocks: Fields[] }[] = [];
  for (const { role, content } of messages) {
    if (role === "system") continue;
    const blocks = typeof content === "string" ? [{ type: "text", text: content }] : list(content);
    const last = turns.at(-1);
    if (last?.role === role) last?.blocks.push(...blocks);
    else turns.push({ role, blocks: [...blocks] });
  }
  return turns;
}

function blocksOf(turns: readonly StrictTurn[]): Fields[] {
  return turns.flatMap(({ blocks }) => [...blocks]);
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}
