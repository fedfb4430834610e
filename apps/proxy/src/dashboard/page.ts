import { html, raw } from "hono/html";
import { percent, safe } from "./client/format.ts";
import type { BootData } from "./render-page.ts";

/** What the page brings along. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
  readonly themeScript: string;
}

/** The whole page: its frame here, what moves in it drawn by its script from the data that stands at the end. */
export function page(boot: BootData, assets: PageAssets): string {
  return `${html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>ccp${boot.usage.demo === true ? " (demo)" : ""}</title>
<link rel="icon" href="${FAVICON}">
<style>${raw(assets.style)}</style>
<script>${raw(assets.themeScript)}</script>
</head>
<body>
<a class="skip" href="#main">Skip to the lanes</a>
${header()}
<div id="banner" role="alert" hidden><b>The gateway does not answer.</b> What you see is <span id="lost-age"></span> old. Trying again by itself.</div>
<p id="announce" class="vh" aria-live="polite"></p>
<main id="main" tabindex="-1">
<section aria-labelledby="h-lanes">
<h2 id="h-lanes" class="vh">Lanes</h2>
<dl id="figures" class="figures"></dl>
<div id="lanes" class="lanes"></div>
<p class="ticks" aria-hidden="true"><span><i class="pace"></i>time of the window that is over</span><span><i class="threshold"></i>warns from here on</span><span><i class="empty"></i>not known</span></p>
${withoutScript(boot)}
</section>
${emptyState(boot.cli)}
<div id="activity" class="activity">
${history(boot.series.range)}
${decisions()}
${speeds()}
${knowledge()}
</div>
</main>
${footer(boot.version)}
${drawer()}
<script type="application/json" id="boot">${raw(inertJson(boot))}</script>
<script type="module">${raw(assets.script)}</script>
</body>
</html>
`}`;
}

type Markup = ReturnType<typeof html>;

const FAVICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#23272f"/><rect x="7" y="9" width="18" height="5" rx="2.5" fill="#6d93ff"/><rect x="7" y="18" width="11" height="5" rx="2.5" fill="#35c3ae"/></svg>',
)}`;

function header(): Markup {
  return html`<header class="top">
<div class="brand"><span class="logo" aria-hidden="true"><i></i><i></i></span><h1>ccp</h1><span id="live" class="live" data-state="live">live</span><span id="demo" class="demo" hidden title="Mock upstreams and a clock that runs 60 times as fast">DEMO</span></div>
<p id="facts" class="facts-line"></p>
<div class="controls">
<span id="updated" class="updated"></span>
${choice(
  "pace",
  "Refresh",
  [
    ["2", "2s"],
    ["5", "5s"],
    ["15", "15s"],
    ["pause", "pause"],
  ],
  "5",
)}
<button type="button" id="theme" class="icon" aria-label="Theme: system"><span aria-hidden="true"></span></button>
</div>
</header>`;
}

function history(range: string): Markup {
  return html`<section class="history" aria-labelledby="h-history">
<div class="head"><h2 id="h-history">History</h2>
${choice(
  "range",
  "Range",
  [
    ["5h", "5 h"],
    ["24h", "24 h"],
    ["7d", "7 d"],
  ],
  range,
)}</div>
<div class="grid">
${chart("chart-used", "Used", "Share of each window. ▲ a window began anew, ● the lane refused for a limit.", "wide")}
${chart("chart-ttft", "Time to first byte", "Median, and 95th percentile above it.")}
${chart("chart-latency", "Time to last byte", "Median, and 95th percentile above it.")}
${chart(
  "chart-tokens",
  "Tokens a minute",
  "Every token that passed, stacked by lane.",
  "wide",
  choice(
    "split",
    "Split",
    [
      ["kind", "by kind"],
      ["class", "by traffic"],
    ],
    "kind",
  ),
)}
</div>
</section>`;
}

function chart(id: string, title: string, note: string, size = "", control: Markup | string = ""): Markup {
  return html`<figure class="card chart ${size}"><figcaption><div><h3>${title}</h3><p>${note}</p></div>${control}</figcaption><div id="${id}"></div></figure>`;
}

function speeds(): Markup {
  return html`<section class="card" aria-labelledby="h-speeds"><h2 id="h-speeds">Speed by hour of the day</h2><p class="note">Output tokens a second, in the gateway's time zone. Under ten samples it does not say.</p>${scroll("speeds", "Speed by hour of the day")}</section>`;
}

