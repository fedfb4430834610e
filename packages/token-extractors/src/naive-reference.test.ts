import fc from "fast-check";
import { expect, it } from "vitest";
import { EXTRACTORS, findExtractor } from "./find-extractor.ts";

/** Counts as the slow, obvious way gives them: `[input, output, creation, read]`, `null` where nothing was said. */
type Row = (number | null)[];
type Usage = Record<string, unknown>;
interface Sent {
  readonly opening: boolean;
  readonly usage: Usage | null;
}

const count = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 300_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, null, undefined) },
  { weight: 1, arbitrary: fc.constantFrom(-5, 1.5, "12", 1e15, true, [], {}, 10_000_001) },
);
const valid = (value: unknown): number | null =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 10_000_000 ? value : null;

const most = (values: Row): number | null =>
  values.reduce((a, b) => (a === null ? b : b === null ? a : Math.max(a, b)), null);
const sum = (values: Row): number | null =>
  values.reduce((a, b) => (a === null ? b : b === null ? a : a + b), null);

const CLASSES = ["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"];

const step = fc.record({
  type: fc.constantFrom("message", "compaction", "advisor_message", "fallback_message"),
  input_tokens: count,
  output_tokens: count,
  cache_creation_input_tokens: count,
  cache_read_input_tokens: count,
});
const messagesUsage = fc.option(
  fc.record(
    {
      input_tokens: count,
      output_tokens: count,
      cache_creation_input_tokens: count,
      cache_read_input_tokens: count,
      iterations: fc.oneof(fc.constant(null), fc.array(step, { maxLength: 4 })),
    },
    { requiredKeys: [] },
  ),
);

function messagesReference(sent: readonly Sent[]): Row {
  const read = sent
    .filter((each) => each.usage !== null)
    .map(({ opening, usage }) => {
      let steps = Array.isArray(usage?.iterations) ? (usage.iterations as Usage[]) : [];
      if (steps.some((each) => each.type === "fallback_message"))
        steps = steps.filter((each) => each.type !== "message" || each.output_tokens !== 0);
      const whole = steps.some((each) => each.type === "message" || each.type === "fallback_message");
      const listed = CLASSES.map((name) => sum(steps.map((each) => valid(each[name]))));
      const totals = CLASSES.map((name, at) => {
        const total = valid(usage?.[name]);
        return whole ? most([total, listed[at] ?? null]) : total;
      });
      return { opening, totals, beside: whole ? [] : listed };
    });
  return CLASSES.map((_, at) => {
    const known = read.filter(
      ({ opening, totals }) => !opening || (totals[0] ?? 0) + (totals[2] ?? 0) + (totals[3] ?? 0) > 0,
    );
    const first = most(known.filter((each) => each.opening).map((each) => each.totals[at] ?? null));
    const last = most(known.filter((each) => !each.opening).map((each) => each.totals[at] ?? null));
    const total = last === null || (last === 0 && first !== null) ? first : last;
    const beside = most(read.map((each) => each.beside[at] ?? null));
    return beside === null ? total : total === null ? beside : Math.min(10_000_000, total + beside);
  });
}

const chatUsage = fc.option(
  fc.record(
    {
      prompt_tokens: count,
      completion_tokens: count,
      prompt_tokens_details: fc.option(fc.record({ cached_tokens: count })),
    },
    { requiredKeys: [] },
  ),
);
const responsesUsage = fc.option(
  fc.record(
    {
      input_tokens: count,
      output_tokens: count,
      input_tokens_details: fc.option(fc.record({ cached_tokens: count })),
    },
    { requiredKeys: [] },
  ),
);

function openAiReference(input: string, details: string, output: string) {
  return (sent: readonly Sent[]): Row => {
    const rows = sent
      .filter((each) => each.usage !== null)
      .map(({ usage }): Row => {
        const total = valid(usage?.[input]);
        const cached = valid((usage?.[details] as Usage | null | undefined)?.cached_tokens);
        return [
          total === null ? null : Math.max(0, total - (cached ?? 0)),
          valid(usage?.[output]),
          null,
          cached,
        ];
      });
    return [0, 1, 2, 3].map((at) => most(rows.map((row) => row[at] ?? null)));
  };
}

