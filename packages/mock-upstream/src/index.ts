export { FIXTURES_DIR, fixture } from "./fixture.ts";
export { type MockDialect, mintSignature } from "./message.ts";
export { type MockUpstream, type ScriptEntry, startMockUpstream } from "./mock-upstream.ts";
export type { MockOptions, Responder } from "./options.ts";
export type { RecordedRequest } from "./recorded-request.ts";
export {
  type CutHow,
  chunkBytes,
  closeDelimited,
  compressed,
  cutAfterBytes,
  cutAfterEvents,
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
  slowHeaders,
  sse,
  stallAfterEvents,
  status,
} from "./step.ts";
