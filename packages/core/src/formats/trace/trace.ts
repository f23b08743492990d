// A Go execution trace as evidence about memory: header, then generations, each scanned as soon as it is
// whole (scan.ts) and joined at the end (seams.ts). Memory while reading: one generation and the table.
// Authority: Go internal/trace (Go 1.26.8); src/runtime/trace.go writes it. FORMAT.md has the rest.
// Headers 1.11–1.21 are another wire format, of which the whole file is held: v1/.
// Not supported: headers below 1.11 (refused by name; no Go release since 1.20 reads them).

import { COMPLETE, type Completeness, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import { GrowingBytes } from "../../model/builders/growing.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import type { TraceMemory, TraceTable } from "../../model/tables/trace.ts";
import {
  type ContainerEnd,
  type GenerationBytes,
  GenerationSplitter,
  hasEndMark,
  traceVersion,
} from "./container.ts";
import { TraceFault } from "./fault.ts";
import { type ScannedGeneration, scanGeneration } from "./scan.ts";
import { TraceMemoryBuilder } from "./seams.ts";
import { GENERATION_VERSIONS, HEADER_BYTES, OLD_VERSIONS } from "./spec.ts";
import { readOldTrace } from "./v1/table.ts";

const ID = "trace";

function detect(head: Uint8Array): Detection | undefined {
  return traceVersion(head) === undefined ? undefined : { format: ID, strength: "certain" };
}

/** Adds up what scanned generations say and what was lost between them. */
export class TraceTableBuilder {
  readonly #version: number;
  readonly #memory = new TraceMemoryBuilder();
  readonly #log = new DiagnosticLog();
  #last: ScannedGeneration | undefined;
  #lostGenerations = 0;
  #lostBytes = 0;
  #firstLoss: { readonly offset: number; readonly fault: TraceFault } | undefined;
  #missingIds = 0;

  constructor(version: number) {
    this.#version = version;
  }

  add(scan: ScannedGeneration): void {
    const before = this.#last;
    if (before !== undefined && scan.number !== before.number + 1) {
      const gapNs = scan.startNs - (before.startNs + before.endNs);
      this.#log.add(
        `${ID}.gap`,
        "damage",
        {
          after: before.number,
          before: scan.number,
          ms: Math.max(0, Math.round(gapNs / 1e5) / 10),
        },
        { offset: scan.offset },
      );
    }
    this.#last = scan;
    this.#missingIds += scan.missing;
    if (scan.fault !== undefined) {
      this.#log.add(
        `${ID}.broken-events`,
        "damage",
        { generation: scan.number, reason: scan.fault.message },
        { offset: scan.offset },
      );
    }
    this.#memory.add(scan);
  }

  /** A generation whose tables are broken, so that nothing of it can be read. */
  lose(at: { readonly offset: number; readonly length: number }, fault: TraceFault): void {
    this.#lostGenerations += 1;
    this.#lostBytes += at.length;
    this.#firstLoss ??= { offset: at.offset, fault };
  }

  /** @throws FormatError when no generation could be read. */
  finish(end: ContainerEnd): ReadResult {
    const log = this.#log;
    const lostAtEnd = end.totalBytes - end.readBytes;
    if (this.#memory.generations === 0) {
      const fault = this.#firstLoss?.fault ?? end.fault;
      throw new FormatError(ID, {
        offset: this.#firstLoss?.offset ?? end.offsetOfFault ?? HEADER_BYTES,
        expected:
          "a whole generation of events (they are about a second each; a recording has to be stopped)",
        found: fault?.message ?? `${end.totalBytes} bytes`,
      });
    }
    if (this.#firstLoss !== undefined) {
      const { offset, fault } = this.#firstLoss;
      log.add(
        `${ID}.lost-generation`,
        "damage",
        { generations: this.#lostGenerations, bytes: this.#lostBytes, reason: fault.message },
        { offset },
      );
    }
    if (end.fault !== undefined) {
      log.add(
        `${ID}.cut`,
        "damage",
        { bytes: lostAtEnd, total: end.totalBytes, reason: end.fault.message },
        { offset: end.offsetOfFault ?? end.readBytes },
      );
    }
    if (this.#missingIds > 0) {
      log.add(`${ID}.missing-ids`, "damage", { ids: this.#missingIds });
    }
    if (!hasEndMark(this.#version)) {
      // Strings come last in a generation, and the runtime always has some.
      if (this.#last !== undefined && !this.#last.hasStrings) log.add(`${ID}.no-strings`, "damage");
      log.add(`${ID}.no-end-mark`, "note");
    }
    const lost = this.#lostBytes + lostAtEnd;
    const completeness: Completeness = log.isDamaged
      ? { complete: false, fraction: 1 - lost / end.totalBytes, lowerBounds: true }
      : COMPLETE;
    const table = tableOf(this.#version, end.totalBytes, this.#memory.finish());
    return { table, diagnostics: log.list(), completeness };
  }
}

function tableOf(version: number, bytes: number, memory: TraceMemory): TraceTable {
  return { kind: "trace", version: `go 1.${version}`, bytes, memory };
}

class TraceReader implements FormatReader {
  readonly #maxBytes: number;
  readonly #header = new Uint8Array(HEADER_BYTES);
  #bytes = 0;
  #splitter: GenerationSplitter | undefined;
  #builder: TraceTableBuilder | undefined;
  /** Of a trace in the old format, which cannot be read in parts. */
  readonly #whole = new GrowingBytes();
  #isOld = false;
  readonly #take = (generation: GenerationBytes): boolean => {
    try {
      this.#builder?.add(scanGeneration(generation));
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      const { offset, bytes } = generation;
      this.#builder?.lose({ offset, length: bytes.length }, error);
    }
    return false;
  };

  constructor(ctx: FormatContext) {
    this.#maxBytes = ctx.maxBytes;
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#bytes < HEADER_BYTES) {
      const head = chunk.subarray(0, HEADER_BYTES - this.#bytes);
      this.#header.set(head, this.#bytes);
      rest = chunk.subarray(head.length);
      if (this.#bytes + head.length === HEADER_BYTES) {
        const version = traceVersion(this.#header);
        if (version !== undefined && GENERATION_VERSIONS.includes(version)) {
          this.#splitter = new GenerationSplitter(version, this.#maxBytes);
          this.#builder = new TraceTableBuilder(version);
        }
        this.#isOld = version !== undefined && OLD_VERSIONS.includes(version);
        if (this.#isOld) this.#whole.append(this.#header);
      }
    }
    this.#bytes += chunk.length;
    if (rest.length === 0) return;
    this.#splitter?.push(rest, this.#take);
    if (this.#isOld && this.#bytes <= this.#maxBytes) this.#whole.append(rest);
  }

  end(): ReadResult {
    const version = this.#bytes < HEADER_BYTES ? undefined : traceVersion(this.#header);
    if (version === undefined) {
      throw new FormatError(ID, {
        offset: 0,
        expected: 'the header "go 1.N trace" of 16 bytes',
        found: this.#bytes < HEADER_BYTES ? `${this.#bytes} bytes` : "other bytes",
      });
    }
    if (this.#splitter !== undefined && this.#builder !== undefined) {
      return this.#builder.finish(this.#splitter.end(this.#take));
    }
    if (!OLD_VERSIONS.includes(version)) {
      const oldest = OLD_VERSIONS[0] ?? 0;
      throw new FormatError(ID, {
        offset: 0,
        expected:
          version < oldest
            ? `a trace of Go 1.${oldest} or later`
            : `a trace format of Go 1.${oldest} to 1.27`,
        found: `the header "go 1.${version} trace"`,
      });
    }
    if (this.#bytes > this.#maxBytes) {
      throw new FormatError(ID, {
        offset: this.#maxBytes,
        expected: `at most ${this.#maxBytes} bytes of a trace before Go 1.22, which is read as a whole`,
        found: `${this.#bytes} bytes`,
      });
    }
    return readOldTrace(this.#whole.data.subarray(0, this.#whole.length), version);
  }
}

export const traceFormat: Format = { id: ID, detect, open: (ctx) => new TraceReader(ctx) };
