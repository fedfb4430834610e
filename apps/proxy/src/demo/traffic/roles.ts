import { agentRequest, type DemoRequest, filler, type Sender, toolTurn } from "./agent-request.ts";
import { between, madeUpUuid, type Random } from "./seeded-random.ts";

/** One request of a role, and how long the role waits once it is answered. */
export interface Turn {
  readonly request: DemoRequest;
  readonly restMs: number;
}

/** The conversation that all roles work for; the main agent begins a new one now and then. */
export interface Session {
  id: string;
}

/** A role goes on for as long as it is asked for its next turn. */
export type Role = (random: Random, session: Session) => Generator<Turn, never>;

const MAIN_TURNS = 12;
const SUBAGENT_TURNS = 6;
/** Enough of them in a row to use up the demo's small plan, and then time for it to come back. */
const SIDE_BURST = 20;
const SIDE_REST_MS = 60_000;
const TASK_REST_MS = 15_000;

/** Every one to three seconds. */
const thinkMs = (random: Random): number => between(random, 1_000, 3_000);

interface Work {
  readonly model: string;
  readonly systemTokens: number;
  readonly turns: number;
  /** What each tool result adds, least and most. */
  readonly growth: readonly [number, number];
}

/** A task from its first prompt to its last tool result: each turn sends the whole conversation again. */
function* workOn(random: Random, work: Work, sender: () => Sender): Generator<Turn, void> {
  const system = filler(random, work.systemTokens);
  const messages: unknown[] = [{ role: "user", content: filler(random, between(random, 200, 800)) }];
  for (let turn = 1; turn <= work.turns; turn += 1) {
    const { model } = work;
    const ask = { sender: sender(), model, messages: [...messages], system, tools: true, maxTokens: 8_000 };
    yield {
      request: agentRequest(ask),
      restMs: turn === work.turns ? TASK_REST_MS : thinkMs(random),
    };
    messages.push(...toolTurn(random, between(random, ...work.growth)));
  }
}

/** Sessions with a large model; each grows from about 7,000 tokens to 20,000. */
export const mainAgent: Role = function* (random, session) {
  const work: Work = {
    model: "claude-opus-5-5",
    systemTokens: 6_000,
    turns: MAIN_TURNS,
    growth: [400, 1_600],
  };
  for (;;) {
    session.id = madeUpUuid(random);
    yield* workOn(random, work, () => ({ sessionId: session.id, agentId: null }));
  }
};

/** One subagent after the other, each with a conversation of its own. */
export const subagent: Role = function* (random, session) {
  const work: Work = {
    model: "claude-sonnet-5",
    systemTokens: 1_500,
    turns: SUBAGENT_TURNS,
    growth: [200, 900],
  };
  for (;;) {
    const agentId = `a${between(random, 1e6, 1e7 - 1).toString(16)}`;
    yield* workOn(random, work, () => ({ sessionId: session.id, agentId }));
  }
};

/** Titles, topics and summaries with a small model: it is their lane that spills over. */
export const sideRequests: Role = function* (random, session) {
  for (let sent = 1; ; sent += 1) {
    const request = agentRequest({
      sender: { sessionId: session.id, agentId: null },
      model: "claude-haiku-4-5-20251001",
      messages: [{ role: "user", content: filler(random, between(random, 2_000, 6_000)) }],
      system: "Say in a few words what this is about.",
      tools: false,
      maxTokens: 100,
    });
    yield { request, restMs: sent % SIDE_BURST === 0 ? SIDE_REST_MS : thinkMs(random) };
  }
};

/** Asks where a request would go before it means to send it: a dry run. */
export const orchestrator: Role = function* (random) {
  const models = ["claude-haiku-4-5", "claude-opus-5-5", "glm-4.6"];
  for (let asked = 0; ; asked += 1) {
    const body = {
      model: models[asked % models.length],
      route: "demo",
      escalation_reason: "the made-up task got larger",
      input_tokens: between(random, 1_000, 20_000),
      max_tokens: 4_000,
      source: "demo-traffic",
    };
    const headers = { "content-type": "application/json" };
    yield {
      request: { path: "/v1/decisions", headers, body },
      restMs: between(random, 8_000, 14_000),
    };
  }
};
