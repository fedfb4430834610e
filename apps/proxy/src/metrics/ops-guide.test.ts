import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openTestGateway } from "../testing/open-test-gateway.ts";

const GUIDE = readFileSync(new URL("../../../../docs/OPS-GUIDE.md", import.meta.url), "utf8");

it("are the series that the operator's guide lists, with their types", async () => {
  const { url } = await openTestGateway();
  const scrape = await (await fetch(`${url}/metrics`)).text();
  const served = [...scrape.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  const listed = [...GUIDE.matchAll(/^\| `(ccp_\w+)` \| (\w+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  expect(listed).toEqual(served);
});
