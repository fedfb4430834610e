import {
  isGlob,
  type LaneId,
  matchesModel,
  modelKey,
  type PoolQuota,
  type QuotaConfig,
  type QuotaRule,
  toQuotaConfig,
} from "@ccp/usage-contract";
import { ruleOn } from "../replay/weights-of.ts";

export type WindowWord = "rolling" | "weekly";
export const WINDOWS = ["rolling", "weekly"] as const;

/** What one cap of an upstream binds: a model, a pool of models, or everything on the lane. */
export interface LimitSubject {
  /** Names its pool in the upstream's own count. */
  readonly id: string;
  readonly lane: LaneId;
  readonly kind: "model" | "pool" | "account";
  /** Model key, or name of the pool; `null` for an account. */
  readonly name: string | null;
  readonly models: readonly string[];
  readonly rule: QuotaRule;
}

/** What one limit binds. */
export interface BoundLimit {
  readonly subject: LimitSubject;
  readonly window: WindowWord;
}

/** Finds what a limit of a lane binds. Creates the subject where the quotas name none. */
export class LimitSubjects {
  readonly #config: QuotaConfig;
  readonly #accountLanes: ReadonlySet<LaneId>;
  readonly #byId: Map<string, LimitSubject> = new Map();

  constructor(config: QuotaConfig, accountLanes: ReadonlySet<LaneId>) {
    this.#config = config;
    this.#accountLanes = accountLanes;
    for (const pool of config.pools) {
      if (WINDOWS.some((window) => capacityOf(pool, window) !== null)) this.#add(poolSubject(pool));
    }
  }

  get all(): readonly LimitSubject[] {
    return [...this.#byId.values()];
  }

  /** A model of the log: it is a subject where a cap is configured for it. */
  meet(model: string): void {
    const key = modelKey(model);
    for (const lane of new Set(this.#config.models.map((quota) => quota.lane))) {
      const rule = ruleOn(this.#config, lane, key);
      if (rule === null || isGlob(key)) continue;
      if (WINDOWS.some((window) => capacityOf(rule, window) !== null))
        this.#add(modelSubject(lane, key, rule));
    }
  }

  /** Which window counts for a limit that does not say. */
  likelyWindow(lane: LaneId, model: string): WindowWord {
    const rule = ruleOn(this.#config, lane, model);
    return rule !== null && capacityOf(rule, "rolling") === null ? "weekly" : "rolling";
  }

  /** A limit of the account is the pool's that stands for it; else it is the model's own. */
  boundBy(lane: LaneId, model: string, window: WindowWord): LimitSubject {
    const own = ruleOn(this.#config, lane, model);
    const isAccount = this.#accountLanes.has(lane);
    const pool = this.#config.pools.find(
      (quota) =>
        quota.lane === lane &&
        capacityOf(quota, window) !== null &&
        quota.models.some((pattern) => matchesModel(pattern, model)),
    );
    if (pool !== undefined && (isAccount || own === null || capacityOf(own, window) === null)) {
      return this.#add(poolSubject(pool));
    }
    if (isAccount || isGlob(modelKey(model))) return this.#add(accountSubject(lane));
    return this.#add(modelSubject(lane, modelKey(model), own ?? noRule(lane)));
  }

  #add(subject: LimitSubject): LimitSubject {
    const known = this.#byId.get(subject.id);
    if (known !== undefined) return known;
    this.#byId.set(subject.id, subject);
    return subject;
  }
}

/** Counted tokens of a window; `null` where none is configured or hours are meant. */
export function capacityOf(rule: QuotaRule, window: WindowWord): number | null {
  if (window === "rolling") return rule.rollingTokens;
  return rule.weeklyLimitType === "tokens" ? rule.weeklyLimitValue : null;
}

function modelSubject(lane: LaneId, key: string, rule: QuotaRule): LimitSubject {
  return { id: `model ${lane} ${key}`, lane, kind: "model", name: key, models: [key], rule };
}

function poolSubject(pool: PoolQuota): LimitSubject {
  const { name, lane, models } = pool;
  return { id: `pool ${name}`, lane, kind: "pool", name, models, rule: pool };
}

function accountSubject(lane: LaneId): LimitSubject {
  return { id: `account ${lane}`, lane, kind: "account", name: null, models: ["*"], rule: noRule(lane) };
}

/** What holds where the quotas say nothing: sliding windows, no cap, every class at its usual weight. */
function noRule(lane: LaneId): QuotaRule {
  const [rule] = toQuotaConfig({ models: { any: { provider: lane } } }).models;
  if (rule === undefined) throw new Error("a quota of one model has one rule");
  return rule;
}
