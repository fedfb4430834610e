// Takes the pictures of the dashboard in docs/images from a gateway with a week of work behind it.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { repoRoot } from "../lib/workspace.ts";
import { openWeek } from "./week.ts";

const into = process.argv[2] ?? join(repoRoot, "docs/images");
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];
/** A Friday afternoon, so that the week has a shape. */
const END_MS = Date.UTC(2026, 10, 20, 12, 25, 0);

const PICTURES = [
  { name: "dashboard-light", width: 1440, height: 900, scheme: "light" },
  { name: "dashboard-dark", width: 1440, height: 900, scheme: "dark" },
  { name: "dashboard-phone-light", width: 390, height: 1_800, scheme: "light" },
  { name: "dashboard-phone-dark", width: 390, height: 1_800, scheme: "dark" },
] as const;

mkdirSync(into, { recursive: true });
const week = await openWeek(END_MS);
for (const model of ["claude-haiku-4-5", "claude-opus-5-5"]) {
  await fetch(`${week.gateway.url}/v1/decisions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      model,
      input_tokens: 24_000,
      max_tokens: 2_000,
      source: "planner",
      escalation_reason: "tests still fail",
    }),
  });
}
const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
try {
  for (const { name, width, height, scheme } of PICTURES) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      deviceScaleFactor: width < 500 ? 1.5 : 1.25,
      timezoneId: "UTC",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(`${week.gateway.url}/dashboard`);
    await page.waitForSelector(".uplot canvas");
    console.log(`${name}: ${await firstPaint(page)}`);
    // A phone shows one picture after the other: the first screens tell enough.
    await shoot(page, join(into, `${name}.png`), width > 500);
    if (name === "dashboard-dark" || name === "dashboard-light") {
      await page.locator(".stream .row").filter({ hasText: "no room" }).first().click();
      await page.waitForSelector("#drawer .step");
      await shoot(page, join(into, `${name}-explain.png`), false);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await week.close();
}

/** What a reader waits for, and what came over the wire for it. */
async function firstPaint(page: Page): Promise<string> {
  const [paintMs, packed, plain] = (await page.evaluate(
    `[performance.getEntriesByName("first-contentful-paint")[0].startTime,
      ...performance.getEntriesByType("navigation").flatMap(({ transferSize, decodedBodySize }) => [transferSize, decodedBodySize])]`,
  )) as [number, number, number];
  const kilobytes = (bytes: number): string => `${Math.round(bytes / 1000)} kB`;
  return `first paint after ${Math.round(paintMs)} ms, ${kilobytes(plain)}, ${kilobytes(packed)} packed`;
}

async function shoot(page: Page, path: string, fullPage: boolean): Promise<void> {
  await page.evaluate("document.fonts.ready");
  await page.screenshot({ path, fullPage });
  console.log(path);
}
