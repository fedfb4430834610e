import { reply, status } from "@ccp/mock-upstream";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HAIKU, OPUS, postMessage } from "../../testing/messages.ts";
import { openTestGateway, type TestGateway } from "../../testing/open-test-gateway.ts";
import { BROWSER, NO_BROWSER, openBrowser, type TestBrowser } from "./open-browser.ts";

const QUOTAS = {
  models: {
    "claude-haiku-4.5": { provider: "zai", rolling_tokens: 10_000, weekly_limit_value: 100_000 },
    "claude-opus-*": { provider: "anthropic", rolling_tokens: 50_000 },
  },
};
const SPENT = status(429, {
  error: {
    code: "1308",
    message: "Usage limit reached for 5 hour. Your limit will reset at 2026-11-21 04:00:00",
  },
});

async function ask(gateway: TestGateway, model: string): Promise<string> {
  const answer = await postMessage(gateway.url, { model, stream: true });
  await answer.text();
  return answer.headers.get("x-ccp-request-id") ?? "";
}

/** A gateway that has served, warned and rerouted. */
async function openBusyGateway(): Promise<TestGateway> {
  const gateway = await openTestGateway({ quotas: QUOTAS });
  const usage = { inputTokens: 800, outputTokens: 120 };
  for (let i = 0; i < 4; i += 1) {
    gateway.zai.script(reply({ usage }));
    gateway.anthropic.script(reply({ usage }));
    await ask(gateway, HAIKU);
    await ask(gateway, OPUS);
    gateway.clock.advance(400_000);
  }
  gateway.zai.script(SPENT);
  await ask(gateway, HAIKU);
  await dryRun(gateway);
  return gateway;
}

