import { describe, expect, it } from "vitest";
import { exchange } from "../../test-kit/recorded-exchange.ts";
import { simulateLog } from "../../test-kit/simulate-log.ts";

const T0 = 1_800_000_000;

interface Mark {
  /** Minutes after the first. */
  readonly minute: number;
  /** Seconds that the mark lasts from when the limit was known. */
  readonly sec: number;
  /** Milliseconds until it was known; decides whether the mark ends on a whole second. */
  readonly lostMs?: number;
}

/** Which of these marks on `zai` were named by the upstream. */
async function named(marks: readonly Mark[], recordedCooldownSec = 300) {
  const lines = marks.flatMap(({ minute, sec, lostMs = 123 }, index) => {
    const attempts = [
      { lane: "zai", lostMs },
      { lane: "anthropic", rule: "quota_overshoot" },
    ] as const;
    return exchange({ at: T0 + 60 * minute, rid: `r${index}`, attempts, markedSec: sec });
  });
  const { simulation } = await simulateLog(lines, { recordedCooldownSec });
  const { limits, namesEnd } = simulation.limits.history;
  return {
    ends: limits.map(({ endsMs }) => (endsMs === null ? null : Math.round(endsMs / 1000) - T0)),
    namesEnd,
  };
}

describe("which marks are the gateway's own cooldown", () => {
  it("the length that is set", async () => {
    expect((await named([{ minute: 0, sec: 300 }])).ends).toEqual([null]);
    expect((await named([{ minute: 0, sec: 45.5 }], 45)).ends).toEqual([null]);
    expect((await named([{ minute: 0, sec: 300 }], 45)).ends).toEqual([300]);
  });

  it("a length met again and again, though another one is set here", async () => {
    const { ends, namesEnd } = await named(
      [0, 5, 10].map((minute) => ({ minute, sec: 120 })),
      300,
    );
    expect(ends).toEqual([null, null, null]);
    expect([...namesEnd]).toEqual([]);
  });

  it("not one that a herd was told within the same minute", async () => {
    const herd = [
      { minute: 0, sec: 5400 },
      { minute: 0.1, sec: 5400 },
    ];
    expect((await named(herd)).ends).toEqual([5400, 5406]);
  });

  it("not one that ends on a whole second, as upstreams name it", async () => {
    const { ends, namesEnd } = await named([0, 5, 10].map((minute) => ({ minute, sec: 60, lostMs: 0 })));
    expect(ends).toEqual([60, 360, 660]);
    expect([...namesEnd]).toEqual(["zai"]);
  });

  it("not a length that two of many share by chance", async () => {
    const marks = Array.from({ length: 20 }, (_, index) => ({ minute: 60 * index, sec: 4000 + 100 * index }));
    const { ends } = await named([...marks, { minute: 2000, sec: 4000 }]);
    expect(ends.filter((end) => end === null)).toEqual([]);
  });
});
