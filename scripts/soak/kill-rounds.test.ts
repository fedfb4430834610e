import { expect, it } from "vitest";
import { type KillRound, runKillRounds } from "./kill-rounds.ts";

it("two kills under 200 streams lose no acknowledged event and change no state", {
  timeout: 120_000,
}, async () => {
  const rounds: KillRound[] = [];
  await runKillRounds({ rounds: 2, streams: 200, onRound: (round) => void rounds.push(round) });
  const faults = rounds.map(({ round: _, open: __, acknowledged: ___, ...found }) => found);
  const none = { lost: 0, uncounted: 0, torn: 0, miscounted: [], notInHistory: 0, changed: [] };
  expect(faults).toEqual([none, none]);
  // A run without traffic would prove nothing.
  for (const { open, acknowledged } of rounds) {
    expect(open).toBeGreaterThan(100);
    expect(acknowledged).toBeGreaterThan(100);
  }
});
