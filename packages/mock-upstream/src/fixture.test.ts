import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FIXTURES_DIR, fixture } from "./fixture.ts";
import type { Step } from "./step.ts";

function shown(step: Step): Record<string, unknown> {
  const { answer } = step;
  if (answer.kind !== "fixed") return { ...answer };
  return { status: answer.status, headers: answer.headers, text: Buffer.from(answer.body).toString() };
}

describe("fixture", () => {
  it.each([
    ["anthropic/error-529.json", 529],
    ["anthropic/error-429-spend-cap.json", 429],
    ["anthropic/error-400-thinking-signature.json", 400],
    ["anthropic/models.json", 200],
    ["zai/error-429-1308-2026.json", 429],
    ["zai/error-1313.json", 429],
    ["zai/error-200-not-found.json", 200],
    ["zai/quota-limit-credits.json", 200],
    ["kimi/error-403-5h.json", 403],
    ["openrouter/error-402-inflight.json", 402],
  ])("serves %s as %i", (path, code) => {
    const step = shown(fixture(path));
    expect(step).toMatchObject({ status: code, headers: { "content-type": "application/json" } });
    expect(JSON.parse(String(step.text))).toBeTypeOf("object");
  });

  it("adds the headers that stand beside a body", () => {
    expect(shown(fixture("zai/error-429-1302.json", { "x-mine": "1" }))).toMatchObject({
      status: 429,
      headers: {
        "content-type": "application/json",
        "retry-after": "14",
        "anthropic-ratelimit-unified-status": "rejected",
        "x-mine": "1",
      },
    });
    expect(shown(fixture("zai/error-400-1210.json"))).toMatchObject({
      status: 400,
      headers: { "content-type": "text/event-stream;charset=UTF-8" },
    });
  });

  it("gives headers of a refusal the folder's plain body", () => {
    const step = shown(fixture("anthropic/headers-429-5h-exhausted.json"));
    expect(step).toMatchObject({ status: 429, headers: { "retry-after": "7835" } });
    expect(JSON.parse(String(step.text)).error.type).toBe("rate_limit_error");
  });

  it("makes a reply of headers of a served answer", () => {
    expect(shown(fixture("anthropic/headers-200-subscription.json"))).toMatchObject({
      kind: "reply",
      reply: { headers: { "anthropic-ratelimit-unified-5h-utilization": "0.05" } },
    });
    expect(shown(fixture("anthropic/headers-200-subscription.json"))).not.toHaveProperty([
      "reply",
      "headers",
      "content-type",
    ]);
  });

  it("serves streams as streams", () => {
    expect(shown(fixture("anthropic/stream-truncated.sse"))).toMatchObject({
      status: 200,
      headers: { "content-type": "text/event-stream; charset=utf-8" },
    });
  });

  it("takes every sample of an answer there is", () => {
    const folders = readdirSync(FIXTURES_DIR, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const answers = folders.filter(({ name }) => name !== "claude-code");
    const paths = answers.flatMap(({ name }) =>
      readdirSync(join(FIXTURES_DIR, name)).map((file) => `${name}/${file}`),
    );
    const kinds = new Set(paths.map((path) => fixture(path).answer.kind));
    expect([...kinds].sort()).toEqual(["fixed", "reply"]);
  });

  it("throws for a name that is none", () => {
    expect(() => fixture("anthropic/none.json")).toThrow("ENOENT");
    expect(() => fixture("anthropic/headers-none.json")).toThrow("no such fixture");
  });
});
