// What an execution trace says about memory, and its events in the order in which they happened.
//
// Two tiers. `TraceMemory` comes from a scan of each thread's own events and needs no global order; it
// is what rules and reports work on. `TraceEventBatch` is the full order, handed to a consumer batch by
// batch and never kept. Both are fed by every wire format of traces, so that analysis knows none.
//
// Times are ns as doubles, relative to a base that is exact (a trace clock passes 2^53 ns after 104
// days of uptime). Ids of goroutines and threads are doubles: 64 bits in the file, real ones far below
// 2^53. −1 means none, as in Go's trace package (NoGoroutine, NoProc, NoThread).

import type { CallStacks } from "./stacks.ts";

export interface TraceTable {
  readonly kind: "trace";
  /** "go 1.26" as in the header. Headers name formats, not releases: 1.24 writes 1.23, 1.27 writes 1.26. */
  readonly version: string;
  readonly bytes: number;
  /** Undefined where the events were not read; a diagnostic says why. */
  readonly memory: TraceMemory | undefined;
}

export interface TraceMemory {
  /** ns on the trace's own clock (the monotonic one on Linux) at which every time of the table starts. */
  readonly baseNs: bigint;
  /** First and last event. */
  readonly startNs: number;
  readonly endNs: number;
  readonly events: number;
  readonly generations: TraceGenerationColumns;
  readonly clocks: TraceClockColumns;
  /** Only stacks that a row of this table names. */
  readonly stacks: CallStacks;
  readonly ranges: TraceRangeColumns;
  readonly metrics: TraceMetricColumns;
  readonly labels: TraceLabelColumns;
  readonly slices: TraceSliceColumns;
  readonly preemptions: TracePreemptionColumns;
  readonly samples: TraceSampleColumns;
}

/** One row per generation that was read, in file order; a flight recorder's first number is not 1. */
export interface TraceGenerationColumns {
  readonly length: number;
  readonly number: Float64Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly events: Float64Array;
  /** In the file. */
  readonly offset: Float64Array;
  readonly bytes: Float64Array;
}

/** Readings of three clocks at one moment, one per generation since Go 1.25; empty before. */
export interface TraceClockColumns {
  readonly length: number;
  readonly timeNs: Float64Array;
  readonly monotonicNs: BigUint64Array;
  /** Since 1970, UTC. */
  readonly wallNs: BigInt64Array;
}

/** Values of `TraceRangeColumns.kind`. */
export const RANGE_GC_MARK = 0;
export const RANGE_STW = 1;
export const RANGE_SWEEP = 2;
export const RANGE_MARK_ASSIST = 3;

/** Bits of `TraceRangeColumns.flags`. */
/** Already open at the first mention: `startNs` is that mention, so the length is a lower bound. */
export const RANGE_STARTED_BEFORE = 1;
/** Still open at the end of what was read: `endNs` is that end, so the length is a lower bound. */
export const RANGE_UNFINISHED = 2;

/**
 * One row per range, by `startNs`. A mark phase belongs to the whole process; an assist and a stop of
 * the world to a goroutine, which may change threads meanwhile; a sweep to a proc.
 */
export interface TraceRangeColumns {
  readonly length: number;
  readonly kind: Uint8Array;
  readonly flags: Uint8Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** At the begin: who triggered the cycle, assisted, stopped the world, swept; −1 for none. */
  readonly goroutine: Float64Array;
  /** −1 where it could not be told from the thread's own events. */
  readonly proc: Int32Array;
  /** Stack at the begin, −1 for none. */
  readonly stack: Int32Array;
  /** String index of the reason of a stop of the world, 0 for the other kinds. */
  readonly reason: Int32Array;
  /** Of sweeps: pages looked at and pages freed, in bytes; 0 for the other kinds. */
  readonly sweptBytes: Float64Array;
  readonly reclaimedBytes: Float64Array;
}

/** Values of `TraceMetricColumns.metric`. */
export const METRIC_HEAP_ALLOC = 0;
export const METRIC_HEAP_GOAL = 1;
export const METRIC_GOMAXPROCS = 2;

/** By `timeNs`. */
export interface TraceMetricColumns {
  readonly length: number;
  readonly metric: Uint8Array;
  readonly timeNs: Float64Array;
  /** Bytes; a number of procs. A heap goal of 0 means that the heap does not trigger cycles. */
  readonly value: Float64Array;
  /** Who was running: with a rise of HeapAlloc, who took a span (the whole span is counted). */
  readonly goroutine: Float64Array;
}

