import type { UsageView } from "@ccp/usage-contract";
import { expect, it } from "vitest";
import { view } from "../test-kit/views.ts";
import { renderAlerts } from "./alerts.ts";

type Shared = NonNullable<UsageView["shared"]>;
const SHARED: Shared = { state: "on", plan: "team", gateways: 4, since_ts: 0 };

function linesOf(shared: Shared): [tone: string | undefined, text: string][] {
  const picture = { view: view({ shared }), live: true, url: "", nowSec: 0, asOfTs: 0 };
  return renderAlerts(picture).map((line) => [line[0]?.tone, line.map(({ text }) => text).join("")]);
}

it("says whose usage the figures are", () => {
  expect(linesOf(SHARED)).toEqual([["dim", "SHARED  figures of 4 gateways on plan team"]]);
  expect(linesOf({ ...SHARED, gateways: 1 })).toEqual([]);
});

it("says when other gateways' usage is no longer heard of", () => {
  expect(linesOf({ ...SHARED, state: "away", reason: "ECONN\u001b[31mREFUSED" })).toEqual([
    [
      "warn",
      expect.stringMatching(
        /^SHARED {2}the shared count is away: ECONN.*REFUSED; other gateways' usage is as heard last$/,
      ),
    ],
  ]);
  expect(JSON.stringify(linesOf({ ...SHARED, state: "away", reason: "\u001b" }))).not.toContain("u001b");
});
