import type { DecisionSample, LiveEvent, Readyz, UsageView } from "@ccp/usage-contract";
import type { SeenMetrics } from "./hud-state.ts";

/** A key, by its name (`up`, `enter`, `esc`, `ctrl-c`, …) or as the character it types. */
export interface Key {
  readonly name: string;
  /** What it types; `null` for keys that type nothing. */
  readonly text: string | null;
}

/** Everything that can change the screen, time apart. */
export type HudEvent =
  | { readonly kind: "usage"; readonly view: UsageView }
  /** Rebuilt from the log of a gateway that does not answer. `asOfTs`: newest thing it knows, epoch seconds. */
  | { readonly kind: "known"; readonly view: UsageView; readonly asOfTs: number }
  | { readonly kind: "metrics"; readonly metrics: SeenMetrics }
  | { readonly kind: "ready"; readonly ready: Readyz }
  | { readonly kind: "samples"; readonly samples: readonly DecisionSample[] }
  | { readonly kind: "live"; readonly event: LiveEvent }
  | { readonly kind: "stream"; readonly isOpen: boolean }
  /** Another gateway process answers now: what ran on the old one never ends. */
  | { readonly kind: "restarted" }
  | { readonly kind: "lost"; readonly why: string }
  | { readonly kind: "key"; readonly key: Key };
