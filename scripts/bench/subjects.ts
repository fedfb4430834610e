import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { repoRoot } from "../lib/workspace.ts";
import type { Child, Crew } from "./crew.ts";
import { writeGatewayFiles, writeNginxConfig } from "./subject-files.ts";

export type SubjectName = "direct" | "nginx" | "raw-node" | "ccp";

export interface RunningSubject {
  readonly port: number;
  /** `null` where there is no process, as for direct calls. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

/** What a subject is started with. */
export interface Stage {
  readonly crew: Crew;
  readonly core: number | null;
  readonly mockPort: number;
  /** A folder that is removed at the end. */
  readonly dir: string;
  /** Run the gateway's built files, not its sources. */
  readonly built: boolean;
  /** More flags for the gateway's Node, e.g. `--cpu-prof`. */
  readonly nodeFlags: readonly string[];
}

const LISTENING = /http:\/\/127\.0\.0\.1:(\d+)/;
let instances = 0;

/** Starts a subject. It may not answer yet: whoever needs that asks until it does. */
export async function startSubject(name: SubjectName, stage: Stage): Promise<RunningSubject> {
  switch (name) {
    case "direct":
      return { port: stage.mockPort, pid: null, stop: async () => {} };
    case "nginx":
      return startNginx(stage);
    case "raw-node": {
      const script = join(import.meta.dirname, "raw-proxy.mjs");
      return listening(startNode("raw-node", [script, String(stage.mockPort)], stage));
    }
    case "ccp":
      return startGateway(stage);
    default:
      name satisfies never;
      throw new Error("unknown subject");
  }
}

async function startNginx(stage: Stage): Promise<RunningSubject> {
  const port = await freePort();
  const config = writeNginxConfig(ownDir(stage, "nginx"), port, stage.mockPort);
  const { crew, core } = stage;
  const child = crew.start({ label: "nginx", file: "nginx", args: ["-c", config], core });
  return { port, pid: child.pid, stop: child.stop };
}

function startGateway(stage: Stage): Promise<RunningSubject> {
  const dir = ownDir(stage, "ccp");
  const files = writeGatewayFiles(dir, stage.mockPort);
  const script = join(repoRoot, "apps/proxy/bin/ccp-gateway.mjs");
  const args = [...stage.nodeFlags, script, "--port", "0", "--config", files.providers];
  const env = {
    CCP_STATE_DIR: files.stateDir,
    CCP_QUOTAS_FILE: files.quotas,
    CCP_USE_DIST: stage.built ? "1" : "0",
    ZAI_API_KEY: "bench-not-a-key",
    // No setting of the user's own may change what is measured.
    HOME: dir,
    PATH: process.env.PATH ?? "",
    TMPDIR: process.env.TMPDIR ?? "/tmp",
  };
  return listening(startNode("ccp", args, stage, env));
}

function startNode(
  label: string,
  args: string[],
  { crew, core }: Stage,
  env?: Record<string, string>,
): Child {
  return crew.start({ label, file: process.execPath, args, core, ...(env === undefined ? {} : { env }) });
}

async function listening(child: Child): Promise<RunningSubject> {
  const found = await child.line(LISTENING);
  return { port: Number(found[1]), pid: child.pid, stop: child.stop };
}

/** A folder of its own for each start, so that none finds what another left. */
function ownDir(stage: Stage, name: string): string {
  instances += 1;
  return join(stage.dir, `${name}-${instances}`);
}

/** nginx does not tell which port it took for port 0. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
