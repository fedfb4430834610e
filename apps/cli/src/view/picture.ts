import type { UsageView } from "@ccp/usage-contract";

/** A usage view with what is known about where it comes from. */
export interface Picture {
  readonly view: UsageView;
  /** `false`: the gateway does not answer, and the view was rebuilt from its log. */
  readonly live: boolean;
  /** Of the gateway that was asked. */
  readonly url: string;
  /** Epoch seconds that countdowns are measured from: the gateway's own clock while it answers. */
  readonly nowSec: number;
  /** Folder of the record that it was rebuilt from; absent while the gateway answers. */
  readonly stateDir?: string;
  /** Epoch seconds of the newest thing the view knows. */
  readonly asOfTs: number;
}
