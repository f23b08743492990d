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
import { lineKey, placeOf } from "./build.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import type { SnapshotRows } from "./buckets.ts";
import type { SourceLine } from "./site.ts";

export interface Holding {
  readonly alloc: SourceLine;
  /** Nearest own line, else a dependency's, else the allocating one. */
  readonly own: SourceLine;
  readonly owner: Owner;
  /** Bytes of one object; one size class. */
  readonly size: number;
  readonly live: MemoryInterval;
  /** Sampled objects ever allocated, and of them alive: raw counts. */
  readonly allocated: number;
  readonly alive: number;
  /** Objects ever allocated, estimated. */
  readonly allocatedObjects: number;
  /** Every function on its stacks, the allocating one included. */
  readonly functions: ReadonlySet<string>;
  readonly evidence: string;
}

interface Gathering {
  readonly alloc: SourceLine;
  readonly own: SourceLine;
  readonly size: number;
  readonly memory: SampledMemory;
  readonly functions: Set<string>;
  allocated: number;
  alive: number;
  stack: number;
  most: number;
}

/** Largest live bytes first. One pass over the rows; a stack is walked once. */
export function holdingsOf(rows: SnapshotRows, modulePath: string | undefined): Holding[] {
  const table = rows.snapshot.profile;
  const places = new Map<number, { place: ReturnType<typeof placeOf>; names: string[] }>();
  const found = new Map<string, Gathering>();
  const { rate } = rows.rows;
  for (let r = 0; r < rows.rows.rows; r++) {
    const size = rows.rows.size[r] ?? 0;
    const alive = rows.rows.inuse[r] ?? 0;
    const allocated = rows.rows.allocs[r] ?? 0;
    if (!(size > 0) || (alive === 0 && allocated === 0)) continue;
    const stack = rows.rows.stack[r] ?? 0;
    let at = places.get(stack);
    if (at === undefined) {
      const names = framesOf(table, stack).functions.map((f) => functionName(table, f));
      at = { place: placeOf(table, stack, modulePath), names };
      places.set(stack, at);
    }
    const { alloc, own } = at.place;
    const key = `${lineKey(alloc)}\u0000${lineKey(own)}\u0000${size}`;
    let g = found.get(key);
    if (g === undefined) {
      g = {
        alloc,
        own,
        size,
        memory: new SampledMemory(),
        functions: new Set(),
        allocated: 0,
        alive: 0,
        stack,
        most: -1,
      };
      found.set(key, g);
    }
    g.memory.add(alive, size, rate);
    g.allocated += allocated;
    g.alive += alive;
    for (const name of at.names) g.functions.add(name);
    if (alive > g.most) {
      g.most = alive;
      g.stack = stack;
    }
  }
  const id = rows.snapshot.artefact.id;
  return [...found.values()]
    .map((g): Holding => ({
      alloc: g.alloc,
      own: g.own,
      owner: ownerOf(g.own.function, g.own.file, modulePath),
      size: g.size,
      live: memoryInterval(g.memory),
      allocated: g.allocated,
      alive: g.alive,
      allocatedObjects: g.allocated / samplingProbability(g.size, rate),
      functions: g.functions,
      evidence: `${id}:${stackKey(rows.hashes[g.stack] ?? 0)}`,
    }))
    .sort((a, b) => b.live.bytes.value - a.live.bytes.value);
}

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