/** Labels that goroutines gave themselves: "GC (dedicated)", "GC (fractional)", "GC (idle)". By time. */
export interface TraceLabelColumns {
  readonly length: number;
  readonly timeNs: Float64Array;
  readonly goroutine: Float64Array;
  readonly label: Int32Array;
}

/** Values of `TraceSliceColumns.state`. */
export const SLICE_RUNNING = 0;
/** In a system call: on its thread, perhaps without a proc. */
export const SLICE_SYSCALL = 1;

/**
 * What each thread ran: one row per stretch in one state. A stretch that crosses a generation is one row.
 * Threads without a goroutine have no row. Of large traces these rows are most of the memory, so they
 * stay in the parts in which they were made, as narrow as each part allows.
 */
export interface TraceSliceColumns {
  /** Rows of all parts. */
  readonly length: number;
  readonly parts: readonly TraceSlicePart[];
  readonly threads: Float64Array;
}

/**
 * Rows by thread, then `startNs`; those of one thread are one run. Rows between runs are none of the
 * table's, and columns may be longer than the last run. Parts are in no order.
 */
export interface TraceSlicePart {
  readonly state: Uint8Array;
  /** Added to `startNs` and `endNs`. */
  readonly baseNs: number;
  readonly startNs: Float64Array | Uint32Array;
  readonly endNs: Float64Array | Uint32Array;
  readonly goroutine: Float64Array | Int32Array;
  /** −1 for none or unknown. */
  readonly proc: Int32Array;
  /** Rows [runStart[i], runEnd[i]) are those of thread `threads[runThread[i]]`. */
  readonly runStart: Int32Array;
  readonly runEnd: Int32Array;
  readonly runThread: Int32Array;
}

/**
 * Where goroutines were that the runtime made give up their proc: after 10 ms, or because the world had to
 * stop. By time; `timeNs` is exactly the end of the goroutine's running slice.
 */
export interface TracePreemptionColumns {
  readonly length: number;
  readonly timeNs: Float64Array;
  readonly goroutine: Float64Array;
  readonly stack: Int32Array;
}

/** CPU samples, by time; only in traces recorded beside a CPU profile. */
export interface TraceSampleColumns {
  readonly length: number;
  readonly timeNs: Float64Array;
  readonly thread: Float64Array;
  readonly proc: Float64Array;
  readonly goroutine: Float64Array;
  readonly stack: Int32Array;
}

/** What the first bytes of a trace say; all counts are lower bounds for the whole. */
export interface FirstLook {
  /** Of the header: 26 for "go 1.26 trace". */
  readonly version: number;
  readonly bytes: number;
  readonly events: number;
  /** Marks, stops of the world and assists that begin there. */
  readonly cycles: number;
  readonly stops: number;
  readonly assists: number;
  /** The latest by the clock; undefined where none was seen. A goal of 0 is none (GOGC=off). */
  readonly heapLiveBytes: number | undefined;
  readonly heapGoalBytes: number | undefined;
}

// The full order.

/**
 * Events in the order in which they happened. Columns are reused: a consumer copies what it keeps.
 * Which of `arg0` … `text1` an event has is in formats/trace/FORMAT.md; the others hold old values.
 */
export interface TraceEventBatch {
  length: number;
  /** Wire number of the event (Go internal/trace/tracev2/events.go); 255 for Sync. */
  readonly type: Uint8Array;
  /** Strictly increasing: an event that is not later than the one before is set 1 ns after it. */
  readonly timeNs: Float64Array;
  /** Who was on the thread before the event. */
  readonly thread: Float64Array;
  readonly proc: Float64Array;
  readonly goroutine: Float64Array;
  /** Of state transitions: GO_… of a goroutine, PROC_… of a proc. */
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** The goroutine, proc or task acted on; the value of a metric; N of Sync. */
  readonly arg0: Float64Array;
  readonly arg1: Float64Array;
  readonly arg2: Float64Array;
  /** Interned stack of who was on the thread; −1 for none. */
  readonly stack: Int32Array;
  /** Of the goroutine acted on, where that is another: its start at its creation; −1 for none. */
  readonly otherStack: Int32Array;
  /** Interned: reason, label, name, category. */
  readonly text0: Int32Array;
  /** Interned: message of a log. */
  readonly text1: Int32Array;
}

/** Values of `from` and `to`, as Go's GoState and ProcState. */
export const GO_UNDETERMINED = 0;
export const GO_NOT_EXIST = 1;
export const GO_RUNNABLE = 2;
export const GO_RUNNING = 3;
export const GO_WAITING = 4;
export const GO_SYSCALL = 5;
export const PROC_UNDETERMINED = 0;
export const PROC_NOT_EXIST = 1;
export const PROC_RUNNING = 2;
export const PROC_IDLE = 3;
