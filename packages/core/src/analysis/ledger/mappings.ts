// Which mappings of a process are Go's arenas, Go's metadata, the executable's, or somebody else's.
//
// Up to Go 1.25 arenas begin at 0xc000000000 (runtime/malloc.go); from 1.26 the base is random
// (GOEXPERIMENT randomizedheapbase64, default on linux/amd64), and mappings carry names
// ("[anon: Go: heap]") only since 1.25 and only with CONFIG_ANON_VMA_NAME. What identifies them on all
// is arithmetic: their read-write size is HeapSys + StackSys. Alignment alone misleads: a foreign
// 64 MiB mapping can be aligned like an arena.

import { MiB } from "../../model/units.ts";
import type { SmapsTable } from "../../model/tables/system.ts";

export interface MappingSums {
  /** Resident bytes of the arenas. */
  readonly arena: number;
  readonly arenaIsSure: boolean;
  /** Anonymous, neither arena nor executable nor brk: Go's metadata and native memory together. */
  readonly otherAnonymous: number;
  /** Same, by kernel name: what is certainly Go's metadata. */
  readonly namedGoMetadata: number;
  /** brk heap, and thread stacks: never Go's. */
  readonly nativeForSure: number;
  /** Globals: private pages of the executable and its bss. */
  readonly globals: number;
  readonly file: number;
  readonly shared: number;
  readonly hugePages: number;
  readonly total: number;
}

