// Parts of a trace's slices from single rows, and rows from parts: for what is rare.

import type { TraceSliceColumns, TraceSlicePart } from "../tables/trace.ts";

/** Times relative to the trace's base. */
export interface SliceRow {
  readonly state: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly goroutine: number;
  /** Index into the table's threads. */
  readonly thread: number;
  readonly proc: number;
}

/** The rows as one part, and its threads' runs. */
export function partOfRows(rows: readonly SliceRow[]): TraceSlicePart {
  const sorted = rows.toSorted((a, b) => a.thread - b.thread || a.startNs - b.startNs);
  const runStart: number[] = [];
  const runThread: number[] = [];
  sorted.forEach(({ thread }, i) => {
    if (i > 0 && thread === sorted[i - 1].thread) return;
    runStart.push(i);
    runThread.push(thread);
  });
  return {
    state: Uint8Array.from(sorted, (row) => row.state),
    baseNs: 0,
    startNs: Float64Array.from(sorted, (row) => row.startNs),
    endNs: Float64Array.from(sorted, (row) => row.endNs),
    goroutine: Float64Array.from(sorted, (row) => row.goroutine),
    proc: Int32Array.from(sorted, (row) => row.proc),
    runStart: Int32Array.from(runStart),
    runEnd: Int32Array.from([...runStart.slice(1), sorted.length]),
    runThread: Int32Array.from(runThread),
  };
}

/** A table of one part. */
export function slicesOfRows(rows: readonly SliceRow[], threads: Float64Array): TraceSliceColumns {
  return { length: rows.length, parts: [partOfRows(rows)], threads };
}

/** The rows one by one, times relative to the trace's base. For tests and small tables: an object a row. */
export function* rowsOfSlices(slices: TraceSliceColumns): Generator<SliceRow> {
  for (const part of slices.parts) {
    for (let run = 0; run < part.runThread.length; run++) {
      for (let i = part.runStart[run]; i < part.runEnd[run]; i++) {
        yield {
          state: part.state[i],
          startNs: part.baseNs + part.startNs[i],
          endNs: part.baseNs + part.endNs[i],
          goroutine: part.goroutine[i],
          thread: part.runThread[run],
          proc: part.proc[i],
        };
      }
    }
  }
}
