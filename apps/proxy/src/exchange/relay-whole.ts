import { openMintTap } from "@ccp/lane-repair";
import type { EndReason, TokenUsage } from "@ccp/usage-contract";
import { endReason } from "./end-reason.ts";
import { openRestore } from "./open-restore.ts";
import { breakOff, pump } from "./pump.ts";
import type { Relayed, RelayInput } from "./relay.ts";
import type { CallFailure } from "./upstream-call.ts";

/** Answers above this are passed on all the same; their usage is then estimated. */
const JSON_READ_BYTES = 8 * 1024 * 1024;

/** Passes an answer in one piece on. */
export function relayWhole(input: RelayInput): Promise<Relayed> {
  const { call, outgoing } = input;
  const restorer = openRestore(input);
  const seen: Buffer[] = [];
  let seenBytes = 0;
  outgoing.writeHead(input.status, [...input.headers]);
  return new Promise((resolve) => {
    const finish = (reason: EndReason, failure: CallFailure | null): void => {
      const read = reason === "ok" && seenBytes <= JSON_READ_BYTES ? readAnswer(input, seen) : NOTHING_READ;
      const { usage, readerFault } = read;
      resolve({
        reason,
        usage,
        usageInvalid: false,
        failure,
        streamError: null,
        readerFault,
        repairs: [...(restorer?.restored ?? [])],
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
    const look = (chunk: Buffer): void => {
      seenBytes += chunk.length;
      if (seenBytes <= JSON_READ_BYTES) seen.push(chunk);
    };
    pump(call, outgoing, end, { data: look }, restorer);
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

function readAnswer(
  { extractor, onMint }: RelayInput,
  seen: readonly Buffer[],
): { usage: TokenUsage | null; readerFault: unknown } {
  const text = Buffer.concat(seen).toString("latin1");
  if (onMint !== null) {
    const mints = openMintTap({ isStream: false, onMint });
    mints.push(text);
    mints.end();
  }
  try {
    return { usage: extractor.fromJson(text), readerFault: null };
  } catch (readerFault) {
    return { usage: null, readerFault };
  }
}
