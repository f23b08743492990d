// What an artefact says about which process it came from, and how two of them compare.
// Traps: diagnosis notes in docs/ARCHITECTURE.md "Linking". The [vdso] start is equal within a process
// and differs between processes under address-space randomisation; two processes on a host without
// it may collide, hence the other conditions.

import { bucketKey, heapRows } from "../goruntime/heap-rows.ts";
import { stackHashes } from "../model/stack-frames.ts";
import type { GcSegment } from "../model/tables/gc-cycles.ts";
import type { MemStats } from "../model/tables/memstats.ts";
import type { ProfileTable } from "../model/tables/profile.ts";
import type { Artefact } from "./artefact.ts";

/** One thing to place: an artefact, or one segment of a log. */
export interface Unit {
  readonly artefact: Artefact;
  readonly segment: GcSegment | undefined;
  readonly folder: string;
  /** Process named by the capture's manifest. */
  readonly manifest: string | undefined;
  readonly pid: number | undefined;
  readonly startTicks: number | undefined;
  readonly vdso: number | undefined;
  readonly buildId: string;
  readonly memStats: MemStats | undefined;
  /** Cumulative counters that only rise within a process. */
  readonly counters: ReadonlyMap<string, number>;
  /** Raw allocation counts per bucket, for heap profiles that are not deltas. */
  readonly buckets: ReadonlyMap<string, number> | undefined;
  /** Text and protobuf cut the runtime's own frames differently: their buckets can agree, not clash. */
  readonly encoding: "proto" | "text" | undefined;
  /** Carries identity of its own; others are placed by neighbourhood. */
  readonly isAnchor: boolean;
}

export type Relation =
  | {
      readonly is: "same";
      readonly by: "manifest" | "vdso" | "counts" | "ring" | "pid" | "gc-times";
      readonly cycles?: number;
    }
  | { readonly is: "different" }
  | { readonly is: "unknown" };

export function folderOf(name: string): string {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? "" : name.slice(0, slash);
}

export function fingerprint(artefact: Artefact, segment?: GcSegment): Unit {
  const t = artefact.table;
  const record = artefact.record;
  let pid = record?.pid;
  let startTicks: number | undefined;
  let vdso: number | undefined;
  let buildId = "";
  let memStats: MemStats | undefined;
  let buckets: Map<string, number> | undefined;
  const counters = new Map<string, number>();
  let isAnchor = true;
  switch (t.kind) {
    case "profile":
      vdso = vdsoStart(t);
      buildId = mainBuildId(t);
      memStats = t.memStats;
      if ((t.profileKind === "heap" || t.profileKind === "allocs") && !t.isDelta)
        buckets = bucketCounts(t);
      break;
    case "metrics": {
      const first = t.samples[0];
      memStats = first?.memStats;
      for (const name of [
        "/gc/cycles/total:gc-cycles",
        "/gc/heap/allocs:bytes",
        "/gc/heap/frees:bytes",
      ]) {
        const v = first?.scalars.get(name);
        if (v !== undefined) counters.set(name, v);
      }
      const started = first?.process.startTimeSec;
      if (started !== undefined) counters.set("start", started);
      break;
    }
    case "proc-status":
      pid ??= t.pid;
      break;
    case "proc-stat":
      pid ??= t.pid;
      startTicks = t.startTicks;
      break;
    case "smaps":
      for (let i = 0; i < t.rows; i++) {
        if (t.strings.get(t.name[i] ?? 0) === "[vdso]") vdso = t.start[i];
      }
      break;
    case "goroutines":
    case "gctrace":
      break;
    default:
      isAnchor = false;
  }
  if (memStats !== undefined) {
    if (memStats.totalAlloc !== undefined)
      counters.set("/gc/heap/allocs:bytes", memStats.totalAlloc);
    if (memStats.numGC !== undefined) counters.set("/gc/cycles/total:gc-cycles", memStats.numGC);
  }
  return {
    artefact,
    segment,
    folder: folderOf(artefact.name),
    manifest: record?.process,
    pid,
    startTicks,
    vdso,
    buildId,
    memStats,
    counters,
    buckets,
    encoding: t.kind === "profile" ? t.encoding : undefined,
    isAnchor,
  };
}

