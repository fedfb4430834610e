import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMintBook, type MintBook } from "@ccp/lane-repair";
import { createSessionBook, type SessionBook } from "@ccp/router-policy";
import { expect, it, onTestFinished, vi } from "vitest";
import type { Deps } from "../deps.ts";
import { openConversationFile } from "./conversation-file.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);

interface Books extends Pick<Deps, "clock" | "notice"> {
  readonly mints: MintBook;
  readonly sessions: SessionBook;
  readonly notices: string[];
}

function books(): Books {
  const notices: string[] = [];
  return {
    mints: createMintBook({ capacity: 10 }),
    sessions: createSessionBook(),
    clock: { wallMs: () => NOW_MS, monoMs: () => 0, localHour: () => 0 },
    notice: (level, message) => void notices.push(`${level}: ${message}`),
    notices,
  };
}

function filePath(): string {
  const folder = mkdtempSync(join(tmpdir(), "ccp-conversations-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "conversations.json");
}

it("brings back who minted what and where sessions are, without their names", () => {
  const path = filePath();
  const first = books();
  const file = openConversationFile(path, first);
  first.mints.note("zai", "call_SECRET");
  first.sessions.note({
    session: "session-SECRET",
    model: "claude-opus-5-5",
    lane: "zai",
    rerouteDecision: "quota_pass",
    counts: null,
    startedAtMs: NOW_MS,
    nowMs: NOW_MS,
  });
  file.close();
  expect(readFileSync(path, "utf8")).not.toContain("SECRET");
  expect(statSync(path).mode & 0o777).toBe(0o600);

  const second = books();
  openConversationFile(path, second).close();
  expect(second.mints.laneOf("call_SECRET")).toBe("zai");
  expect(second.sessions.last("session-SECRET", "claude-opus-5-5", NOW_MS)?.lane).toBe("zai");
  expect(second.notices).toEqual([]);
});

it("saves news every half minute, and nothing where there is none", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const path = filePath();
  const opened = books();
  const file = openConversationFile(path, opened);
  vi.advanceTimersByTime(60_000);
  expect(() => statSync(path)).toThrow("ENOENT");
  opened.mints.note("zai", "a");
  vi.advanceTimersByTime(30_000);
  const { mtimeNs } = statSync(path, { bigint: true });
  vi.advanceTimersByTime(60_000);
  expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs);
  file.close();
});

it.each(["", "null", '{"mints":7,"sessions":[]}', "{"])("starts anew on a file that holds %j", (text) => {
  const path = filePath();
  writeFileSync(path, text);
  const opened = books();
  openConversationFile(path, opened).close();
  expect([opened.mints.size, opened.sessions.size]).toEqual([0, 0]);
  expect(opened.notices).toHaveLength(text === "" || text === "{" ? 1 : 0);
});

it("says once a save that it cannot write, and goes on", () => {
  const opened = books();
  openConversationFile(join(filePath(), "no-such-folder", "f.json"), opened).close();
  expect(opened.notices).toEqual([
    expect.stringMatching(/^warn: what is known of conversations cannot be saved \(EN.*\): /),
  ]);
});
