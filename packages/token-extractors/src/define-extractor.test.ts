import { NO_USAGE } from "@ccp/usage-contract/core";
import { expect, it } from "vitest";
import { defineExtractor, type ExtractorDefinition } from "./define-extractor.ts";

const definition: ExtractorDefinition = {
  name: "house",
  fromJson: null,
  fromHeaders: null,
  fromSse: { readEvent: () => null, contentPrefix: null },
};

it("fills what a provider does not have with null", () => {
  const extractor = defineExtractor(definition);
  expect(extractor.fromJson('{"usage":{"input_tokens":1}}')).toBeNull();
  expect(extractor.fromHeaders({ get: () => "1,2" })).toBeNull();
  const stream = extractor.openStream();
  stream.push("data: x\n\n");
  expect(stream.end()).toEqual({
    usage: null,
    started: false,
    terminal: "none",
    terminalUnclosed: false,
    error: null,
    model: null,
    invalidUsage: false,
  });
});

it("answers null for a usage object in which nothing is usable", () => {
  const extractor = defineExtractor({ ...definition, fromJson: () => ({ usage: NO_USAGE, invalid: true }) });
  expect(extractor.fromJson("{}")).toBeNull();
});

it.each(["", "Zai", "a b", "-a", "1a"])("refuses the name %j", (name) => {
  expect(() => defineExtractor({ ...definition, name })).toThrow(RangeError);
});
