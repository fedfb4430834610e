import * as v from "valibot";

/** One thing wrong in a file or a request body: where it is and what to do about it. */
export interface ConfigIssue {
  /** Key path, e.g. `providers.zai.base_url`; empty for a fault of the whole text. */
  readonly path: string;
  /** What was expected and what was found. Never holds a secret's value. */
  readonly message: string;
  /** 1-based position in the text, where one is known. */
  readonly line?: number;
  readonly column?: number;
}

export const IssueSchema = v.looseObject({
  path: v.string(),
  message: v.string(),
  line: v.optional(v.number()),
  column: v.optional(v.number()),
});

/** An error as Anthropic's clients expect it; `issues` only on 422 and 400. */
export const ErrorBodySchema = v.looseObject({
  type: v.literal("error"),
  error: v.looseObject({
    type: v.string(),
    message: v.string(),
    issues: v.optional(v.array(IssueSchema)),
  }),
  request_id: v.optional(v.string()),
});
export type ErrorBody = v.InferOutput<typeof ErrorBodySchema>;