function vdsoStart(p: ProfileTable): number | undefined {
  for (let m = 0; m < p.mappings.length; m++) {
    if (p.strings.get(p.mappings.file[m] ?? 0) === "[vdso]") return p.mappings.start[m];
  }
  return undefined;
}

function mainBuildId(p: ProfileTable): string {
  return p.mappings.length === 0 ? "" : p.strings.get(p.mappings.buildId[0] ?? 0);
}

function bucketCounts(p: ProfileTable): Map<string, number> | undefined {
  const rows = heapRows(p);
  if (rows === undefined || rows.counts !== "exact") return undefined;
  const hashes = stackHashes(p);
  const out = new Map<string, number>();
  for (let r = 0; r < rows.rows; r++) {
    const n = rows.allocs[r] ?? 0;
    if (n === 0) continue;
    const key = bucketKey(hashes[rows.stack[r] ?? 0] ?? 0, rows.size[r] ?? 0);
    out.set(key, (out.get(key) ?? 0) + n);
  }
  return out;
}

export function relate(a: Unit, b: Unit): Relation {
  if (
    a.manifest !== undefined &&
    b.manifest !== undefined &&
    (a.segment === undefined || b.segment === undefined)
  ) {
    return a.manifest === b.manifest ? { is: "same", by: "manifest" } : { is: "different" };
  }
  // Two segments of one stream: the process restarted between them.
  if (a.segment !== undefined && a.artefact === b.artefact && a.segment !== b.segment)
    return { is: "different" };
  if (a.pid !== undefined && b.pid !== undefined) {
    if (a.pid !== b.pid) return { is: "different" };
    if (a.startTicks !== undefined && b.startTicks !== undefined && a.startTicks !== b.startTicks)
      return { is: "different" };
    return { is: "same", by: "pid" };
  }
  if (a.vdso !== undefined && b.vdso !== undefined && a.vdso !== b.vdso) return { is: "different" };
  if (a.buildId !== "" && b.buildId !== "" && a.buildId !== b.buildId) return { is: "different" };
  const counts = compareBuckets(a.buckets, b.buckets);
  if (counts === "contradiction" && a.encoding === b.encoding) return { is: "different" };
  if (a.vdso !== undefined && a.vdso === b.vdso) return { is: "same", by: "vdso" };
  if (a.segment !== undefined && b.segment !== undefined) {
    const copies = compareSegments(a.segment, b.segment);
    if (copies !== undefined) return copies;
  }
  const ring = compareRings(a.memStats, b.memStats);
  if (ring === "different") return { is: "different" };
  if (typeof ring === "number") return { is: "same", by: "ring", cycles: ring };
  if (counts === "agree") return { is: "same", by: "counts" };
  const start = compareStarts(a, b);
  if (start !== undefined) return start;
  const log =
    a.segment !== undefined
      ? compareLog(a.segment, b.memStats)
      : b.segment !== undefined
        ? compareLog(b.segment, a.memStats)
        : undefined;
  if (log !== undefined) return log;
  return risesOneWay(a.counters, b.counters) ? { is: "unknown" } : { is: "different" };
}

/** All counts of one side ≤ the other's: one process seen twice. Mixed directions: two processes. */
function compareBuckets(
  a: ReadonlyMap<string, number> | undefined,
  b: ReadonlyMap<string, number> | undefined,
): "agree" | "contradiction" | "unknown" {
  if (a === undefined || b === undefined) return "unknown";
  let up = 0;
  let down = 0;
  let equal = 0;
  for (const [key, n] of a) {
    const m = b.get(key) ?? 0;
    if (m > n) up++;
    else if (m < n) down++;
    else equal++;
  }
  for (const key of b.keys()) if (!a.has(key)) up++;
  if (up > 0 && down > 0) return "contradiction";
  // Equal buckets are what start-up left: several of them, each by chance of sampling, do not agree
  // between two processes.
  return equal >= 3 ? "agree" : "unknown";
}

