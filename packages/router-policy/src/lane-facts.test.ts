import { describe, expect, it } from "vitest";
import { createLaneBook } from "./book/lane-book.ts";
import { type LaneQuestion, laneFacts } from "./lane-facts.ts";

const NOW = 1_800_000_000_000;

const QUESTION: LaneQuestion = {
  lane: "zai",
  model: "glm-4-7",
  predictedTokens: 900,
  unusableReason: null,
  tried: false,
  room: { warned: true, blocked: false, spentUntilMs: NOW + 60_000, headroomTokens: 1200 },
  nowMs: NOW,
};

describe("laneFacts", () => {
  it("of a lane that nothing is remembered of are its room", () => {
    expect(laneFacts(QUESTION, createLaneBook())).toEqual({
      lane: "zai",
      usable: true,
      unusableReason: null,
      tried: false,
      mark: { state: "none", untilMs: null },
      pausedUntilMs: null,
      warned: true,
      blocked: false,
      spentUntilMs: NOW + 60_000,
      headroomTokens: 1200,
      predictedTokens: 900,
    });
  });

  it("hold the mark of the model, however it is spelt, and the pause of the lane", () => {
    const book = createLaneBook();
    const limit = { lane: "zai", model: "glm-4.7", untilMs: null, windowMs: null, cooldownMs: 300_000 };
    book.markLimit({ ...limit, nowMs: NOW - 1000 });
    book.pause("zai", "throttle", NOW + 5000, NOW - 1000);
    expect(laneFacts(QUESTION, book)).toMatchObject({
      mark: { state: "own", untilMs: NOW + 299_000 },
      pausedUntilMs: NOW + 5000,
    });
    expect(laneFacts({ ...QUESTION, model: "glm-5" }, book).mark).toEqual({ state: "none", untilMs: null });
  });

  it("say why a lane cannot be asked, and that it was", () => {
    const facts = laneFacts(
      { ...QUESTION, unusableReason: "ZAI_API_KEY is not set", tried: true },
      createLaneBook(),
    );
    expect(facts).toMatchObject({ usable: false, unusableReason: "ZAI_API_KEY is not set", tried: true });
  });

  it("leave out what else an assessment holds", () => {
    const assessment = { ...QUESTION.room, confidence: 0.5, constraints: [] };
    expect(Object.keys(laneFacts({ ...QUESTION, room: assessment }, createLaneBook()))).toHaveLength(11);
  });
});
