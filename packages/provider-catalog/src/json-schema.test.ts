import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogJsonSchema, quotasJsonSchema } from "./json-schema.ts";
import { parseCatalog } from "./parse-catalog.ts";
import { parseQuotas } from "./parse-quotas.ts";

const configs = new URL("../../../configs/", import.meta.url);

function render(schema: object): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function textOf(name: string): string {
  return readFileSync(new URL(name, configs), "utf8");
}

describe("schema files of configs/", () => {
  it("providers.schema.json is what the parser's schema says", async () => {
    await expect(render(catalogJsonSchema())).toMatchFileSnapshot(
      new URL("providers.schema.json", configs).pathname,
    );
  });

  it("quotas.schema.json is what the parser's schema says", async () => {
    await expect(render(quotasJsonSchema())).toMatchFileSnapshot(
      new URL("quotas.schema.json", configs).pathname,
    );
  });

  it("are draft-07, the newest that YAML editors read", () => {
    const draft = { $schema: "http://json-schema.org/draft-07/schema#", type: "object" };
    expect(catalogJsonSchema()).toMatchObject({ ...draft, required: ["providers"] });
    expect(quotasJsonSchema()).toMatchObject({ ...draft, required: [] });
  });

  it("lists every key of a provider", () => {
    const schema = JSON.parse(render(catalogJsonSchema()));
    expect(Object.keys(schema.properties.providers.additionalProperties.properties)).toEqual([
      "base_url",
      "auth",
      "key_env",
      "header_mode",
      "scoped_env",
      "models",
      "model_map",
      "context_tokens",
      "extractor",
      "dialect",
      "quota_poll_minutes",
      "needs",
      "answers",
      "trust_origin",
      "enabled",
    ]);
  });
});

describe("example files of configs/", () => {
  it("providers.example.yaml names the schema on its first line and is read without a warning", () => {
    const text = textOf("providers.example.yaml");
    expect(text.split("\n")[0]).toBe("# yaml-language-server: $schema=./providers.schema.json");
    expect(parseCatalog(text)).toMatchObject({ success: true, warnings: [] });
  });

  it("quotas.example.json is read without a warning", () => {
    expect(parseQuotas(textOf("quotas.example.json"))).toMatchObject({
      success: true,
      warnings: [],
      config: { rollingMs: 18_000_000, weeklyMs: 604_800_000 },
    });
  });
});
