/** Levels of objects and arrays, the outermost included. Real requests stay below 20; parsers recurse. */
export const MAX_DEPTH = 128;

/** A piece of the body: `start` is its first byte, `end` the one after its last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One key and value of the outermost object. The key's span includes its quotes. */
export interface Member {
  readonly key: Span;
  readonly value: Span;
}

/**
 * One step of a walk over the outermost object.
 * - `end`: no member is left; `position` is where the walk stands
 * - `limit`: the walk would have to read below the bytes it may read
 * - `broken`: these bytes are not JSON
 */
export type MemberStep =
  | { readonly kind: "member"; readonly member: Member }
  | { readonly kind: "end"; readonly position: number }
  | { readonly kind: "limit" }
  | { readonly kind: "broken" }
  | { readonly kind: "too_deep" };

export const LIMIT: MemberStep = { kind: "limit" };
export const BROKEN: MemberStep = { kind: "broken" };
export const TOO_DEEP: MemberStep = { kind: "too_deep" };
