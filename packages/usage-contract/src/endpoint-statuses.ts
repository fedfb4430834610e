import type { Endpoint } from "./endpoints.ts";

/**
 * Statuses of the gateway's own errors on a route, ascending: what its kind implies, and what it adds itself. Every route
 * refuses a foreign host or page (403).
 */
export function errorStatuses(endpoint: Endpoint): number[] {
  const { query, request, anyType = false, mutating, errors } = endpoint;
  const all = new Set([403, ...(errors ?? [])]);
  if (query !== undefined) all.add(400);
  if (request !== undefined) for (const status of [400, 413, 422]) all.add(status);
  if (request !== undefined && !anyType) all.add(415);
  if (mutating) all.add(401);
  return [...all].sort((a, b) => a - b);
}

/** What a status means on any route. */
export const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: "The request cannot be read",
  401: "The admin token is missing or wrong",
  403: "Refused: a foreign host or page, a browser, or a missing client token",
  404: "There is nothing by this name",
  413: "The body is too large",
  415: "Not JSON, or an encoding that is not known",
  422: "The body does not fit; `issues` says where",
  429: "Every lane is at its limit; `retry-after` says until when",
  502: "The lane gave no usable answer",
  503: "No lane can take it, or too much is in flight",
  504: "The lane did not answer in time",
};