interface Row {
  readonly i: number;
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

const OLD_BASE = 0xc000000000;
const ARENA = 64 * MiB;
/**
 * The kernel places mappings downwards from below the stack, after a random gap of up to 1 TiB
 * (arch_mmap_rnd, 28 bits of pages); what lies further down was asked for by address.
 */
const MMAP_SPAN = 2 ** 41;
/** brk and what a linker script puts beside the executable. */
const EXECUTABLE_SPAN = 2 ** 34;

/** Go's ThreadSanitizer on linux/amd64 keeps two bytes a byte here (compiler-rt, tsan_platform.h). */
const RACE_SHADOW = 0x200000000000;

/**
 * Whether a mapping is the race detector's shadow of the arena: at a fixed place, twice the arena's own
 * address further on. True only where both mappings are there; false proves nothing (other platforms).
 */
export function hasRaceShadow(t: SmapsTable): boolean {
  const starts = new Set(t.start.subarray(0, t.rows));
  return [...starts].some(
    (start) => start >= OLD_BASE && start < RACE_SHADOW && starts.has(RACE_SHADOW + 2 * start),
  );
}

export function sumMappings(
  t: SmapsTable,
  arenaBytes: number | undefined,
): MappingSums | undefined {
  if (t.form !== "smaps") return undefined;
  const name = (i: number) => t.strings.get(t.name[i] ?? 0);
  const writable = (i: number) => t.strings.get(t.permissions[i] ?? 0).startsWith("rw");
  const isAnonymousName = (n: string) => n === "" || n.startsWith("[anon");
  const arenaRows = findArena(t, arenaBytes, (i) => isAnonymousName(name(i)) && writable(i));
  const inArena = new Set(arenaRows?.rows ?? []);
  let arena = 0;
  let otherAnonymous = 0;
  let namedGoMetadata = 0;
  let nativeForSure = 0;
  let globals = 0;
  let file = 0;
  let shared = 0;
  let hugePages = 0;
  let total = 0;
  let afterExecutable = NaN;
  for (let i = 0; i < t.rows; i++) {
    const rss = t.rss[i] ?? 0;
    const n = name(i);
    total += rss;
    hugePages += t.anonHugePages[i] ?? 0;
    const anonymous = t.anonymous[i] ?? 0;
    if (inArena.has(i)) {
      arena += rss;
      continue;
    }
    if (n === "[heap]" || n.startsWith("[stack")) {
      // The main thread's stack is the runtime's g0; a few pages.
      if (n === "[heap]") nativeForSure += rss;
      else globals += rss;
      continue;
    }
    if (n === "[vdso]" || n === "[vvar]" || n === "[vvar_vclock]" || n === "[vsyscall]") {
      file += rss;
      continue;
    }
    if (/^(\/dev\/shm\/|\/dev\/zero|\/memfd:|\/SYSV)/.test(n) || n.startsWith("[anon_shmem")) {
      shared += rss;
      continue;
    }
    if (!isAnonymousName(n)) {
      // Pages of a private file mapping that were written are anonymous: globals of the executable or
      // of a shared library.
      globals += anonymous;
      file += rss - anonymous;
      afterExecutable = t.end[i] ?? NaN;
      continue;
    }
    // bss directly behind a file mapping.
    if ((t.start[i] ?? 0) === afterExecutable) {
      globals += rss;
      afterExecutable = t.end[i] ?? NaN;
      continue;
    }
    if (n.startsWith("[anon: Go:")) namedGoMetadata += rss;
    else otherAnonymous += rss;
  }
  return {
    arena,
    arenaIsSure: arenaRows?.isSure ?? false,
    otherAnonymous,
    namedGoMetadata,
    nativeForSure,
    globals,
    file,
    shared,
    hugePages,
    total,
  };
}

/** Mappings of one address region whose read-write bytes add up to `arenaBytes`. */
function findArena(
  t: SmapsTable,
  arenaBytes: number | undefined,
  isCandidate: (i: number) => boolean,
): { rows: number[]; isSure: boolean } | undefined {
  const named: number[] = [];
  const rows: Row[] = [];
  for (let i = 0; i < t.rows; i++) {
    const n = t.strings.get(t.name[i] ?? 0);
    if (n === "[anon: Go: heap]" || n === "[anon: Go: heap reservation]") named.push(i);
    if (isCandidate(i))
      rows.push({
        i,
        start: t.start[i] ?? 0,
        end: t.end[i] ?? 0,
        size: (t.end[i] ?? 0) - (t.start[i] ?? 0),
      });
  }
  if (named.length > 0) return { rows: named, isSure: true };
  // Regions: candidates whose neighbours are less than one arena reservation apart.
  const regions: Row[][] = [];
  for (const r of rows) {
    const region = regions[regions.length - 1];
    const last = region?.[region.length - 1];
    if (region !== undefined && last !== undefined && r.start - last.end <= ARENA) region.push(r);
    else regions.push([r]);
  }
  // The runtime asks for its arenas far from where the kernel places libraries and foreign mmaps, and
  // gets them there unless that address space is taken. Regions near file mappings come second.
  const anchors = fileMappings(t);
  const top = anchors.reduce((a, b) => Math.max(a, b), 0);
  const isRemote = (r: Row) =>
    top - r.start > MMAP_SPAN && anchors.every((a) => Math.abs(a - r.start) > EXECUTABLE_SPAN);
  // Whatever lies there is Go's, even when its size moved between the two readings.
  const remote = rows.filter(isRemote);
  const remoteBytes = remote.reduce((sum, r) => sum + r.size, 0);
  const agrees =
    arenaBytes === undefined ||
    (remoteBytes >= 0.5 * arenaBytes && remoteBytes <= 2 * arenaBytes + 64 * MiB);
  if (remote.length > 0 && agrees) return { rows: remote.map((r) => r.i), isSure: true };
  // One arena chunk may be mapped between the two readings, and HeapSys leaves out a part of the first.
  const tolerance = Math.max(4 * MiB, (arenaBytes ?? 0) * 0.05);
  const near = bestRun(regions, arenaBytes, () => true);
  if (near !== undefined && near.error <= tolerance) return { rows: near.rows, isSure: true };
  const old = rows.filter((r) => r.start >= OLD_BASE && r.start < OLD_BASE + 2 ** 40);
  if (old.length > 0) return { rows: old.map((r) => r.i), isSure: false };
  if (near === undefined || arenaBytes === undefined) return undefined;
  return near.error > 0.25 * arenaBytes ? undefined : { rows: near.rows, isSure: false };
}

/** Starts of mappings of files, the stack and the vdso. */
function fileMappings(t: SmapsTable): number[] {
  const out: number[] = [];
  for (let i = 0; i < t.rows; i++) {
    const n = t.strings.get(t.name[i] ?? 0);
    if (n.startsWith("/") || n === "[stack]" || n === "[vdso]") out.push(t.start[i] ?? 0);
  }
  return out;
}

/**
 * The run of mappings within one region whose bytes come nearest to `arenaBytes`: foreign mappings may
 * lie before or behind the arenas.
 */
function bestRun(
  regions: readonly (readonly Row[])[],
  arenaBytes: number | undefined,
  isCandidate: (first: Row) => boolean,
): { rows: number[]; error: number } | undefined {
  let best: { rows: number[]; error: number } | undefined;
  for (const region of regions) {
    for (let a = 0; a < region.length; a++) {
      const first = region[a];
      if (first === undefined || first.start % (4 * MiB) !== 0 || !isCandidate(first)) continue;
      let sum = 0;
      for (let b = a; b < region.length && b < a + 512; b++) {
        sum += region[b]?.size ?? 0;
        const isOldBase = first.start === OLD_BASE;
        const error =
          arenaBytes === undefined ? (isOldBase ? 0 : Infinity) : Math.abs(sum - arenaBytes);
        if (best === undefined || error < best.error) {
          best = { rows: region.slice(a, b + 1).map((r) => r.i), error };
        }
      }
    }
  }
  return best;
}
