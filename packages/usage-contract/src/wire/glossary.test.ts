import { describe, expect, it } from "vitest";
import { jsonSchemaOf } from "../json-schema.ts";
import { fieldNote } from "./glossary.ts";
import { WIRE_SCHEMAS, type WireName, wireName } from "./wire-schemas.ts";

/** Every named member of a wire object, e.g. `lanes` and `windows.rolling_seconds`. */
function memberPaths(name: WireName): string[] {
  const paths = new Set<string>();
  jsonSchemaOf(WIRE_SCHEMAS[name], {
    refOf: (schema) => wireName(schema),
    noteAt: (path) => {
      if (!path.endsWith("*") && !path.endsWith("[]")) paths.add(path);
      return null;
    },
  });
  return [...paths];
}

const names = Object.keys(WIRE_SCHEMAS) as WireName[];

describe("fieldNote", () => {
  it.each(names)("has a meaning for every member of %s", (name) => {
    expect(memberPaths(name).filter((path) => fieldNote(name, path) === null)).toEqual([]);
  });

  it("prefers the narrower meaning", () => {
    expect(fieldNote("Issue", "path")).toBe("key path; empty for a fault of the whole text");
    expect(fieldNote("UsageView", "path")).toBe("file in use; null for the built-in values");
    expect(fieldNote("Readyz", "providers.*")).toBeNull();
  });
});
