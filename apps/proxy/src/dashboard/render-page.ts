import { createHash } from "node:crypto";
import type { CalibrationWire, DecisionSample, SeriesView, UsageView } from "@ccp/usage-contract";
import type { Deps } from "../deps.ts";
import { CLI_NAME } from "../process/cli-name.ts";
import { calibrationView } from "../read-api/calibration-view.ts";
import { usageView } from "../read-api/usage-view.ts";
import { REQUESTS_SHOWN, SAMPLES_SHOWN } from "./client/limits.ts";
import { rowOfRequest, type StreamRow } from "./client/stream-rows.ts";
import { firstSeries } from "./first-series.ts";
import { SCRIPT, STYLE, THEME_SCRIPT } from "./generated/assets.ts";
import { page } from "./page.ts";
import { explainRequest } from "./requests-view.ts";

/** What stands in the page itself, so that its first picture needs no second answer. */
export interface BootData {
  readonly version: string;
  /** How the command line is called: `npx cc` or `ccp`. */
  readonly cli: string;
  readonly usage: UsageView;
  readonly series: SeriesView;
  readonly calibration: CalibrationWire;
  readonly rows: readonly StreamRow[];
  readonly samples: readonly DecisionSample[];
}

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing but what the page brings along may run or be asked for, and no other page may frame it. */
const POLICY = [
  "default-src 'none'",
  `script-src ${hash(SCRIPT)} ${hash(THEME_SCRIPT)}`,
  `style-src ${hash(STYLE)}`,
  "img-src data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // Text from upstreams cannot become markup, not even by a mistake in the page's own code.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** `GET /dashboard`. */
export function renderPage(deps: Deps): { readonly html: string; readonly headers: Record<string, string> } {
  const boot: BootData = {
    version: deps.version,
    cli: CLI_NAME,
    usage: usageView(deps),
    series: firstSeries((range) => deps.series.view(range)),
    calibration: calibrationView(deps),
    rows: deps.requests
      .list(REQUESTS_SHOWN)
      .map((kept) => rowOfRequest(explainRequest(kept)))
      .filter((row) => row !== null),
    samples: deps.decisions.list(SAMPLES_SHOWN),
  };
  return {
    html: page(boot, { script: SCRIPT, style: STYLE, themeScript: THEME_SCRIPT }),
    headers: { ...HEADERS },
  };
}
