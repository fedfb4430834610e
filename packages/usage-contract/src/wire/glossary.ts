import { FIELD_NOTES } from "./field-notes.ts";
import { NARROWER_NOTES } from "./narrower-notes.ts";
import type { WireName } from "./wire-schemas.ts";

/** What each wire object is. */
export const OBJECT_NOTES: Readonly<Record<WireName, string>> = {
  UsageQuery: "Query of `GET /v1/usage`.",
  UsageView: "Answer of `GET /v1/usage`.",
  LaneUsage: "One lane of the live view.",
  LaneWindow: "One window of a lane, with where its number comes from.",
  LaneVerdict: "Whether a lane takes requests now: the same object wherever the API tells of it.",
  ModelUsage: "One model of the live view. Configured models appear before their first request.",
  ServedOnLane: "What one lane served of a model, whether it is the model's own or a fallback.",
  Speeds: "ELR divides by streaming seconds, dirty by wall seconds.",
  UsageEvent: "One line of `logs/usage.jsonl`: an entry before each attempt, one when the exchange ends.",
  SamplesQuery: "Query of `GET /v1/usage/samples`.",
  SamplesView: "Answer of `GET /v1/usage/samples`.",
  UsageSample: "One finished exchange.",
  RollupsQuery: "Query of `GET /v1/usage/rollups`.",
  RollupsView: "Answer of `GET /v1/usage/rollups`.",
  UsageRollup: "Five minutes, an hour or a day of one model or one lane.",
  WindowsQuery: "Query of `GET /v1/usage/windows`.",
  WindowsView: "Answer of `GET /v1/usage/windows`.",
  WindowSeries: "How full one window was over time.",
  ImportRequest: "Body of `POST /v1/usage/import`.",
  ImportRow: "One answer that did not pass the gateway.",
  ImportAnswer: "Answer of `POST /v1/usage/import`.",
  SeriesQuery: "Query of `GET /v1/usage/series`.",
  SeriesView: "Answer of `GET /v1/usage/series`: history in even steps, the newest one still running.",
  LaneSeries: "What one lane did; each list has one entry a step, oldest first.",
  RequestsQuery: "Query of `GET /v1/requests`.",
  RequestsView: "Answer of `GET /v1/requests`.",
  ExplainedRequest: "One of the newest requests: every decision in order, and how it ended.",
  ExplainedDecision: "One decision, with the figures it was taken on.",
  ConstraintView: "One limit that was weighed for a decision.",
  QuotasView: "Answer of `GET /v1/quotas`.",
  QuotasFile: "`quotas.json` (or the same in YAML).",
  Mark429Request: "Body of `POST /v1/quotas/mark-429`.",
  CalibrationView: "Answer of `GET /v1/calibration`.",
  Learned: "What was learned about one model on one lane.",
  LearnedPool: "What was learned about a cap that models share.",
  UnitView: "How many tokens one percent of a declared window is.",
  CalibrationResetRequest: "Body of `POST /v1/calibration/reset`.",
  DecisionRequest: "Body of `POST /v1/decisions`.",
  DecisionSample: "Answer of `POST /v1/decisions`, kept as a sample.",
  Would: "What the gateway would do.",
  DecisionsQuery: "Query of `GET /v1/decisions`.",
  DecisionsView: "Answer of `GET /v1/decisions`.",
  StatuslineQuery: "Query of `POST /v1/statusline`; a value that says nothing is passed over.",
  StatuslineInput: "Body of `POST /v1/statusline`: what Claude Code writes to a status line's stdin.",
  SimUsageRequest: "Body of `POST /v1/dev/sim-usage`.",
  SimUsageAnswer: "Answer of `POST /v1/dev/sim-usage`.",
  ProvidersView: "Answer of `GET /v1/providers`.",
  ProviderTestRequest: "Body of `POST /v1/providers/test`.",
  ProviderTest: "What one free question to a lane came to.",
  Readyz: "Answer of `GET /readyz`.",
  ErrorBody: "Every error of the gateway itself.",
  Issue: "One thing wrong in a file or a request.",
};

/** The meaning of one member, e.g. `fieldNote("UsageView", "ts")`; `null` for elements of lists and maps. */
export function fieldNote(name: WireName, path: string): string | null {
  if (path === "") return OBJECT_NOTES[name];
  const key = path.split(".").at(-1) ?? "";
  return NARROWER_NOTES[`${name}.${path}`] ?? FIELD_NOTES[key] ?? null;
}
