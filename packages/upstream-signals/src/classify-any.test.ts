import fc from "fast-check";
import { expect, it } from "vitest";
import { classifyAnswer, classifyStreamError } from "./classify-answer.ts";
import { DIALECTS } from "./dialect.ts";

const NOW = Date.UTC(2026, 9, 1);

const WORDS = [
  "error",
  "type",
  "code",
  "message",
  "msg",
  "success",
  "base_resp",
  "status_code",
  "details",
  "metadata",
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      "error",
      "1308",
      "1310",
      "2056",
      "usage limit",
      "rejected",
      1302,
      401,
      null,
      Number.MAX_VALUE,
      "",
    ),
    fc.string({ unit: "binary" }),
    fc.dictionary(fc.constantFrom(...WORDS), tie("value")),
    fc.array(tie("value"), { maxLength: 2 }),
  ),
})).value;

it("never throws, and says only what a signal may say", () => {
  const text = fc.oneof(
    json.map((value) => JSON.stringify(value)),
    fc.string({ unit: "binary" }),
    fc.constant(null),
  );
  const status = fc.oneof(fc.constantFrom(200, 400, 402, 403, 429, 529), fc.integer(), fc.double());
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom("rejected", "allowed", "1e400", "-1", "99999999999999999999"),
  );
  fc.assert(
    fc.property(fc.constantFrom(...DIALECTS), status, text, value, (dialect, code, body, header) => {
      const headers = { get: () => header };
      const signals = [
        classifyAnswer({ dialect, status: code, headers, body, nowMs: NOW }),
        classifyStreamError(dialect, body ?? "", headers, NOW),
      ];
      for (const signal of signals) {
        for (const time of [signal.resetAtMs, signal.retryAfterMs]) {
          expect(time === null || (Number.isFinite(time) && time >= 0)).toBe(true);
        }
        expect(signal.message ?? "").not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect((signal.message ?? "").length).toBeLessThanOrEqual(300);
        if (signal.kind === "overload") expect(signal.resetAtMs).toBeNull();
      }
    }),
    { numRuns: 500 },
  );
});
