interface JobTarget {
  readonly port: number;
  /** Length of the request body. */
  readonly requestBytes: number;
  /** The process under test; `null` where there is none, as for direct calls. */
  readonly subjectPid: number | null;
  readonly mockPid: number;
  /** Load before the measured window, so that compilers and connections have settled. */
  readonly warmMs: number;
  readonly windowMs: number;
}

/** Each connection sends its next request when the last answer is complete. */
export interface ClosedLoopJob extends JobTarget {
  readonly kind: "closed_loop";
  readonly connections: number;
  readonly stream: boolean;
  /** Length that every answer's body must have. */
  readonly answerBytes: number;
}

/** Streams that are all open during the window; each brings one delta per interval. */
export interface PacedStreamsJob extends JobTarget {
  readonly kind: "paced_streams";
  readonly streams: number;
  readonly deltas: number;
  readonly intervalMs: number;
}

export type LoadJob = ClosedLoopJob | PacedStreamsJob;

/** Figures of one window. Times in µs are `null` where nothing was measured. */
export interface LoadResult {
  /** Complete, correct answers. */
  readonly requests: number;
  /** Deltas that arrived; 0 where they are not counted. */
  readonly chunks: number;
  readonly errors: number;
  readonly firstError: string | null;
  readonly windowMs: number;
  /** From the first byte of the request to the last of the answer. */
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  /** To the first byte of the answer's body. */
  readonly firstByteP50Us: number | null;
  /** From the write at the mock to the read here, one way. */
  readonly chunkDelayP50Us: number | null;
  readonly chunkDelayP99Us: number | null;
  /** CPU of the process under test. */
  readonly subjectCpuMs: number | null;
  /** CPU of mock and load together: near `windowMs`, they are the limit and not the subject. */
  readonly harnessCpuMs: number | null;
  /** CPU used on the machine by neither, in ms. */
  readonly foreignCpuMs: number | null;
}
