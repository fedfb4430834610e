/** One case as plain data: printed when it fails, and enough to play it again. */
export interface FuzzCase {
  readonly seed: number;
  readonly settings: CaseSettings;
  /** What each lane answers, first to last; a lane that has answered all of it serves. */
  readonly lanes: Readonly<Record<LaneName, readonly UpstreamStep[]>>;
  readonly requests: readonly ClientRequest[];
}

export const LANES = ["anthropic", "zai", "kimi"] as const;
export type LaneName = (typeof LANES)[number];

export interface CaseSettings {
  readonly mode: "preemptive" | "run2cap" | "hybrid";
  readonly cooldownSec: number;
  /** Rolling cap of the quota models, counted tokens. */
  readonly capTokens: number;
}

export type Encoding = "none" | "gzip" | "br" | "zstd";

export interface UpstreamStep {
  readonly body:
    | { readonly kind: "fixture"; readonly path: string }
    | { readonly kind: "text"; readonly status: number; readonly type: string; readonly text: string }
    /** A whole stream with this many deltas of this many bytes. */
    | { readonly kind: "stream"; readonly deltas: number; readonly bytes: number }
    | { readonly kind: "message"; readonly bytes: number };
  readonly headers: readonly (readonly [string, string])[];
  readonly framing: "length" | "chunked" | "close";
  readonly encoding: Encoding;
  /** Share of head and body after which it stops, 0..1; `null`: all of it. */
  readonly cutShare: number | null;
  readonly ending: "keep" | "fin" | "rst" | "stall";
  /** Into how many writes it is cut, and how long each waits. */
  readonly writes: number;
  readonly pauseMs: number;
  /** Answered when the head has come, the body unread. */
  readonly early: boolean;
}

export interface ClientRequest {
  readonly path: "/v1/messages" | "/v1/messages?beta=true" | "/v1/messages/count_tokens" | "/v1/models";
  /** JSON text as it is sent, but that `{{x*9}}` stands for nine letters x. */
  readonly body: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly credential: "bearer" | "key" | "both" | "none";
  readonly framing: "length" | "chunked";
  readonly encoding: Encoding;
  readonly writes: number;
  readonly startMs: number;
  readonly leave:
    | { readonly kind: "never" }
    | { readonly kind: "after_ms"; readonly ms: number; readonly how: "fin" | "rst" }
    | { readonly kind: "after_bytes"; readonly bytes: number; readonly how: "fin" | "rst" }
    | { readonly kind: "in_body"; readonly share: number; readonly how: "fin" | "rst" };
}

/** Secrets of the clients and of each lane's operator, none of which may be seen elsewhere. */
export const SECRETS = {
  clientBearer: "sk-ant-oat01-CANARY-bearer",
  clientKey: "sk-ant-api03-CANARY-key",
  cookie: "CANARY-cookie",
  token: "CANARY-token",
  prompt: "CANARY-prompt",
  zai: "CANARY-of-zai",
  kimi: "CANARY-of-kimi",
} as const;
