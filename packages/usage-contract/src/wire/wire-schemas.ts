import type { GenericSchema } from "valibot";
import { QuotasFileSchema } from "../quotas-file.ts";
import {
  CalibrationResetRequestSchema,
  CalibrationViewSchema,
  LearnedPoolSchema,
  LearnedSchema,
  UnitViewSchema,
} from "./calibration.ts";
import {
  DecisionRequestSchema,
  DecisionSampleSchema,
  DecisionsQuerySchema,
  DecisionsViewSchema,
  WouldSchema,
} from "./decisions.ts";
import { ErrorBodySchema, IssueSchema } from "./error-body.ts";
import { ImportAnswerSchema, ImportRequestSchema, ImportRowSchema } from "./import-usage.ts";
import { Mark429RequestSchema } from "./mark-429.ts";
import { ProvidersViewSchema, ProviderTestRequestSchema, ProviderTestSchema } from "./providers-view.ts";
import { QuotasViewSchema } from "./quotas-view.ts";
import { ReadyzSchema } from "./readyz.ts";
import {
  ConstraintViewSchema,
  ExplainedDecisionSchema,
  ExplainedRequestSchema,
  RequestsQuerySchema,
  RequestsViewSchema,
} from "./requests.ts";
import { RollupsQuerySchema, RollupsViewSchema, UsageRollupSchema } from "./rollups.ts";
import { SamplesQuerySchema, SamplesViewSchema, UsageSampleSchema } from "./samples.ts";
import { LaneSeriesSchema, SeriesQuerySchema, SeriesViewSchema } from "./series.ts";
import { SimUsageAnswerSchema, SimUsageRequestSchema } from "./sim-usage.ts";
import { StatuslineInputSchema, StatuslineQuerySchema } from "./statusline.ts";
import { UsageEventSchema } from "./usage-event.ts";
import {
  LaneUsageSchema,
  LaneVerdictSchema,
  LaneWindowSchema,
  ModelUsageSchema,
  ServedOnLaneSchema,
  SpeedsSchema,
  UsageQuerySchema,
  UsageViewSchema,
} from "./usage-view.ts";
import { WindowSeriesSchema, WindowsQuerySchema, WindowsViewSchema } from "./windows.ts";

/** Every wire object by name, in the order of the documentation. */
export const WIRE_SCHEMAS = {
  UsageQuery: UsageQuerySchema,
  UsageView: UsageViewSchema,
  LaneUsage: LaneUsageSchema,
  LaneWindow: LaneWindowSchema,
  LaneVerdict: LaneVerdictSchema,
  ModelUsage: ModelUsageSchema,
  ServedOnLane: ServedOnLaneSchema,
  Speeds: SpeedsSchema,
  UsageEvent: UsageEventSchema,
  SamplesQuery: SamplesQuerySchema,
  SamplesView: SamplesViewSchema,
  UsageSample: UsageSampleSchema,
  RollupsQuery: RollupsQuerySchema,
  RollupsView: RollupsViewSchema,
  UsageRollup: UsageRollupSchema,
  WindowsQuery: WindowsQuerySchema,
  WindowsView: WindowsViewSchema,
  WindowSeries: WindowSeriesSchema,
  ImportRequest: ImportRequestSchema,
  ImportRow: ImportRowSchema,
  ImportAnswer: ImportAnswerSchema,
  SeriesQuery: SeriesQuerySchema,
  SeriesView: SeriesViewSchema,
  LaneSeries: LaneSeriesSchema,
  RequestsQuery: RequestsQuerySchema,
  RequestsView: RequestsViewSchema,
  ExplainedRequest: ExplainedRequestSchema,
  ExplainedDecision: ExplainedDecisionSchema,
  ConstraintView: ConstraintViewSchema,
  QuotasView: QuotasViewSchema,
  QuotasFile: QuotasFileSchema,
  Mark429Request: Mark429RequestSchema,
  CalibrationView: CalibrationViewSchema,
  Learned: LearnedSchema,
  LearnedPool: LearnedPoolSchema,
  UnitView: UnitViewSchema,
  CalibrationResetRequest: CalibrationResetRequestSchema,
  DecisionRequest: DecisionRequestSchema,
  DecisionSample: DecisionSampleSchema,
  Would: WouldSchema,
  DecisionsQuery: DecisionsQuerySchema,
  DecisionsView: DecisionsViewSchema,
  StatuslineQuery: StatuslineQuerySchema,
  StatuslineInput: StatuslineInputSchema,
  SimUsageRequest: SimUsageRequestSchema,
  SimUsageAnswer: SimUsageAnswerSchema,
  ProvidersView: ProvidersViewSchema,
  ProviderTestRequest: ProviderTestRequestSchema,
  ProviderTest: ProviderTestSchema,
  Readyz: ReadyzSchema,
  ErrorBody: ErrorBodySchema,
  Issue: IssueSchema,
} as const satisfies Record<string, GenericSchema>;
export type WireName = keyof typeof WIRE_SCHEMAS;

/** The name under which a schema is documented, or `null`. */
export function wireName(schema: GenericSchema): WireName | null {
  const found = Object.entries(WIRE_SCHEMAS).find(([, known]) => known === schema);
  return (found?.[0] as WireName | undefined) ?? null;
}
