import { parseArgs } from "node:util";
import { runKillRounds } from "./kill-rounds.ts";

/** `npm run soak:kill -- [--rounds 20] [--streams 200]` */
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "20" }, streams: { type: "string", default: "200" } },
});

let bad = 0;
let acknowledged = 0;
process.stdout.write("round  open  acknowledged  lost  uncounted  torn  not in history  miscounted  state\n");
await runKillRounds({
  rounds: Number(values.rounds),
  streams: Number(values.streams),
  onRound(round) {
    const { lost, uncounted, torn, notInHistory, miscounted, changed } = round;
    acknowledged += round.acknowledged;
    const faults = lost + uncounted + torn + notInHistory + miscounted.length + changed.length;
    bad += faults > 0 ? 1 : 0;
    const cells = [
      String(round.round).padStart(5),
      String(round.open).padStart(4),
      String(round.acknowledged).padStart(12),
      String(lost).padStart(4),
      String(uncounted).padStart(9),
      String(torn).padStart(4),
      String(notInHistory).padStart(14),
      String(miscounted.length).padStart(10),
      changed.length === 0 ? "equal" : `${changed.length} changed`,
    ];
    process.stdout.write(`${cells.join("  ")}\n`);
    for (const line of [...miscounted, ...changed].slice(0, 10)) process.stdout.write(`       ${line}\n`);
  },
});
process.stdout.write(
  bad === 0
    ? `${acknowledged} acknowledged events: none lost, none torn, no finished answer uncounted; the state was equal after every kill\n`
    : `${bad} rounds with faults\n`,
);
process.exitCode = bad === 0 ? 0 : 1;
