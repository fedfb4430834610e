import type { KnownMark, News, SharedMark, SharedReading, UnknownGateway, Weighed } from "../shared-store.ts";

interface WeighedWire {
  readonly nowMs: number;
  readonly refusedBy?: "limit" | "probe";
  readonly windows: readonly (readonly [string, number | false])[] | null;
  readonly held: readonly number[] | null;
  readonly gateways: number;
  readonly news?: {
    readonly version: number;
    readonly marks: readonly string[] | null;
    readonly readings: readonly string[] | null;
  };
}

type MarkWire = Partial<SharedMark> & {
  readonly lane: string;
  readonly markedAtMs: number;
  readonly revision: number;
  readonly probe?: { readonly gateway: string; readonly rid: string; readonly untilMs: number };
};

/**
 * Reads what a script answered.
 *
 * @throws {Error} When it is none of the kinds: then the keys are somebody else's, or of another version.
 */
export function parseReply<R extends { readonly kind: string }>(
  text: string,
  kinds: readonly R["kind"][],
): R {
  const reply = JSON.parse(text) as R;
  if (!kinds.includes(reply.kind)) throw new Error("the store's answer cannot be read");
  return reply;
}

export function parseWeighed(
  text: string,
  scopes: readonly string[],
  gateway: string,
): UnknownGateway | Weighed {
  const reply = parseReply<UnknownGateway | (WeighedWire & { readonly kind: "weighed" })>(text, [
    "weighed",
    "unknown",
  ]);
  if (reply.kind === "unknown") return reply;
  return {
    kind: "weighed",
    nowMs: reply.nowMs,
    refusedBy: reply.refusedBy ?? null,
    windows: (reply.windows ?? []).map(([used, start]) => ({
      usedTokens: Number(used),
      startMs: start === false ? null : start,
    })),
    heldByOthers: new Map(scopes.map((scope, place) => [scope, reply.held?.[place] ?? 0])),
    gateways: reply.gateways,
    news: reply.news === undefined ? null : toNews(reply.news, gateway),
  };
}

function toNews(wire: NonNullable<WeighedWire["news"]>, gateway: string): News {
  return {
    version: wire.version,
    marks: (wire.marks ?? []).map((text) => toMark(JSON.parse(text) as MarkWire, gateway)),
    readings: (wire.readings ?? []).map((text) => toReading(JSON.parse(text))),
  };
}

function toMark({ probe, ...mark }: MarkWire, gateway: string): KnownMark {
  return {
    lane: mark.lane,
    model: mark.model ?? null,
    markedAtMs: mark.markedAtMs,
    declaredUntilMs: mark.declaredUntilMs ?? null,
    ownUntilMs: mark.ownUntilMs ?? null,
    windowMs: mark.windowMs ?? null,
    revision: mark.revision,
    probe:
      probe === undefined
        ? null
        : { rid: probe.rid, mine: probe.gateway === gateway, untilMs: probe.untilMs },
  };
}

/** Nulls are left out on the way; a reading is read by its fields, and a field that is missing would be no null. */
function toReading(
  wire: Partial<SharedReading> & Pick<SharedReading, "lane" | "observedMs" | "reading">,
): SharedReading {
  const { reading } = wire;
  return {
    lane: wire.lane,
    model: wire.model ?? null,
    observedMs: wire.observedMs,
    reading: {
      name: reading.name,
      lengthMs: reading.lengthMs ?? null,
      usedRatio: reading.usedRatio ?? null,
      resetAtMs: reading.resetAtMs ?? null,
      status: reading.status ?? null,
      scope: reading.scope,
      source: reading.source,
      usedAmount: reading.usedAmount ?? null,
      limitAmount: reading.limitAmount ?? null,
    },
  };
}
