import { expect, it } from "vitest";
import { accountLane, accountOf, laneOfAccount } from "./account-lane.ts";

it("names an account's state, and finds the lane and the account in the name", () => {
  expect(accountLane("anthropic", null)).toBe("anthropic");
  const key = accountLane("anthropic", "9f2c41d0");
  expect([laneOfAccount(key), accountOf(key)]).toEqual(["anthropic", "9f2c41d0"]);
  expect([laneOfAccount("zai"), accountOf("zai")]).toEqual(["zai", null]);
});
