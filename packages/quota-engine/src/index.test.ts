import { expect, it } from "vitest";
import * as surface from "./index.ts";

it("exports exactly these names", () => {
  expect(Object.keys(surface).sort()).toEqual(["createQuotaEngine", "parseProbeResults"]);
});
