import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser that is there; `null`: none, and the tests that need one are skipped. */
export const BROWSER: string | null =
  [process.env.CHROMIUM ?? "", ...PLACES].find((path) => path !== "" && existsSync(path)) ?? null;

export const NO_BROWSER = "no Chromium is installed (apt-get install chromium, or set CHROMIUM to its path)";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser with a profile of its own, for all tests of a file. */
export interface TestBrowser {
  /** A page in a fresh context. Ends with the test, which fails if it logged an error or called another origin. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  close(): Promise<void>;
}

export async function openBrowser(executablePath: string): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), "ccp-browser-"));
  const browser = await chromium.launch({
    executablePath,
    args: ARGUMENTS,
    env: { ...process.env, HOME: profile },
  });
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        timezoneId: "UTC",
        reducedMotion: "reduce",
        ...options,
      });
      const page = await context.newPage();
      watch(page, new URL(url).origin, context);
      await page.goto(`${url}/dashboard`);
      return page;
    },
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

function watch(page: Page, origin: string, context: BrowserContext): void {
  const errors: string[] = [];
  const foreign: string[] = [];
  let mayFail = false;
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // A refused connection is logged by the browser itself; a test that takes the gateway away expects it.
    if (
      message.type() === "error" &&
      !(mayFail && /ERR_CONNECTION_REFUSED|ERR_|Failed to load/.test(message.text()))
    )
      errors.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) foreign.push(url);
  });
  page.on("requestfailed", () => {
    mayFail = true;
  });
  onTestFinished(async () => {
    await context.close();
    expect({ errors, foreign }).toEqual({ errors: [], foreign: [] });
  });
}
