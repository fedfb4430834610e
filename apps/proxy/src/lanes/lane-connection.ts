import { Client, type Dispatcher } from "undici";
import type { Forward } from "./lane-dial.ts";

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

  readonly #forward: Forward | null;

  constructor(origin: string | URL, options: Client.Options, forward: Forward | null) {
    super(origin, options);
    this.#forward = forward;
    this.on("connect", () => {
      this.#use = { requests: 0 };
    });
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    // Which socket carries it is known only when it leaves: this one may be closed until then.
    if ("carrier" in handler) (handler as CarriedCall).carrier = () => this.#use;
    if (this.#forward === null) return super.dispatch(options, handler);
    const { path, headers } = options;
    const all = [...(headers as readonly string[]), ...this.#forward.headers];
    return super.dispatch(
      { ...options, path: this.#forward.origin + path, headers: all },
      refusing(handler, this.#forward),
    );
  }
}

/** A proxy's own refusal is no answer of the lane. */
function refusing(handler: Dispatcher.DispatchHandler, forward: Forward): Dispatcher.DispatchHandler {
  const onResponseStart = handler.onResponseStart?.bind(handler);
  handler.onResponseStart = (controller, status, ...rest) => {
    if (status === 407) controller.abort(forward.refused());
    else onResponseStart?.(controller, status, ...rest);
  };
  return handler;
}
