import { ID_HEADER, LANE_HEADER } from "./lanes.ts";
import { wholeText } from "./pieces.ts";
import type { Plan } from "./plan.ts";
import type { Seen } from "./send-request.ts";

export type Outcome = "whole" | "broken off" | "refused" | "left" | "faulty";

export interface Verdict {
  readonly outcome: Outcome;
  /** What must not have been; `null` unless the outcome is faulty. */
  readonly fault: string | null;
}

/** Judges what a client saw by what its plan promised it. */
export function judgeRequest(plan: Plan, seen: Seen): Verdict {
  const faulty = (fault: string): Verdict => ({
    outcome: "faulty",
    fault: `${plan.kind} ${plan.id}: ${fault}`,
  });
  const { head, stream } = seen;
  if (seen.left) return stream?.fault ? faulty(stream.fault) : { outcome: "left", fault: null };
  if (head === null) return faulty(`no answer (${seen.broken})`);
  if (head.status !== 200) return judgeRefusal(seen.body, seen.broken, head.status, faulty);
  if (head.header(ID_HEADER) !== plan.id) return faulty(`the answer of ${head.header(ID_HEADER)}`);
  if (head.header(LANE_HEADER) !== head.header("x-ccp-lane")) return faulty("another lane is named");
  if (stream === null) {
    if (seen.broken !== null) return faulty(`broken (${seen.broken})`);
    return textOf(seen.body) === wholeText(plan.id, plan.pieces) ? WHOLE : faulty("another text");
  }
  if (stream.fault !== null) return faulty(stream.fault);
  return breaksOff(plan) ? judgeBroken(plan, seen, faulty) : judgeWhole(plan, seen, faulty);
}

const WHOLE: Verdict = { outcome: "whole", fault: null };

function breaksOff({ kind }: Plan): boolean {
  return kind === "cut" || kind === "reset" || kind === "stall";
}

function judgeWhole(plan: Plan, { stream, broken }: Seen, faulty: (fault: string) => Verdict): Verdict {
  if (broken !== null) {
    return faulty(`broken (${broken}) after ${stream?.pieces} pieces, ended by ${stream?.ending}`);
  }
  if (stream?.ending !== "stop") return faulty(`ended by ${stream?.ending}`);
  return stream.pieces === plan.pieces ? WHOLE : faulty(`${stream.pieces} of ${plan.pieces} pieces`);
}

/** A reset may take what was sent just before it along; anything else arrives. */
function judgeBroken(plan: Plan, { stream, broken }: Seen, faulty: (fault: string) => Verdict): Verdict {
  if (stream?.ending !== "error" || broken === null)
    return faulty(`passes for whole: ended by ${stream?.ending}`);
  const { pieces } = stream;
  const lost = plan.kind === "reset" ? pieces > plan.stopAfter : pieces !== plan.stopAfter;
  return lost ? faulty(`${pieces} of ${plan.stopAfter} pieces`) : { outcome: "broken off", fault: null };
}

function judgeRefusal(
  body: string,
  broken: string | null,
  status: number,
  faulty: (fault: string) => Verdict,
): Verdict {
  const error = parse(body) as { type?: unknown; error?: { type?: unknown; message?: unknown } } | null;
  const isWord = error?.type === "error" && typeof error.error?.message === "string";
  return isWord && broken === null
    ? { outcome: "refused", fault: null }
    : faulty(`a ${status} that is no error in words: ${JSON.stringify(body.slice(0, 80))}`);
}

function textOf(body: string): unknown {
  return (parse(body) as { content?: readonly { text?: unknown }[] } | null)?.content?.[0]?.text;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
