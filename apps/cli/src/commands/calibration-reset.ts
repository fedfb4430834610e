import type { CalibrationWire } from "@ccp/usage-contract";
import { laneId, modelKey } from "@ccp/usage-contract/core";
import type { CliInput } from "../args/cli-input.ts";
import { usageError } from "../args/usage-error.ts";
import type { CliArgs, CliCommand } from "../cli-command.ts";
import { CliError } from "../cli-error.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import type { Session } from "../session.ts";

const args: CliArgs = {
  model: {
    type: "string",
    valueHint: "MODEL",
    description: "only this model; else all models, pools and units",
  },
  lane: { type: "string", valueHint: "LANE", description: "only on this lane; else on all" },
  yes: { type: "boolean", description: "do not ask" },
};

export const calibrationResetCommand: CliCommand = {
  name: "calibration reset",
  summary: "forget what was learned",
  args,
  notes: [
    "counts, quotas and cooldowns stay; so does the probe file, which is read again at once",
    "asks first; without a terminal it needs --yes",
  ],
  run: resetCalibration,
};

interface Which {
  readonly model?: string;
  readonly lane?: string;
}

async function resetCalibration(input: CliInput, session: Session): Promise<ExitCode> {
  const { client, deps } = session;
  const model = input.text("model");
  const lane = input.text("lane");
  const which: Which = {
    ...(model === null ? {} : { model }),
    ...(lane === null ? {} : { lane: laneId(lane) }),
  };
  if (!input.flag("yes")) await agree(which, session);
  const before = countSamples(await client.calibration(), which);
  await client.resetCalibration(which);
  const kept = countSamples(await client.calibration(), which);
  deps.stdout.write(`forgot ${samples(before, kept)} of ${scopeText(which)}\n`);
  if (kept.gaps + kept.biases > 0) {
    await session.say.note(
      `${counted(kept.gaps, "gap")} and ${kept.biases} bias samples come from the probe file and stay`,
    );
  }
  return EXIT.ok;
}

async function agree(which: Which, { deps, cc }: Session): Promise<void> {
  const answer = await deps.confirm?.(`forget what was learned of ${scopeText(which)}?`, deps.signal);
  if (answer === true) return;
  if (answer === false) {
    throw new CliError({
      what: "nothing was forgotten",
      why: "it was not agreed to",
      next: `${cc} calibration shows what is known`,
      exitCode: EXIT.failed,
    });
  }
  throw usageError("reset needs --yes here", "there is no terminal to ask at", cc, "calibration reset");
}

function scopeText({ model, lane }: Which): string {
  return [model ?? "every model", lane === undefined ? "" : `on ${lane}`].filter(Boolean).join(" ");
}

interface Samples {
  readonly gaps: number;
  readonly biases: number;
  readonly spans: number;
}

function countSamples(view: CalibrationWire, { model, lane }: Which): Samples {
  const isLane = (name: string): boolean => lane === undefined || name === lane;
  const models = Object.entries(view.models)
    .filter(([name]) => model === undefined || modelKey(name) === modelKey(model))
    .flatMap(([, { lanes }]) => Object.entries(lanes).filter(([name]) => isLane(name)))
    .map(([, learned]) => learned);
  const pools = Object.values(view.pools).filter(({ provider }) => model === undefined && isLane(provider));
  const units = Object.entries(view.lanes)
    .filter(([name]) => model === undefined && isLane(name))
    .flatMap(([, lane]) => lane.units);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return {
    gaps: sum([...models, ...pools].map((learned) => learned.gap_samples)),
    biases: sum([...models, ...pools].map((learned) => learned.bias_samples)),
    spans: sum(units.map((unit) => unit.spans)),
  };
}

function samples(before: Samples, kept: Samples): string {
  const spans = before.spans - kept.spans;
  const parts = [
    counted(before.gaps - kept.gaps, "gap"),
    `${before.biases - kept.biases} bias`,
    ...(spans > 0 ? [`${spans} unit`] : []),
  ];
  return `${parts.join(" and ")} samples`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}`;
}
