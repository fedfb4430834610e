import {
  CalibrationResetRequestSchema,
  DecisionRequestSchema,
  DecisionsQuerySchema,
  ImportRequestSchema,
  Mark429RequestSchema,
  openApiDocument,
  ProviderTestRequestSchema,
  RollupsQuerySchema,
  SamplesQuerySchema,
  SimUsageRequestSchema,
  StatuslineInputSchema,
  StatuslineQuerySchema,
  UsageQuerySchema,
  WindowsQuerySchema,
} from "@ccp/usage-contract";
import { Hono } from "hono";
import { mountDashboard } from "../dashboard/mount-dashboard.ts";
import type { Deps } from "../deps.ts";
import { hasAdminToken } from "../http/admin-token.ts";
import { reloadCatalog } from "../state/reload-catalog.ts";
import { calibrationView } from "./calibration-view.ts";
import { dryRun } from "./dry-run.ts";
import { streamEvents } from "./events.ts";
import { rollupsAnswer, samplesAnswer, windowsAnswer } from "./history-views.ts";
import { importUsage } from "./import-usage.ts";
import { isLocalCaller } from "./is-local-caller.ts";
import { badRequest, errorAnswer, invalid, readJson, readQuery } from "./json.ts";
import { markLimit } from "./mark-limit.ts";
import { providersView } from "./providers-view.ts";
import { quotasView } from "./quotas-view.ts";
import { readyz } from "./readyz.ts";
import { resetCalibration } from "./reset-calibration.ts";
import { simulateUsage } from "./sim-usage.ts";
import { statusline } from "./statusline/statusline.ts";
import { testLane } from "./test-lane.ts";
import { usageView } from "./usage-view.ts";

