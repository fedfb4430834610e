import { toSample } from "@ccp/usage-store";
import { expect, it } from "vitest";
import { exchange } from "../test-kit/recorded-exchange.ts";
import { sampleCsv } from "./usage-csv.ts";

/** One line with this model, as a table has it. */
function lineOf(model: string): string {
  const samples = exchange({ at: 1_800_000_000, rid: "r" }).flatMap((event) => toSample(event) ?? []);
  return samples.map((sample) => sampleCsv({ model, attempt: 1, sample })).join("");
}

it.each([
  ["\u001b]0;title\u0007\u001b[2Jglm", "]0;title[2Jglm"],
  ["glm\u009b31m\u202e", "glm31m"],
  ["line\nforged,1", '"lineforged,1"'],
  ["=HYPERLINK(1)", "'=HYPERLINK(1)"],
  ["\t=1+1", "'=1+1"],
  [" +cmd", "' +cmd"],
  ["＝1", "'＝1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
])("a model's name %j comes as %s", (model, text) => {
  expect(lineOf(model)).toContain(`,${text},`);
  expect(lineOf(model).trimEnd()).not.toMatch(/\p{Cc}/u);
});
