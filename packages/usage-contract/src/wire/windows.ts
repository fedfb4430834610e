import * as v from "valibot";
import { laneName, maybe, number, queryNumber, queryTime, text } from "./fields.ts";

const MINUTE_SEC = 60;
const DAY_SEC = 86_400;

/** Query of `GET /v1/usage/windows`. */
export const WindowsQuerySchema = v.strictObject({
  since: v.optional(queryTime),
  step: v.optional(queryNumber(MINUTE_SEC, DAY_SEC, true)),
  lane: v.optional(laneName),
});
export type WindowsQuery = v.InferOutput<typeof WindowsQuerySchema>;

/** How full one window was over time; `ts` and `used_pct` are of one length. */
export const WindowSeriesSchema = v.looseObject({
  lane: text,
  /** `null`: a window of the whole lane. */
  model: v.nullable(text),
  window: text,
  source: text,
  ts: v.array(number),
  used_pct: v.array(maybe),
  resets: v.array(number),
});
export type WindowSeries = v.InferOutput<typeof WindowSeriesSchema>;

/** `GET /v1/usage/windows`: each window's used share, sampled each minute, the highest of each step. */
export const WindowsViewSchema = v.looseObject({
  ts: number,
  step_sec: number,
  windows: v.array(WindowSeriesSchema),
});
export type WindowsView = v.InferOutput<typeof WindowsViewSchema>;
