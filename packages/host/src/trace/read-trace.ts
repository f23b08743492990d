// What a trace file says about memory: generations scanned by threads beside each other, joined in order.

import os from "node:os";
import type { GenerationBytes } from "@heapwright/core/formats/trace/container.ts";
import { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { scanGeneration, type ScannedGeneration } from "@heapwright/core/formats/trace/scan.ts";
import { OLD_VERSIONS } from "@heapwright/core/formats/trace/spec.ts";
import { readOldTrace } from "@heapwright/core/formats/trace/v1/table.ts";
import { TraceTableBuilder } from "@heapwright/core/formats/trace/trace.ts";
import type { ReadResult } from "@heapwright/core/model/format.ts";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Completeness } from "@heapwright/core/model/diagnostic.ts";
import { RANGE_GC_MARK, RANGE_MARK_ASSIST } from "@heapwright/core/model/tables/trace.ts";
import type { TraceTable } from "@heapwright/core/model/tables/trace.ts";
import { readGenerations, versionOfTrace, wholeTrace } from "./read-generations.ts";
import { ScanPool } from "./scan-pool.ts";

export interface TraceRead {
  readonly table: TraceTable;
  readonly diagnostics: readonly Diagnostic[];
  readonly completeness: Completeness;
}

/** What is known while the rest of the file is still to be read. */
export interface TraceProgress {
  /** Of the file, 0–1. */
  readonly fraction: number;
  readonly events: number;
  readonly cycles: number;
  readonly assists: number;
}

export interface ReadTraceOptions {
  /** Of scan-thread.ts as bundled; without it all is done in this thread. */
  readonly threadEntry?: URL;
  readonly onProgress?: (progress: TraceProgress) => void;
}

/** A generation that is waiting for its turn; its bytes may be with a thread by then. */
interface Pending {
  readonly at: { readonly offset: number; readonly length: number };
  readonly scan: Promise<ScannedGeneration | TraceFault>;
}

/** @throws FormatError when no generation could be read. */
export async function readTrace(file: string, options: ReadTraceOptions = {}): Promise<TraceRead> {
  const version = await versionOfTrace(file);
  if (version !== undefined && OLD_VERSIONS.includes(version)) {
    const bytes = await wholeTrace(file, (fraction) =>
      options.onProgress?.({ fraction, events: 0, cycles: 0, assists: 0 }),
    );
    return traceOf(readOldTrace(bytes, version));
  }
  const threads = options.threadEntry === undefined ? 0 : Math.max(1, os.availableParallelism());
  let pool: ScanPool | undefined;
  let builder: TraceTableBuilder | undefined;
  const pending: Pending[] = [];
  const soFar = { events: 0, cycles: 0, assists: 0 };
  const note = (scan: ScannedGeneration): void => {
    soFar.events += scan.events;
    for (let i = 0; i < scan.ranges.length; i++) {
      if (scan.ranges.kind[i] === RANGE_GC_MARK) soFar.cycles += 1;
      else if (scan.ranges.kind[i] === RANGE_MARK_ASSIST) soFar.assists += 1;
    }
  };
  const joinFirst = async () => {
    const first = pending.shift();
    if (first === undefined) return;
    const scan = await first.scan;
    if (scan instanceof TraceFault) builder?.lose(first.at, scan);
    else {
      note(scan);
      builder?.add(scan);
    }
  };
  try {
    const { end } = await readGenerations(
      file,
      (version) => {
        const joined = new TraceTableBuilder(version);
        builder = joined;
        return (generation) => {
          if (options.threadEntry === undefined) {
            scanHere(generation, joined);
            return false;
          }
          pool ??= new ScanPool(options.threadEntry, threads);
          const at = { offset: generation.offset, length: generation.bytes.length };
          pending.push({ at, scan: pool.scan(generation) });
          return true;
        };
      },
      {
        onProgress: (fraction) => options.onProgress?.({ fraction, ...soFar }),
        ready: async () => {
          while (pending.length > threads) await joinFirst();
        },
      },
    );
    while (pending.length > 0) await joinFirst();
    if (builder === undefined) throw new Error("a file that was split has a builder");
    return traceOf(builder.finish(end));
  } finally {
    await pool?.close();
  }
}

function traceOf({ table, diagnostics, completeness }: ReadResult): TraceRead {
  if (table.kind !== "trace") throw new Error("a reader of traces makes traces");
  return { table, diagnostics, completeness };
}

function scanHere(generation: GenerationBytes, builder: TraceTableBuilder): void {
  try {
    builder.add(scanGeneration(generation));
  } catch (error) {
    if (!(error instanceof TraceFault)) throw error;
    builder.lose({ offset: generation.offset, length: generation.bytes.length }, error);
  }
}
