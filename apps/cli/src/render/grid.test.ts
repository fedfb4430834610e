import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Column, cell, gridWidth, renderGrid } from "./grid.ts";
import { lineWidth, paintLine } from "./line.ts";
import type { Look } from "./look.ts";

const look = (columns: number): Look => ({ color: false, ascii: false, columns, timeZone: "UTC" });
const text = (
  columns: Parameters<typeof renderGrid>[0],
  rows: Parameters<typeof renderGrid>[1],
  width: number,
) => renderGrid(columns, rows, look(width)).map((line) => paintLine(line, look(width)));

const COLUMNS: readonly Column[] = [
  { header: "MODEL", min: 8, cut: "middle", card: "title" },
  { header: "REQ", align: "right" },
  { header: "NOTE", wideOnly: true, min: 4 },
  { header: "STATE", card: "state" },
];
const ROWS = [
  [cell("claude-haiku-4.5"), cell("7"), cell("first"), cell("ok")],
  [cell("glm-5"), cell("1234"), cell("-"), cell("warn")],
];

describe("renderGrid", () => {
  it("aligns columns and drops trailing blanks", () => {
    expect(text(COLUMNS, ROWS, 110)).toEqual([
      "MODEL              REQ  NOTE   STATE",
      "claude-haiku-4.5     7  first  ok",
      "glm-5             1234  -      warn",
    ]);
  });

  it("drops columns that only a wide screen has room for", () => {
    expect(text(COLUMNS, ROWS, 109)).toEqual([
      "MODEL              REQ  STATE",
      "claude-haiku-4.5     7  ok",
      "glm-5             1234  warn",
    ]);
  });

  it("makes cards of rows on a narrow screen: title, state, then what fits", () => {
    expect(text(COLUMNS, ROWS, 30)).toEqual([
      "claude-haiku-4.5            ok",
      "  req 7  note first",
      "glm-5                     warn",
      "  req 1234",
    ]);
  });

  const SPARE: readonly Column[] = [
    { header: "MODEL", min: 8, cut: "middle" },
    { header: "LANE", min: 6, gives: "last" },
    { header: "MORE", wideOnly: true },
    { header: "MOST", wideOnly: true },
    { header: "A", dropped: 2 },
    { header: "B", dropped: 1 },
    { header: "STATE" },
  ];
  const spareRow = (model: string, filler: number) => [
    { ...cell(model), short: cell(model.replace("claude-", "")).spans },
    cell("anthropic"),
    cell("m".repeat(20)),
    cell("n".repeat(20)),
    cell("a".repeat(filler)),
    cell("b".repeat(filler)),
    cell("cool 1h39m"),
  ];
  const heads = (filler: number, width: number) =>
    renderGrid(SPARE, [spareRow("claude-haiku-4.5", filler)], look(width), "table").map((line) =>
      paintLine(line, look(width)).replace(/ +/g, " "),
    );

  it("leaves out the columns for wide screens before it cuts anything: wider never shows less", () => {
    expect(heads(10, 121)).toEqual([
      `MODEL LANE MORE MOST A B STATE`,
      `claude-haiku-4.5 anthropic ${"m".repeat(20)} ${"n".repeat(20)} ${"a".repeat(10)} ${"b".repeat(10)} cool 1h39m`,
    ]);
    expect(heads(16, 117)[0]).toBe("MODEL LANE MORE A B STATE");
    expect(heads(24, 110)).toEqual(heads(24, 109));
    expect(heads(24, 109)).toEqual([
      "MODEL LANE A B STATE",
      `claude-haiku-4.5 anthropic ${"a".repeat(24)} ${"b".repeat(24)} cool 1h39m`,
    ]);
  });

  it("then takes the short form of cells, then leaves out what can be spared", () => {
    const short = `anthropic ${"a".repeat(20)}`;
    expect(heads(20, 82)[1]).toBe(`haiku-4.5 ${short} ${"b".repeat(20)} cool 1h39m`);
    expect(heads(20, 75)).toEqual(["MODEL LANE A STATE", `haiku-4.5 ${short} cool 1h39m`]);
    expect(heads(30, 40)).toEqual(["MODEL LANE STATE", "haiku-4.5 anthropic cool 1h39m"]);
  });

  it("cuts names no further than they can be told apart, as long as something else can be cut", () => {
    const columns: readonly Column[] = [
      { header: "MODEL", min: 8, cut: "middle" },
      { header: "NOTE", min: 4 },
    ];
    const rows = ["one-opus-5.5-x", "one-opus-4.5-x"].map((name) => [cell(name), cell("n".repeat(12))]);
    const table = (width: number) =>
      renderGrid(columns, rows, look(width), "table").map((line) => paintLine(line, look(width)));
    expect(table(28)).toEqual([
      "MODEL           NOTE",
      "one-opus-5.5-x  nnnnnnnnnnnn",
      "one-opus-4.5-x  nnnnnnnnnnnn",
    ]);
    expect(table(18)).toEqual(["MODEL        NOTE", "one-o…5.5-x  nnnn…", "one-o…4.5-x  nnnn…"]);
    expect(table(14)).toEqual(["MODEL     NOTE", "one-…5-x  nnn…", "one-…5-x  nnn…"]);
  });

  it("cuts the widest column that may be cut, down to its minimum", () => {
    const long = [[cell("a".repeat(90)), cell("1"), cell("-"), cell("ok")]];
    const [, row] = text(COLUMNS, long, 80);
    expect(row).toBe(`${"a".repeat(34)}…${"a".repeat(33)}    1  ok`);
    expect(row?.length).toBe(77);
  });

  it("lets a sentence run over columns and finds room for it where there is some", () => {
    const columns: readonly Column[] = [{ header: "A" }, { header: "B" }, { header: "C" }, { header: "D" }];
    const rows = [
      [cell("a"), { ...cell("a sentence over three columns"), columns: 3 }],
      [cell("a"), cell("b"), cell("c"), cell("d")],
    ];
    expect(gridWidth(columns, rows)).toBe(32);
    expect(text(columns, rows, 80)).toEqual([
      `A  B  C${" ".repeat(24)}D`,
      "a  a sentence over three columns",
      `a  b  c${" ".repeat(24)}d`,
    ]);
  });

  it("is never wider than the screen, whatever stands in the cells", () => {
    const word = fc.string({ unit: "grapheme", maxLength: 60 });
    const row = fc.tuple(word, word, word, word).map((words) => words.map((one) => cell(one)));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 4 }), fc.integer({ min: 20, max: 79 }), (rows, width) => {
        for (const line of renderGrid(COLUMNS, rows, look(width))) {
          expect(lineWidth(line)).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});
