import * as v from "valibot";
import { MAX_TOKEN_COUNT } from "../token-usage.ts";
import { laneId } from "../words.ts";

/** Entries that several wire objects share. */

export const number = v.number();
export const maybe = v.nullable(number);
export const text = v.string();

export const quantiles = v.looseObject({ p50: maybe, p90: maybe, p99: maybe });

/** A count as it may stand on record: `1e400` (JSON's Infinity) in a window would block its model for ever. */
export const maybeTokens = v.nullable(v.pipe(number, v.minValue(0), v.maxValue(MAX_TOKEN_COUNT)));

/** Text in a request: never empty, bounded because some of it is kept in memory. */
export function requestText(maxLength: number) {
  return v.pipe(
    v.string(),
    v.trim(),
    v.minLength(1, "expected text, got none"),
    v.maxLength(maxLength, `expected at most ${maxLength} characters`),
  );
}

export const modelName = requestText(200);
export const laneName = v.pipe(requestText(100), v.transform(laneId));

/** A whole number in a request body. */
export function whole(min: number, max: number) {
  const message = `expected a whole number from ${min} to ${max}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(min, message), v.maxValue(max, message));
}

/** A number in a request body, fractions allowed. */
export function between(min: number, max: number) {
  const message = `expected a number from ${min} to ${max}`;
  return v.pipe(v.number(message), v.minValue(min, message), v.maxValue(max, message));
}

export const requestTokens = whole(0, MAX_TOKEN_COUNT);

/** A plain decimal number in a query string, e.g. `1763760000.5`. */
export function queryNumber(min: number, max: number, integer = false) {
  const message = `expected a ${integer ? "whole " : ""}number from ${min} to ${max}`;
  return v.pipe(
    v.string(),
    v.regex(integer ? /^\d{1,16}$/ : /^\d{1,16}(\.\d{1,9})?$/, message),
    v.transform(Number),
    v.number(message),
    v.minValue(min, message),
    v.maxValue(max, message),
  );
}

/** Unix seconds up to the year 9999. */
export const queryTime = queryNumber(0, 253_402_300_799);
