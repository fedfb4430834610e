import { expect, it } from "vitest";
import * as cli from "./index.ts";

it("exports these names", () => {
  expect(Object.keys(cli).sort()).toEqual(["EXIT", "HttpFailure", "main", "runCli"]);
});
