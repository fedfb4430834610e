export { FIXTURES_DIR, fixture } from "./fixture.ts";
export { type MockDialect, mintSignature } from "./message.ts";
export { type MockUpstream, type ScriptEntry, startMockUpstream } from "./mock-upstream.ts";
export type { MockOptions, Responder } from "./options.ts";
export type { Pacing, PlanCap, PlanOptions, PlanUsage } from "./plan.ts";
export type { RecordedRequest } from "./recorded-request.ts";
export { scaledClock } from "./scaled-clock.ts";
export {
  type CutHow,
  chunkBytes,
  closeDelimited,
  compressed,
  cutAfterBytes,
  cutAfterEvents,
  errorAfterEvents,
  errorFirst,
  type HeaderRecord,
  hang,
  html,
  type MockUsage,
  type Reply,
  type ReplyBlock,
  raw,
  redirect,
  reply,
  resetBeforeHeaders,
  type Step,
  type StreamStyle,
  slowHeaders,
  sse,
  stallAfterEvents,
  status,
  styled,
} from "./step.ts";
export type { CredentialOptions, StrictOptions } from "./strict.ts";
