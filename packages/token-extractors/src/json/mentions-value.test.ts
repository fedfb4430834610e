import { expect, it } from "vitest";
import { mentionsValue } from "./mentions-value.ts";

it.each([
  ['{"usage":{}}', true],
  ['{"usage" : \n {}}', true],
  ['{"usage":null}', false],
  ['{"usage": null,"b":{"usage":1}}', true],
  ['{"a":"\\"usage\\":1"}', false],
  ['{"a":"usage"}', false],
  ['"usage":', true],
  ["", false],
])("%j: %s", (text, found) => {
  expect(mentionsValue(text, '"usage"')).toBe(found);
});
