import { globSync } from "node:fs";
import { seededRandom } from "../bench/stats.ts";
import { FIXTURES } from "./build-answer.ts";
import {
  type CaseSettings,
  type ClientRequest,
  type FuzzCase,
  LANES,
  type LaneName,
  SECRETS,
  type UpstreamStep,
} from "./fuzz-case.ts";

const FOLDERS: Readonly<Record<LaneName, readonly string[]>> = {
  anthropic: ["anthropic"],
  zai: ["zai", "local"],
  kimi: ["kimi", "minimax", "openai", "openrouter"],
};
const ANSWERS = /\/(error-|message|stream|headers-4|chat|responses|.*-stream)[^/]*\.(json|sse)$/;

const PATHS: Readonly<Record<LaneName, readonly string[]>> = {
  anthropic: fixturesOf("anthropic"),
  zai: fixturesOf("zai"),
  kimi: fixturesOf("kimi"),
};

function fixturesOf(lane: LaneName): string[] {
  return FOLDERS[lane]
    .flatMap((folder) => globSync(`${folder}/*`, { cwd: FIXTURES }))
    .filter((path) => ANSWERS.test(`/${path}`))
    .sort();
}

/** Choices of one case. The same seed gives the same case. */
export interface Dice {
  chance(share: number): boolean;
  /** Whole number, both ends included. */
  between(least: number, most: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createDice(seed: number): Dice {
  const random = seededRandom(seed);
  const between = (least: number, most: number): number => least + Math.floor(random() * (most - least + 1));
  return {
    chance: (share) => random() < share,
    between,
    pick: (items) => items[between(0, items.length - 1)] as (typeof items)[number],
  };
}

export function generateCase(seed: number): FuzzCase {
  const dice = createDice(seed);
  const steps = (lane: LaneName): UpstreamStep[] =>
    Array.from({ length: dice.between(0, 4) }, () => generateStep(lane, dice));
  return {
    seed,
    settings: generateSettings(dice),
    lanes: Object.fromEntries(LANES.map((lane) => [lane, steps(lane)])) as unknown as FuzzCase["lanes"],
    requests: Array.from({ length: dice.between(1, 4) }, () => generateRequest(dice)),
  };
}

function generateSettings(dice: Dice): CaseSettings {
  return {
    mode: dice.pick(["preemptive", "run2cap", "hybrid"]),
    cooldownSec: dice.pick([0, 300]),
    capTokens: dice.pick([10, 2_000, 1_000_000]),
  };
}

function generateStep(lane: LaneName, dice: Dice): UpstreamStep {
  const cut = dice.chance(0.35);
  return {
    body: generateBody(lane, dice),
    headers: dice.chance(0.4) ? [dice.pick(ODD_ANSWER_HEADERS)] : [],
    framing: dice.pick(["length", "chunked", "chunked", "close"]),
    encoding: dice.chance(0.1) ? dice.pick(["gzip", "br", "zstd"]) : "none",
    cutShare: cut ? (dice.chance(0.25) ? 0 : dice.between(0, 1_000) / 1_000) : null,
    ending: cut ? dice.pick(["fin", "rst", "stall"]) : dice.pick(["keep", "keep", "keep", "fin", "rst"]),
    writes: dice.pick([1, 1, 2, 5, 40]),
    pauseMs: dice.pick([0, 0, 1, 4]),
    early: dice.chance(0.1),
  };
}

function generateBody(lane: LaneName, dice: Dice): UpstreamStep["body"] {
  const kind = dice.pick(["fixture", "fixture", "fixture", "stream", "message", "text"] as const);
  switch (kind) {
    case "fixture":
      return { kind, path: dice.pick(PATHS[lane]) };
    case "stream":
      return { kind, deltas: dice.between(0, 30), bytes: dice.pick([1, 20, 3_000]) };
    case "message":
      return { kind, bytes: dice.pick([1, 500, 200_000]) };
    default:
      return { kind, ...dice.pick(ODD_BODIES) };
  }
}

const ODD_BODIES = [
  { status: 200, type: "text/html", text: "<html><title>hi</title></html>" },
  { status: 502, type: "text/html", text: "<html><title>502 Bad Gateway</title></html>" },
  {
    status: 200,
    type: "application/json",
    text: '{"type":"error","error":{"type":"api_error","message":"x"}}',
  },
  { status: 200, type: "application/json", text: "{}" },
  { status: 200, type: "application/json", text: "null" },
  { status: 429, type: "application/json", text: "{" },
  { status: 429, type: "text/plain", text: "slow down" },
  { status: 529, type: "application/json", text: '{"type":"error","error":{"type":"overloaded_error"}}' },
  { status: 503, type: "application/json", text: "" },
  { status: 200, type: "text/event-stream", text: "" },
  { status: 200, type: "text/event-stream", text: ": nothing\n\n" },
  { status: 200, type: "text/event-stream", text: 'event: ping\ndata: {"type":"ping"}\n\n' },
  { status: 200, type: "text/event-stream", text: "event: error\ndata: not json\n\n" },
  { status: 200, type: "text/event-stream", text: "data: [DONE]\n\n" },
  { status: 500, type: "text/event-stream", text: 'event: error\ndata: {"type":"error"}\n\n' },
  { status: 204, type: "application/json", text: "" },
  { status: 302, type: "text/plain", text: "" },
  {
    status: 413,
    type: "application/json",
    text: '{"type":"error","error":{"type":"request_too_large","message":"x"}}',
  },
  { status: 999, type: "application/json", text: "{}" },
] as const;

const ODD_ANSWER_HEADERS: readonly (readonly [string, string])[] = [
  ["retry-after", "0"],
  ["retry-after", "-5"],
  ["retry-after", "99999999999999999999"],
  ["retry-after", "Thu, 01 Jan 1970 00:00:00 GMT"],
  ["anthropic-ratelimit-unified-status", "rejected"],
  ["anthropic-ratelimit-unified-5h-utilization", "NaN"],
  ["anthropic-ratelimit-unified-5h-reset", "1e400"],
  ["x-usage-tokens", "-1,1e400"],
  ["set-cookie", "a=1"],
  ["connection", "x-odd"],
  ["location", "http://127.0.0.1:1/"],
  ["x-ccp-lane", "forged"],
  ["x-long", "y".repeat(20_000)],
  ["x-bytes", "\xff\xfe"],
  ["trailer", "x-later"],
  ["content-type", "text/plain"],
];

const MODELS = [
  "claude-haiku-4-5-20251001",
  "claude-opus-5-5",
  "claude-sonnet-5[1m]",
  "glm-5",
  "kimi-k2",
  "nobody's model",
  "__proto__",
  "größe🙂",
];

const ODD_JSON = [
  "",
  "{",
  "[]",
  '{"model":1}',
  '{"model":""}',
  '{"messages":[]}',
  '{"model":"a","model":"b"}',
  `{"model":"claude-opus-5-5","x":${"[".repeat(300)}${"]".repeat(300)}}`,
  '{"model":"a\\u0000b"}',
];

function generateRequest(dice: Dice): ClientRequest {
  const path = dice.chance(0.8)
    ? dice.pick(["/v1/messages", "/v1/messages?beta=true"] as const)
    : dice.pick(["/v1/messages/count_tokens", "/v1/models"] as const);
  return {
    path,
    body: path === "/v1/models" ? "" : dice.chance(0.06) ? dice.pick(ODD_JSON) : generateJson(dice),
    headers: dice.chance(0.3) ? [dice.pick(ODD_CLIENT_HEADERS)] : [],
    credential: dice.pick(["bearer", "bearer", "key", "both", "none"]),
    framing: dice.pick(["length", "length", "chunked"]),
    encoding: dice.chance(0.15) ? dice.pick(["gzip", "br", "zstd"]) : "none",
    writes: dice.pick([1, 1, 3, 20]),
    startMs: dice.pick([0, 0, 0, 5, 30]),
    leave: generateLeave(dice),
  };
}

function generateJson(dice: Dice): string {
  const fields: [string, unknown][] = [
    ["model", dice.pick(MODELS)],
    [
      "messages",
      [
        {
          role: "user",
          content: `${SECRETS.prompt} {{x*${dice.pick([0, 0, 100, 100, 2_000, 2_000, 15_000, 50_000])}}}`,
        },
      ],
    ],
    ["max_tokens", dice.pick([1, 1_000, -1, 1e300])],
    ["metadata", { model: "decoy", user_id: "u" }],
  ];
  if (dice.chance(0.6)) fields.push(["stream", dice.chance(0.9) ? true : dice.pick([false, "true", null])]);
  if (dice.chance(0.2)) fields.push(fields.shift() as [string, unknown]);
  // Written by hand: an object would lose a key that is called __proto__.
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
}

function generateLeave(dice: Dice): ClientRequest["leave"] {
  if (dice.chance(0.7)) return { kind: "never" };
  const how = dice.pick(["fin", "rst"] as const);
  switch (dice.pick(["ms", "ms", "bytes", "body"] as const)) {
    case "ms":
      return { kind: "after_ms", ms: dice.pick([0, 1, 3, 10, 40]), how };
    case "bytes":
      return { kind: "after_bytes", bytes: dice.pick([1, 100, 2_000, 50_000]), how };
    default:
      return { kind: "in_body", share: dice.between(0, 99) / 100, how };
  }
}

const ODD_CLIENT_HEADERS: readonly (readonly [string, string])[] = [
  ["cookie", `s=${SECRETS.cookie}`],
  ["x-ccp-token", SECRETS.token],
  ["x-ccp-lane", "zai"],
  ["connection", "x-app, close"],
  ["x-claude-code-session-id", "5f0c2a1e-0000-4000-8000-000000000001"],
  ["anthropic-beta", "oauth-2025-04-20,context-1m-2025-08-07"],
  ["x-forwarded-host", "evil.test"],
  ["accept-encoding", "gzip, br"],
  ["te", "trailers"],
  ["x-bytes", "\xe9\xff"],
  ["expect", "100-continue"],
];
