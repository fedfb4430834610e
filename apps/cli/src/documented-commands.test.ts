import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { UsageEvent } from "@ccp/usage-contract";
import { encodeEvent } from "@ccp/usage-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const BIN = join(ROOT, "apps/cli/bin/cc.mjs");
const GATEWAY = join(ROOT, "apps/proxy/bin/ccp-gateway.mjs");
const DOCUMENTS = ["README.md", "docs/OPS-GUIDE.md"];

/**
 * Commands that are run in another form than they are printed, and why. Everything else is run as it stands, and ends
 * with 0. A command that no document shows has no place here: the last test says so.
 */
const FORMS: Readonly<
  Record<string, { readonly run: string; readonly code?: number; readonly because: string }>
> = {
  "cc quotas --watch": { run: "cc quotas --json", because: "it runs until Ctrl-C" },
  "cc hud --tui": { run: "cc hud --once", because: "it needs a terminal" },
  "cc hud": { run: "cc hud --once", because: "CCP_TUI might make it a screen" },
  "cc service status": {
    run: "cc service status",
    code: 1,
    because: "nothing is installed in a home of its own",
  },
  "cc service install": { run: "cc service install --dry-run", because: "it installs" },
  "cc service uninstall": { run: "cc service uninstall --dry-run", because: "it uninstalls" },
  "cc statusline install": { run: "cc statusline install --dry-run", because: "it edits settings" },
  "cc statusline uninstall": { run: "cc statusline uninstall --dry-run", because: "it edits settings" },
  "cc providers check FILE": {
    run: "cc providers check configs/providers.example.yaml",
    because: "FILE is the reader's",
  },
  "cc claude": { run: "cc claude --bin /nowhere/claude", code: 127, because: "it is not installed here" },
  "cc agg": { run: "cc agg", code: 64, because: "it wants folders" },
  "cc agg DIR…": { run: "cc agg DIR…", code: 2, because: "DIR is the reader's" },
  "cc agg ~/gw1 ~/gw2": { run: "cc agg ~/gw1 ~/gw2", code: 2, because: "the folders are the reader's" },
  "cc db import --jsonl /old/logs": {
    run: "cc db import --jsonl /old/logs",
    code: 1,
    because: "the folder is the reader's",
  },
  "cc claude -- -p hello": {
    run: "cc claude --bin /nowhere/claude -- -p hello",
    code: 127,
    because: "it is not installed here",
  },
  "cc logs -f": { run: "cc logs", because: "it runs until Ctrl-C" },
  "cc logs -f --event completion": { run: "cc logs --event completion", because: "it runs until Ctrl-C" },
  "cc explain": { run: "cc explain RID", code: 1, because: "the text names it without its RID" },
  "cc explain RID": { run: "cc explain RID", code: 1, because: "RID is the reader's" },
  "cc config init": { run: "cc config init", code: 64, because: "it asks at a terminal" },
  "cc calibration reset": { run: "cc calibration reset --yes", because: "it asks" },
  "cc calibration reset --model M": {
    run: "cc calibration reset --model glm-4.6 --yes",
    because: "M is the reader's",
  },
};

/** Commands in blocks and spans of code, without `npx` and without comments; each one once. */
function documentedCommands(): string[] {
  const found = new Set<string>();
  for (const document of DOCUMENTS) {
    const text = readFileSync(join(ROOT, document), "utf8");
    const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, body = ""]) => body.split("\n"));
    const prose = text.replace(/^```.*?^```/gms, "");
    const spans = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
    for (const line of [...blocks, ...spans]) {
      const [, command] = /(?:^|[\s"(])(?:npx cc|ccp|cc) ([a-z][^#)"·;|&]*)/.exec(line) ?? [];
      if (command !== undefined) found.add(`cc ${command.trim().replace(/\s+/g, " ")}`);
    }
  }
  return [...found].sort();
}

let home: string;
let gateway: ChildProcess;
let url: string;

/** A home in which Claude Code has worked and a gateway has written its log. */
function furnish(dir: string): void {
  cpSync(join(ROOT, "fixtures/claude-code"), join(dir, ".claude"), { recursive: true });
  const event: UsageEvent = JSON.parse(
    readFileSync(join(ROOT, "fixtures/usage/completion-event.json"), "utf8"),
  );
  mkdirSync(join(dir, "logs"));
  writeFileSync(join(dir, "logs/usage.jsonl"), encodeEvent(event));
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "cc-documented-"));
  furnish(home);
  gateway = spawn(process.execPath, [GATEWAY, "--demo", "--port", "0"], {
    env: { PATH: process.env.PATH, HOME: home },
    stdio: ["ignore", "pipe", "inherit"],
  });
  url = await new Promise<string>((resolve, reject) => {
    let text = "";
    gateway.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const [, found] = /(http:\/\/127\.0\.0\.1:\d+)/.exec(text) ?? [];
      if (found !== undefined) resolve(found);
    });
    gateway.on("exit", (code) => reject(new Error(`the gateway ended with ${code}: ${text}`)));
  });
  await run("cc db import --jsonl");
});

afterAll(async () => {
  const ended = new Promise((resolve) => gateway.on("exit", resolve));
  gateway.kill("SIGTERM");
  await ended;
  rmSync(home, { recursive: true, force: true });
});

function run(command: string): Promise<{ code: number | null; text: string }> {
  const [, ...words] = command.split(" ");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...words], {
      cwd: ROOT,
      // A home and a state of its own: nothing of whoever runs the tests is read or written.
      env: {
        PATH: process.env.PATH,
        HOME: home,
        CCP_URL: url,
        CCP_STATE_DIR: home,
        TZ: "UTC",
        COLUMNS: "100",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, text }));
  });
}

describe("every command that README and operator's guide show", () => {
  const commands = documentedCommands();

  it.each(commands)("%s", async (command) => {
    const { run: form, code: expected = 0 } = FORMS[command] ?? { run: command };
    const { code, text } = await run(form);
    expect([form, code], text).toEqual([form, expected]);
  });

  it("fails for a command that does not exist", async () => {
    expect((await run("cc qoutas")).code).toBe(64);
    expect((await run("cc providers tset zai")).code).toBe(64);
  });

  it("are found in blocks and in the text, and none is excused that is not shown", () => {
    expect(commands).toEqual(expect.arrayContaining(["cc quotas", "cc doctor --live", "cc service install"]));
    expect(Object.keys(FORMS).filter((command) => !commands.includes(command))).toEqual([]);
  });
});
