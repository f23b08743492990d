// What one heap profile holds by allocating line and object size. A bucket's size is exact, so the
// sizes under one line are a histogram: buffers that grew by doubling, tables that split and blocks of
// one size tell themselves apart there.
//
// How it can mislead: an object is seen with p = 1 − e^(−s/R), so small sizes of a line are missing
// long before large ones are; their absence says nothing.

import type { HeapSnapshot, ProcessEvidence } from "../../evidence/process.ts";
import { ownerOf, type Owner } from "../../goruntime/packages.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { framesOf, functionName, stackKey } from "../../model/stack-frames.ts";
import { memoryInterval, SampledMemory, type MemoryInterval } from "../stats/heap-sampling.ts";
import { LineNumbers, stackPlaces } from "./places.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import type { SnapshotRows } from "./buckets.ts";
import type { SourceLine } from "./site.ts";

/** The buckets of one allocating line, under one own line, of one object size. */
export class Holding {
  readonly alloc: SourceLine;
  /** Nearest own line, else a dependency's, else the allocating one. */
  readonly own: SourceLine;
  /** Bytes of one object; one size class. */
  readonly size: number;
  /** Sampled objects ever allocated, and of them alive: raw counts. */
  readonly allocated: number;
  readonly alive: number;
  /** Objects ever allocated, estimated. */
  readonly allocatedObjects: number;
  readonly #rows: SnapshotRows;
  readonly #stacks: readonly number[];
  readonly #most: number;
  readonly #modulePath: string | undefined;
  #live: MemoryInterval | undefined;
  #functions: ReadonlySet<string> | undefined;

  constructor(rows: SnapshotRows, g: Gathering, modulePath: string | undefined) {
    this.alloc = g.alloc;
    this.own = g.own;
    this.size = g.size;
    this.allocated = g.allocated;
    this.alive = g.alive;
    this.allocatedObjects = g.allocated / samplingProbability(g.size, rows.rows.rate);
    this.#rows = rows;
    this.#stacks = g.stacks;
    this.#most = g.stack;
    this.#modulePath = modulePath;
  }

  get owner(): Owner {
    return ownerOf(this.own.function, this.own.file, this.#modulePath);
  }

  get live(): MemoryInterval {
    if (this.#live !== undefined) return this.#live;
    const sum = new SampledMemory();
    sum.add(this.alive, this.size, this.#rows.rows.rate);
    this.#live = memoryInterval(sum);
    return this.#live;
  }

  /** Every function on its stacks, the allocating one included. */
  get functions(): ReadonlySet<string> {
    if (this.#functions !== undefined) return this.#functions;
    const table = this.#rows.snapshot.profile;
    const names = new Set<string>();
    for (const stack of this.#stacks)
      for (const fn of framesOf(table, stack).functions) names.add(functionName(table, fn));
    this.#functions = names;
    return names;
  }

  get evidence(): string {
    const hash = this.#rows.hashes[this.#most] ?? 0;
    return `${this.#rows.snapshot.artefact.id}:${stackKey(hash)}`;
  }
}

interface Gathering {
  readonly alloc: SourceLine;
  readonly own: SourceLine;
  readonly size: number;
  readonly stacks: number[];
  allocated: number;
  alive: number;
  stack: number;
  most: number;
}

/** Largest live bytes first. One pass over the rows; names are looked up for what is asked about. */
export function holdingsOf(rows: SnapshotRows, modulePath: string | undefined): Holding[] {
  const numbers = new LineNumbers();
  const places = stackPlaces(rows.snapshot.profile, numbers, modulePath);
  const found = new Map<string, Gathering>();
  const { rate } = rows.rows;
  for (let r = 0; r < rows.rows.rows; r++) {
    const size = rows.rows.size[r] ?? 0;
    const alive = rows.rows.inuse[r] ?? 0;
    const allocated = rows.rows.allocs[r] ?? 0;
    if (!(size > 0) || (alive === 0 && allocated === 0)) continue;
    const stack = rows.rows.stack[r] ?? 0;
    const alloc = places.alloc[stack] ?? 0;
    const own = places.own[stack] ?? 0;
    const key = `${alloc}/${own}/${size}`;
    let g = found.get(key);
    if (g === undefined) {
      g = {
        alloc: numbers.lines[alloc] ?? NOWHERE,
        own: numbers.lines[own] ?? NOWHERE,
        size,
        stacks: [],
        allocated: 0,
        alive: 0,
        stack,
        most: -1,
      };
      found.set(key, g);
    }
    g.allocated += allocated;
    g.alive += alive;
    g.stacks.push(stack);
    if (alive > g.most) {
      g.most = alive;
      g.stack = stack;
    }
  }
  const bytes = (g: Gathering) => (g.alive * g.size) / samplingProbability(g.size, rate);
  return [...found.values()]
    .sort((a, b) => bytes(b) - bytes(a))
    .map((g) => new Holding(rows, g, modulePath));
}

const NOWHERE: SourceLine = { function: "?", file: "", line: 0 };

/** Live bytes of several holdings as one sum with one interval. */
export function liveOf(list: readonly Holding[], rate: number): MemoryInterval {
  const sum = new SampledMemory();
  for (const h of list) sum.add(h.alive, h.size, rate);
  return memoryInterval(sum);
}

/** Profiles of one encoding in order, one a GC cycle: two of the same cycle show the same heap. */
export function onePerCycle(
  p: ProcessEvidence,
  encoding: ProfileTable["encoding"],
): readonly HeapSnapshot[] {
  const out: HeapSnapshot[] = [];
  for (const snapshot of p.heap) {
    if (snapshot.profile.encoding !== encoding) continue;
    const last = out[out.length - 1];
    if (last !== undefined && snapshot.cycle !== undefined && snapshot.cycle === last.cycle)
      continue;
    out.push(snapshot);
  }
  return out;
}
