// What a trace file says about memory: generations scanned by threads beside each other, joined in order.

import os from "node:os";
import type { GenerationBytes } from "@heapwright/core/formats/trace/container.ts";
import { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { FIRST_LOOK_BYTES, lookAt } from "@heapwright/core/formats/trace/first-look.ts";
import { scanGeneration, type ScannedGeneration } from "@heapwright/core/formats/trace/scan.ts";
import { OLD_VERSIONS } from "@heapwright/core/formats/trace/spec.ts";
import { readOldTrace } from "@heapwright/core/formats/trace/v1/table.ts";
import { TraceTableBuilder } from "@heapwright/core/formats/trace/trace.ts";
import type { ReadResult } from "@heapwright/core/model/format.ts";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Completeness } from "@heapwright/core/model/diagnostic.ts";
import { RANGE_GC_MARK, RANGE_MARK_ASSIST } from "@heapwright/core/model/tables/trace.ts";
import type { FirstLook, TraceTable } from "@heapwright/core/model/tables/trace.ts";
import {
  firstBytes,
  openGenerations,
  type OpenGenerations,
  readGenerations,
  versionOfTrace,
  wholeTrace,
} from "./read-generations.ts";
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
  /** What the first megabytes say, before any generation is done. */
  readonly onFirstLook?: (look: FirstLook) => void;
}

/** @throws FormatError when no generation could be read. */
export async function readTrace(file: string, options: ReadTraceOptions = {}): Promise<TraceRead> {
  const version = await versionOfTrace(file);
  if (version !== undefined && OLD_VERSIONS.includes(version)) {
    await takeFirstLook(file, options);
    const bytes = await wholeTrace(file, (fraction) =>
      options.onProgress?.({ fraction, events: 0, cycles: 0, assists: 0 }),
    );
    return traceOf(readOldTrace(bytes, version));
  }
  if (options.threadEntry === undefined) {
    await takeFirstLook(file, options);
    return readStreamed(file, scannedHere, new Joining(0, options.onProgress));
  }
  const threads = Math.max(1, os.availableParallelism());
  const found = version === undefined ? undefined : openGenerations(file, version);
  const pool = new ScanPool(options.threadEntry, threads);
  try {
    // While the threads start.
    await takeFirstLook(file, options);
    const joining = new Joining(threads, options.onProgress);
    if (found === undefined || version === undefined) {
      return await readStreamed(file, (generation) => pool.scan(generation), joining);
    }
    return await readStored(found, version, pool, joining);
  } finally {
    await pool.close();
    // Not before the threads have stopped, for they read it.
    found?.close();
  }
}

async function takeFirstLook(file: string, { onFirstLook }: ReadTraceOptions): Promise<void> {
  if (onFirstLook === undefined) return;
  const look = lookAt(await firstBytes(file, FIRST_LOOK_BYTES));
  if (look !== undefined) onFirstLook(look);
}

/** Scans under way, joined in the order of the file. */
class Joining {
  readonly #pending: {
    readonly at: { readonly offset: number; readonly length: number };
    readonly scan: Promise<ScannedGeneration | TraceFault>;
  }[] = [];
  readonly #threads: number;
  readonly #onProgress: ReadTraceOptions["onProgress"];
  readonly #soFar = { events: 0, cycles: 0, assists: 0 };
  /** Once the version is known. */
  builder: TraceTableBuilder | undefined;
  /** Of the file. */
  fraction = 0;

  constructor(threads: number, onProgress: ReadTraceOptions["onProgress"]) {
    this.#threads = threads;
    this.#onProgress = onProgress;
  }

  add(
    at: { readonly offset: number; readonly length: number },
    scan: Promise<ScannedGeneration | TraceFault>,
  ): void {
    this.#pending.push({ at, scan });
  }

  /** Each thread has work, and one more piece is waiting. */
  async ready(): Promise<void> {
    while (this.#pending.length > this.#threads) await this.#joinFirst();
    this.#tell();
  }

  async all(): Promise<TraceTableBuilder> {
    while (this.#pending.length > 0) await this.#joinFirst();
    if (this.builder === undefined) throw new Error("a file that was split has a builder");
    return this.builder;
  }

  async #joinFirst(): Promise<void> {
    const first = this.#pending.shift();
    if (first === undefined) return;
    const scan = await first.scan;
    if (scan instanceof TraceFault) this.builder?.lose(first.at, scan);
    else {
      const soFar = this.#soFar;
      soFar.events += scan.events;
      for (let i = 0; i < scan.ranges.length; i++) {
        if (scan.ranges.kind[i] === RANGE_GC_MARK) soFar.cycles += 1;
        else if (scan.ranges.kind[i] === RANGE_MARK_ASSIST) soFar.assists += 1;
      }
      this.builder?.add(scan);
    }
    this.#tell();
  }

  #tell(): void {
    this.#onProgress?.({ fraction: this.fraction, ...this.#soFar });
  }
}

/** Threads read the file themselves, each its generation; here only headers are looked at. */
async function readStored(
  found: OpenGenerations,
  version: number,
  pool: ScanPool,
  joining: Joining,
): Promise<TraceRead> {
  const { finder, fd, fileBytes } = found;
  joining.builder = new TraceTableBuilder(version);
  for (let next = finder.next(); next !== undefined; next = finder.next()) {
    const at = { offset: next.start, length: next.end - next.start };
    joining.add(at, pool.scan({ version, number: next.number, fd, ...at }));
    await joining.ready();
    joining.fraction = Math.min(1, next.next / fileBytes);
  }
  joining.fraction = 1;
  const builder = await joining.all();
  return traceOf(builder.finish(finder.end()));
}

/** What can only be read from its start: compressed files and pipes. */
async function readStreamed(
  file: string,
  scan: (generation: GenerationBytes) => Promise<ScannedGeneration | TraceFault>,
  joining: Joining,
): Promise<TraceRead> {
  const { end } = await readGenerations(
    file,
    (version) => {
      joining.builder = new TraceTableBuilder(version);
      return (generation) => {
        const at = { offset: generation.offset, length: generation.bytes.length };
        joining.add(at, scan(generation));
        return true;
      };
    },
    {
      onProgress: (fraction) => {
        joining.fraction = fraction;
      },
      ready: () => joining.ready(),
    },
  );
  const builder = await joining.all();
  return traceOf(builder.finish(end));
}

function traceOf({ table, diagnostics, completeness }: ReadResult): TraceRead {
  if (table.kind !== "trace") throw new Error("a reader of traces makes traces");
  return { table, diagnostics, completeness };
}

async function scannedHere(generation: GenerationBytes): Promise<ScannedGeneration | TraceFault> {
  try {
    return scanGeneration(generation);
  } catch (error) {
    if (!(error instanceof TraceFault)) throw error;
    return error;
  }
}
