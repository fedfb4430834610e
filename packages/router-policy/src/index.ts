export type { LaneBookSnapshot } from "./book/book-snapshot.ts";
export {
  type ActiveMark,
  createLaneBook,
  type LaneBook,
  type LimitReport,
  type MarkOutcome,
} from "./book/lane-book.ts";
export type { PauseKind } from "./book/lane-health.ts";
export { decide } from "./decide.ts";
export type { Decision, GiveUpDecision, RefuseDecision, SendDecision } from "./decision.ts";
export { type LaneQuestion, type LaneRoom, laneFacts } from "./lane-facts.ts";
export type { LaneFacts, MarkView, RoutingSnapshot } from "./routing-snapshot.ts";
