import { type Body, findMember, type Member, madeMember, replaceMember } from "./body/body.ts";
import { ascii, jsonInner } from "./bytes/ascii.ts";
import { readObject } from "./bytes/read-text.ts";

/**
 * Leaves out how hard to think (`output_config.effort`, `reasoning_effort`) where thinking is off: a lane that takes the
 * two for one setting refuses what contradicts itself. Lost: nothing, for there is no thinking to be measured.
 */
export function dropEffort(body: Body): Body {
  const setting = findMember(body.members, "thinking");
  if (setting === null || !isOff(body, setting)) return body;
  const config = findMember(body.members, "output_config");
  const settings = config === null || config.value === null ? null : readObject(body.view, config.value);
  const members = body.members.filter(({ name }) => name !== "reasoning_effort");
  if (config === null || settings === null || !("effort" in settings)) {
    return members.length === body.members.length ? body : { ...body, members };
  }
  const { effort: _, ...rest } = settings;
  return {
    ...body,
    members:
      Object.keys(rest).length === 0
        ? members.filter((member) => member !== config)
        : replaceMember(members, config, rewritten(config, rest)),
  };
}

/** A setting that a repair wrote has no value of its own: the only one that is written turns thinking off. */
function isOff({ view }: Body, { value }: Member): boolean {
  return value === null || readObject(view, value)?.type === "disabled";
}

function rewritten(config: Member, settings: Readonly<Record<string, unknown>>): Member {
  const json = JSON.stringify(settings).replace(/[\u007f-\uffff]/g, (unit) => jsonInner(unit));
  const { gap, start, end, first } = config;
  return { ...madeMember("output_config", [ascii(`"output_config":${json}`)]), gap, start, end, first };
}
