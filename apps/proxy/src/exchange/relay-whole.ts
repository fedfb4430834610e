import type { TokenExtractor } from "@ccp/token-extractors";
import type { EndReason, TokenUsage } from "@ccp/usage-contract";
import { endReason } from "./end-reason.ts";
import { breakOff, pump } from "./pump.ts";
import type { Relayed, RelayInput } from "./relay.ts";
import type { CallFailure } from "./upstream-call.ts";

/** Answers above this are passed on all the same; their usage is then estimated. */
const JSON_READ_BYTES = 8 * 1024 * 1024;

/** Passes an answer in one piece on. */
export function relayWhole(input: RelayInput): Promise<Relayed> {
  const { call, outgoing } = input;
  const seen: Buffer[] = [];
  let seenBytes = 0;
  outgoing.writeHead(input.status, [...input.headers]);
  return new Promise((resolve) => {
    const finish = (reason: EndReason, failure: CallFailure | null): void => {
      const read =
        reason === "ok" && seenBytes <= JSON_READ_BYTES ? readUsage(input.extractor, seen) : NOTHING_READ;
      const { usage, readerFault } = read;
      resolve({
        reason,
        usage,
        usageInvalid: false,
        failure,
        streamError: null,
        readerFault,
        repairs: [],
        bytes: call.bodyBytes,
      });
    };
    const end = {
      end: () => {
        // Half an object without a frame would pass for a whole answer.
        if (input.isUnframed && !isWholeJson(seen, seenBytes)) {
          breakOff(outgoing);
          return finish("truncated", null);
        }
        outgoing.end();
        finish("ok", null);
      },
      fail: (failure: CallFailure) => {
        breakOff(outgoing);
        finish(endReason(failure), failure);
      },
    };
    pump(call, outgoing, end, {
      data: (chunk) => {
        seenBytes += chunk.length;
        if (seenBytes <= JSON_READ_BYTES) seen.push(chunk);
      },
    });
  });
}

const NOTHING_READ = { usage: null, readerFault: null };

/** One that is too long to be read is taken for whole. */
function isWholeJson(seen: readonly Buffer[], seenBytes: number): boolean {
  if (seenBytes > JSON_READ_BYTES) return true;
  try {
    JSON.parse(Buffer.concat(seen).toString("utf8"));
    return true;
  } catch {
    return false;
  }
}

function readUsage(
  extractor: TokenExtractor,
  seen: readonly Buffer[],
): { usage: TokenUsage | null; readerFault: unknown } {
  try {
    return { usage: extractor.fromJson(Buffer.concat(seen).toString("latin1")), readerFault: null };
  } catch (readerFault) {
    return { usage: null, readerFault };
  }
}
