import type { Notice } from "../deps.ts";

/** What both kinds of exporters have in common. */
interface Exporter<T> {
  export(items: T, done: (result: ExportResult) => void): void;
}

interface ExportResult {
  readonly code: number;
  readonly error?: Error;
}

/** `ExportResultCode.SUCCESS` of the SDK. */
const SUCCESS = 0;
const MAX_CHARS = 120;

/** Says once that a collector takes nothing, and once that it does again. The exporter's own retries stay as they are. */
export function watchExporter<T, E extends Exporter<T>>(exporter: E, what: string, notice: Notice): E {
  const send = exporter.export.bind(exporter);
  let failing = false;
  exporter.export = (items, done) =>
    send(items, (result) => {
      const failed = result.code !== SUCCESS;
      if (failed && !failing)
        notice(
          "warn",
          `the OpenTelemetry collector takes no ${what} (${reason(result.error)}); serving goes on`,
        );
      if (!failed && failing) notice("info", `the OpenTelemetry collector takes ${what} again`);
      failing = failed;
      done(result);
    });
  return exporter;
}

/** A code or a status; else the first words of a message, which may hold what the collector said. */
function reason(error: Error | undefined): string {
  const { code } = (error ?? {}) as { code?: unknown };
  if (typeof code === "number") return `HTTP ${code}`;
  if (typeof code === "string") return code;
  const words = (error?.message ?? "").replace(/[^\x20-\x7e]+/g, " ").trim();
  return words.slice(0, MAX_CHARS) || "no reason given";
}
