import type { ConfigIssue, QuotaConfig, QuotasFile } from "@ccp/usage-contract";

/** One reading of the quota file. */
export interface QuotaReading {
  readonly config: QuotaConfig;
  /** As it stands on disk, for showing. */
  readonly file: QuotasFile;
  readonly path: string | null;
  readonly issues: readonly ConfigIssue[];
}

export interface LoadedQuotas extends QuotaReading {
  readonly loadedAtMs: number;
}

/** The quotas in force, and the one way to read them anew. */
export interface QuotaSource {
  current(): LoadedQuotas;
  /**
   * Reads the file that was chosen at start again. A broken file changes nothing: its issues are returned.
   */
  reload(nowMs: number): readonly ConfigIssue[];
}

/**
 * @param read Reads the file chosen at start; never another one.
 * @param apply Takes a valid configuration into force.
 */
export function createQuotaSource(
  first: QuotaReading,
  read: () => QuotaReading,
  apply: (config: QuotaConfig, nowMs: number) => void,
  nowMs: number,
): QuotaSource {
  let loaded: LoadedQuotas = { ...first, loadedAtMs: nowMs };
  return {
    current: () => loaded,
    reload(atMs) {
      const next = read();
      if (next.issues.length > 0) return next.issues;
      apply(next.config, atMs);
      loaded = { ...next, loadedAtMs: atMs };
      return [];
    },
  };
}
