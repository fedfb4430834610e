export interface HttpCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Lower-case names; a header that stands several times is left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** Resolves with any HTTP status; rejects with {@link HttpFailure} when there is no complete answer. */
export type HttpRequester = (call: HttpCall) => Promise<HttpAnswer>;

export type HttpFailureKind = "refused" | "timeout" | "too_large" | "aborted" | "network";

export class HttpFailure extends Error {
  readonly kind: HttpFailureKind;

  constructor(kind: HttpFailureKind, message: string) {
    super(message);
    this.name = "HttpFailure";
    this.kind = kind;
  }
}
