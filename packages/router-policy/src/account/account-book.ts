import { ACCOUNT_LENGTH, accountLane, type LaneId, laneOfAccount } from "@ccp/usage-contract/core";
import { isRecord, readRows } from "../plain-values.ts";

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
  keyOf(lane: LaneId, sighting: AccountSighting): LaneId;
  /** Where the state of the account is kept that used the lane last. */
  latest(lane: LaneId): LaneId;
  /** Every account of a lane, the latest used first; empty before its first request. */
  accountsOf(lane: LaneId): readonly LaneId[];
  /** Takes a note that {@link AccountBookOptions.onNote} told. */
  play(key: LaneId, credential: string, identity: string | null): void;
  snapshot(): AccountBookSnapshot;
  /** Takes the place of all that the book held; rows that are not valid are skipped. */
  restore(snapshot: unknown): void;
}

export interface AccountBookOptions {
  /** Told of each credential that is new, and of the account it belongs to: for whoever writes it down. */
  readonly onNote?: (key: LaneId, credential: string, identity: string | null) => void;
  /** Told of an account that made room for another: its state is nobody's any more. */
  readonly onForgotten?: (key: LaneId) => void;
}

/** @returns An empty book. */
export function createAccountBook(options: AccountBookOptions = {}): AccountBook {
  return new Book(options);
}

interface Account {
  readonly key: LaneId;
  readonly credentials: string[];
  identity: string | null;
}

class Book implements AccountBook {
  /** In the order of their last use. */
  readonly #accounts = new Map<LaneId, Account>();
  readonly #byCredential = new Map<string, Account>();
  readonly #options: AccountBookOptions;

  constructor(options: AccountBookOptions) {
    this.#options = options;
  }

  keyOf(lane: LaneId, { credential, identity }: AccountSighting): LaneId {
    if (credential === null) return this.latest(lane);
    const known = this.#byCredential.get(nameOf(lane, credential));
    const key = known?.key ?? this.#byIdentity(lane, identity) ?? this.#newKey(lane, credential);
    if (known === undefined || (known.identity === null && identity !== null)) {
      this.play(key, credential, identity);
      this.#options.onNote?.(key, credential, identity);
    }
    const account = this.#accounts.get(key);
    if (account !== undefined) this.#touch(account);
    return key;
  }

  play(key: LaneId, credential: string, identity: string | null): void {
    const lane = laneOfAccount(key);
    const account = this.#accounts.get(key) ?? { key, credentials: [], identity };
    account.identity ??= identity;
    if (!account.credentials.includes(credential)) account.credentials.push(credential);
    const dropped = account.credentials.length > MAX_LOGINS ? account.credentials.shift() : undefined;
    if (dropped !== undefined) this.#byCredential.delete(nameOf(lane, dropped));
    this.#byCredential.set(nameOf(lane, credential), account);
    this.#touch(account);
    if (this.#accounts.size > MAX_ACCOUNTS) this.#forgetOldest(key);
  }

  latest(lane: LaneId): LaneId {
    return this.accountsOf(lane)[0] ?? lane;
  }

  accountsOf(lane: LaneId): readonly LaneId[] {
    return [...this.#accounts.keys()].filter((key) => laneOfAccount(key) === lane).reverse();
  }

  snapshot(): AccountBookSnapshot {
    const accounts = [...this.#accounts.values()];
    return {
      version: 1,
      accounts: accounts.map((each) => ({ ...each, credentials: [...each.credentials] })),
    };
  }

  restore(snapshot: unknown): void {
    this.#accounts.clear();
    this.#byCredential.clear();
    const rows = isRecord(snapshot) && snapshot.version === 1 ? readRows(snapshot.accounts, toAccount) : [];
    for (const { key, credentials, identity } of rows)
      for (const credential of credentials) this.play(key, credential, identity);
  }

  #byIdentity(lane: LaneId, identity: string | null): LaneId | null {
    if (identity === null) return null;
    for (const [key, account] of this.#accounts)
      if (account.identity === identity && laneOfAccount(key) === lane) return key;
    return null;
  }

  #newKey(lane: LaneId, credential: string): LaneId {
    return this.#accounts.has(lane) ? accountLane(lane, credential.slice(0, ACCOUNT_LENGTH)) : lane;
  }

  /** The first account of a lane stays: its state is the lane's. */
  #forgetOldest(newest: LaneId): void {
    for (const [key, account] of this.#accounts) {
      const lane = laneOfAccount(key);
      if (key === lane || key === newest) continue;
      this.#accounts.delete(key);
      for (const credential of account.credentials) this.#byCredential.delete(nameOf(lane, credential));
      this.#options.onForgotten?.(key);
      return;
    }
  }

  #touch(account: Account): void {
    this.#accounts.delete(account.key);
    this.#accounts.set(account.key, account);
  }
}

function nameOf(lane: LaneId, credential: string): string {
  return `${lane} ${credential}`;
}

const HASH = /^[0-9a-f]{16,128}$/;

function toAccount(row: Readonly<Record<string, unknown>>): SavedAccount | null {
  const { key, credentials, identity } = row;
  if (typeof key !== "string" || !Array.isArray(credentials)) return null;
  const hashes = credentials.filter(
    (value): value is string => typeof value === "string" && HASH.test(value),
  );
  if (hashes.length === 0) return null;
  const known = typeof identity === "string" && HASH.test(identity) ? identity : null;
  return { key, credentials: hashes, identity: known };
}
