import { describe, expect, it } from "vitest";
import type { CliCommand, CommandEntry } from "../cli-command.ts";
import { COMMANDS } from "../command-tree.ts";
import { renderHelp } from "./help.ts";
import type { Look } from "./look.ts";
import { textWidth } from "./text-width.ts";

async function commandsOf(entries: Readonly<Record<string, CommandEntry>>): Promise<CliCommand[]> {
  const commands = await Promise.all(Object.values(entries).map(({ load }) => load()));
  const below = await Promise.all(commands.map(({ subCommands }) => commandsOf(subCommands ?? {})));
  return [...commands, ...below.flat()];
}

function help(command: CliCommand | null, columns: number): string[] {
  const look: Look = { color: false, ascii: false, columns, timeZone: "UTC" };
  return renderHelp(command, COMMANDS, "npx cc", look).trimEnd().split("\n");
}

const words = (lines: readonly string[]): string[] => lines.join(" ").split(/\s+/);

describe("renderHelp", () => {
  it.each([52, 60, 80, 100])("leaves no word out, whatever the width: %d columns", async (columns) => {
    for (const command of [null, ...(await commandsOf(COMMANDS))]) {
      const lines = help(command, columns);
      expect([command?.name, words(lines)]).toEqual([command?.name, words(help(command, 1000))]);
      for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(columns);
    }
  });

  it("goes on below where a sentence began", () => {
    const command: CliCommand = {
      name: "try",
      summary: "does this, and then that, and says so",
      args: { lane: { type: "string", valueHint: "LANE", description: "only this lane, and no other one" } },
      notes: ["what is said at the end is said at some length"],
      run: () => Promise.resolve(0),
    };
    expect(help(command, 44)).toEqual([
      "cc try  does this, and then that, and says",
      "        so",
      "",
      "usage",
      "  npx cc try [options]",
      "",
      "options",
      "  --lane LANE    only this lane, and no",
      "                 other one",
      "  --url URL      where the gateway is (else",
      "                 CCP_URL)",
      "  --color        colours on or off",
      "                 (--no-color), whatever the",
      "                 terminal says",
      "  --ascii        only ASCII characters",
      "  -h, --help     show this help",
      "  -v, --version  show the version",
      "",
      "notes",
      "  what is said at the end is said at some",
      "    length",
    ]);
    expect(help(command, 36).slice(7, 9)).toEqual(["  --lane LANE", "      only this lane, and no other"]);
  });
});
