import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { reply, status } from "@ccp/mock-upstream";
import type { UsageView } from "@ccp/usage-contract";
import { describe, expect, it } from "vitest";
import { run, world } from "../testing/gateway-process.ts";
import { OPUS, postMessage } from "../testing/messages.ts";
import { openTestGateway, TEST_NOW_MS } from "../testing/open-test-gateway.ts";

// One login of many behind one proxy is at its limit, and all of them are sent away: KarpelesLab/teamclaude#167,
// router-for-me/CLIProxyAPI#5277.
const ANN = "Bearer sk-ant-oat01-ann";
const BEN = "Bearer sk-ant-oat01-ben";

const ask = async (url: string, authorization: string, account?: string): Promise<string | null> => {
  const answer = await fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "anthropic-version": "2023-06-01", authorization },
    body: JSON.stringify({
      model: OPUS,
      max_tokens: 100,
      messages: [{ role: "user", content: "hi" }],
      ...(account === undefined ? {} : { metadata: { user_id: JSON.stringify({ account_uuid: account }) } }),
    }),
  });
  await answer.text();
  return answer.headers.get("x-ccp-lane");
};

const refusal = (untilMs: number) =>
  status(
    429,
    {
      type: "error",
      error: { type: "rate_limit_error", message: "This request would exceed your account's rate limit." },
    },
    {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-5h-status": "rejected",
      "anthropic-ratelimit-unified-5h-utilization": "1.0",
      "anthropic-ratelimit-unified-5h-reset": String(Math.floor(untilMs / 1000)),
      "retry-after": "7200",
    },
  );

describe("two people whose own logins pass through one lane", () => {
  it("have a limit each: the one who met hers goes on elsewhere, the other stays", async () => {
    const { url, anthropic, completions } = await openTestGateway();
    anthropic.script(refusal(TEST_NOW_MS + 7_200_000));
    expect(await ask(url, ANN)).toBe("zai");
    for (let i = 0; i < 3; i += 1)
      expect([await ask(url, BEN), await ask(url, ANN)]).toEqual(["anthropic", "zai"]);
    expect(anthropic.requests.map((each) => each.header("authorization"))).toEqual([ANN, BEN, BEN, BEN]);
    const served = completions().filter(({ lane }) => lane === "anthropic");
    expect(served.map(({ account }) => account)).toEqual(
      Array(3).fill(expect.stringMatching(/^[0-9a-f]{8}$/)),
    );
    expect(JSON.stringify(completions())).not.toMatch(/sk-ant-oat01-(ann|ben)/);
  });

  it("have windows each: what the lane declares to one says nothing of the other", async () => {
    const declared = (used: string) => ({
      "anthropic-ratelimit-unified-5h-utilization": used,
      "anthropic-ratelimit-unified-5h-reset": String(Math.floor(TEST_NOW_MS / 1000) + 7200),
      "anthropic-ratelimit-unified-5h-status": used === "1.0" ? "rejected" : "allowed",
    });
    const { url, anthropic, zai } = await openTestGateway({
      anthropic: {
        respond: (request) =>
          reply({ headers: declared(request.header("authorization") === ANN ? "1.0" : "0.1") }),
      },
    });
    for (const who of [ANN, BEN, ANN, BEN]) await ask(url, who);
    expect(anthropic.requests.map((each) => each.header("authorization"))).toEqual([ANN, BEN, BEN]);
    expect(zai.requests).toHaveLength(1);
  });

  it("are known again when a login is renewed, by the account that it names", async () => {
    const { url, anthropic } = await openTestGateway();
    anthropic.script(refusal(TEST_NOW_MS + 7_200_000));
    const account = "0b0e0c0a-1111-2222-3333-444455556666";
    expect(await ask(url, ANN, account)).toBe("zai");
    expect(await ask(url, `${ANN}-renewed`, account)).toBe("zai");
    expect(await ask(url, `${ANN}-renewed`)).toBe("zai");
    expect(await ask(url, BEN, "0b0e0c0a-1111-2222-3333-777788889999")).toBe("anthropic");
  });

  it("are one where the lane has an operator's key", async () => {
    const { url, zai } = await openTestGateway();
    zai.script(
      status(
        429,
        { error: { code: "1308", message: "Usage limit reached for 5 hour." } },
        { "retry-after": "900" },
      ),
    );
    const haiku = async (authorization: string) => {
      const answer = await postMessage(url, { headers: { authorization } });
      await answer.text();
      return answer.headers.get("x-ccp-lane");
    };
    expect([await haiku(ANN), await haiku(BEN)]).toEqual(["anthropic", "anthropic"]);
    expect(zai.requests).toHaveLength(1);
  });

  it("stay apart over a kill, and neither login stands in a file", async () => {
    const { anthropic, env, dir } = await world();
    anthropic.script(refusal(Date.now() + 7_200_000));
    const first = run([], env);
    const url = await first.url();
    expect([await ask(url, ANN), await ask(url, BEN)]).toEqual(["zai", "anthropic"]);
    first.child.kill("SIGKILL");
    await first.exit;

    const again = await run([], env).url();
    // The other one first: who comes first must not decide whose state it is.
    expect([await ask(again, BEN), await ask(again, ANN)]).toEqual(["anthropic", "zai"]);
    const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const { parentPath, name } of files)
      expect(readFileSync(join(parentPath, name), "latin1"), name).not.toMatch(/sk-ant-oat01-(ann|ben)/);
  });
});

it("remembers a bounded number of logins, however many are tried", async () => {
  const { url, gateway } = await openTestGateway();
  for (let n = 0; n < 200; n += 1) await ask(url, `Bearer sk-ant-oat01-guess-${n}`);
  expect(gateway.deps.accounts.snapshot().accounts.length).toBeLessThanOrEqual(64);
  const lanes = new Set(gateway.deps.engine.snapshot().lanes.map(({ lane }) => lane));
  expect(lanes.size).toBeLessThanOrEqual(64);
});

it("shows and marks the account that used the lane last", async () => {
  const { url, anthropic } = await openTestGateway();
  anthropic.script(refusal(TEST_NOW_MS + 7_200_000));
  await ask(url, ANN);
  const state = async (): Promise<string | undefined> => {
    const view = (await (await fetch(`${url}/v1/usage`)).json()) as UsageView;
    return view.lanes.anthropic?.state;
  };
  expect(await state()).toBe("cooldown");
  await ask(url, BEN);
  expect(await state()).toBe("ok");
  const mark = { model: OPUS, lane: "anthropic", retry_after_sec: 600 };
  await fetch(`${url}/v1/quotas/mark-429`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(mark),
  });
  expect(await ask(url, BEN)).toBe("zai");
});
