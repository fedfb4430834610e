// One real call of each built library, with an answer that only working code gives. Types come from the sources, so
// that a call that no longer fits fails in `npm run types` first.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

type Contract = typeof import("../../packages/usage-contract/src/index.ts");
type ContractCore = typeof import("../../packages/usage-contract/src/core.ts");
type ContractView = typeof import("../../packages/usage-contract/src/usage-view.ts");
type Catalog = typeof import("../../packages/provider-catalog/src/index.ts");
type CatalogNode = typeof import("../../packages/provider-catalog/src/node/index.ts");
type Extractors = typeof import("../../packages/token-extractors/src/index.ts");
type Signals = typeof import("../../packages/upstream-signals/src/index.ts");
type Engine = typeof import("../../packages/quota-engine/src/index.ts");
type Policy = typeof import("../../packages/router-policy/src/index.ts");
type Scan = typeof import("../../packages/request-scan/src/index.ts");
type Repair = typeof import("../../packages/lane-repair/src/index.ts");
type Store = typeof import("../../packages/usage-store/src/index.ts");
type StoreNode = typeof import("../../packages/usage-store/src/node/index.ts");
type Shared = typeof import("../../packages/shared-quota/src/index.ts");
type SharedNode = typeof import("../../packages/shared-quota/src/node/index.ts");
type Mock = typeof import("../../packages/mock-upstream/src/index.ts");

export type LibraryCheck = (module: unknown) => void | Promise<void>;

const check =
  <T>(use: (module: T) => void | Promise<void>): LibraryCheck =>
  (module) =>
    use(module as T);

const body = [new TextEncoder().encode('{"model":"glm-4.7","stream":true}')];

/** By export: `usage-contract`, `usage-store/node`. Every export of every package must be here. */
export const LIBRARY_CHECKS: Readonly<Record<string, LibraryCheck>> = {
  "usage-contract": check<Contract>(({ parseEnv, openApiDocument }) => {
    assert.equal(parseEnv({ CCP_CONNECT_TIMEOUT: "50ms" }).settings.connectTimeoutMs, 50);
    assert.equal(openApiDocument("1.0.0").openapi, "3.1.0");
  }),
  "usage-contract/core": check<ContractCore>(({ modelKey, laneId }) => {
    assert.equal(modelKey("claude-haiku-4-5-20251001"), "claude-haiku-4.5");
    assert.equal(laneId("zai"), "zai");
  }),
  "usage-contract/usage-view": check<ContractView>(({ parseBody, ErrorBodySchema }) => {
    const body = { error: { type: "api_error", message: "no" } };
    assert.equal(parseBody(ErrorBodySchema, { type: "error", ...body }).success, true);
    assert.equal(parseBody(ErrorBodySchema, {}).success, false);
  }),
  "provider-catalog": check<Catalog>(({ builtInCatalog, planRoute }) => {
    assert.equal(planRoute(builtInCatalog(), "claude-opus-5-5").preferred, "anthropic");
  }),
  "provider-catalog/node": check<CatalogNode>(({ locateConfig }) => {
    const found = locateConfig("providers", { env: {}, checkoutDir: null, homeDir: "/nonexistent" });
    assert.equal(found.path, null);
  }),
  "token-extractors": check<Extractors>(({ findExtractor }) => {
    const usage = findExtractor("anthropic").fromJson('{"usage":{"input_tokens":3,"output_tokens":4}}');
    assert.equal(usage?.outputTokens, 4);
  }),
  "upstream-signals": check<Signals>(({ parseRetryAfter }) => {
    assert.equal(parseRetryAfter("5", 0), 5000);
  }),
  "quota-engine": check<Engine>(({ createQuotaEngine }) => {
    const config = {
      rollingMs: 18_000_000,
      weeklyMs: 604_800_000,
      preemptAt: "block",
      dwellSec: 300,
      models: [],
      pools: [],
    } as const;
    assert.deepEqual(createQuotaEngine({ config }).models(), []);
  }),
  "router-policy": check<Policy>(({ createLaneBook }) => {
    assert.equal(createLaneBook().mark("zai", "glm-4.7", 0).state, "none");
  }),
  "request-scan": check<Scan>(({ scanRequest }) => {
    const result = scanRequest(body);
    assert.equal(result.success && result.scan.model, "glm-4.7");
  }),
  "lane-repair": check<Repair>(({ replaceModel }) => {
    const changed = replaceModel(body, { start: 9, end: 18 }, "glm-5");
    assert.equal(Buffer.concat(changed).toString(), '{"model":"glm-5","stream":true}');
  }),
  "usage-store": check<Store>(({ decodeLine }) => {
    assert.equal(decodeLine("{").kind, "skip");
  }),
  "usage-store/node": check<StoreNode>(async ({ writeJsonState, readJsonState, openHistory }) => {
    const dir = mkdtempSync(join(tmpdir(), "ccp-smoke-"));
    try {
      const file = join(dir, "state.json");
      writeJsonState(file, { count: 1 });
      assert.deepEqual(readJsonState(file), { kind: "value", value: { count: 1 } });
    } finally {
      rmSync(dir, { recursive: true });
    }
    // The writer is a file of its own, and SQLite a module that only its full name finds.
    const folder = mkdtempSync(join(tmpdir(), "ccp-smoke-"));
    const faults: string[] = [];
    const onFault = ({ what }: { readonly what: string }): void => void faults.push(what);
    const history = openHistory({ path: join(folder, "h.db"), logsDir: folder, nowMs: Date.now, onFault });
    assert.equal(await history.ask({ kind: "samples", query: {} }), "{}");
    assert.deepEqual([history.status().kind, faults], ["sqlite", []]);
    await history.close();
    rmSync(folder, { recursive: true });
  }),
  "shared-quota": check<Shared>(async ({ createMemoryStore }) => {
    const store = createMemoryStore(() => 5).open({ gateway: "a", life: "1", nextSequence: () => 1 });
    assert.equal(await store.clock(), 5);
  }),
  // Its scripts are files: a package without them fails before it finds that nobody listens.
  "shared-quota/node": check<SharedNode>(async ({ openRedisStore }) => {
    const identity = { gateway: "a", life: "1", nextSequence: () => 1 };
    const opened = openRedisStore({ url: "redis://127.0.0.1:1", plan: "p", identity, onGone: () => {} });
    await assert.rejects(opened, { message: "ECONNREFUSED" });
  }),
  "mock-upstream": check<Mock>(async ({ startMockUpstream }) => {
    const mock = await startMockUpstream({ dialect: "anthropic" });
    const request = { method: "POST", body: '{"model":"m","max_tokens":1,"messages":[]}' };
    const answer = await fetch(`${mock.url}/v1/messages`, request);
    assert.equal(answer.status, 200);
    await answer.arrayBuffer();
    await mock.close();
  }),
};
