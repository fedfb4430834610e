// What it takes to read `GET /v1/usage`, and to be refused: `cc quotas` runs on every prompt of a shell, and loads no more.
export { type ConfigIssue, type ErrorBody, ErrorBodySchema } from "./wire/error-body.ts";
export { type ParsedBody, parseBody } from "./wire/parse-body.ts";
export {
  type LaneUsage,
  type LaneVerdictView,
  type LaneWindow,
  type ModelUsage,
  type ServedOnLane,
  type UsageView,
  UsageViewSchema,
} from "./wire/usage-view.ts";
