import { expect, it } from "vitest";
import { cliName } from "./cli-name.ts";

it("names the command that is there", () => {
  expect(cliName("file:///home/dev/ccp/apps/proxy/dist/main.js")).toBe("npx cc");
  expect(cliName("file:///home/dev/my/node_modules/@ccp/proxy/dist/chunk-1.js")).toBe("ccp");
});
