export { decide } from "./decide.ts";
export type { Decision, GiveUpDecision, RefuseDecision, SendDecision } from "./decision.ts";
export type { LaneFacts, MarkView, RoutingSnapshot } from "./routing-snapshot.ts";
