import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Part } from "./body/body.ts";
import { readBody } from "./body/read-body.ts";
import { LANE_NEEDS, type LaneDialect, type LaneNeeds, NO_NEEDS } from "./lane-needs.ts";
import { type RepairedRequest, repairRequest } from "./repair-request.ts";
import { bytes, chop, cuts, join, text } from "./testing/bytes.ts";
import { exchanges, type Fields, LANES, OPENING, request } from "./testing/conversation.ts";
import { strictFaults } from "./testing/strict.ts";
import { writeJson } from "./testing/write-json.ts";

const seed = fc.nat();
const lane = fc.constantFrom(...LANES);
const dialect = fc
  .constantFrom(...(Object.keys(LANE_NEEDS) as LaneDialect[]))
  .map((name) => LANE_NEEDS[name]);

/** Any settings, alone and together. */
const anyNeeds: fc.Arbitrary<LaneNeeds> = fc.record({
  thinking: fc.constantFrom("keep", "strip_foreign", "strip_all"),
  thinkingOff: fc.constantFrom("never", "open_tool_turn", "any_tool_turn"),
  toolIds: fc.boolean(),
  toolPairs: fc.boolean(),
  serverTools: fc.boolean(),
  serverBlocks: fc.constantFrom("keep", "text"),
  toolReferences: fc.boolean(),
  systemTurns: fc.constantFrom("keep", "user", "drop"),
  effortNeedsThinking: fc.boolean(),
  fields: fc.constantFrom(null, ["max_tokens", "thinking", "stream"]),
  messageFields: fc.constantFrom(null, []),
  smallBudget: fc.constantFrom("keep", "clamp", "remove"),
  redactUserId: fc.boolean(),
  oauthBetas: fc.boolean(),
  betas: fc.constant(null),
});
const needs = fc.oneof(dialect, anyNeeds);

const repairFor = (chunks: readonly Uint8Array[], to: LaneNeeds, own: string): RepairedRequest =>
  repairRequest({
    chunks,
    needs: to,
    crossLane: true,
    isOwnSignature: (signature) => signature.startsWith(`sig-${own}-`),
    betas: null,
  });

/** Members of objects and elements of arrays, as they read and as they are written. */
function parts(body: Uint8Array): { value: unknown; written: string }[] {
  const reading = readBody([body]);
  if (!reading.success) throw new Error(reading.issue);
  const { members, messages } = reading.body;
  const written = ({ start, end }: Part): string => text([body.subarray(start, end)]);
  const elements: Part[] = (messages ?? []).flatMap((message) => [message, ...(message.blocks ?? [])]);
  return [
    ...members.map((part) => ({ value: JSON.parse(`{${written(part)}}`), written: written(part) })),
    ...elements.map((part) => ({ value: JSON.parse(written(part)), written: written(part) })),
  ];
}

/** A message that lost a part must not read like another one by chance. */
function withUniqueTexts<T>(conversation: T): T {
  let count = 0;
  return JSON.parse(JSON.stringify(conversation), (key, value) => {
    if (typeof value !== "string" || !(key === "text" || key === "content")) return value;
    count += 1;
    return `${value}#${count}`;
  });
}

const messagesOf = (repaired: RepairedRequest): string[] => {
  const body = join(repaired.chunks);
  const reading = readBody([body]);
  if (!reading.success) throw new Error(reading.issue);
  return (reading.body.messages ?? []).map(({ start, end }) => text([body.subarray(start, end)]));
};

