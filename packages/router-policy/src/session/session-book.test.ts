import { describe, expect, it } from "vitest";
import { createSessionBook, MAX_SESSIONS, type SessionUse } from "./session-book.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const counts = { inputTokens: 100, outputTokens: 50, cacheCreationTokens: 400, cacheReadTokens: 9500 };

/** One answer, sent a second before `nowMs`. */
function use(over: Partial<SessionUse> = {}): SessionUse {
  const nowMs = over.nowMs ?? NOW;
  return {
    session: "s1",
    model: "glm-4.7",
    lane: "zai",
    rerouteDecision: "quota_pass",
    counts,
    startedAtMs: nowMs - 1000,
    nowMs,
    ...over,
  };
}

describe("a session book", () => {
  it("knows the lane, since when, and what its cache holds", () => {
    const book = createSessionBook();
    expect(book.last("s1", "glm-4.7", NOW)).toBe(null);
    book.note(use());
    const first = { lane: "zai", atMs: NOW - 1000, usedAtMs: NOW, inputTokens: 10_000, cachedTokens: 9900 };
    expect(book.last("s1", "GLM-4-7", NOW)).toEqual(first);
    book.note(use({ nowMs: NOW + MINUTE, counts: { ...counts, cacheReadTokens: 19_500 } }));
    expect(book.last("s1", "glm-4.7", NOW + MINUTE)).toEqual({
      ...first,
      usedAtMs: NOW + MINUTE,
      inputTokens: 20_000,
      cachedTokens: 19_900,
    });
  });

  it("keeps sessions, agents and models apart", () => {
    const book = createSessionBook();
    book.note(use());
    book.note(use({ session: "s1/a1", lane: "kimi" }));
    book.note(use({ model: "glm-5", lane: "anthropic" }));
    const lanes = (session: string | null, model: string) => book.last(session, model, NOW)?.lane;
    expect([lanes("s1", "glm-4.7"), lanes("s1/a1", "glm-4.7"), lanes("s1", "glm-5")]).toEqual([
      "zai",
      "kimi",
      "anthropic",
    ]);
    expect([lanes("s2", "glm-4.7"), lanes(null, "glm-4.7"), lanes("s1", "glm-4.6")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("begins anew with each lane", () => {
    const book = createSessionBook();
    book.note(use());
    book.note(
      use({ lane: "anthropic", rerouteDecision: "quota_overshoot", counts: null, nowMs: NOW + MINUTE }),
    );
    expect(book.last("s1", "glm-4.7", NOW + MINUTE)).toEqual({
      lane: "anthropic",
      atMs: NOW + MINUTE - 1000,
      usedAtMs: NOW + MINUTE,
      inputTokens: 0,
      cachedTokens: 0,
    });
  });

  it("keeps what it knew where a lane tells nothing", () => {
    const book = createSessionBook();
    book.note(use());
    book.note(use({ counts: null, nowMs: NOW + MINUTE }));
    expect(book.last("s1", "glm-4.7", NOW + MINUTE)).toMatchObject({
      inputTokens: 10_000,
      cachedTokens: 9900,
    });
  });

  it("takes the cache for gone 5 minutes after its last use", () => {
    const book = createSessionBook();
    book.note(use());
    expect(book.last("s1", "glm-4.7", NOW + 5 * MINUTE - 1)?.cachedTokens).toBe(9900);
    expect(book.last("s1", "glm-4.7", NOW + 5 * MINUTE)).toMatchObject({ lane: "zai", cachedTokens: 0 });
  });

  it("is not moved by a detour, nor begun by one", () => {
    const book = createSessionBook();
    const detour = use({ lane: "anthropic", rerouteDecision: "fallback" });
    book.note(detour);
    expect(book.size).toBe(0);
    book.note(use());
    book.note(detour);
    expect(book.last("s1", "glm-4.7", NOW)?.lane).toBe("zai");
  });

  it("is not moved back by a request that was sent before the move and ends after it", () => {
    const book = createSessionBook();
    book.note(use({ startedAtMs: NOW - 10 * MINUTE, nowMs: NOW - 9 * MINUTE }));
    book.note(use({ lane: "anthropic", startedAtMs: NOW - MINUTE }));
    book.note(use({ startedAtMs: NOW - 8 * MINUTE, nowMs: NOW + MINUTE }));
    expect(book.last("s1", "glm-4.7", NOW + MINUTE)).toMatchObject({ lane: "anthropic", usedAtMs: NOW });
    book.note(use({ startedAtMs: NOW + MINUTE, nowMs: NOW + 2 * MINUTE }));
    expect(book.last("s1", "glm-4.7", NOW + 2 * MINUTE)).toMatchObject({ lane: "zai", atMs: NOW + MINUTE });
  });

  it("forgets the session that was not used for longest", () => {
    const book = createSessionBook();
    for (let i = 0; i < MAX_SESSIONS; i += 1) book.note(use({ session: `s${i}` }));
    book.note(use({ session: "s0" }));
    book.note(use({ session: "new" }));
    expect(book.size).toBe(MAX_SESSIONS);
    expect(book.last("s0", "glm-4.7", NOW)?.lane).toBe("zai");
    expect(book.last("s1", "glm-4.7", NOW)).toBe(null);
    expect(book.last("new", "glm-4.7", NOW)?.lane).toBe("zai");
  });

  it("does not go by times that lie ahead, and takes the next answer in", () => {
    const book = createSessionBook();
    book.note(use({ lane: "anthropic" }));
    const back = NOW - HOUR;
    expect(book.last("s1", "glm-4.7", NOW - MINUTE)?.lane).toBe("anthropic");
    expect(book.last("s1", "glm-4.7", back)).toBe(null);
    book.note(use({ nowMs: back }));
    expect(book.last("s1", "glm-4.7", back)).toMatchObject({ lane: "zai", atMs: back - 1000 });
  });
});

describe("a snapshot of a session book", () => {
  it("brings the sessions of the last day back, oldest first, through JSON, and no names", () => {
    const book = createSessionBook();
    book.note(use({ session: "old", nowMs: NOW - 24 * HOUR }));
    book.note(use());
    book.note(use({ session: "s2", lane: "anthropic" }));
    const text = JSON.stringify(book.snapshot(NOW));
    expect(text).not.toMatch(/s1|s2|old|glm/);

    const next = createSessionBook();
    next.note(use({ session: "gone" }));
    next.restore(JSON.parse(text));
    expect(next.size).toBe(2);
    for (const session of ["s1", "s2", "old", "gone"]) {
      const expected = ["s1", "s2"].includes(session) ? book.last(session, "glm-4.7", NOW) : null;
      expect(next.last(session, "glm-4.7", NOW)).toEqual(expected);
    }
    expect(next.snapshot(NOW)).toEqual(JSON.parse(text));
  });

  it.each([
    null,
    7,
    "text",
    [],
    {},
    { version: 2, sessions: [] },
    { version: 1 },
    { version: 1, sessions: {} },
  ])("that is none, %j, leaves an empty book", (snapshot) => {
    const book = createSessionBook();
    book.note(use());
    book.restore(snapshot);
    expect(book.size).toBe(0);
  });

  it("gives one session as it stands, and takes it back", () => {
    const book = createSessionBook();
    book.note(use());
    const { session, model } = use();
    const other = createSessionBook();
    other.adopt(JSON.parse(JSON.stringify(book.saved(session, model))));
    other.adopt({ key: "none" });
    other.adopt(null);
    expect(other.snapshot(NOW)).toEqual(book.snapshot(NOW));
    expect(other.saved("another", model)).toBeNull();
  });

  it("loses only the rows that are not valid", () => {
    const row = { key: 5, lane: "zai", atMs: NOW, usedAtMs: NOW, inputTokens: 1, cachedTokens: 1 };
    const bad = [
      null,
      [],
      { ...row, key: "5" },
      { ...row, key: -1 },
      { ...row, lane: null },
      { ...row, atMs: "now" },
      { ...row, usedAtMs: null },
      { ...row, inputTokens: 0.5 },
      { ...row, cachedTokens: -1 },
    ];
    const book = createSessionBook();
    book.restore({ version: 1, sessions: [...bad, row, ...bad] });
    expect(book.snapshot(NOW).sessions).toEqual([row]);
  });
});
