import { status } from "@ccp/mock-upstream";
import { describe, expect, it } from "vitest";
import { OPUS, postMessage } from "../testing/messages.ts";
import { CANARY, openTestGateway } from "../testing/open-test-gateway.ts";

const REFUSED = status(401, {
  type: "error",
  error: { type: "authentication_error", message: "invalid key" },
});

describe("a lane that refuses its operator's key", () => {
  it("is asked once more with the key in the other header, which is then kept", async () => {
    const { url, zai, completions } = await openTestGateway({
      zai: { credentials: { header: "authorization", keys: [CANARY.zai] } },
    });
    for (let i = 0; i < 2; i += 1) {
      const answer = await postMessage(url);
      expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "zai"]);
      await answer.text();
    }
    const headers = zai.requests.map((each) => [each.header("x-api-key"), each.header("authorization")]);
    expect(headers).toEqual([
      [CANARY.zai, null],
      [null, `Bearer ${CANARY.zai}`],
      [null, `Bearer ${CANARY.zai}`],
    ]);
    expect(completions()[0]).toMatchObject({
      attempt: 1,
      header_mode: "authorization",
      retry: true,
      status: 200,
    });
  });

  it("is left alone for a while when neither header works, and the request goes on elsewhere", async () => {
    const { url, zai, clock, decisions } = await openTestGateway();
    zai.script(REFUSED, REFUSED);
    const answer = await postMessage(url);
    expect([answer.status, answer.headers.get("x-ccp-lane")]).toEqual([200, "anthropic"]);
    await answer.text();
    await (await postMessage(url)).text();
    expect(zai.requests).toHaveLength(2);
    expect(decisions().at(-1)).toMatchObject({ lane: "anthropic", decision: "fallback" });
    const view = (await (await fetch(`${url}/v1/usage`)).json()) as {
      lanes: Record<string, { state: string }>;
    };
    expect(view.lanes.zai?.state).toBe("auth_error");
    expect(JSON.stringify(view)).not.toContain(CANARY.zai);
    clock.advance(600_000);
    const again = await postMessage(url);
    expect(again.headers.get("x-ccp-lane")).toBe("zai");
  });
});

describe("a client's own credential that is refused", () => {
  it("is the client's to mend: the answer passes unchanged and no other lane is asked", async () => {
    const { url, anthropic, zai } = await openTestGateway();
    anthropic.script(REFUSED);
    const answer = await postMessage(url, { model: OPUS });
    expect(answer.status).toBe(401);
    expect(await answer.text()).toContain("invalid key");
    expect(zai.requests).toHaveLength(0);
    expect((await postMessage(url, { model: OPUS })).status).toBe(200);
  });
});
