import { describe, expect, it } from "vitest";
import type { Manifest } from "../lib/workspace.ts";
import { findFaults, type SourceFile } from "./find-faults.ts";
import type { TableRow } from "./read-table.ts";

const manifest: Manifest = {
  name: "@ccp/quota-engine",
  version: "0.1.0",
  dependencies: { "@ccp/usage-contract": "workspace:*", valibot: "1" },
  devDependencies: { vitest: "5" },
};
const row: TableRow = { project: "quota-engine", mayImport: ["usage-contract"], code: "pure" };

function faultsOf(text: string, file: Partial<SourceFile> = {}, rules: TableRow = row): string[] {
  const files = [{ path: "src/a.ts", shipped: true, text, ...file }];
  return findFaults({ label: rules.project, manifest, files }, rules);
}

describe("findFaults", () => {
  it.each([
    ["the shared words", 'import { a } from "@ccp/usage-contract";'],
    ["a dependency", 'import * as v from "valibot";'],
    ["a neighbour", 'import { b } from "../b.ts";'],
  ])("lets a package import %s", (_, text) => expect(faultsOf(text, { path: "src/x/a.ts" })).toEqual([]));

  it.each([
    ['import { a } from "@ccp/router-policy";', "imports @ccp/router-policy, which the table does not allow"],
    [
      'import { a } from "@ccp/usage-contract/node";',
      "imports @ccp/usage-contract/node: /node is for the programs alone",
    ],
    [
      'import { a } from "@ccp/usage-contract/src/words.ts";',
      "imports @ccp/usage-contract/src/words.ts: not an entry",
    ],
    ['import { a } from "../../b/src/a.ts";', "reaches out of its project: ../../b/src/a.ts"],
    ['import { a } from "left-pad";', "imports left-pad, which package.json does not declare"],
    ['import { a } from "vitest";', "imports vitest, which is only a devDependency"],
    ['import { a } from "fs";', 'imports "fs" without node:'],
    ['import { a } from "node:fs";', "is pure and imports node:fs"],
    ["Date.now(); Date.now();", "is pure and uses Date"],
  ])("tells of %s", (text, fault) => {
    expect(faultsOf(text)).toContain(`quota-engine/src/a.ts: ${fault}`);
  });

  it("lets tests and generators use what is not shipped", () => {
    const text = 'import { it } from "vitest";\nimport "node:fs";\nDate.now();';
    expect(faultsOf(text, { path: "src/a.test.ts" })).toEqual([]);
    expect(faultsOf(text, { path: "src/generator.ts", shipped: false })).toEqual([]);
  });

  it("lets tests read the fixtures, and nothing else outside", () => {
    const fixture = 'import a from "../../../fixtures/a.json" with { type: "json" };';
    expect(faultsOf(fixture, { path: "src/a.test.ts" })).toEqual([]);
    expect(faultsOf(fixture)).toHaveLength(1);
    expect(faultsOf('import "../../b/src/b.ts";', { path: "src/a.test.ts" })).toHaveLength(1);
  });

  it("lets the node part of a package use the platform", () => {
    const text = 'import "node:fs";\nDate.now();';
    expect(faultsOf(text, { path: "src/node/index.ts" })).toEqual([]);
  });

  it("keeps the mock to the gateway's demo and tests", () => {
    const proxy: TableRow = {
      project: "apps/proxy",
      mayImport: ["usage-contract", "mock-upstream"],
      code: "node",
    };
    const text = 'import { startMockUpstream } from "@ccp/mock-upstream";';
    const missing = "apps/proxy: the table allows @ccp/mock-upstream, which package.json does not declare";
    expect(faultsOf(text, { path: "src/demo/start-demo.ts" }, proxy)).toEqual([missing]);
    expect(faultsOf(text, { path: "src/a.test.ts" }, proxy)).toEqual([missing]);
    expect(faultsOf(text, {}, proxy)).toEqual([
      missing,
      "apps/proxy/src/a.ts: imports @ccp/mock-upstream: for the gateway's demo and tests alone",
    ]);
  });

  it("compares the manifest with the table, both ways", () => {
    const strict: TableRow = { ...row, mayImport: ["request-scan"] };
    expect(findFaults({ label: "quota-engine", manifest, files: [] }, strict)).toEqual([
      "quota-engine/package.json: declares @ccp/usage-contract, which the table does not allow",
      "quota-engine: the table allows @ccp/request-scan, which package.json does not declare",
    ]);
    expect(findFaults({ label: "new-one", manifest, files: [] }, undefined)).toEqual([
      "new-one: not in the table of docs/architecture.md",
    ]);
  });
});
