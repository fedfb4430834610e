import type { ServerResponse } from "node:http";
import type { UsageView } from "@ccp/usage-contract";
import { type StubGateway, startStubGateway } from "../../test-kit/stub-gateway.ts";
import { METRICS_TEXT } from "./hud-states.ts";

export interface EventGateway extends StubGateway {
  /** What each reader of the event stream asked to go on from. */
  readonly lastEventIds: (string | undefined)[];
  /** What `/v1/usage` answers; `null` answers nothing at all. */
  view: UsageView | null;
  /** Sends text to all readers. */
  send(text: string): void;
  /** Ends all streams. */
  cut(): void;
}

/** A gateway whose every word is the test's. */
export async function startEventGateway(view: UsageView, kept = ""): Promise<EventGateway> {
  const readers = new Set<ServerResponse>();
  const lastEventIds: (string | undefined)[] = [];
  const stub = await startStubGateway((request, response) => {
    const path = request.url ?? "";
    if (path === "/v1/usage") {
      if (gateway.view !== null) response.writeHead(200).end(JSON.stringify(gateway.view));
      return;
    }
    if (path === "/metrics") return void response.writeHead(200).end(METRICS_TEXT);
    if (path === "/v1/decisions")
      return void response.writeHead(200).end(JSON.stringify({ ts: 0, decisions: [] }));
    if (path !== "/v1/events") return void response.writeHead(404).end();
    lastEventIds.push(request.headers["last-event-id"] as string | undefined);
    response.writeHead(200, { "content-type": "text/event-stream" }).write(`: ccp events\n\n${kept}`);
    readers.add(response);
    response.on("close", () => readers.delete(response));
  });
  const gateway: EventGateway = {
    ...stub,
    lastEventIds,
    view,
    send(text) {
      for (const reader of readers) reader.write(text);
    },
    cut() {
      for (const reader of readers) reader.end();
    },
  };
  return gateway;
}
