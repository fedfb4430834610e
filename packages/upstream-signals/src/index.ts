export { classifyAnswer, classifyStreamError, type UpstreamAnswer } from "./classify-answer.ts";
export { DIALECTS, type Dialect, toDialect } from "./dialect.ts";
export { parseRetryAfter } from "./parse-retry-after.ts";
export { openPeek, type PeekReader, peekStream, type StreamPeek } from "./peek-stream.ts";
export { parseQuotaEndpoint } from "./quota-endpoint/parse-quota-endpoint.ts";
export type { QuotaReport } from "./quota-endpoint/quota-report.ts";
export { readWindows, type WindowSource } from "./read-windows.ts";
export { plainText } from "./text/plain-text.ts";
export type { ListedHeaders } from "./unified-windows.ts";
