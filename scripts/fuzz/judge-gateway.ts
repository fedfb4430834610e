import type { UsageEvent } from "../../packages/usage-contract/src/index.ts";
import { encodeEvent } from "../../packages/usage-store/src/index.ts";
import { SECRETS } from "./fuzz-case.ts";
import type { World } from "./open-world.ts";
import type { Violation } from "./play-case.ts";

const PATHS = [
  "/healthz",
  "/metrics",
  "/v1/usage",
  "/v1/quotas",
  "/v1/decisions",
  "/v1/usage/samples",
  "/v1/calibration",
];

/** Judges the log: whole lines without a secret, and for each exchange its attempts in order and one end. */
export function judgeLog({ events, notices }: World): Violation[] {
  const found: Violation[] = [];
  const text = events.map(encodeEvent).join("");
  found.push(...secretsIn(text, "the log"), ...secretsIn(notices.join("\n"), "the notices"));
  if (text.split("\n").length - 1 !== events.length)
    found.push({ kind: "log_lines", text: "a line was broken" });
  for (const notice of notices) {
    if (notice.startsWith("error")) found.push({ kind: "inner_fault", text: notice });
  }
  const exchanges = new Map<string, UsageEvent[]>();
  for (const event of events) exchanges.set(event.rid, [...(exchanges.get(event.rid) ?? []), event]);
  for (const [rid, lines] of exchanges) found.push(...judgeExchange(rid, lines));
  return found;
}

function judgeExchange(rid: string, lines: readonly UsageEvent[]): Violation[] {
  const decisions = lines.filter(({ event }) => event === "decision");
  const completions = lines.filter(({ event }) => event === undefined);
  const tell = (text: string): Violation[] => [{ kind: "log_exchange", text: `${rid}: ${text}` }];
  if (completions.length !== 1) return tell(`${completions.length} completion lines`);
  if (lines.at(-1) !== completions[0]) return tell("a line behind the completion");
  if (decisions.some(({ attempt }, at) => attempt !== at + 1)) return tell("attempts out of order");
  if (new Set(decisions.map(({ lane }) => lane)).size !== decisions.length)
    return tell("a lane was chosen twice");
  const last = decisions.at(-1);
  if (last !== undefined && completions[0]?.lane !== last.lane)
    return tell("the completion names another lane");
  return [];
}

/** Asks the gateway about itself: it answers, and tells no secret. */
export async function judgeGateway({ gateway }: World, thorough: boolean): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const path of thorough ? PATHS : PATHS.slice(0, 1)) {
    const answer = await fetch(gateway.url + path, { headers: { connection: "close" } });
    const text = await answer.text();
    if (answer.status !== 200) found.push({ kind: "read_api", text: `${path} answers ${answer.status}` });
    found.push(...secretsIn(text, path));
  }
  return found;
}

function secretsIn(text: string, where: string): Violation[] {
  return Object.entries(SECRETS)
    .filter(([, secret]) => text.includes(secret))
    .map(([name]) => ({ kind: "secret", text: `${name} stands in ${where}` }));
}
