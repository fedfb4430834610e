import { expect, it } from "vitest";
import { fromHeaders } from "./from-headers.ts";

it.each<[headers: Record<string, string>, input: number | null, output: number | null]>([
  [{ "x-usage-tokens": "120,34" }, 120, 34],
  [{ "x-usage": " 120 , 34 " }, 120, 34],
  [{ "x-usage-tokens": "1,2", "x-usage": "3,4" }, 1, 2],
  [{ "x-usage-tokens": "broken", "x-usage": "3,4" }, 3, 4],
  [{ "x-usage": "0,0" }, 0, 0],
  [{ "x-usage": "12" }, null, null],
  [{ "x-usage": "1,2,3" }, null, null],
  [{ "x-usage": "-1,2" }, null, null],
  [{ "x-usage": "1.5,2" }, null, null],
  [{ "x-usage": "1,10000001" }, null, null],
  [{ "x-usage": "" }, null, null],
  [{}, null, null],
])("%j", (headers, inputTokens, outputTokens) => {
  const usage = fromHeaders({ get: (name) => headers[name] ?? null });
  expect(usage).toEqual(
    inputTokens === null
      ? null
      : { inputTokens, outputTokens, cacheCreationTokens: null, cacheReadTokens: null },
  );
});
