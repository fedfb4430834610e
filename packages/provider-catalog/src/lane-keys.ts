import type { LaneId } from "@ccp/usage-contract";
import type { Catalog, Lane } from "./catalog.ts";

/**
 * Whether a lane can authenticate. Names and yes/no only: no value of a variable is ever part of it.
 * - `passthrough`: with the client's own credential
 * - `ready`: the key is there, or the server asks for none
 * - `missing_key`: the lane is off until its variable is set
 * - `disabled`: switched off in the file
 */
export interface LaneKey {
  readonly lane: LaneId;
  readonly state: "passthrough" | "ready" | "missing_key" | "disabled";
  /** The variable that holds for the profile; `null` where none is named. */
  readonly keyEnv: string | null;
  readonly keySet: boolean;
  /** Why the lane is off, in a few words for people; `null` when it is not. */
  readonly reason: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Tells for every lane whether it can authenticate with this environment. */
export function resolveLaneKeys(catalog: Catalog, env: Environment, profile: string | null): LaneKey[] {
  return catalog.lanes.map((lane) => resolveLaneKey(lane, env, profile));
}

function resolveLaneKey(lane: Lane, env: Environment, profile: string | null): LaneKey {
  const keyEnv = keyVariable(lane, profile);
  const keySet = keyEnv !== null && read(env, keyEnv) !== null;
  const base = { lane: lane.id, keyEnv, keySet };
  if (!lane.enabled) return { ...base, state: "disabled", reason: "enabled: false in the catalog" };
  if (lane.auth.headerMode === "passthrough") return { ...base, state: "passthrough", reason: null };
  if (lane.auth.headerMode === "none") return { ...base, state: "ready", reason: null };
  const reason = whyNoKey(keyEnv, keySet, laneKeyValue(lane, env, profile), profile);
  return { ...base, state: reason === null ? "ready" : "missing_key", reason };
}

function whyNoKey(
  keyEnv: string | null,
  keySet: boolean,
  value: string | null,
  profile: string | null,
): string | null {
  if (value !== null) return null;
  if (keyEnv === null) {
    return profile === null ? "no profile is chosen (CCP_PROFILE)" : "no variable is named for this profile";
  }
  return keySet ? `${keyEnv} holds characters that no header can carry` : `${keyEnv} is not set`;
}

/** What a header value may hold. A line break in a key would end the header and start another. */
const HEADER_SAFE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * The lane's key. The only function here that returns a value of the environment.
 *
 * A profile that the lane's `scoped_env` names uses that variable alone: falling back to the general key would
 * bill another account than the one chosen.
 *
 * @returns `null` when no variable is named, it is not set or blank, or it holds what no header can carry.
 */
export function laneKeyValue(lane: Lane, env: Environment, profile: string | null): string | null {
  const name = keyVariable(lane, profile);
  const value = name === null ? null : read(env, name);
  return value !== null && HEADER_SAFE.test(value) ? value : null;
}

function keyVariable({ auth }: Lane, profile: string | null): string | null {
  const scoped =
    profile !== null && Object.hasOwn(auth.scopedEnv, profile) ? auth.scopedEnv[profile] : undefined;
  return scoped ?? auth.env;
}

function read(env: Environment, name: string): string | null {
  const value = Object.hasOwn(env, name) ? env[name]?.trim() : undefined;
  return value === undefined || value === "" ? null : value;
}
