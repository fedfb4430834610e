import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPUS, postMessage } from "../../testing/messages.ts";
import { openTestGateway } from "../../testing/open-test-gateway.ts";
import { BROWSER, NO_BROWSER, openBrowser, type TestBrowser } from "./open-browser.ts";

const PATIENCE = { timeout: 10_000 };

describe.runIf(BROWSER === null)("the dashboard over time", () => {
  it("needs a browser", ({ skip }) => skip(NO_BROWSER));
});

describe.skipIf(BROWSER === null)("the dashboard over time", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openBrowser(BROWSER ?? "");
  });
  afterAll(() => browser.close());

  it("keeps its last frame when the gateway is lost, says how old it is, and goes on when it is back", async () => {
    const first = await openTestGateway();
    await (await postMessage(first.url, { model: OPUS })).text();
    const page = await browser.open(first.url);
    const rows = page.locator("#stream .row");
    await rows.first().waitFor();
    const figures = await page.locator("#figures").innerText();

    await first.gateway.close();
    await page.locator("#banner").waitFor();
    expect(await page.locator("#banner").innerText()).toMatch(
      /^The gateway does not answer\. What you see is \d+s old\. Trying again by itself\.$/,
    );
    expect(await page.locator("#live").innerText()).toBe("lost");
    expect(await page.evaluate("getComputedStyle(document.querySelector('main')).opacity")).toBe("0.5");
    expect(await page.locator("#figures").innerText()).toBe(figures);
    expect(await rows.count()).toBe(1);

    const second = await openTestGateway({ env: { CCP_PORT: `${first.gateway.port}` } });
    await page.locator("#banner").waitFor({ state: "hidden", ...PATIENCE });
    expect(await page.locator("#live").innerText()).toBe("live");
    await (await postMessage(second.url, { model: OPUS })).text();
    await expect.poll(() => rows.count(), PATIENCE).toBe(2);
  });
});