/** Number of cycles whose end times agree, "different" on any mismatch, undefined without overlap. */
function compareRings(
  a: MemStats | undefined,
  b: MemStats | undefined,
): number | "different" | undefined {
  const ra = a?.pauseEndMs;
  const rb = b?.pauseEndMs;
  const na = a?.numGC;
  const nb = b?.numGC;
  if (ra === undefined || rb === undefined || na === undefined || nb === undefined)
    return undefined;
  const last = Math.min(na, nb);
  const first = Math.max(1, Math.max(na, nb) - 255);
  let agree = 0;
  for (let n = first; n <= last; n++) {
    const at = (n + 255) % 256;
    const x = ra[at] ?? 0;
    const y = rb[at] ?? 0;
    if (x === 0 || y === 0) continue;
    // Unix nanoseconds pass through a double: 2^53 leaves 256 ns.
    if (Math.abs(x - y) > 0.01) return "different";
    agree++;
  }
  return agree > 0 ? agree : undefined;
}

function compareStarts(a: Unit, b: Unit): Relation | undefined {
  const x = a.counters.get("start");
  const y = b.counters.get("start");
  if (x === undefined || y === undefined) return undefined;
  // client_golang reads it from /proc with a resolution of one clock tick.
  return Math.abs(x - y) < 0.02 ? { is: "same", by: "pid" } : { is: "different" };
}

/** Gaps between cycle ends in the log against gaps in PauseEnd; ± 3 ms of the log's resolution. */
function compareLog(segment: GcSegment, m: MemStats | undefined): Relation | undefined {
  const ring = m?.pauseEndMs;
  const numGC = m?.numGC;
  if (ring === undefined || numGC === undefined) return undefined;
  const c = segment.cycles;
  let offset: number | undefined;
  let agree = 0;
  for (let i = 0; i < c.length; i++) {
    const n = c.number[i] ?? 0;
    if (n > numGC || n < numGC - 255) continue;
    const end = ring[(n + 255) % 256] ?? 0;
    if (end === 0) continue;
    const logEnd = cycleEndSec(segment, i) * 1000;
    if (!Number.isFinite(logEnd)) continue;
    if (offset === undefined) offset = end - logEnd;
    else if (Math.abs(end - logEnd - offset) > 25) return { is: "different" };
    agree++;
  }
  return agree >= 2 ? { is: "same", by: "gc-times", cycles: agree } : undefined;
}

/** Copies of one growing log: a cycle number with the same start is the same cycle. */
function compareSegments(a: GcSegment, b: GcSegment): Relation | undefined {
  if (a.stream !== "" && b.stream !== "" && a.stream !== b.stream) return { is: "different" };
  const starts = new Map<number, number>();
  for (let i = 0; i < a.cycles.length; i++) {
    starts.set(a.cycles.number[i] ?? 0, a.cycles.startSec[i] ?? NaN);
  }
  let agree = 0;
  for (let i = 0; i < b.cycles.length; i++) {
    const start = starts.get(b.cycles.number[i] ?? 0);
    if (start === undefined) continue;
    if (Math.abs(start - (b.cycles.startSec[i] ?? NaN)) > 0.0015) return { is: "different" };
    agree++;
  }
  return agree >= 2 ? { is: "same", by: "gc-times", cycles: agree } : undefined;
}

/** Seconds since runtime init at which cycle i ended: start plus the three wall phases. */
export function cycleEndSec(segment: GcSegment, i: number): number {
  const c = segment.cycles;
  return (
    (c.startSec[i] ?? NaN) +
    ((c.sweepTermNs[i] ?? NaN) + (c.markNs[i] ?? NaN) + (c.markTermNs[i] ?? NaN)) / 1e9
  );
}

function risesOneWay(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean {
  let up = 0;
  let down = 0;
  for (const [name, x] of a) {
    const y = b.get(name);
    if (y === undefined || name === "start") continue;
    if (y > x) up++;
    if (y < x) down++;
  }
  return up === 0 || down === 0;
}
