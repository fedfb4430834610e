import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-code.ts";
import { safeText } from "../render/safe-text.ts";
import type { HttpFailure, HttpFailureKind } from "./http-call.ts";

const WHY: Readonly<Partial<Record<HttpFailureKind, string>>> = {
  refused: "nothing listens there",
};

/** Nobody answers at the gateway's address. */
export class GatewayDownError extends CliError {
  constructor(url: string, failure: HttpFailure, cc: string) {
    super({
      what: `no gateway at ${url}`,
      why: WHY[failure.kind] ?? safeText(failure.message),
      next: `${cc} start`,
      exitCode: EXIT.unreachable,
    });
    this.name = "GatewayDownError";
  }
}