/** Everything but the exchange and the relay: what the gateway tells of itself, and the few ways to change it. */
export function createReadApi(deps: Deps): Hono {
  const app = new Hono();
  const fail = (error: Parameters<typeof errorAnswer>[0]): Response => errorAnswer(error, deps.newId());

  app.get("/", (c) => c.text(`ccp ${deps.version} is running. Live view: /v1/usage\n`));
  app.get("/api/hello", (c) => c.text("ok\n"));
  app.get("/healthz", (c) => c.text("ok"));
  app.get("/readyz", (c) => {
    const { ready, body } = readyz(deps);
    return c.json(body, ready ? 200 : 503);
  });
  app.get("/v1/usage", (c) => {
    const query = readQuery(c, UsageQuerySchema);
    if (query.kind === "error") return fail(query.error);
    return c.json(usageView(deps, isLocalCaller(c), query.value.model ?? null));
  });
  app.get("/v1/usage/samples", async (c) => {
    const query = readQuery(c, SamplesQuerySchema);
    return query.kind === "error" ? fail(query.error) : jsonText(await samplesAnswer(query.value, deps));
  });
  app.get("/v1/usage/rollups", async (c) => {
    const query = readQuery(c, RollupsQuerySchema);
    return query.kind === "error" ? fail(query.error) : jsonText(await rollupsAnswer(query.value, deps));
  });
  app.get("/v1/usage/windows", async (c) => {
    const query = readQuery(c, WindowsQuerySchema);
    return query.kind === "error" ? fail(query.error) : jsonText(await windowsAnswer(query.value, deps));
  });
  app.post("/v1/usage/import", async (c) => {
    const body = await readJson(c, ImportRequestSchema, deps.bodyBudget);
    if (body.kind === "error") return fail(body.error);
    const outcome = importUsage(body.value, deps);
    return outcome.kind === "error" ? fail(outcome.error) : c.json(outcome.answer);
  });
  app.get("/v1/providers", (c) => c.json(providersView(deps)));
  app.post("/v1/providers/test", async (c) => {
    const body = await readJson(c, ProviderTestRequestSchema, deps.bodyBudget);
    if (body.kind === "error") return fail(body.error);
    const runtime = deps.lanes.get(body.value.lane);
    return runtime === undefined
      ? fail(badRequest(404, `the catalog has no lane ${body.value.lane}`))
      : c.json(await testLane(runtime, deps));
  });
  app.post("/v1/providers/reload", async (c) => {
    if (Object.keys(c.req.queries()).length > 0) {
      return fail(badRequest(400, "reload takes no parameters: it reads the file chosen at start again"));
    }
    const issues = await reloadCatalog(deps);
    return issues.length === 0 ? c.body(null, 204) : fail(invalid(issues));
  });
  app.get("/v1/quotas", (c) => c.json(quotasView(deps)));
  app.post("/v1/quotas/reload", (c) => {
    if (Object.keys(c.req.queries()).length > 0) {
      return fail(badRequest(400, "reload takes no parameters: it reads the file chosen at start again"));
    }
    const issues = deps.quotas.reload(deps.clock.wallMs());
    if (issues.length === 0) {
      // Whoever mends a plan or a key says so by a reload; waiting for the next recheck would look like a fault.
      deps.book.clearAuthError();
      return c.body(null, 204);
    }
    deps.metrics.reloadFailed();
    return fail(invalid(issues));
  });
  app.post("/v1/quotas/mark-429", async (c) => {
    const body = await readJson(c, Mark429RequestSchema, deps.bodyBudget);
    if (body.kind === "error") return fail(body.error);
    const error = markLimit(body.value, deps);
    return error === null ? c.body(null, 204) : fail(error);
  });
  app.get("/v1/calibration", (c) => c.json(calibrationView(deps)));
  app.post("/v1/calibration/reset", async (c) => {
    const body = await readJson(c, CalibrationResetRequestSchema, deps.bodyBudget);
    if (body.kind === "error") return fail(body.error);
    const error = resetCalibration(body.value, deps);
    deps.saveSoon();
    return error === null ? c.body(null, 204) : fail(error);
  });
  app.post("/v1/decisions", async (c) => {
    const body = await readJson(c, DecisionRequestSchema, deps.bodyBudget);
    if (body.kind === "error") return fail(body.error);
    return c.json(dryRun(body.value, deps), 202);
  });
  app.get("/v1/decisions", (c) => {
    const query = readQuery(c, DecisionsQuerySchema);
    if (query.kind === "error") return fail(query.error);
    return c.json({ ts: deps.clock.wallMs() / 1000, decisions: deps.decisions.list(query.value.limit) });
  });
  app.get("/v1/events", (c) => streamEvents(c, deps));
  app.post("/v1/statusline", async (c) => {
    const query = readQuery(c, StatuslineQuerySchema);
    if (query.kind === "error") return fail(query.error);
    // A status line's command is curl, which calls everything a form.
    const body = await readJson(c, StatuslineInputSchema, deps.bodyBudget, "any");
    if (body.kind === "error") return fail(body.error);
    const isTrusted = hasAdminToken(c.req.header("authorization"), deps);
    return c.text(statusline(body.value, query.value, isTrusted, deps));
  });
  if (deps.settings.devEnable) {
    app.post("/v1/dev/sim-usage", async (c) => {
      const body = await readJson(c, SimUsageRequestSchema, deps.bodyBudget);
      if (body.kind === "error") return fail(body.error);
      const bookedMs = simulateUsage(body.value, deps);
      return c.json({ ok: true, ts: bookedMs / 1000 });
    });
  }
  app.get("/metrics", async (c) => {
    const openMetrics = /application\/openmetrics-text/.test(c.req.header("accept") ?? "");
    const { contentType, body } = await deps.metrics.render(openMetrics);
    return c.body(body, 200, { "content-type": contentType });
  });
  const description = openApiDocument(deps.version);
  app.get("/openapi.json", (c) => c.json(description));
  mountDashboard(app, deps);
  app.notFound(() => fail({ status: 404, type: "not_found_error", message: "there is no such route" }));
  app.onError((error) => {
    deps.notice("error", `a route of the gateway failed: ${error.message}`);
    return fail({
      status: 500,
      type: "api_error",
      message: "the gateway failed to answer; its log says why",
    });
  });
  return app;
}

function jsonText(text: string): Response {
  return new Response(text, { headers: { "content-type": "application/json" } });
}
