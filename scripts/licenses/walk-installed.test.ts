import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { walkInstalled } from "./walk-installed.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ccp-licenses-"));
});
afterEach(() => rmSync(root, { recursive: true }));

function install(path: string, manifest: Record<string, unknown>): string {
  const dir = join(root, path);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "package.json"), JSON.stringify({ version: "1.0.0", ...manifest }));
  return dir;
}

describe("walkInstalled", () => {
  it("follows dependencies of dependencies, the nearest copy first", () => {
    const app = install("app", { name: "@ours/app", dependencies: { a: "1", b: "1" } });
    install("node_modules/a", { name: "a", license: "MIT", dependencies: { b: "2" } });
    install("node_modules/b", { name: "b", license: "ISC" });
    install("node_modules/a/node_modules/b", { name: "b", version: "2.0.0", license: "GPL-3.0-only" });
    expect(walkInstalled([app], "@ours/")).toEqual({
      missing: [],
      packages: [
        { name: "a", version: "1.0.0", license: "MIT", via: "@ours/app" },
        { name: "b", version: "1.0.0", license: "ISC", via: "@ours/app" },
        { name: "b", version: "2.0.0", license: "GPL-3.0-only", via: "a" },
      ],
    });
  });

  it("leaves out development tools and optional peers, and tells what it could not see", () => {
    const app = install("app", {
      name: "@ours/app",
      dependencies: { gone: "1" },
      devDependencies: { tool: "1" },
      optionalDependencies: { other_platform: "1" },
      peerDependencies: { maybe: "1", wanted: "1" },
      peerDependenciesMeta: { maybe: { optional: true } },
    });
    for (const name of ["tool", "maybe"]) install(`node_modules/${name}`, { name, license: "MIT" });
    expect(walkInstalled([app], "@ours/")).toEqual({
      packages: [],
      missing: ["gone (of @ours/app)", "wanted (of @ours/app)"],
    });
  });

  it.each([
    [{ license: { type: "MIT" } }, "MIT"],
    [{ licenses: [{ type: "MIT" }, { type: "Apache-2.0" }] }, "MIT OR Apache-2.0"],
    [{}, "UNKNOWN"],
    [{ license: "" }, "UNKNOWN"],
  ])("reads %j", (stated, license) => {
    const app = install("app", { name: "@ours/app", dependencies: { a: "1" } });
    install("node_modules/a", { name: "a", ...stated });
    expect(walkInstalled([app], "@ours/").packages[0]?.license).toBe(license);
  });
});
