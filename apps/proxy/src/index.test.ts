import { expect, it } from "vitest";
import * as api from "./index.ts";

it("exports what its README names", () => {
  expect(Object.keys(api).sort()).toEqual(["startGateway"]);
});
