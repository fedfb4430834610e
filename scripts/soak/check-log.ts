import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from "node:fs";

/** An exchange of which its client knows how it ended. */
export interface Acknowledged {
  /** `null` where the client left, and may have left before the end. */
  readonly status: number | null;
  /** `null` where the answer did not tell all of them. */
  readonly outputTokens: number | null;
}

export interface LogFinding {
  readonly lines: number;
  readonly completions: number;
  readonly faults: readonly string[];
}

interface Exchange {
  decisions: number;
  completions: number;
  status: number | null;
  outputTokens: number | null;
}

export interface LogReader {
  /** Reads what was written since. Once a second is often enough: a file is passed on to the next one minutes apart. */
  poll(): void;
  /**
   * Compares the log with what clients know: one completion for each exchange, with its status and its tokens.
   *
   * @param unknown Exchanges that may have begun though their client never learnt their id.
   */
  finish(acknowledged: ReadonlyMap<string, Acknowledged>, unknown: number): LogFinding;
}

const MOST_FAULTS = 10;

/** Follows a log that is written meanwhile, over its changes of file. */
export function createLogReader(path: string): LogReader {
  const exchanges = new Map<string, Exchange>();
  const faults: string[] = [];
  const file = followFile(path, (line) => {
    const fault = takeLine(line, exchanges);
    if (fault !== null) faults.push(fault);
  });
  return {
    poll: file.poll,
    finish(acknowledged, unknown) {
      file.poll();
      file.close();
      for (const [rid, client] of acknowledged) faults.push(...compare(rid, exchanges.get(rid), client));
      const others = [...exchanges.keys()].filter((rid) => !acknowledged.has(rid)).length;
      if (others > unknown) faults.push(`${others} exchanges in the log are nobody's, ${unknown} could be`);
      const completions = [...exchanges.values()].reduce((sum, each) => sum + each.completions, 0);
      return { lines: file.lines(), completions, faults: faults.slice(0, MOST_FAULTS) };
    },
  };
}

function takeLine(line: string, exchanges: Map<string, Exchange>): string | null {
  let event: { rid: string; event?: string; status: number; output_tokens?: number };
  try {
    event = JSON.parse(line);
  } catch {
    return `a line that is no JSON: ${line.slice(0, 80)}`;
  }
  const { rid } = event;
  const known = exchanges.get(rid) ?? { decisions: 0, completions: 0, status: null, outputTokens: null };
  exchanges.set(rid, known);
  if (event.event === "decision") {
    known.decisions += 1;
    return known.completions > 0 ? `${rid} decides behind its completion` : null;
  }
  known.completions += 1;
  known.status = event.status;
  known.outputTokens = event.output_tokens ?? null;
  return known.completions > 1 ? `${rid} has more than one completion line` : null;
}

function compare(rid: string, logged: Exchange | undefined, client: Acknowledged): string[] {
  if (logged === undefined || logged.completions === 0) return [`${rid} has no completion line`];
  const found: string[] = [];
  if (client.status !== null && logged.status !== client.status) {
    found.push(`${rid} is logged as ${logged.status}, its client saw ${client.status}`);
  }
  if (client.outputTokens !== null && logged.outputTokens !== client.outputTokens) {
    found.push(`${rid} is logged with ${logged.outputTokens} output tokens, it had ${client.outputTokens}`);
  }
  return found;
}

/** Lines of a file that grows, and of the one that takes its name when it is full. */
function followFile(
  path: string,
  onLine: (line: string) => void,
): { poll(): void; close(): void; lines(): number } {
  const bytes = Buffer.alloc(1024 * 1024);
  let file: number | null = null;
  let rest = "";
  let lines = 0;

  const readOn = (open: number): void => {
    for (let length = readSync(open, bytes); length > 0; length = readSync(open, bytes)) {
      // Latin-1 keeps a character that is cut in two; what is compared is ASCII.
      const parts = (rest + bytes.toString("latin1", 0, length)).split("\n");
      rest = parts.pop() ?? "";
      lines += parts.length;
      parts.forEach(onLine);
    }
  };
  const poll = (): void => {
    if (file !== null) readOn(file);
    if (!existsSync(path)) return;
    if (file !== null && fstatSync(file).ino === statSync(path).ino) return;
    if (file !== null) {
      // The last lines may have come between the reading and the change of name.
      readOn(file);
      closeSync(file);
    }
    file = openSync(path, "r");
    readOn(file);
  };
  return {
    poll,
    close: () => {
      if (file !== null) closeSync(file);
    },
    lines: () => lines,
  };
}
