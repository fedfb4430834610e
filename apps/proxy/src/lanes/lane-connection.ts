import { Client, type Dispatcher } from "undici";

/** What one connection of a lane has carried so far. */
export interface ConnectionUse {
  requests: number;
}

/** A call that wants to know what its connection carried before it. */
export interface CarriedCall {
  /** Set before the call begins; `null`: nobody told. */
  carrier: (() => ConnectionUse) | null;
}

/** One connection of a lane, opened anew whenever it was closed. */
export class LaneConnection extends Client {
  #use: ConnectionUse = { requests: 0 };

  constructor(origin: string | URL, options: Client.Options) {
    super(origin, options);
    this.on("connect", () => {
      this.#use = { requests: 0 };
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    // Which socket carries it is known only when it leaves: this one may be closed until then.
    if ("carrier" in handler) (handler as CarriedCall).carrier = () => this.#use;
    return super.dispatch(options, handler);
  }
}
