import * as v from "valibot";
import { LANE_STATES } from "../words.ts";
import { maybe, number, text } from "./fields.ts";

/** `GET /readyz`: 200 when requests can be served, 503 while draining or on a broken catalog. */
export const ReadyzSchema = v.looseObject({
  providers: v.record(
    v.string(),
    v.looseObject({
      ok: v.boolean(),
      status: text,
      url: text,
      reason: v.optional(text),
      state: v.optional(v.picklist(LANE_STATES)),
      until_ts: v.optional(maybe),
    }),
  ),
  ts: number,
  source: text,
  error: v.optional(text),
  /** State of the shared count, where there is one. It never makes a gateway unready. */
  shared: v.optional(text),
});
export type Readyz = v.InferOutput<typeof ReadyzSchema>;
