export {
  type AccountBook,
  type AccountBookSnapshot,
  type AccountSighting,
  createAccountBook,
} from "./account/account-book.ts";
export { accountId } from "./account/account-id.ts";
export type { LaneBookSnapshot } from "./book/book-snapshot.ts";
export {
  type ActiveMark,
  type AdoptedMark,
  createLaneBook,
  type LaneBook,
  type MarkName,
} from "./book/lane-book.ts";
export type { PauseKind } from "./book/lane-health.ts";
export type { LimitReport, MarkOutcome } from "./book/limit-report.ts";
export type { ClientRequest } from "./client/client-request.ts";
export { isQuotaProbe } from "./client/quota-probe.ts";
export { sessionKey } from "./client/session-key.ts";
export { trafficClass } from "./client/traffic-class.ts";
export { decide } from "./decide.ts";
export type { Decision, GiveUpDecision, RefuseDecision, SendDecision } from "./decision.ts";
export { type LaneQuestion, type LaneRoom, laneFacts } from "./lane-facts.ts";
export { cooldownSteps } from "./modes/cooldown-steps.ts";
export { type LaneContext, mayBeTooSmall, passOverTooSmall } from "./pass-over-too-small.ts";
export type { LaneFacts, MarkView, RoutingSnapshot, SessionFacts } from "./routing-snapshot.ts";
export {
  createSessionBook,
  type SessionBook,
  type SessionUse,
  type SessionView,
} from "./session/session-book.ts";
export type { SessionBookSnapshot } from "./session/session-snapshot.ts";
export {
  type CountedModel,
  createJudge,
  type Judge,
  type JudgeSources,
  verdictView,
} from "./verdict/create-judge.ts";
export type { AccountWindow, LaneVerdict, VerdictBook, VerdictRoom } from "./verdict/lane-verdict.ts";
