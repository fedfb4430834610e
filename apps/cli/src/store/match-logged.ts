import type { UsageEvent } from "@ccp/usage-contract";
import { requestKey } from "@ccp/usage-store/node";
import type { WholeAnswer } from "./claude-answers.ts";

/** Clocks of one machine, and the moments between the last byte and two writes. */
const SLACK_SEC = 5;

/** An exchange of the log that an answer may turn out to be. */
interface Logged {
  readonly startTs: number;
  readonly endTs: number;
  readonly outputTokens: number;
  isTaken: boolean;
}

/**
 * Knows which answers passed the gateway: counting them again would count them twice.
 *
 * An answer is known by its upstream's request id where both sides have one. Else (lanes that give none, logs of older
 * gateways) it is taken for a logged exchange when it was written down while that one ran, its input classes are the
 * same numbers, and its output is not larger: transcripts keep the count of the first blocks. Each exchange stands for
 * one answer only.
 */
export class LoggedAnswers {
  readonly #keys = new Set<string>();
  readonly #byInput = new Map<string, Logged[]>();

  /** Takes in one line of the log; decisions and failures are passed over. */
  add(event: UsageEvent): void {
    if (event.event !== undefined || event.usage_source === null) return;
    if (event.request_key !== undefined) {
      this.#keys.add(event.request_key);
      return;
    }
    const key = inputKey(event.input_tokens, event.cache_creation_tokens, event.cache_read_tokens);
    const list = this.#byInput.get(key) ?? [];
    this.#byInput.set(key, list);
    list.push({
      startTs: event.ts - (event.latency_ms ?? 0) / 1000 - SLACK_SEC,
      endTs: event.ts + SLACK_SEC,
      outputTokens: event.output_tokens ?? 0,
      isTaken: false,
    });
  }

  passed(answer: WholeAnswer): boolean {
    if (answer.requestIds.some((id) => this.#keys.has(requestKey(id)))) return true;
    const key = inputKey(answer.inputTokens, answer.creationTokens, answer.readTokens);
    const found = this.#byInput
      .get(key)
      ?.find(
        ({ startTs, endTs, outputTokens, isTaken }) =>
          !isTaken && answer.ts >= startTs && answer.ts <= endTs && answer.outputTokens <= outputTokens,
      );
    if (found === undefined) return false;
    found.isTaken = true;
    return true;
  }
}

function inputKey(...counts: readonly (number | null)[]): string {
  return counts.map((count) => count ?? 0).join(" ");
}
