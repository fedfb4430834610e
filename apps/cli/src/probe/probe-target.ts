import type { QuotasView } from "@ccp/usage-contract";
import { findForModel, type Settings } from "@ccp/usage-contract/core";
import type { CliDeps } from "../cli-deps.ts";
import { CliError } from "../cli-error.ts";
import type { GatewayClient } from "../client/gateway-client.ts";
import { GatewayDownError } from "../client/gateway-down-error.ts";
import { type HttpAnswer, HttpFailure } from "../client/http-call.ts";
import { EXIT } from "../exit-code.ts";
import type { GatewayReading } from "./gateway-reading.ts";
import type { Sent } from "./probe-run.ts";
import { beginPlan, isSpent, type SimulatedPlan, takeFrom } from "./simulated-plan.ts";

/** Where the requests of a probe go. */
export interface ProbeTarget {
  /** @param before What the gateway says just before. */
  send(before: GatewayReading): Promise<Sent>;
  /** What only shows in the gateway once the request is through. */
  settle(sent: Sent, after: GatewayReading): Sent;
}

export interface TargetOptions {
  readonly model: string;
  readonly tokens: number;
  readonly client: GatewayClient;
  readonly cc: string;
}

/** Books usage nobody spends, against a plan played here. */
export function simulatedTarget(
  options: TargetOptions,
  quotas: QuotasView,
  first: GatewayReading,
): ProbeTarget {
  const { model, tokens, client, cc } = options;
  const weight = outputWeight(quotas, model);
  let plan: SimulatedPlan = beginPlan(first);
  return {
    async send() {
      const observedHeadroom = plan.leftTokens;
      if (isSpent(plan)) {
        return { status: 429, tokens: 0, stop: "limit", observedHeadroom, resetTs: plan.resetTs };
      }
      const lane = first.lane === null ? {} : { lane: first.lane };
      const booked = await client.simulateUsage({ model, in: 0, out: tokens, ...lane });
      if (booked === null) throw notForSimulation(client.url, cc);
      plan = takeFrom(plan, tokens * weight, booked.ts ?? first.ts);
      return { status: 200, tokens, stop: null, observedHeadroom, resetTs: plan.resetTs };
    },
    settle: (sent) => sent,
  };
}

function outputWeight({ config }: QuotasView, model: string): number {
  const quota = findForModel(Object.entries(config.models ?? {}), ([name]) => name, model);
  return quota?.[1].weights?.output ?? 1;
}

function notForSimulation(url: string, cc: string): CliError {
  return new CliError({
    what: `the gateway at ${url} takes no simulated usage`,
    why: "it was started without CCP_DEV_ENABLE=1",
    next: `CCP_DEV_ENABLE=1 ${cc} start, or ${cc} start --demo`,
    exitCode: EXIT.failed,
  });
}

/** Sends real requests through the gateway. */
export function spendingTarget(options: TargetOptions, settings: Settings, deps: CliDeps): ProbeTarget {
  const { model, tokens, client, cc } = options;
  const body = JSON.stringify({
    model,
    max_tokens: tokens,
    messages: [{ role: "user", content: "Count upwards from 1, one number a line, without any other word." }],
  });
  const headers = {
    "content-type": "application/json",
    "anthropic-version": "2023-06-01",
    ...(settings.clientToken === null ? {} : { "x-ccp-token": settings.clientToken }),
  };

  async function ask(): Promise<HttpAnswer> {
    const { headerTimeoutMs: timeoutMs } = settings;
    const url = `${client.url}/v1/messages`;
    try {
      return await deps.request({ method: "POST", url, headers, body, timeoutMs, signal: deps.signal });
    } catch (error) {
      throw error instanceof HttpFailure ? new GatewayDownError(client.url, error, cc) : error;
    }
  }

  return {
    async send(before) {
      const answer = await ask();
      const judged = judgeAnswer(answer.status, answer.headers ?? {}, before.lane);
      const isRefusal = judged.status === 429;
      return {
        ...judged,
        tokens: reportedTokens(answer.text),
        observedHeadroom: isRefusal ? 0 : before.declaredHeadroom,
        resetTs: null,
      };
    },
    settle(sent, after) {
      if (sent.stop !== "limit") return sent;
      // Only a spent plan is marked; a throttle passes in seconds and tells nothing about a cap.
      return after.cooling
        ? { ...sent, resetTs: after.declaredResetTs }
        : { ...sent, stop: "throttled", observedHeadroom: null };
    },
  };
}

/** What the model's own lane said, behind whatever lane the client was served by. */
function judgeAnswer(
  status: number,
  headers: Readonly<Record<string, string | undefined>>,
  lane: string | null,
): Pick<Sent, "status" | "stop"> {
  const served = headers["x-ccp-lane"] ?? null;
  const isOwn = lane === null || served === null || served === lane;
  if (headers["x-ccp-decision"] === "quota_overshoot") return { status: 429, stop: "limit" };
  if (!isOwn) return { status, stop: "rerouted" };
  if (status === 429) return { status, stop: "limit" };
  return { status, stop: status >= 200 && status < 300 ? null : "error" };
}

/** Input and output as the answer reports them; `null` where it reports none. */
function reportedTokens(text: string): number | null {
  try {
    const { usage } = JSON.parse(text) as { usage?: { input_tokens?: unknown; output_tokens?: unknown } };
    const input = usage?.input_tokens;
    const output = usage?.output_tokens;
    return typeof input === "number" && typeof output === "number" ? input + output : null;
  } catch {
    // Whatever this is, it is no message.
    return null;
  }
}
