import { expect, it } from "vitest";
import { DEMO_QUOTAS } from "./demo-config.ts";
import { DEMO_PLANS } from "./open-demo.ts";

/** A window may begin within the week that another one already counts towards. */
const WINDOWS_A_WEEK = Math.ceil((7 * 24) / 5) + 1;
/** What passes a cap that is nearly reached: requests under way then are served. */
const PAST_THE_CAP = 1.25;

it.each(Object.entries(DEMO_PLANS))(
  "%s never spends its week, whatever is asked of it",
  (_lane, { rolling, weekly }) => {
    expect(weekly.capTokens).toBeGreaterThan(rolling.capTokens * WINDOWS_A_WEEK * PAST_THE_CAP);
  },
);

it.each(Object.entries(DEMO_QUOTAS.models ?? {}))(
  "%s is never stopped by its configured week",
  (_model, quota) => {
    const plan = DEMO_PLANS[quota.provider as keyof typeof DEMO_PLANS];
    expect(quota.weekly_limit_value).toBeGreaterThan(plan.weekly.capTokens);
  },
);
