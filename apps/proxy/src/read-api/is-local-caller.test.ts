import { UsageViewSchema } from "@ccp/usage-contract";
import { Hono } from "hono";
import * as v from "valibot";
import { expect, it } from "vitest";
import { openTestGateway } from "../testing/open-test-gateway.ts";
import { isLocalCaller } from "./is-local-caller.ts";
import { usageView } from "./usage-view.ts";

it.each([
  ["127.0.0.1", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["10.0.0.5", false],
  ["::ffff:10.0.0.5", false],
  [undefined, false],
])("a caller from %s is local: %s", async (remoteAddress, isLocal) => {
  const app = new Hono().get("/", (c) => c.json(isLocalCaller(c)));
  const answer = await app.request("/", {}, { incoming: { socket: { remoteAddress } } });
  expect(await answer.json()).toBe(isLocal);
});

it("the folders are told on this machine only", async () => {
  const { gateway } = await openTestGateway();
  const deps = { ...gateway.deps, folders: { stateDir: "/state", logsDir: "/logs" } };
  expect(usageView(deps, true).gateway).toMatchObject({ state_dir: "/state", logs_dir: "/logs" });
  expect(usageView(deps).gateway).toMatchObject({ pid: process.pid });
  expect(usageView(deps).gateway).not.toHaveProperty("state_dir");
  expect(usageView(deps).gateway).not.toHaveProperty("logs_dir");
});

it("a gateway whose folders nobody named tells none", async () => {
  const { url } = await openTestGateway();
  const { gateway } = v.parse(UsageViewSchema, await (await fetch(`${url}/v1/usage`)).json());
  expect(gateway?.pid).toBe(process.pid);
  expect(gateway).not.toHaveProperty("state_dir");
});
