import type { LaneId, LaneVerdictView } from "@ccp/usage-contract";
import {
  type AccountWindow,
  accountRoom,
  foldVerdicts,
  type LaneVerdict,
  laneVerdict,
  type VerdictBook,
  type VerdictRoom,
} from "./lane-verdict.ts";

/** What verdicts are read off. Structural: a quota engine and a lane book fit. */
export interface JudgeSources {
  readonly book: VerdictBook;
  /** Where the state of the account that is judged is kept, see `accountLane`; absent: under the lane itself. */
  readonly account?: (lane: LaneId) => LaneId;
  /** Why a lane is switched off; `null` where it is on. */
  readonly off: (lane: LaneId) => string | null;
  /** What the count says of one model there, with the requests it served in the rolling window. */
  readonly room: (lane: LaneId, model: string) => VerdictRoom & { readonly requests: number };
  /** Windows that the lane itself declares. */
  readonly declared: (lane: LaneId) => readonly AccountWindow[];
  /** A time as people read it. Epoch ms. */
  readonly clock: (atMs: number) => string;
  readonly windows: { readonly rollingMs: number; readonly weeklyMs: number };
  /** Epoch ms. */
  readonly nowMs: number;
}

/** A model as far as a lane's verdict needs it. Structural: a model of `GET /v1/usage` fits. */
export interface CountedModel {
  readonly provider: LaneId;
  readonly lanes?: Readonly<Record<LaneId, { readonly reqs: number }>> | undefined;
}

export interface Judge {
  /** One model on one lane. */
  model(lane: LaneId, model: string): LaneVerdict;
  /** A lane as a whole: what binds all of it, then its models. */
  lane(lane: LaneId, models: Readonly<Record<string, CountedModel>>): LaneVerdict;
}

/** Judges lanes at one instant: the gateway and the view without one both ask this. */
export function createJudge(sources: JudgeSources): Judge {
  const { book, off, room, declared, windows, clock, nowMs, account = (lane) => lane } = sources;
  function model(lane: LaneId, name: string): LaneVerdict {
    const key = account(lane);
    const found = room(key, name);
    const question = {
      lane: key,
      model: name,
      off: off(lane),
      room: found,
      served: found.requests > 0,
      windows,
      clock,
      nowMs,
    };
    return laneVerdict(question, book);
  }
  return {
    model,
    lane(lane, models) {
      const own = Object.entries(models).filter(
        ([, one]) => one.provider === lane || requestsOn(one, lane) > 0,
      );
      const served = own.some(([, one]) => requestsOn(one, lane) > 0);
      const key = account(lane);
      const whole = {
        lane: key,
        model: null,
        off: off(lane),
        room: accountRoom(declared(key)),
        served,
        windows,
        clock,
        nowMs,
      };
      return foldVerdicts(
        laneVerdict(whole, book),
        own.map(([name]) => [name, model(lane, name)] as const),
      );
    },
  };
}

function requestsOn({ lanes }: CountedModel, lane: LaneId): number {
  return lanes !== undefined && Object.hasOwn(lanes, lane) ? (lanes[lane]?.reqs ?? 0) : 0;
}

/** A verdict as it goes over the wire. */
export function verdictView(verdict: LaneVerdict): LaneVerdictView {
  const { state, untilMs, window, usedPct, reason, refusals } = verdict;
  return {
    state,
    until_ts: untilMs === null ? null : untilMs / 1000,
    window,
    used_pct: usedPct,
    ...(reason === null ? {} : { reason }),
    ...(refusals === 0 ? {} : { refusals }),
  };
}
