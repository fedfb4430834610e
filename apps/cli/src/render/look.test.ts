import { describe, expect, it } from "vitest";
import { readLook } from "./look.ts";

const stream = (isTTY: boolean, columns?: number) => ({
  write: () => true,
  isTTY,
  ...(columns === undefined ? {} : { columns }),
});
const none = { color: null, ascii: false };
type Env = Record<string, string>;

describe("colour", () => {
  it.each<[string, boolean | null, Env, boolean, boolean]>([
    ["a terminal", null, {}, true, true],
    ["a pipe", null, {}, false, false],
    ["NO_COLOR", null, { NO_COLOR: "1" }, true, false],
    ["an empty NO_COLOR", null, { NO_COLOR: "" }, true, true],
    ["TERM=dumb", null, { TERM: "dumb" }, true, false],
    ["FORCE_COLOR on a pipe", null, { FORCE_COLOR: "1" }, false, true],
    ["an empty FORCE_COLOR", null, { FORCE_COLOR: "" }, false, true],
    ["FORCE_COLOR over NO_COLOR", null, { FORCE_COLOR: "3", NO_COLOR: "1" }, false, true],
    ["FORCE_COLOR=0", null, { FORCE_COLOR: "0" }, true, false],
    ["--no-color over FORCE_COLOR", false, { FORCE_COLOR: "1" }, true, false],
    ["--color over NO_COLOR", true, { NO_COLOR: "1" }, false, true],
  ])("%s", (_name, color, env, isTTY, expected) => {
    expect(readLook({ ...none, color }, env, stream(isTTY)).color).toBe(expected);
  });
});

describe("width", () => {
  it.each<[string, Env, number | undefined, number]>([
    ["COLUMNS first", { COLUMNS: "66" }, 133, 66],
    ["then the terminal", {}, 133, 133],
    ["then 100", {}, undefined, 100],
    ["a COLUMNS that is no number", { COLUMNS: "wide" }, undefined, 100],
    ["COLUMNS=0, as some shells export it", { COLUMNS: "0" }, 133, 133],
    ["never below 20", { COLUMNS: "3" }, undefined, 20],
  ])("%s", (_name, env, columns, expected) => {
    expect(readLook(none, env, stream(true, columns)).columns).toBe(expected);
  });
});

describe("characters", () => {
  it.each<[Env, boolean]>([
    [{}, false],
    [{ LANG: "" }, false],
    [{ LANG: "de_DE.UTF-8" }, false],
    [{ LANG: "C.utf8" }, false],
    [{ LANG: "C" }, true],
    [{ LANG: "POSIX" }, true],
    [{ LANG: "de_DE.ISO-8859-1" }, true],
    [{ LANG: "C", LC_ALL: "C.UTF-8" }, false],
    [{ LANG: "C.UTF-8", LC_CTYPE: "C" }, true],
  ])("%j", (env, ascii) => expect(readLook(none, env, stream(true)).ascii).toBe(ascii));

  it("--ascii wins over the locale", () => {
    expect(readLook({ ...none, ascii: true }, { LANG: "C.UTF-8" }, stream(true)).ascii).toBe(true);
  });
});

describe("time zone", () => {
  it.each<[string, string | undefined]>([
    ["Europe/Berlin", "Europe/Berlin"],
    [":/etc/localtime", undefined],
    ["CET-1CEST", undefined],
    ["", undefined],
  ])("TZ=%s", (TZ, expected) => expect(readLook(none, { TZ }, stream(true)).timeZone).toBe(expected));

  it("is the process's own where it was started with the same", () => {
    const zones = ["Asia/Tokyo", "Europe/Berlin"].map(
      (own) => readLook(none, { TZ: "Asia/Tokyo" }, stream(true), own).timeZone,
    );
    expect(zones).toEqual([undefined, "Asia/Tokyo"]);
  });
});
