/** What a shell can offer for the word under the cursor. */
export interface Completion {
  /** All begin with what was typed of the word. */
  readonly candidates: readonly Candidate[];
  /** The word is, or may be, the name of a file. */
  readonly files: "none" | "files" | "folders";
}

export interface Candidate {
  readonly value: string;
  /** In one line; empty where there is nothing to say. */
  readonly description: string;
}

/** Values that only a look at the gateway, a file or the log can tell. Never reject: no answer is an empty one. */
export interface ValueSources {
  lanes(): Promise<readonly Candidate[]>;
  models(): Promise<readonly Candidate[]>;
  windows(): Promise<readonly Candidate[]>;
  requests(): Promise<readonly Candidate[]>;
}
