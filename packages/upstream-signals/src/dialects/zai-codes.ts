import type { Verdict } from "../refusal.ts";

/** What one business code of Z.AI and BigModel means. */
export interface ZaiCode {
  readonly kind: Verdict["kind"];
  readonly scope: Verdict["scope"];
  /** The window that the code stands for, when the message does not name one. */
  readonly window: string | null;
}

const AUTH: ZaiCode = { kind: "auth", scope: "account", window: null };
const REQUEST: ZaiCode = { kind: "request", scope: "request", window: null };
const THROTTLE: ZaiCode = { kind: "throttle", scope: "request", window: null };
const DEAD: ZaiCode = { kind: "dead_lane", scope: "account", window: null };
const quota = (window: string | null): ZaiCode => ({ kind: "quota", scope: "account", window });

/** Sources: docs.z.ai/api-reference/api-code and docs.bigmodel.cn/cn/api/api-code. */
export const ZAI_CODES: ReadonlyMap<string, ZaiCode> = new Map([
  ["1000", AUTH],
  ["1001", AUTH],
  ["1002", AUTH],
  ["1003", AUTH],
  ["1004", AUTH],
  ["1113", DEAD], // no balance, no package
  ["1210", REQUEST], // bad parameter
  ["1211", REQUEST], // unknown model
  ["1214", REQUEST], // bad parameter
  ["1234", { kind: "server_error", scope: "request", window: null }], // network
  ["1261", REQUEST], // prompt too long
  ["1302", THROTTLE], // concurrency
  ["1303", THROTTLE], // frequency
  ["1304", quota("day")], // calls of the day
  ["1305", THROTTLE], // traffic limit
  ["1308", quota("5h")],
  ["1309", DEAD], // plan ended
  ["1310", quota(null)], // week or month
  ["1311", { kind: "dead_lane", scope: "model", window: null }], // model not in the plan
  ["1312", THROTTLE], // model busy
  ["1313", DEAD], // fair use policy
  ["1314", DEAD], // enterprise plan ended
  ["1315", DEAD], // wrong kind of key
  ["1316", quota("5h")], // 1316-1321: windows spent, and no money for extra usage
  ["1317", quota("7d")],
  ["1318", quota(null)],
  ["1319", quota(null)],
  ["1320", quota(null)],
  ["1321", quota(null)],
]);
