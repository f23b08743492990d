// One line of capture.jsonl: what was asked for, when, and what came of it. Written by the host after
// fsync and rename of the artefact, so that a line never names a file that is not whole.
// `capture.json` (schema heapwright.capture/1) seals the folder: it holds the same records plus how
// the capture ended; readers take the unsealed form too.

export interface CaptureRecordBase {
  readonly schema: "heapwright.capture-record/1";
  /** Sequence number from 1. */
  readonly seq: number;
  /** "heap-proto", "heap-text", "goroutine-proto", "goroutine-debug2", "metrics", "smaps", … */
  readonly source: string;
  /** Process the artefact belongs to: pid when known, else the target's URL origin. */
  readonly process: string;
  readonly pid?: number;
  /** Unix ms, and milliseconds on the capture's monotonic clock. */
  readonly startMs: number;
  readonly endMs: number;
  readonly startMonoMs: number;
  readonly endMonoMs: number;
  /** NumGC known just before and just after, where a source told. */
  readonly numGCBefore?: number;
  readonly numGCAfter?: number;
  /** What collecting it did to the target: "none", "stw-short", "forced-gc", "stw-long", "trace". */
  readonly intrusiveness: "none" | "stw-short" | "stw-long" | "forced-gc" | "trace";
  /** Without user info and query values. */
  readonly url?: string;
  /** When the kernel started the process, Unix ms, ± 20 ms; only where /proc could be read. */
  readonly processStartMs?: number;
  /** What was taken out before writing: "label-values", "exemplars", "expvar-text", "environment". */
  readonly redacted?: readonly string[];
}

export interface CapturedRecord extends CaptureRecordBase {
  /** Relative to the folder of the manifest, with forward slashes. */
  readonly file: string;
  /** Size and hash of the file as stored: of a .gz the compressed bytes, as sha256sum prints it. */
  readonly bytes: number;
  readonly sha256: string;
}

export interface AbsentRecord extends CaptureRecordBase {
  /** Why there is no file: "404", "connection reset", "not permitted", … */
  readonly absent: string;
}

export type CaptureRecord = CapturedRecord | AbsentRecord;

export interface CaptureSeal {
  readonly schema: "heapwright.capture/1";
  readonly tool: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly target: string;
  /** "done", "interrupted", "target-died", "limit" */
  readonly ended: string;
  readonly reason?: string;
  readonly records: readonly CaptureRecord[];
  /** What a reader should know of how it was taken: code and parameters, no prose. */
  readonly notes?: readonly CaptureNote[];
  readonly cost?: CaptureCost;
}

export interface CaptureNote {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number | boolean>>;
}

/** What the capture cost the service. */
export interface CaptureCost {
  readonly requests: number;
  /** Body bytes fetched. */
  readonly bytes: number;
  /**
   * Sum over replies of the time from request to last byte, less the round trip: an upper bound of
   * the service's own work, because transfer is in it.
   */
  readonly targetBusyMs: number;
  /** Requests that stop the world: ReadMemStats, goroutine profiles, forced GC. */
  readonly stwCount: number;
}
