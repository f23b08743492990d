// A piece of a trace: the whole generations that touch a window of time, byte for byte. A generation
// carries all that its events need, so the piece is a trace of its own; a smaller one can't be cut, for
// events alone would say nothing. What it really holds is in the result.
// Authority: Go internal/trace/generation.go (Go 1.26.8).

import {
  BATCH_EVENTS,
  type BatchColumns,
  type GenerationBytes,
  hasEndMark,
  indexBatches,
} from "./container.ts";
import { EventWalk } from "./event-walk.ts";
import { GenerationWalk, type GenerationWalkEnd } from "./generation-walk.ts";
import { EV_END_OF_GENERATION } from "./spec.ts";
import { type GenerationTables, nsOf, readTables } from "./tables.ts";
import { Uvarint } from "./uvarint.ts";

/** ns since the trace's first moment, as in every time that is shown of it; both ends belong to it. */
export interface CutWindow {
  readonly fromNs: number;
  readonly toNs: number;
}

export interface CutGeneration {
  readonly number: number;
  /** First and last moment that the generation states. */
  readonly startNs: number;
  readonly endNs: number;
  readonly bytes: number;
}

export interface CutEnd extends GenerationWalkEnd {
  /** Those that were written; none where the window lies outside the trace, and then no file is made. */
  readonly generations: readonly CutGeneration[];
  /** Of the whole input, as far as it could be read. */
  readonly inputEndNs: number;
}

export class CutTrace {
  readonly #write: (chunk: Uint8Array) => void;
  readonly #window: CutWindow;
  readonly #walk: GenerationWalk;
  readonly #number = new Uvarint();
  readonly #written: CutGeneration[] = [];
  #header: Uint8Array = new Uint8Array(0);
  #baseNs: number | undefined;
  #isPast = false;
  #inputEndNs = 0;

  /** `maxBytes`: the most that a generation may have; one is held in memory. */
  constructor(write: (chunk: Uint8Array) => void, window: CutWindow, maxBytes: number) {
    this.#write = write;
    this.#window = window;
    this.#walk = new GenerationWalk(
      maxBytes,
      (header) => {
        this.#header = header;
      },
      (generation) => this.#generation(generation),
    );
  }

  push(chunk: Uint8Array): void {
    this.#walk.push(chunk);
  }

  end(): CutEnd {
    const end = this.#walk.end();
    return { ...end, generations: this.#written, inputEndNs: this.#inputEndNs };
  }

  #generation(generation: GenerationBytes): void {
    const batches = indexBatches(generation, this.#number);
    const tables = readTables(generation, batches, this.#number);
    const startNs = nsOf(batches.minTicks, tables.nsPerTick);
    const lastNs = lastMoment(generation.bytes, batches, tables, this.#number);
    this.#baseNs ??= startNs;
    const times = {
      startNs: startNs - this.#baseNs,
      endNs: Math.max(lastNs, startNs) - this.#baseNs,
    };
    this.#inputEndNs = Math.max(this.#inputEndNs, times.endNs);
    const touches = times.endNs >= this.#window.fromNs && times.startNs <= this.#window.toNs;
    // Below header 1.26 numbers must follow each other, so nothing is written after a gap.
    if (!touches || this.#isPast) {
      this.#isPast = this.#written.length > 0;
      return;
    }
    if (this.#written.length === 0) this.#write(this.#header);
    this.#write(generation.bytes);
    if (hasEndMark(generation.version)) this.#write(Uint8Array.of(EV_END_OF_GENERATION));
    this.#written.push({ number: generation.number, ...times, bytes: generation.bytes.length });
  }
}

/** The latest event or sample, in ns of the trace's clock, each difference cut as the reader does. */
function lastMoment(
  bytes: Uint8Array,
  batches: BatchColumns,
  tables: GenerationTables,
  number: Uvarint,
): number {
  const { nsPerTick, samples } = tables;
  const walk = new EventWalk(bytes, number);
  let lastNs = -Infinity;
  for (let i = 0; i < batches.length; i++) {
    if (batches.kind[i] !== BATCH_EVENTS) continue;
    let timeNs = nsOf(batches.ticks[i], nsPerTick);
    walk.open(batches, i);
    while (walk.next()) timeNs += nsOf(Math.max(walk.ticks, 0), nsPerTick);
    lastNs = Math.max(lastNs, timeNs);
  }
  for (let i = 0; i < samples.length; i++) {
    lastNs = Math.max(lastNs, nsOf(samples.ticks[i], nsPerTick));
  }
  return lastNs;
}
