import { ACCOUNT_LENGTH, accountLane, type LaneId, laneOfAccount } from "@ccp/usage-contract/core";
import { isRecord, isTime, readRows } from "../plain-values.ts";

/** Accounts that are told apart on all lanes together; the one unused for longest makes room. */
const MAX_ACCOUNTS = 64;
/** Logins of one account that are remembered: an access token lives for hours, an account for years. */
const MAX_LOGINS = 8;

/** Who a request is from, as salted hashes in hex. */
export interface AccountSighting {
  /** Of the credential that goes upstream; `null` where the client sent none. */
  readonly credential: string | null;
  /** Of the account's own id, which stays when the credential is renewed; `null` where the request names none. */
  readonly identity: string | null;
}

/** One account on one lane. */
export interface SavedAccount {
  /** Where its state is kept, see `accountLane`. */
  readonly key: LaneId;
  /** Hashes of its credentials, the latest last. */
  readonly credentials: readonly string[];
  readonly identity: string | null;
  readonly usedAtMs: number;
}

export interface AccountBookSnapshot {
  readonly version: 1;
  /** The latest used last. */
  readonly accounts: readonly SavedAccount[];
}

/**
 * Tells the accounts apart whose logins pass through one lane: a limit that one of them has met is no limit of another's.
 * A credential that nobody has used yet is an account of its own, unless the request names an account that is known: a login
 * is renewed every few hours.
 */
export interface AccountBook {
  /** Where the state of a request's account on a lane is kept. Without a credential: where the lane's latest one is. */
  keyOf(lane: LaneId, sighting: AccountSighting, nowMs: number): LaneId;
  /** Where the state of the account is kept that used the lane last. */
  latest(lane: LaneId): LaneId;
  /** Every account of a lane, the latest used first; empty before its first request. */
  accountsOf(lane: LaneId): readonly LaneId[];
  /** Rises with each change that is worth saving. */
  readonly changes: number;
  snapshot(): AccountBookSnapshot;
  /** Takes the place of all that the book held; rows that are not valid are skipped. */
  restore(snapshot: unknown): void;
}

/** @param onForgotten Called with the key of an account that made room: its state is nobody's any more. */
export function createAccountBook(onForgotten: (key: LaneId) => void): AccountBook {
  return new Book(onForgotten);
}

interface Account {
  readonly key: LaneId;
  readonly credentials: string[];
  identity: string | null;
  usedAtMs: number;
}

class Book implements AccountBook {
  /** In the order of their last use. */
  readonly #accounts = new Map<LaneId, Account>();
  readonly #byCredential = new Map<string, Account>();
  readonly #onForgotten: (key: LaneId) => void;
  changes = 0;

  constructor(onForgotten: (key: LaneId) => void) {
    this.#onForgotten = onForgotten;
  }

  keyOf(lane: LaneId, { credential, identity }: AccountSighting, nowMs: number): LaneId {
    if (credential === null) return this.latest(lane);
    const known = this.#byCredential.get(nameOf(lane, credential));
    const account = known ?? this.#login(lane, credential, identity);
    if (account.identity === null && identity !== null) {
      account.identity = identity;
      this.changes += 1;
    }
    this.#touch(account, nowMs);
    return account.key;
  }

  latest(lane: LaneId): LaneId {
    return this.accountsOf(lane)[0] ?? lane;
  }

  accountsOf(lane: LaneId): readonly LaneId[] {
    const keys: LaneId[] = [];
    for (const key of this.#accounts.keys()) if (laneOfAccount(key) === lane) keys.push(key);
    return keys.reverse();
  }

  snapshot(): AccountBookSnapshot {
    return { version: 1, accounts: [...this.#accounts.values()].map((account) => ({ ...account })) };
  }

  restore(snapshot: unknown): void {
    this.#accounts.clear();
    this.#byCredential.clear();
    const rows = isRecord(snapshot) && snapshot.version === 1 ? readRows(snapshot.accounts, toAccount) : [];
    for (const account of rows.slice(-MAX_ACCOUNTS)) this.#add(account);
  }

  /** A renewed login of a known account, or the first of a new one. */
  #login(lane: LaneId, credential: string, identity: string | null): Account {
    this.changes += 1;
    for (const account of this.#accounts.values()) {
      if (identity === null || account.identity !== identity || laneOfAccount(account.key) !== lane) continue;
      account.credentials.push(credential);
      this.#byCredential.set(nameOf(lane, credential), account);
      const [oldest] = account.credentials;
      if (account.credentials.length > MAX_LOGINS && oldest !== undefined) {
        account.credentials.shift();
        this.#byCredential.delete(nameOf(lane, oldest));
      }
      return account;
    }
    const key = this.#accounts.has(lane) ? accountLane(lane, credential.slice(0, ACCOUNT_LENGTH)) : lane;
    const account: Account = { key, credentials: [credential], identity, usedAtMs: 0 };
    this.#add(account);
    return account;
  }

  #add(account: Account): void {
    const lane = laneOfAccount(account.key);
    this.#accounts.set(account.key, account);
    for (const credential of account.credentials) this.#byCredential.set(nameOf(lane, credential), account);
    if (this.#accounts.size > MAX_ACCOUNTS) this.#forgetOldest(account.key);
  }

  /** The first account of a lane stays: its state is the lane's. */
  #forgetOldest(newest: LaneId): void {
    for (const [key, account] of this.#accounts) {
      const lane = laneOfAccount(key);
      if (key === lane || key === newest) continue;
      this.#accounts.delete(key);
      for (const credential of account.credentials) this.#byCredential.delete(nameOf(lane, credential));
      this.#onForgotten(key);
      return;
    }
  }

  #touch(account: Account, nowMs: number): void {
    account.usedAtMs = nowMs;
    this.#accounts.delete(account.key);
    this.#accounts.set(account.key, account);
  }
}

function nameOf(lane: LaneId, credential: string): string {
  return `${lane} ${credential}`;
}

const HASH = /^[0-9a-f]{16,128}$/;

function toAccount(row: Readonly<Record<string, unknown>>): Account | null {
  const { key, credentials, identity, usedAtMs } = row;
  if (typeof key !== "string" || !Array.isArray(credentials) || !isTime(usedAtMs)) return null;
  const hashes = credentials.filter(
    (value): value is string => typeof value === "string" && HASH.test(value),
  );
  if (hashes.length === 0) return null;
  const known = typeof identity === "string" && HASH.test(identity) ? identity : null;
  return { key, credentials: hashes.slice(-MAX_LOGINS), identity: known, usedAtMs };
}
