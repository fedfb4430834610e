import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import type { HttpFailure, HttpFailureKind } from "./http-call.ts";

const WHY: Readonly<Partial<Record<HttpFailureKind, string>>> = {
  refused: "nothing listens there",
};

/** Nobody answers at the gateway's address. */
export class GatewayDownError extends CliError {
  readonly #cause: readonly [url: string, failure: HttpFailure, cc: string];
  /** Nothing listens: the port is free. */
  readonly isPortFree: boolean;
  /** Whether it was also said why nothing is known of it. */
  readonly isExplained: boolean;

  constructor(url: string, failure: HttpFailure, cc: string, more = "") {
    const why = WHY[failure.kind] ?? safeText(failure.message);
    super({
      what: `no gateway at ${url}`,
      why: more === "" ? why : `${why}, and ${more}`,
      next: `${cc} start`,
      exitCode: EXIT.unreachable,
    });
    this.name = "GatewayDownError";
    this.#cause = [url, failure, cc];
    this.isPortFree = failure.kind === "refused";
    this.isExplained = more !== "";
  }

  /** The same, with one more thing that is wrong. */
  withReason(more: string): GatewayDownError {
    return new GatewayDownError(...this.#cause, more);
  }
}
