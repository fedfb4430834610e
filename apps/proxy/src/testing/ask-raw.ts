import { request } from "node:http";

export interface RawAnswer {
  readonly status: number;
  /** Without parameters; empty where there is none. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface RawQuestion {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the reading of an answer that never ends by itself. */
  readonly until?: RegExp;
}

/** Asks with any header there is, also those that `fetch` keeps to itself. */
export function askRaw(url: string, question: RawQuestion): Promise<RawAnswer> {
  const { method, path, headers = {}, body, until } = question;
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}${path}`, { method, headers, agent: false }, (incoming) => {
      let text = "";
      const finish = (): void => {
        const type = incoming.headers["content-type"]?.split(";")[0]?.trim() ?? "";
        resolve({ status: incoming.statusCode ?? 0, type, headers: incoming.headers, body: text });
      };
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => {
        text += chunk;
        if (until?.test(text) !== true) return;
        finish();
        outgoing.destroy();
      });
      incoming.on("end", finish);
    });
    // After an early refusal the rest of a body finds nobody; the answer is there by then.
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