describe("any conversation, toward any lane", () => {
  it("is taken by a lane that checks everything", () => {
    fc.assert(
      fc.property(request, seed, needs, lane, (conversation, n, to, own) => {
        const repaired = repairFor([bytes(writeJson(conversation, n))], to, own);
        const body: Fields = JSON.parse(text(repaired.chunks));
        expect(strictFaults(body, to, own)).toEqual([]);
      }),
      { numRuns: 1500 },
    );
  });

  it("is refused by such a lane as it came, every rule at some time", () => {
    const seen = new Set<string>();
    const strict: LaneNeeds = {
      ...LANE_NEEDS.anthropic,
      systemTurns: "user",
      toolReferences: true,
      smallBudget: "clamp",
    };
    fc.assert(
      fc.property(request, (conversation) => {
        for (const fault of strictFaults(conversation, strict, "anthropic"))
          seen.add(fault.split(":")[0] ?? "");
      }),
      { numRuns: 800, seed: 1 },
    );
    expect([...seen].sort()).toEqual([
      "Expected `thinking`",
      "Invalid `signature` in `thinking` block",
      "String should match pattern '^[a-zA-Z0-9_-]+$'",
      "`tool_use` ids must be unique",
      "each tool_use must have a single result",
      "role",
      "server_tool_use.id",
      "thinking.budget_tokens",
      "tool_result in an assistant turn",
      "tool_result is not first",
      "tool_use without tool_result",
      "unexpected server result",
      "unexpected tool_use_id",
      "unsupported content type",
    ]);
  });

  it("needs nothing more once it was repaired", () => {
    fc.assert(
      fc.property(request, seed, needs, lane, (conversation, n, to, own) => {
        const { chunks } = repairFor([bytes(writeJson(conversation, n))], to, own);
        const again = repairFor(chunks, to, own);
        expect(again).toEqual({ chunks, betas: null, repairs: [], toolIds: new Map(), issue: null });
        expect(again.chunks).toBe(chunks);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the bytes of every part that still says the same", () => {
    fc.assert(
      fc.property(request.map(withUniqueTexts), seed, needs, lane, (conversation, n, to, own) => {
        const before = bytes(writeJson(conversation, n));
        const originals = new Set(parts(before).map(({ value }) => JSON.stringify(value)));
        // A text that was a message's whole content may have become a block of its own.
        for (const { content: whole } of conversation.messages) {
          originals.delete(JSON.stringify({ type: "text", text: whole }));
          originals.delete(JSON.stringify({ text: whole, type: "text" }));
        }
        const after = join(repairFor([before], to, own).chunks);
        for (const { value, written } of parts(after)) {
          if (originals.has(JSON.stringify(value))) expect(text([before])).toContain(written);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is repaired the same however its chunks are cut, and no chunk is changed", () => {
    fc.assert(
      fc.property(request, seed, cuts, needs, lane, (conversation, n, at, to, own) => {
        const whole = bytes(writeJson(conversation, n));
        const chunks = chop(whole, at);
        const copies = chunks.map((chunk) => Uint8Array.from(chunk));
        const repaired = repairFor(chunks, to, own);
        expect(join(repaired.chunks)).toEqual(join(repairFor([whole], to, own).chunks));
        expect(chunks).toEqual(copies);
        expect(repaired.chunks === chunks).toBe(repaired.repairs.length === 0);
      }),
      { numRuns: 400 },
    );
  });

  it("is repaired the same way as it grows, so that a lane sees its own history unchanged", () => {
    fc.assert(
      fc.property(exchanges, fc.nat(), seed, needs, lane, (all, cut, n, to, own) => {
        const write = (turns: typeof all): Uint8Array =>
          bytes(`{"messages":[${[OPENING, ...turns.flat()].map((turn) => writeJson(turn, n)).join(",")}]}`);
        const earlier = messagesOf(repairFor([write(all.slice(0, cut % (all.length + 1)))], to, own));
        const later = messagesOf(repairFor([write(all)], to, own));
        expect(later.slice(0, earlier.length)).toEqual(earlier);
      }),
      { numRuns: 500 },
    );
  });

  it("gives back the client's ids for all that it renamed", () => {
    fc.assert(
      fc.property(request, seed, lane, (conversation, n, own) => {
        const to = { ...NO_NEEDS, toolIds: true };
        const { chunks, toolIds } = repairFor([bytes(writeJson(conversation, n))], to, own);
        const restored = JSON.parse(text(chunks), (key, value) =>
          key === "id" || key === "tool_use_id" ? (toolIds.get(value) ?? value) : value,
        );
        expect(restored).toEqual(conversation);
      }),
      { numRuns: 300 },
    );
  });

  it("never throws, whatever the bytes", () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(request, seed, fc.nat(), fc.nat(255)).map(([conversation, n, at, byte]) => {
        const whole = bytes(writeJson(conversation, n));
        whole[at % whole.length] = byte;
        return whole;
      }),
      fc.tuple(request, seed, fc.nat()).map(([conversation, n, at]) => {
        const whole = bytes(writeJson(conversation, n));
        return whole.subarray(0, at % whole.length);
      }),
    );
    fc.assert(
      fc.property(noise, needs, lane, (whole, to, own) => {
        const chunks = [whole];
        const repaired = repairFor(chunks, to, own);
        if (repaired.issue !== null) expect(repaired.chunks).toBe(chunks);
        expect(repaired.repairs.length > 0).toBe(repaired.chunks !== chunks);
      }),
      { numRuns: 800 },
    );
  });
});