function decisions(): Markup {
  return html`<section class="card" aria-labelledby="h-stream"><h2 id="h-stream">Decisions</h2><p class="note">The newest requests, as they happen. Open one to see why it went where it went.</p>
<div class="row heads" aria-hidden="true"><span>Time</span><span>Model</span><span>Lane</span><span>Rule</span><span>Status</span><span>Took</span><span>Tokens in → out</span><span>Headroom</span></div>
<ol id="stream" class="stream"></ol><button type="button" id="more" class="more" aria-expanded="false" aria-controls="stream">Show more</button></section>`;
}

function knowledge(): Markup {
  return html`<div class="grid">
<section class="card" aria-labelledby="h-calibration"><h2 id="h-calibration">Calibration</h2><p class="note">Where caps and resets really lie, by what was seen. Trusted from a confidence of 0.5 on.</p>${scroll("calibration", "Calibration")}</section>
<section class="card" aria-labelledby="h-samples"><h2 id="h-samples">Orchestrator decisions</h2><p class="note">Dry runs: where a request would go. Nothing was sent.</p>${scroll("samples", "Orchestrator decisions")}</section>
</div>`;
}

/** A place for a table: where it is wider than the screen, it scrolls, by the keyboard as well. */
function scroll(id: string, name: string): Markup {
  return html`<div id="${id}" class="scroll" tabindex="0" role="group" aria-label="${name}"></div>`;
}

function emptyState(cli: string): Markup {
  return html`<section id="empty" class="card empty" hidden aria-labelledby="h-empty">
<h2 id="h-empty">No request has passed yet. Run <code id="command">${cli} claude</code>.</h2>
<p>It starts Claude Code with this gateway in front of it; charts and decisions appear here with the first answer.</p>
<button type="button" id="copy-command">Copy the command</button>
</section>`;
}

function footer(version: string): Markup {
  return html`<footer class="foot"><nav aria-label="More"><a href="/metrics">/metrics</a><a href="/openapi.json">/openapi.json</a><a href="/v1/usage">/v1/usage</a><button type="button" id="copy-json" class="link">Copy as JSON</button></nav><span>ccp ${version} · read-only</span></footer>`;
}

function drawer(): Markup {
  return html`<dialog id="drawer" class="drawer" aria-labelledby="drawer-title"><div class="sheet"><header><h2 id="drawer-title">Why it went where it went</h2><button type="button" id="drawer-close" class="icon" aria-label="Close">✕</button></header><div id="drawer-body"></div></div></dialog>`;
}

function choice(
  name: string,
  legend: string,
  options: readonly (readonly [value: string, label: string])[],
  chosen: string,
): Markup {
  return html`<fieldset class="choice"><legend class="vh">${legend}</legend>${options.map(
    ([value, label]) =>
      html`<label><input type="radio" name="${name}" value="${value}" ${value === chosen ? raw("checked") : ""}><span>${label}</span></label>`,
  )}</fieldset>`;
}

/** What a reader without scripts gets. */
function withoutScript({ usage }: BootData): Markup {
  const rows = Object.entries(usage.lanes).flatMap(([lane, { state, reason, windows }]) =>
    windows.map(
      ({ name, used_pct, source }) =>
        html`<tr><th scope="row">${lane}</th><td>${state}</td><td>${name}</td><td>${percent(used_pct)}</td><td>${source}</td><td>${safe(reason ?? "")}</td></tr>`,
    ),
  );
  return html`<noscript><table class="facts"><thead><tr><th>Lane</th><th>State</th><th>Window</th><th>Used</th><th>Source</th><th>Reason</th></tr></thead><tbody>${rows}</tbody></table></noscript>`;
}

/** JSON that cannot end the element it stands in, nor turn the page's source, whatever an upstream has written. */
function inertJson(value: unknown): string {
  const units = (text: string): string[] =>
    Array.from({ length: text.length }, (_, at) => hex(text.charCodeAt(at)));
  return JSON.stringify(value, short).replace(/[<>&\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (text) =>
    units(text).join(""),
  );
}

/** Rates that the page never shows. */
const UNSHOWN: ReadonlySet<string> = new Set([
  "out_dirty_tps",
  "in_dirty_tps",
  "total_dirty_tps",
  "in_elr_tps",
  "total_elr_tps",
]);

/** Four digits are more than any chart shows; times of day need theirs. */
function short(key: string, value: unknown): unknown {
  if (UNSHOWN.has(key)) return undefined;
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Number(value.toPrecision(Math.abs(value) > 1e6 ? 13 : 4));
}

function hex(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