const named = (data: { type: string; [key: string]: unknown }): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const bare = (data: unknown): string => `data: ${JSON.stringify(data)}\n\n`;
/** Content that mentions what it must not be taken for. */
const DECOY = '{"usage":{"input_tokens":999,"prompt_tokens":999,"output_tokens":999}}';

const messagesText = (sent: readonly Sent[]): string =>
  sent
    .map(({ opening, usage }) =>
      opening
        ? named({ type: "message_start", message: { model: "m", usage } })
        : named({ type: "content_block_delta", delta: { type: "text_delta", text: DECOY } }) +
          named({ type: "message_delta", delta: { stop_reason: null }, usage }),
    )
    .join("");
const chatText = (sent: readonly Sent[]): string =>
  sent.map(({ usage }) => bare({ choices: [{ delta: { content: DECOY } }], usage })).join("");
const responsesText = (sent: readonly Sent[]): string =>
  sent
    .map(
      ({ usage }) =>
        named({ type: "response.output_text.delta", delta: DECOY }) +
        named({ type: "response.completed", response: { usage } }),
    )
    .join("");

const protocols: Record<
  string,
  {
    usage: fc.Arbitrary<Usage | null>;
    text: (sent: readonly Sent[]) => string;
    reference: (sent: readonly Sent[]) => Row;
  }
> = {
  anthropic: { usage: messagesUsage, text: messagesText, reference: messagesReference },
  zai: { usage: messagesUsage, text: messagesText, reference: messagesReference },
  "openai-chat": {
    usage: chatUsage,
    text: chatText,
    reference: openAiReference("prompt_tokens", "prompt_tokens_details", "completion_tokens"),
  },
  "openai-responses": {
    usage: responsesUsage,
    text: responsesText,
    reference: openAiReference("input_tokens", "input_tokens_details", "output_tokens"),
  },
  noop: { usage: messagesUsage, text: messagesText, reference: () => [null, null, null, null] },
};

it.each(EXTRACTORS.map(({ name }) => name))(
  "%s counts random streams as the slow reference does, cut anywhere",
  (name) => {
    const protocol = protocols[name];
    if (protocol === undefined) throw new Error(`no reference for ${name}`);
    const sent = fc.array(fc.record({ opening: fc.boolean(), usage: protocol.usage }), { maxLength: 5 });
    fc.assert(
      fc.property(sent, fc.array(fc.nat(), { maxLength: 4 }), fc.boolean(), (events, cutsAt, crlf) => {
        const text = protocol.text(events).replaceAll("\n", crlf ? "\r\n" : "\n");
        const stream = findExtractor(name).openStream();
        let from = 0;
        for (const cut of cutsAt.map((at) => at % (text.length + 1)).sort((a, b) => a - b)) {
          stream.push(text.slice(from, cut));
          from = cut;
        }
        stream.push(text.slice(from));
        const { usage } = stream.end();
        const row = usage === null ? [null, null, null, null] : Object.values(usage);
        expect(row).toEqual(protocol.reference(events));
        // Nothing that a window adds up may be NaN, negative or endless.
        for (const each of row)
          expect(each === null || (Number.isInteger(each) && each >= 0 && each <= 10_000_000)).toBe(true);
      }),
      { numRuns: 300 },
    );
  },
);

it.each(["anthropic", "zai"])("%s counts one JSON answer as the slow reference does", (name) => {
  fc.assert(
    fc.property(messagesUsage, (usage) => {
      const read = findExtractor(name).fromJson(
        JSON.stringify({ content: [{ text: DECOY }], usage, trailing: DECOY }),
      );
      const row = read === null ? [null, null, null, null] : Object.values(read);
      // A JSON answer is one running total, and its last.
      expect(row).toEqual(messagesReference([{ opening: false, usage }]));
    }),
    { numRuns: 200 },
  );
});
