import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { RequestsQuerySchema, SeriesQuerySchema } from "@ccp/usage-contract";
import type { Hono } from "hono";
import type { Deps } from "../deps.ts";
import { badRequest, errorAnswer, readQuery } from "../read-api/json.ts";
import { explainRequest } from "./requests-view.ts";

const gzipped = promisify(gzip);

/** The page, and the two routes that it reads and nobody else had. */
export function mountDashboard(app: Hono, deps: Deps): void {
  const fail = (error: Parameters<typeof errorAnswer>[0]): Response => errorAnswer(error, deps.newId());

  app.get("/v1/usage/series", async (c) => {
    const query = readQuery(c, SeriesQuerySchema);
    if (query.kind === "error") return fail(query.error);
    await deps.series.ready();
    return c.json(deps.series.view(query.value.range));
  });
  app.get("/v1/requests", (c) => {
    const query = readQuery(c, RequestsQuerySchema);
    if (query.kind === "error") return fail(query.error);
    const { rid, limit } = query.value;
    const ts = deps.clock.wallMs() / 1000;
    if (rid === undefined) return c.json({ ts, requests: deps.requests.list(limit).map(explainRequest) });
    const kept = deps.requests.find(rid);
    return kept === null
      ? fail(
          badRequest(404, `request ${rid} is not among the newest any more; its lines stand in usage.jsonl`),
        )
      : c.json({ ts, requests: [explainRequest(kept)] });
  });
  app.get("/dashboard", async (c) => {
    // Loaded when it is first asked for: a start should not wait for a page.
    const [{ renderPage }] = await Promise.all([import("./render-page.ts"), deps.series.ready()]);
    const { html, headers } = renderPage(deps);
    if (!/\bgzip\b/.test(c.req.header("accept-encoding") ?? "")) return c.body(html, 200, headers);
    const packed = new Uint8Array(await gzipped(html));
    return c.body(packed, 200, { ...headers, "content-encoding": "gzip", vary: "accept-encoding" });
  });
}
