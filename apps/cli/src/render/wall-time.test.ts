import { afterEach, describe, expect, it } from "vitest";
import { wallTime } from "./wall-time.ts";

const TIMES = [
  0, 1_795_290_067,
  // The hours around Berlin's change to summer time and back in 2026.
  1_774_745_999, 1_774_746_000, 1_792_889_999, 1_792_893_600,
  // British English shortens September to four letters.
  1_788_220_800, -86_400_000,
];
const ZONES = ["UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Apia"];
const ownZone = process.env.TZ;

describe("wallTime", () => {
  afterEach(() => {
    process.env.TZ = ownZone;
  });

  it.each(ZONES)("reads the same in %s as the process's own zone and as another one", (zone) => {
    process.env.TZ = zone;
    for (const ts of TIMES) expect(wallTime(ts, undefined)).toEqual(wallTime(ts, zone));
  });

  it("names the zone by its distance from UTC", () => {
    const zones = ZONES.map((zone) => wallTime(1_795_290_067, zone)?.zone);
    expect(zones).toEqual(["UTC", "UTC+1", "UTC", "UTC-5", "UTC+5:30", "UTC+13"]);
  });

  it.each([1e300, Number.NaN, Number.NEGATIVE_INFINITY])("has no time for %d", (ts) => {
    expect([wallTime(ts, undefined), wallTime(ts, "UTC")]).toEqual([null, null]);
  });
});
