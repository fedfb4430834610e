import { expect } from "vitest";
import type { TestGateway } from "../testing/open-test-gateway.ts";

/**
 * Waits until no exchange is open and no body is held (one that is still being read is no exchange yet), then expects that
 * nothing is reserved on any lane and that the gateway serves.
 */
export async function expectSettled({ gateway, url }: TestGateway): Promise<void> {
  const { engine, lanes, clock, bodyBudget } = gateway.deps;
  await expect.poll(() => openRequests(url), { interval: 5 }).toBe(0);
  await expect.poll(() => bodyBudget.heldBytes, { interval: 5 }).toBe(0);
  const reserved = engine.models().flatMap((model) =>
    [...lanes.keys()].map((lane) => {
      const { reservedTokens } = engine.assess({ lane, model, predicted: 0, nowMs: clock.wallMs() });
      return `${lane} ${model} ${reservedTokens}`;
    }),
  );
  expect(reserved.filter((line) => !line.endsWith(" 0"))).toEqual([]);
}

async function openRequests(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^ccp_inflight_requests (\d+)/m.exec(text)?.[1] ?? Number.NaN);
}
