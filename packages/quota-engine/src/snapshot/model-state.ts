import { isTokenCount, MAX_TOKEN_COUNT } from "@ccp/usage-contract/core";
import type { Ledger } from "../ledger/ledger.ts";
import type { Meter, ModelEntry } from "../ledger/model-entry.ts";
import type { PredictorState } from "../predict/predictor.ts";
import { SpeedBook } from "../speeds/speed-book.ts";
import type { TtftSample } from "../speeds/ttft-ring.ts";
import { asCount, asList, asNumber, asNumbers, asObject, asObjects, asText, type Json } from "./read-json.ts";
import {
  type RingState,
  restoreRing,
  restoreTally,
  saveRing,
  saveTally,
  type TallyState,
} from "./window-state.ts";

export interface MeterState extends TallyState {
  readonly lane: string;
  readonly predictor: PredictorState;
}

export interface SpeedState {
  readonly rolling: RingState;
  readonly hours: readonly (readonly number[])[];
  readonly ttft: readonly TtftSample[];
  readonly session: readonly number[];
}

export interface ModelState {
  readonly key: string;
  readonly lastLane: string | null;
  readonly meters: readonly MeterState[];
  readonly speeds: SpeedState | null;
}

export function saveModel(entry: ModelEntry): ModelState {
  return {
    key: entry.key,
    lastLane: entry.lastLane,
    meters: entry.meters.map(saveMeter),
    speeds:
      entry.speeds === null
        ? null
        : {
            rolling: saveRing(entry.speeds.rolling),
            hours: entry.speeds.hours.toJSON(),
            ttft: entry.speeds.ttft.samples(),
            session: [...entry.speeds.session],
          },
  };
}

/** @returns Whether the state named a model. */
export function restoreModel(ledger: Ledger, state: Json, nowMs: number, keepSession: boolean): boolean {
  const key = asText(state.key);
  if (key === null) return false;
  const entry = ledger.count(key);
  entry.lastLane = asText(state.lastLane);
  for (const saved of asObjects(state.meters)) {
    const lane = asText(saved.lane);
    if (lane !== null) restoreMeter(ledger.openMeter(entry, lane), saved, nowMs);
  }
  const speeds = asObject(state.speeds);
  if (speeds !== null) entry.speeds = readSpeeds(ledger, speeds, nowMs, keepSession);
  return true;
}

function saveMeter(meter: Meter): MeterState {
  return { lane: meter.lane, ...saveTally(meter.tally), predictor: meter.predictor.toJSON() };
}

function restoreMeter(meter: Meter, state: Json, nowMs: number): void {
  restoreTally(meter.tally, state, nowMs);
  const predictor = asObject(state.predictor);
  if (predictor === null) return;
  meter.predictor.restore({
    inputSamples: asCount(predictor.inputSamples),
    perByte: asPerByte(predictor),
    surpluses: asNumbers(predictor.surpluses).filter((tokens) => tokens >= 0 && tokens <= MAX_TOKEN_COUNT),
    readShare: Math.min(1, asCount(predictor.readShare)),
    creationShare: Math.min(1, asCount(predictor.creationShare)),
    outputs: asNumbers(predictor.outputs).filter(isTokenCount),
  });
}

/** An older state holds one mean instead of the recent values. */
export function asPerByte(state: Json): readonly number[] {
  return asNumbers(state.perByte ?? [state.tokensPerByte]);
}

function readSpeeds(ledger: Ledger, state: Json, nowMs: number, keepSession: boolean): SpeedBook {
  const speeds = new SpeedBook(ledger.config.rollingMs, ledger.config.weeklyMs);
  restoreRing(speeds.rolling, asObject(state.rolling), nowMs);
  speeds.hours.restore(asList(state.hours).map(asNumbers));
  for (const sample of asObjects(state.ttft)) {
    const atMs = asNumber(sample.atMs);
    const ms = asNumber(sample.ms);
    if (atMs !== null && ms !== null) speeds.ttft.add(atMs, ms);
  }
  if (keepSession) speeds.session.set(asNumbers(state.session).slice(0, speeds.session.length).map(asCount));
  return speeds;
}