async function dryRun({ url }: TestGateway): Promise<void> {
  await fetch(`${url}/v1/decisions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: HAIKU, source: "planner" }),
  });
}

const text = (page: Page, selector: string): Promise<string> => page.locator(selector).first().innerText();
const rows = (page: Page) => page.locator("#stream .row");

async function axeFaults(page: Page): Promise<unknown> {
  await page.evaluate(axe.source);
  return page.evaluate(`axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html.slice(0, 160), failureSummary])]))`);
}

describe.runIf(BROWSER === null)("the dashboard in a browser", () => {
  it("needs a browser", ({ skip }) => skip(NO_BROWSER));
});

describe.skipIf(BROWSER === null)("the dashboard in a browser", () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await openBrowser(BROWSER ?? "");
  });
  afterAll(() => browser.close());

  it("says what to do next while nothing has passed", async () => {
    const { url } = await openTestGateway({ quotas: QUOTAS });
    const page = await browser.open(url, { permissions: ["clipboard-read", "clipboard-write"] });
    expect(await text(page, "#empty h2")).toBe("No request has passed yet. Run npx cc claude.");
    expect(await page.locator("#activity").isVisible()).toBe(false);
    await page.click("#copy-command");
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe("npx cc claude");
    expect(await text(page, "#copy-command")).toBe("Copied");
    const meter = page.locator(".lane[data-key=zai]").getByRole("meter").first();
    expect(await meter.getAttribute("aria-valuetext")).toBe("0%, warns at 80%");
    expect(await page.locator("#demo").isVisible()).toBe(false);
  });

  it("shows a lane of which nothing is known as unknown, never as empty", async () => {
    const { url } = await openTestGateway();
    const page = await browser.open(url);
    expect(await text(page, ".lane .pct")).toBe("?");
    expect(await page.getByRole("meter").first().getAttribute("aria-valuetext")).toBe("unknown");
    expect(await page.locator(".bar[data-level=unknown]").count()).toBe(2);
  });

  it("draws what has passed at the first load", async () => {
    const { url } = await openBusyGateway();
    const page = await browser.open(url);
    expect(await page.locator(".uplot canvas").count()).toBe(4);
    expect(await rows(page).count()).toBe(9);
    expect(await text(page, "#chart-used .legend")).toMatch(/zai 5h\s+\d+%/);
    expect(await text(page, "#samples tbody tr")).toContain("planner");
    expect(await text(page, "#calibration tbody tr")).toContain("claude-haiku-4.5");
    expect(await page.locator("#facts").innerText()).toContain("mode hybrid");
    expect(await page.locator("input[name=range]:checked").getAttribute("value")).toBe("5h");
    expect(await text(page, ".figure:has-text('Tightest headroom')")).toMatch(/\s0%\s+zai cools$/);
  });

  it("takes in a request as it passes, and a reroute as such", async () => {
    const gateway = await openTestGateway({ quotas: QUOTAS });
    const page = await browser.open(gateway.url);
    await page.locator("label", { hasText: "2s" }).click();
    await ask(gateway, OPUS);
    await rows(page).first().waitFor();
    expect(await rows(page).first().innerText()).toMatch(/claude-opus-5-5\s+.*anthropic/s);
    expect(await page.locator("#empty").isVisible()).toBe(false);
    gateway.zai.script(SPENT);
    await ask(gateway, HAIKU);
    await rows(page).nth(1).waitFor();
    await expect
      .poll(() => rows(page).first().innerText())
      .toMatch(/haiku.*anthropic\s+rerouted\s+after a limit\s+200/s);
    expect(await text(page, "#announce")).toBe(`${HAIKU} went to anthropic: after a limit`);
    // The next poll shows the lane's mark, ticking.
    await expect
      .poll(() => text(page, ".lane[data-key=zai] .state"), { timeout: 6_000 })
      .toMatch(/^cool \d+h \d\dm$/);
    await dryRun(gateway);
    await expect.poll(() => text(page, "#samples")).toContain("planner");
  });

  it("explains one request: every attempt, its limits and figures", async () => {
    const gateway = await openBusyGateway();
    const page = await browser.open(gateway.url);
    await rows(page).filter({ hasText: "after a limit" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.locator(".step").nth(2).waitFor();
    const shown = await drawer.innerText();
    expect(shown).toContain("zai → anthropic");
    expect(shown).toContain("It refused for a limit; the next lane was asked at once.");
    expect(shown).toContain("quota_overshoot");
    expect(shown).toMatch(/Limits of zai that were weighed/);
    expect(shown).toMatch(/rolling\s+binds\s+\d+%/);
    expect(shown).toMatch(/Predicted on zai\s+[\d.k]+ \(800 in, 120 out\)/);
    expect(shown).toMatch(/Wasted\s+\d+ ms/);
    expect(shown).toMatch(/Repaired for this lane: model_name/);
    await drawer.getByText("As JSON").click();
    expect(JSON.parse(await drawer.locator("pre").innerText())).toMatchObject({ model: HAIKU });
    expect(await drawer.locator(".no").last().innerText()).toBe("✓");
  });

  it("marks a request that ended with an error as such", async () => {
    const gateway = await openTestGateway();
    gateway.anthropic.script(
      status(400, { type: "error", error: { type: "invalid_request_error", message: "no" } }),
    );
    await ask(gateway, OPUS);
    const page = await browser.open(gateway.url);
    await rows(page).first().click();
    const ended = page.getByRole("dialog").locator(".step").last();
    await ended.waitFor();
    expect(await ended.locator("h3").innerText()).toMatch(/^✕\s*Ended/);
    expect(await ended.locator(".no").getAttribute("data-tone")).toBe("alarm");
  });

  it("can be used by the keyboard alone", async () => {
    const gateway = await openBusyGateway();
    const page = await browser.open(gateway.url);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the lanes");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await rows(page).first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").locator(".step").first().waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").isVisible()).toBe(false);
    expect(await page.evaluate("document.activeElement.className")).toBe("row");
    await page.locator("#chart-used .plot").focus();
    await page.keyboard.press("End");
    expect(await page.locator("#chart-used > p[aria-live]").innerText()).toMatch(/^\d\d:\d\d: .*zai 5h \d+%/);
    await page.locator("input[name=range][value='24h']").focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => text(page, "#figures")).toContain("last 7d");
  });

  it("gives each chart's values as a table", async () => {
    const { url } = await openBusyGateway();
    const page = await browser.open(url);
    await page.locator("#chart-tokens summary").click();
    const head = await page.locator("#chart-tokens thead").innerText();
    expect(head).toMatch(/Time\s+anthropic output\s+anthropic input\s+zai output\s+zai input/);
    expect(await page.locator("#chart-tokens tbody tr").count()).toBe(60);
    await page.locator("label", { hasText: "by traffic" }).click();
    expect(await page.locator("#chart-tokens thead").innerText()).toMatch(
      /Time\s+anthropic background\s+anthropic main\s+zai background/,
    );
  });

  it("stops asking while it is paused", async () => {
    const gateway = await openBusyGateway();
    const page = await browser.open(gateway.url);
    await page.locator("label", { hasText: "pause" }).click();
    await ask(gateway, OPUS);
    expect(await text(page, "#live")).toBe("paused");
    expect(await rows(page).count()).toBe(9);
    await page.locator("label", { hasText: /^5s$/ }).click();
    await expect.poll(() => rows(page).count()).toBe(10);
  });

  it("has nothing that axe objects to, light or dark, closed or open", async () => {
    const { url } = await openBusyGateway();
    const page = await browser.open(url);
    expect(await axeFaults(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await rows(page).filter({ hasText: "after a limit" }).click();
    await page.getByRole("dialog").locator(".step").nth(2).waitFor();
    expect(await axeFaults(page)).toEqual([]);
  });

  it("follows the system's colours, and the reader's choice before them", async () => {
    const { url } = await openTestGateway();
    const page = await browser.open(url, { colorScheme: "dark" });
    const ground = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(await ground()).toBe("rgb(17, 19, 23)");
    await page.click("#theme");
    expect(await ground()).toBe("rgb(245, 246, 248)");
    expect(await page.locator("#theme").getAttribute("aria-label")).toBe("Theme: light");
    await page.reload();
    expect(await ground()).toBe("rgb(245, 246, 248)");
    await page.click("#theme");
    expect(await ground()).toBe("rgb(17, 19, 23)");
  });

  it("fits every screen from a small phone on", async () => {
    const { url } = await openBusyGateway();
    const page = await browser.open(url);
    const widths: unknown[] = [];
    for (const width of [360, 768, 930, 2_560]) {
      await page.setViewportSize({ width, height: 740 });
      widths.push(await page.evaluate("document.documentElement.scrollWidth"));
    }
    expect(widths).toEqual([360, 768, 930, 2_560]);
    await page.setViewportSize({ width: 360, height: 740 });
    // A table that is clipped fades where there is more.
    const samples = page.locator("#samples");
    await expect.poll(() => samples.getAttribute("data-more")).toBe("right");
    await page.evaluate("samples.scrollLeft = samples.scrollWidth");
    await expect.poll(() => samples.getAttribute("data-more")).toBe("left");
    expect(await page.evaluate("getComputedStyle(samples).maskImage")).toContain("36px");
    await rows(page).first().click();
    await page.getByRole("dialog").locator(".step").first().waitFor();
    expect(await page.evaluate("(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(drawer)")).toBe(
      0,
    );
  });

  it("shows text from outside as text", async () => {
    const gateway = await openTestGateway();
    const canary = '</script><script>hacked=1</script><img src=x onerror="hacked=1">\u202e\u0007\u001b[31m';
    gateway.gateway.deps.book.setAuthError("zai", canary, gateway.clock.wallMs());
    await ask(gateway, "<b>x</b>\u202e");
    const page = await browser.open(gateway.url);
    expect(await text(page, ".lane[data-key=zai] .reason")).toBe(
      '</script><script>hacked=1</script><img src=x onerror="hacked=1"> [31m',
    );
    expect(await text(page, "#stream .c-model")).toBe("<b>x</b>");
    await rows(page).first().click();
    await page.getByRole("dialog").locator(".step").first().waitFor();
    expect(await page.evaluate("typeof hacked")).toBe("undefined");
    expect(await page.locator("main img, main b b").count()).toBe(0);
    expect(await page.evaluate("/[\\u0000-\\u0008\\u001b\\u202e]/.test(document.body.innerText)")).toBe(
      false,
    );
  });
});
