// Go's own account of its memory, from runtime/metrics or MemStats, in one form. Bytes.
// Sources: runtime/metrics/description.go and runtime/mstats.go, Go 1.22–1.27. What is mapped is not
// all resident; ledger code corrects for that with smaps.

import type { MemStats } from "../model/tables/memstats.ts";

export interface GoMemory {
  /** Allocated heap objects, dead but unswept ones included. */
  readonly heapObjects: number;
  /** Free slots in spans in use. */
  readonly heapUnused: number;
  /** Idle spans kept, not returned to the system. */
  readonly heapFree: number;
  readonly heapReleased: number;
  readonly stacks: number;
  /** Spans, mcaches, profiling buckets, GC and other metadata: mapped. */
  readonly metadata: number;
  /** Part of the metadata that is certainly touched. */
  readonly metadataInUse: number;
  readonly profilingBuckets: number;
}

/** Everything Go mapped and did not return: what a memory limit is compared with. */
export function goMapped(g: GoMemory): number {
  return g.heapObjects + g.heapUnused + g.heapFree + g.stacks + g.metadata;
}

/**
 * Heap goal that a memory limit allows (runtime/mgcpacer.go memoryLimitHeapGoal): the limit less what
 * is not heap, less headroom of 3 % since Go 1.21, 1 MiB before. Overshoot is left out: it lowers the
 * goal further, down to what is live.
 */
export function limitGoal(g: GoMemory, memLimit: number): number {
  const nonHeap = g.heapUnused + g.stacks + g.metadata;
  const room = memLimit - nonHeap;
  return Math.max(0, room - Math.max(0.03 * room, 1024 * 1024));
}

/** HeapSys + StackSys: the read-write part of the arenas. */
export function arenaBytes(g: GoMemory): number {
  return g.heapObjects + g.heapUnused + g.heapFree + g.heapReleased + g.stacks;
}

export function fromMemStats(m: MemStats): GoMemory | undefined {
  const { heapAlloc, heapInuse, heapIdle, heapReleased, stackInuse } = m;
  if (
    heapAlloc === undefined ||
    heapInuse === undefined ||
    heapIdle === undefined ||
    heapReleased === undefined
  )
    return undefined;
  const metadata =
    (m.mSpanSys ?? 0) +
    (m.mCacheSys ?? 0) +
    (m.buckHashSys ?? 0) +
    (m.gcSys ?? 0) +
    (m.otherSys ?? 0);
  return {
    heapObjects: heapAlloc,
    heapUnused: Math.max(0, heapInuse - heapAlloc),
    heapFree: Math.max(0, heapIdle - heapReleased),
    heapReleased,
    stacks: stackInuse ?? 0,
    metadata,
    metadataInUse: (m.mSpanInuse ?? 0) + (m.mCacheInuse ?? 0) + (m.buckHashSys ?? 0),
    profilingBuckets: m.buckHashSys ?? 0,
  };
}

export function fromMetrics(scalars: ReadonlyMap<string, number>): GoMemory | undefined {
  const get = (name: string) => scalars.get(`/memory/classes/${name}:bytes`);
  const objects = get("heap/objects");
  const unused = get("heap/unused");
  const free = get("heap/free");
  const released = get("heap/released");
  if (objects === undefined || unused === undefined || free === undefined || released === undefined)
    return undefined;
  const sum = (...names: string[]) => names.reduce((s, n) => s + (get(n) ?? 0), 0);
  return {
    heapObjects: objects,
    heapUnused: unused,
    heapFree: free,
    heapReleased: released,
    stacks: sum("heap/stacks", "os-stacks"),
    metadata: sum(
      "metadata/mcache/free",
      "metadata/mcache/inuse",
      "metadata/mspan/free",
      "metadata/mspan/inuse",
      "metadata/other",
      "profiling/buckets",
      "other",
    ),
    metadataInUse: sum("metadata/mcache/inuse", "metadata/mspan/inuse", "profiling/buckets"),
    profilingBuckets: get("profiling/buckets") ?? 0,
  };
}
