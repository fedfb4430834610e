import { randomUUID } from "node:crypto";
import { closeSync, constants, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { GatewayIdentity } from "@ccp/shared-quota";
import { readSmallFile } from "@ccp/usage-store/node";

/** Who this gateway is among those on its plan: the same over restarts, as long as its state folder is. */
export interface GatewayId {
  readonly identity: GatewayIdentity;
  /** Becomes another one: a copy of this state folder is in use elsewhere. */
  renew(): void;
}

/** @param stateDir `null`, or one that cannot be written: then the id ends with the process. */
export function openGatewayId(stateDir: string | null): GatewayId {
  const file = stateDir === null ? null : join(stateDir, "gateway-id");
  let gateway = read(file) ?? create(file);
  let sequence = 0;
  const life = randomUUID();
  return {
    identity: {
      get gateway() {
        return gateway;
      },
      life,
      nextSequence: () => {
        sequence += 1;
        return sequence;
      },
    },
    renew() {
      gateway = create(file);
    },
  };
}

function read(file: string | null): string | null {
  const found = file === null ? null : readSmallFile(file, { noLinks: true });
  if (found?.kind !== "text") return null;
  const [id] = /^[0-9a-f-]{36}$/.exec(found.text.trim()) ?? [];
  return id ?? null;
}

const WRITE_FLAGS =
  constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function write(file: string, text: string): void {
  const fd = openSync(file, WRITE_FLAGS, 0o600);
  try {
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}

function create(file: string | null): string {
  const id = randomUUID();
  try {
    if (file !== null) write(file, `${id}\n`);
  } catch {
    // The folder cannot be written: counts of an earlier process stay in the store under its own id and age out.
  }
  return id;
}
