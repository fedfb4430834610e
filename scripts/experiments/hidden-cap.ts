// What happens when a plan ends at 60 % of the cap that its owner configured, in mode hybrid. Deterministic.
//   node_modules/.ccp-node --conditions=ccp-source scripts/experiments/hidden-cap.ts
import { fileURLToPath } from "node:url";
import { renderOutcome } from "./hidden-cap/render.ts";
import { type Scenario, simulate } from "./hidden-cap/simulate.ts";

const SCENARIO: Omit<Scenario, "namesReset"> = {
  configuredTokens: 1_000_000,
  hiddenTokens: 600_000,
  windows: 8,
  windowMinutes: 300,
  atOnce: 4,
  everyMinutes: 10,
  tokensEach: 10_000,
  cooldownSec: 300,
};

/** Both tables, as the documentation shows them. */
export function hiddenCapTables(): string {
  return [
    ["The plan's refusals name the reset", true] as const,
    ["They do not: the own cooldown of 300 s runs, then one request probes", false] as const,
  ]
    .map(([title, namesReset]) => {
      const scenario = { ...SCENARIO, namesReset };
      return renderOutcome(title, scenario, simulate(scenario));
    })
    .join("\n\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(hiddenCapTables());
