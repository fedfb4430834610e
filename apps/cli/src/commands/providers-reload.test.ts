import { expect, it } from "vitest";
import { catalogView } from "../test-kit/doctor-world.ts";
import { runTest } from "../test-kit/run-test.ts";

const VIEW = { "GET /v1/providers": catalogView({}, "/etc/ok.yaml") };

it("tells what was read", async () => {
  const run = await runTest(["providers", "reload"], {
    routes: { ...VIEW, "POST /v1/providers/reload": { status: 204, text: "" } },
  });
  expect([run.code, run.stdout]).toEqual([0, "reloaded /etc/ok.yaml: 3 lanes\n"]);
});

it("tells where a broken file is broken, and that the last good one stays", async () => {
  const issues = [{ path: "routes[0]", message: "no lane nope", line: 3, column: 4 }];
  const body = { type: "error", error: { type: "invalid_request_error", message: "1 issue", issues } };
  const run = await runTest(["providers", "reload"], {
    routes: { ...VIEW, "POST /v1/providers/reload": { status: 422, text: JSON.stringify(body) } },
  });
  expect(run.code).toBe(78);
  expect(run.stderr).toContain("/etc/ok.yaml:3:4 routes[0]: no lane nope\n");
  expect(run.stderr).toContain("was not loaded; the last good one stays in force");
});
