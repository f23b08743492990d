// GC cycles as told by gctrace (and gcpacertrace where it was on).
// Sizes come floored to whole MiB from gctrace: the true value of every *Bytes column below lies in
// [x, x + 1 MiB) unless the pacer line gave it exactly. NaN = not stated.

export const GC_FORCED = 1;
/** The line was put together from pieces between which other output stood. */
export const GC_REPAIRED = 2;
/** The pieces could not be restored with certainty; numbers of this row must not be used. */
export const GC_UNSOUND = 4;
export const GC_LEAK_CHECK = 8;
/** heapStartBytes, goalBytes and stacksBytes are gcpacertrace's, exact to the byte. */
export const GC_EXACT_START = 16;
/** heapEndBytes is gcpacertrace's. */
export const GC_EXACT_END = 32;
/** markedBytes is gcpacertrace's (Go ≤ 1.17). */
export const GC_EXACT_MARKED = 64;

export interface GcCycleColumns {
  readonly length: number;
  readonly number: Int32Array;
  /** Start of sweep termination, seconds since runtime init (3 decimals). */
  readonly startSec: Float64Array;
  /** Wall clock of the log prefix, Unix ms; NaN where the log has none. */
  readonly wallMs: Float64Array;
  /** Since start of the program, 0–1. Never a rate. */
  readonly cpuFractionSinceStart: Float64Array;
  readonly sweepTermNs: Float64Array;
  readonly markNs: Float64Array;
  readonly markTermNs: Float64Array;
  readonly sweepTermCpuNs: Float64Array;
  readonly assistCpuNs: Float64Array;
  readonly workerCpuNs: Float64Array;
  readonly idleCpuNs: Float64Array;
  readonly markTermCpuNs: Float64Array;
  readonly heapStartBytes: Float64Array;
  readonly heapEndBytes: Float64Array;
  /** Bytes marked, everything allocated during the mark included: not the live heap after sweep. */
  readonly markedBytes: Float64Array;
  readonly goalBytes: Float64Array;
  readonly stacksBytes: Float64Array;
  readonly globalsBytes: Float64Array;
  readonly procs: Int32Array;
  readonly flags: Uint8Array;
  /** 1-based line of the first piece. */
  readonly line: Int32Array;
}

export interface GcSegment {
  /** Cycles of one process: numbers strictly increase within a segment. */
  readonly cycles: GcCycleColumns;
  /** Numbers missing between the first and the last cycle: lost log lines. */
  readonly missingCycles: number;
  /** Label that the log itself gives each line (pod or container), "" where none. */
  readonly stream: string;
}

export interface GcTraceTable {
  readonly kind: "gctrace";
  readonly segments: readonly GcSegment[];
  readonly repairedLines: number;
  readonly unsoundLines: number;
}
