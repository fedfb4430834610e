import { expect, it } from "vitest";
import { EXTRACTORS, findExtractor } from "./find-extractor.ts";

it("knows the words a catalog uses", () => {
  expect(EXTRACTORS.map((extractor) => extractor.name)).toEqual([
    "anthropic",
    "zai",
    "openai-chat",
    "openai-responses",
    "noop",
  ]);
});

it.each(["", "toString", "ANTHROPIC", "gemini"])("answers noop for %j", (name) => {
  expect(findExtractor(name).name).toBe("noop");
});
