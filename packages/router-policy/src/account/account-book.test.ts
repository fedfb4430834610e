import { expect, it } from "vitest";
import { createAccountBook } from "./account-book.ts";
import { accountId } from "./account-id.ts";

const hash = (digit: string): string => digit.repeat(64);
const ann = { credential: hash("a"), identity: null };
const ben = { credential: hash("b"), identity: null };

it("keeps one person's state under the lane itself, and each further account apart", () => {
  const book = createAccountBook();
  expect(book.latest("anthropic")).toBe("anthropic");
  expect(book.keyOf("anthropic", ann)).toBe("anthropic");
  expect(book.keyOf("anthropic", ann)).toBe("anthropic");
  expect(book.keyOf("anthropic", ben)).toBe("anthropic#bbbbbbbb");
  expect(book.keyOf("anthropic", ann)).toBe("anthropic");
  expect(book.accountsOf("anthropic")).toEqual(["anthropic", "anthropic#bbbbbbbb"]);
});

it("takes a request without a credential for the account that used the lane last", () => {
  const book = createAccountBook();
  book.keyOf("anthropic", ann);
  book.keyOf("anthropic", ben);
  expect(book.keyOf("anthropic", { credential: null, identity: null })).toBe("anthropic#bbbbbbbb");
});

it("knows a renewed login by the account it names, and only by that", () => {
  const book = createAccountBook();
  const identity = hash("1");
  book.keyOf("anthropic", ann);
  expect(book.keyOf("anthropic", { credential: hash("b"), identity })).toBe("anthropic#bbbbbbbb");
  expect(book.keyOf("anthropic", { credential: hash("c"), identity })).toBe("anthropic#bbbbbbbb");
  expect(book.keyOf("anthropic", { credential: hash("d"), identity: hash("2") })).toBe("anthropic#dddddddd");
  // Once the account is known of a credential, a later login of it is linked, too.
  book.keyOf("anthropic", { ...ann, identity: hash("3") });
  expect(book.keyOf("anthropic", { credential: hash("e"), identity: hash("3") })).toBe("anthropic");
});

it("is bounded whatever credentials are sent, and says what it forgot", () => {
  const forgotten: string[] = [];
  const book = createAccountBook({ onForgotten: (key) => forgotten.push(key) });
  book.keyOf("anthropic", ann);
  for (let n = 0; n < 1000; n += 1)
    book.keyOf("anthropic", { credential: n.toString(16).padStart(8, "0").repeat(8), identity: null });
  expect(book.snapshot().accounts).toHaveLength(64);
  expect(forgotten).toHaveLength(1001 - 64);
  expect(new Set(forgotten).size).toBe(forgotten.length);
  expect(book.accountsOf("anthropic")).toContain("anthropic");
  expect(book.keyOf("anthropic", ann)).toBe("anthropic");
});

it("is the same after a restart, and skips what is no account", () => {
  const book = createAccountBook();
  book.keyOf("anthropic", ann);
  book.keyOf("anthropic", { ...ben, identity: hash("1") });
  const saved = JSON.parse(JSON.stringify(book.snapshot()));
  const next = createAccountBook();
  next.restore({
    ...saved,
    accounts: [{ key: 4 }, null, { key: "x", credentials: ["no hash"] }, ...saved.accounts],
  });
  expect(next.snapshot()).toEqual(book.snapshot());
  expect(next.keyOf("anthropic", ben)).toBe("anthropic#bbbbbbbb");
  next.restore("nonsense");
  expect(next.snapshot().accounts).toEqual([]);
});

it.each([
  [
    '{"device_id":"d","account_uuid":"0B0E0C0A-1111-2222-3333-444455556666","session_id":"s"}',
    "0b0e0c0a-1111-2222-3333-444455556666",
  ],
  [
    "user_abc_account_0b0e0c0a-1111-2222-3333-444455556666_session_5f0c0000-1111-2222-3333-444455556666",
    "0b0e0c0a-1111-2222-3333-444455556666",
  ],
  ['{"device_id":"d","account_uuid":"","session_id":"s"}', null],
  ["{broken", null],
  ["someone", null],
  ["x".repeat(5000), null],
  [null, null],
])("reads the account's id of %s", (userId, id) => {
  expect(accountId(userId)).toBe(id);
});
