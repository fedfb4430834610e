import { OPEN_BRACE } from "./ascii.ts";
import { ByteView } from "./byte-view.ts";
import { nextMember, skipSpace } from "./next-member.ts";
import { readKey } from "./read-fields.ts";
import { objectStart } from "./scan-request.ts";

/**
 * Whether the top-level `model` stands exactly once, in any letter case. Reads the whole body.
 *
 * Asked before a model name is rewritten: parsers differ in which of two equal keys they take, and some take
 * `Model` for `model`, so with a second one the router and the upstream could mean different models.
 *
 * @returns False, too, for a body that is no JSON object, is nested more than 128 levels deep, or goes on after it.
 * @example
 * proveSingleModel([bytes('{"model":"a","messages":[{"model":"b"}]}')]); // => true
 * proveSingleModel([bytes('{"model":"a","messages":[],"model":"b"}')]); // => false
 */
export function proveSingleModel(chunks: readonly Uint8Array[]): boolean {
  const view = new ByteView(chunks);
  const start = objectStart(view);
  if (view.at(start) !== OPEN_BRACE) return false;
  let at = start + 1;
  let models = 0;
  for (let first = true; ; first = false) {
    const step = nextMember(view, at, first);
    if (step.kind === "end") return models === 1 && skipSpace(view, step.position) === view.size;
    if (step.kind !== "member") return false;
    if (readKey(view, step.member.key)?.toLowerCase() === "model") models += 1;
    at = step.member.value.end;
  }
}
