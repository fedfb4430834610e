import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readJsonState, setAside, writeJsonState } from "./json-state.ts";
import { faultOf, temporaryFolder } from "./log-test-kit.ts";

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.dir, "state.json");
});
afterEach(() => folder.remove());

describe("readJsonState", () => {
  it("tells a missing file from a bad one", () => {
    expect(readJsonState(path)).toEqual({ kind: "missing" });
    writeFileSync(path, '{"a":');
    expect(readJsonState(path)).toEqual({ kind: "invalid", reason: "not JSON" });
    writeFileSync(path, "");
    expect(readJsonState(path)).toEqual({ kind: "invalid", reason: "not JSON" });
    expect(readJsonState(folder.dir)).toEqual({ kind: "invalid", reason: "not a regular file" });
  });

  it("follows no link and waits for no FIFO", () => {
    writeFileSync(path, "1");
    symlinkSync(path, `${path}.link`);
    expect(readJsonState(`${path}.link`)).toEqual({ kind: "invalid", reason: "ELOOP" });
    execFileSync("mkfifo", [`${path}.fifo`]);
    expect(readJsonState(`${path}.fifo`)).toEqual({ kind: "invalid", reason: "not a regular file" });
  });
});

describe("writeJsonState", () => {
  it("replaces the file as a whole, readable by the owner alone", () => {
    expect(writeJsonState(path, { a: 1 })).toEqual({ success: true });
    expect(writeJsonState(path, { b: [2] })).toEqual({ success: true });
    expect(readJsonState(path)).toEqual({ kind: "value", value: { b: [2] } });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder.dir)).toEqual(["state.json"]);
  });

  it("goes on after writes that took only a part", () => {
    const ops = { write: (fd: number, bytes: Uint8Array) => writeSync(fd, bytes.subarray(0, 3)) };
    expect(writeJsonState(path, { text: "a longer value" }, ops)).toEqual({ success: true });
    expect(readJsonState(path)).toEqual({ kind: "value", value: { text: "a longer value" } });
  });

  it("leaves the old state alone when the disk is full", () => {
    writeJsonState(path, "old");
    let room = 4;
    const ops = {
      write: (fd: number, bytes: Uint8Array) => {
        if (room === 0) throw faultOf("ENOSPC");
        const taken = writeSync(fd, bytes.subarray(0, room));
        room -= taken;
        return taken;
      },
    };
    expect(writeJsonState(path, "a new one", ops)).toEqual({ success: false, reason: "ENOSPC" });
    expect(readJsonState(path)).toEqual({ kind: "value", value: "old" });
    expect(readdirSync(folder.dir)).toEqual(["state.json"]);
  });

  it("does not write through what stands in the temporary file's place", () => {
    const target = join(folder.dir, "elsewhere");
    writeFileSync(target, "untouched");
    symlinkSync(target, `${path}.tmp`);
    expect(writeJsonState(path, 1)).toEqual({ success: true });
    expect(readFileSync(target, "utf8")).toBe("untouched");
    expect(readJsonState(path)).toEqual({ kind: "value", value: 1 });
  });

  it("reports a missing folder, and throws only for a value without JSON form", () => {
    expect(writeJsonState(join(folder.dir, "no", "state.json"), 1)).toEqual({
      success: false,
      reason: "ENOENT",
    });
    expect(() => writeJsonState(path, undefined)).toThrow(RangeError);
  });
});

describe("the checksum", () => {
  it("finds every flipped bit of what was written", () => {
    const value = { count: 9_455, lanes: ["zai"] };
    writeJsonState(path, value);
    const good = readFileSync(path);
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bytes = Buffer.from(good);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, bytes);
      const read = readJsonState(path);
      // The line end may change, and so may the name of the checksum itself: the value then still stands as it was.
      if (read.kind === "value") expect(read.value).toMatchObject(value);
      else
        expect(read).toMatchObject({
          reason: expect.stringMatching(/^(not JSON|its checksum does not match)$/),
        });
    }
  });

  it("is not asked of a file that an earlier version wrote", () => {
    writeFileSync(path, '{"a":1}');
    expect(readJsonState(path)).toEqual({ kind: "value", value: { a: 1 } });
  });
});

it("sets a broken file aside, and tells where a folder forbids it", () => {
  writeFileSync(path, "x");
  expect(setAside(path)).toBe(`${path}.broken`);
  expect(readFileSync(`${path}.broken`, "utf8")).toBe("x");
  expect(setAside(path)).toBeNull();
});
