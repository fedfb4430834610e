import { fixture, reply, type Step, status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { HAIKU, OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, TEST_NOW_MS, type TestGateway } from "../testing/open-test-gateway.ts";
import { expectSettled } from "./expect-settled.ts";

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const REFUSAL = { type: "error", error: { code: "1308", message: "[1308][Usage limit reached for 5 hour]" } };

/** Milliseconds from now until the lane is asked again for a model; 0 when it may be asked at once. */
function waitFor({ gateway, clock }: TestGateway, lane: string, model = HAIKU): number {
  const { book } = gateway.deps;
  const until = book.mark(lane, model, clock.wallMs()).untilMs ?? book.pausedUntil(lane, clock.wallMs()) ?? 0;
  return Math.max(0, until - clock.wallMs());
}

describe("how long a refusing lane is left alone", () => {
  it.each<[string, string | null, number, number]>([
    ["seconds", "120", 120 * SECOND, 120 * SECOND],
    ["a date", new Date(TEST_NOW_MS + 90_000).toUTCString(), 90 * SECOND, 90 * SECOND],
    ["a date that is past", new Date(TEST_NOW_MS - 90_000).toUTCString(), 0, 300 * SECOND],
    ["nothing", null, 300 * SECOND, 300 * SECOND],
    ["zero", "0", SECOND, 300 * SECOND],
    ["less than nothing", "-5", 300 * SECOND, 300 * SECOND],
    ["a word", "soon", 300 * SECOND, 300 * SECOND],
    ["thirty years", "1000000000", SECOND, 31 * DAY],
    ["more than a number holds", "9".repeat(400), SECOND, 31 * DAY],
    ["NaN", "NaN", 300 * SECOND, 300 * SECOND],
    ["a list", "5, 7", SECOND, 300 * SECOND],
  ])("by retry-after: %s", async (_name, value, least, most) => {
    const opened = await openTestGateway();
    opened.zai.script(status(429, REFUSAL, value === null ? {} : { "retry-after": value }));
    const answer = await postMessage(opened.url);
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
    expect(waitFor(opened, "zai")).toBeGreaterThanOrEqual(least);
    expect(waitFor(opened, "zai")).toBeLessThanOrEqual(most);
    await expectSettled(opened);
  });

  it("every recorded 429 of a vendor moves the request on, or comes back to the client whole", async () => {
    const paths = [
      "zai/error-429-1302.json",
      "zai/error-429-1302-zh.json",
      "zai/error-429-1305.json",
      "zai/error-429-1308-2025-type.json",
      "zai/error-429-1308-2026.json",
      "zai/error-429-1308-2026-zh.json",
      "zai/error-429-1309.json",
      "zai/error-429-1310.json",
      "zai/error-429-1316.json",
      "zai/error-429-1317.json",
      "zai/error-429-1113.json",
      "zai/error-1313.json",
    ];
    for (const path of paths) {
      const opened = await openTestGateway();
      opened.zai.script(fixture(path));
      const answer = await postMessage(opened.url, { stream: true });
      expect([path, answer.status, answer.headers.get("x-ccp-lane")]).toEqual([path, 200, "anthropic"]);
      await answer.text();
      await expectSettled(opened);
      expect(opened.completions()).toHaveLength(1);
    }
  });
});

describe("a credential that is refused", () => {
  const refused = (code: number): Step =>
    status(code, { type: "error", error: { type: "authentication_error", message: "invalid x-api-key" } });

  it.each([401, 403])("of the operator takes its lane out of the choice: %i", async (code) => {
    const opened = await openTestGateway();
    // Z.AI may know its key under the other header only: it is asked with both.
    opened.zai.script(refused(code), refused(code));
    for (let asked = 0; asked < 4; asked += 1) {
      const answer = await postMessage(opened.url);
      expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
      await answer.text();
    }
    expect(opened.zai.requests).toHaveLength(2);
    const view = (await (await fetch(`${opened.url}/v1/usage`)).json()) as {
      lanes: Record<string, { state: string }>;
    };
    expect(view.lanes.zai?.state).toBe("auth_error");
    await expectSettled(opened);
  });

  it.each([401, 403])("of the client is shown to it, and no other lane is asked: %i", async (code) => {
    const opened = await openTestGateway();
    opened.anthropic.script(refused(code));
    const answer = await postMessage(opened.url, { model: OPUS });
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([code, "anthropic"]);
    expect(await answer.text()).toContain("invalid x-api-key");
    expect(opened.zai.requests).toHaveLength(0);
    expect((await postMessage(opened.url, { model: OPUS })).status).toBe(200);
    await expectSettled(opened);
  });

  it("of the operator with no other lane comes back in the API's own shape", async () => {
    const opened = await openTestGateway();
    opened.zai.script(refused(401), refused(401));
    const first = await postMessage(opened.url, { model: "glm-5" });
    expect(first.status).toBe(401);
    await first.text();
    const second = await postMessage(opened.url, { model: "glm-5" });
    expect(await second.json()).toMatchObject({ type: "error" });
    await expectSettled(opened);
  });
});

describe("when every lane refuses", () => {
  it.each<[string, Step, Step, number]>([
    [
      "both spent",
      status(429, REFUSAL, { "retry-after": "600" }),
      status(
        429,
        {},
        {
          "retry-after": "60",
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(TEST_NOW_MS / 1000 + 60),
        },
      ),
      429,
    ],
    ["one spent, one broken", status(429, REFUSAL), status(500, {}), 500],
    [
      "one broken, one overloaded",
      status(500, {}),
      status(529, { type: "error", error: { type: "overloaded_error", message: "x" } }),
      529,
    ],
  ])("one answer, and each lane was asked once: %s", async (_name, zai, anthropic, code) => {
    const opened = await openTestGateway();
    opened.zai.script(zai, reply());
    opened.anthropic.script(anthropic, reply());
    const answer = await postMessage(opened.url, { stream: true });
    expect(answer.status).toBe(code);
    await answer.text();
    expect([opened.zai.requests.length, opened.anthropic.requests.length]).toEqual([1, 1]);
    expect(opened.completions()).toHaveLength(1);
    await expectSettled(opened);
  });
});
