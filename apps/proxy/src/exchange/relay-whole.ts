import { openMintTap } from "@ccp/lane-repair";
import type { EndReason, TokenUsage } from "@ccp/usage-contract";
import { endReason } from "./end-reason.ts";
import { LifeTimer } from "./life-timer.ts";
import { openRestore } from "./open-restore.ts";
import { breakOff, pump, type Rewriter } from "./pump.ts";
import type { RelayInput } from "./relay.ts";
import { CallFailure } from "./upstream-call.ts";

/** Answers above this are passed on all the same; their usage is then estimated. */
const JSON_READ_BYTES = 8 * 1024 * 1024;
/** After this much silence an answer without a frame is looked at: it may be whole, and its connection left open. */
const UNFRAMED_LOOK_MS = 500;

/** Passes an answer in one piece on. */
export function relayWhole(input: RelayInput): Promise<void> {
  const { call, outgoing } = input;
  const restorer = openRestore(input);
  const length = contentLength(input.headers);
  const rewriter = restorer ?? (length === null ? null : holdLast(length));
  const seen: Buffer[] = [];
  let seenBytes = 0;
  outgoing.writeHead(input.status, [...input.headers]);
  return new Promise((resolve) => {
    let silence: LifeTimer | null = null;
    const finish = (reason: EndReason, failure: CallFailure | null): void => {
      silence?.stop();
      const read = reason === "ok" && seenBytes <= JSON_READ_BYTES ? readAnswer(input, seen) : NOTHING_READ;
      const { usage, invalidUsage, readerFault } = read;
      input.onEnd({
        reason,
        usage,
        usageInvalid: invalidUsage,
        failure,
        streamError: null,
        readerFault,
        repairs: [...(restorer?.restored ?? [])],
        bytes: call.bodyBytes,
      });
      resolve();
    };
    const end = {
      end: (flush: () => void) => {
        // Half an object without a frame would pass for a whole answer.
        if (input.isUnframed && !isWholeJson(seen, seenBytes)) {
          flush();
          breakOff(outgoing);
          return finish("truncated", null);
        }
        finish("ok", null);
        flush();
        outgoing.end();
      },
      fail: (failure: CallFailure) => {
        breakOff(outgoing);
        finish(endReason(failure), failure);
      },
    };
    const look = (chunk: Buffer): void => {
      seenBytes += chunk.length;
      if (seenBytes <= JSON_READ_BYTES) seen.push(chunk);
      if (!input.isUnframed) return;
      silence?.stop();
      silence = new LifeTimer(UNFRAMED_LOOK_MS, () => {
        if (seenBytes > JSON_READ_BYTES || !isWholeJson(seen, seenBytes)) return;
        stop();
        call.abort(new CallFailure("aborted", null));
      });
    };
    const stop = pump({
      call,
      outgoing,
      stallMs: input.stallMs,
      end,
      tap: { data: look },
      rewriter,
    });
  });
}

/** Of the answer's head as it goes to the client; `null` where the end of the body is told otherwise. */
function contentLength(headers: readonly string[]): number | null {
  const at = headers.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === "content-length");
  const length = at === -1 ? Number.NaN : Number(headers[at + 1]);
  return Number.isSafeInteger(length) ? length : null;
}

/** Holds back the bytes with which a client has all of a body of this length. */
function holdLast(length: number): Rewriter {
  let missing = length;
  const held: Uint8Array[] = [];
  return {
    push(chunk) {
      missing -= chunk.length;
      if (missing > 0) return [chunk];
      held.push(chunk);
      return [];
    },
    end: () => held.splice(0),
  };
}

const NOTHING_READ = { usage: null, invalidUsage: false, readerFault: null };

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
): { usage: TokenUsage | null; invalidUsage: boolean; readerFault: unknown } {
  const text = Buffer.concat(seen).toString("latin1");
  if (onMint !== null) {
    const mints = openMintTap({ isStream: false, onMint });
    mints.push(text);
    mints.end();
  }
  try {
    return { ...extractor.readJson(text), readerFault: null };
  } catch (readerFault) {
    return { ...NOTHING_READ, readerFault };
  }
}
