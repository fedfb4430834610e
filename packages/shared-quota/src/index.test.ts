import { expect, it } from "vitest";
import * as surface from "./index.ts";
import * as node from "./node/index.ts";

it("exports no more and no less", () => {
  expect(Object.keys(surface).sort()).toEqual(["GATEWAY_LIFE_MS", "createMemoryStore"]);
  expect(Object.keys(node).sort()).toEqual(["openRedisStore"]);
});
