import { describe, expect, it } from "vitest";
import { formatNumber, formatRatio, renderTable } from "./table.ts";

describe("formatNumber", () => {
  it.each([
    [null, "-"],
    [0, "0.00"],
    [1.234, "1.23"],
    [12.34, "12.3"],
    [-123.4, "-123"],
    [1234567, "1,234,567"],
  ])("%j", (value, text) => expect(formatNumber(value)).toBe(text));
});

describe("formatRatio", () => {
  it.each([
    [null, "-"],
    [0.954, "0.95x"],
  ])("%j", (value, text) => expect(formatRatio(value)).toBe(text));
});

describe("renderTable", () => {
  it("lines up names on the left and numbers on the right", () => {
    expect(
      renderTable(
        ["", "a"],
        [
          ["long name", "1"],
          ["x", "1,000"],
        ],
      ),
    ).toBe("               a\nlong name      1\nx          1,000");
  });
});
