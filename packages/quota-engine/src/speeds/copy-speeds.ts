import type { WindowLengths } from "../ledger/tally.ts";
import { SpeedBook } from "./speed-book.ts";

/** The same speeds over windows of other lengths. */
export function copySpeeds(from: SpeedBook, lengths: WindowLengths, nowMs: number): SpeedBook {
  const copy = new SpeedBook(lengths.rollingMs, lengths.weeklyMs);
  copy.rolling.advance(nowMs);
  from.rolling.advance(nowMs);
  from.rolling.forEachRow((_index, firstMs, row) => copy.rolling.add(firstMs, row));
  copy.session.set(from.session);
  copy.hours.restore(from.hours.toJSON());
  for (const { atMs, ms } of from.ttft.samples()) copy.ttft.add(atMs, ms);
  return copy;
}
