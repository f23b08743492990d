// Small tables and processes for tests: what a reader would have made, without bytes. Everything goes
// through `link` and `buildView`, so a rule is tested on what it sees in real life.

import type { Artefact } from "../src/evidence/artefact.ts";
import type { EvidenceTable } from "../src/model/tables/table.ts";
import type { GcCycleColumns, GcSegment, GcTraceTable } from "../src/model/tables/gc-cycles.ts";
import type { GoroutineTable } from "../src/model/tables/goroutines.ts";
import type { MemStats } from "../src/model/tables/memstats.ts";
import type { MetricsSample, MetricsTable } from "../src/model/tables/metrics.ts";
import type { ProfileKind, ProfileTable } from "../src/model/tables/profile.ts";
import type {
  BuildInfoTable,
  CgroupTable,
  GoEnvTable,
  ProcStatTable,
  ProcStatusTable,
  SmapsTable,
} from "../src/model/tables/system.ts";
import { StringTableBuilder } from "../src/model/strings.ts";
import { COMPLETE } from "../src/model/diagnostic.ts";
import { MiB } from "../src/model/units.ts";

export type Frame = readonly [fn: string, file: string, line: number];

export interface HeapRow {
  readonly stack: readonly Frame[];
  readonly size: number;
  /** Raw sample counts. */
  readonly allocs: number;
  readonly inuse: number;
}

export interface ProfileFacts {
  readonly vdso?: number;
  readonly buildId?: string;
  readonly timeMs?: number;
  readonly memStats?: MemStats;
}

const RATE = 512 * 1024;

export function stacksOf(
  strings: StringTableBuilder,
  rows: readonly { readonly stack: readonly Frame[] }[],
) {
  const functions: { name: number; file: number }[] = [];
  const functionIndex = new Map<string, number>();
  const locations: { fn: number; line: number }[] = [];
  const locationIndex = new Map<string, number>();
  const start: number[] = [0];
  const list: number[] = [];
  for (const row of rows) {
    for (const [fn, file, line] of row.stack) {
      const fk = `${fn}\0${file}`;
      let f = functionIndex.get(fk);
      if (f === undefined) {
        f = functions.length;
        functionIndex.set(fk, f);
        functions.push({ name: strings.intern(fn), file: strings.intern(file) });
      }
      const lk = `${f}:${line}`;
      let l = locationIndex.get(lk);
      if (l === undefined) {
        l = locations.length;
        locationIndex.set(lk, l);
        locations.push({ fn: f, line });
      }
      list.push(l);
    }
    start.push(list.length);
  }
  return {
    functions: {
      length: functions.length,
      name: Int32Array.from(functions, (f) => f.name),
      systemName: Int32Array.from(functions, (f) => f.name),
      file: Int32Array.from(functions, (f) => f.file),
      startLine: new Int32Array(functions.length),
    },
    locations: {
      length: locations.length,
      address: Float64Array.from(locations, (_, i) => 0x400000 + i * 16),
      mapping: new Int32Array(locations.length),
      lineStart: Int32Array.from({ length: locations.length + 1 }, (_, i) => i),
      lineFunction: Int32Array.from(locations, (l) => l.fn),
      lineNumber: Int32Array.from(locations, (l) => l.line),
    },
    stacks: { length: rows.length, start: Int32Array.from(start), location: Int32Array.from(list) },
  };
}

function profile(
  strings: StringTableBuilder,
  kind: ProfileKind,
  rows: readonly { readonly stack: readonly Frame[] }[],
  types: readonly (readonly [string, string])[],
  values: readonly Float64Array[],
  facts: ProfileFacts,
): ProfileTable {
  const files = [strings.intern("/srv/app"), strings.intern("[vdso]")];
  const stacks = stacksOf(strings, rows);
  return {
    kind: "profile",
    profileKind: kind,
    encoding: "text",
    rows: rows.length,
    sampleTypes: types.map(([type, unit]) => ({ type, unit })),
    defaultSampleType: types.length - 1,
    values,
    rowStack: Int32Array.from(rows, (_, i) => i),
    labels: {
      start: new Int32Array(rows.length + 1),
      key: new Int32Array(),
      str: new Int32Array(),
      num: new Float64Array(),
      unit: new Int32Array(),
    },
    mappings: {
      length: facts.vdso === undefined ? 0 : 2,
      start: facts.vdso === undefined ? new Float64Array() : Float64Array.of(0x400000, facts.vdso),
      limit:
        facts.vdso === undefined
          ? new Float64Array()
          : Float64Array.of(0x900000, facts.vdso + 8192),
      offset: new Float64Array(2),
      file: facts.vdso === undefined ? new Int32Array() : Int32Array.from(files),
      buildId:
        facts.vdso === undefined
          ? new Int32Array()
          : Int32Array.of(strings.intern(facts.buildId ?? ""), 0),
    },
    periodType: { type: "space", unit: "bytes" },
    period: RATE,
    timeMs: facts.timeMs,
    durationNs: undefined,
    isDelta: false,
    comments: [],
    memStats: facts.memStats,
    strings,
    ...stacks,
  };
}

/** Raw counts, as Go's debug=1 text holds them. */
export function heapProfile(rows: readonly HeapRow[], facts: ProfileFacts = {}): ProfileTable {
  const strings = new StringTableBuilder();
  const values = [
    Float64Array.from(rows, (r) => r.allocs),
    Float64Array.from(rows, (r) => r.allocs * r.size),
    Float64Array.from(rows, (r) => r.inuse),
    Float64Array.from(rows, (r) => r.inuse * r.size),
  ];
  return profile(
    strings,
    "heap",
    rows,
    [
      ["alloc_objects", "count"],
      ["alloc_space", "bytes"],
      ["inuse_objects", "count"],
      ["inuse_space", "bytes"],
    ],
    values,
    facts,
  );
}

export function goroutineProfile(
  rows: readonly { readonly stack: readonly Frame[]; readonly count: number }[],
  facts: ProfileFacts = {},
): ProfileTable {
  return profile(
    new StringTableBuilder(),
    "goroutine",
    rows,
    [["goroutine", "count"]],
    [Float64Array.from(rows, (r) => r.count)],
    facts,
  );
}

/** A debug=2 dump: goroutines of one stack have ids in a row. */
export function goroutineDump(
  groups: readonly {
    readonly stack: readonly Frame[];
    readonly count?: number;
    readonly state: string;
    readonly waitMinutes?: number;
    readonly createdBy?: string;
    readonly firstId?: number;
  }[],
): GoroutineTable {
  const strings = new StringTableBuilder();
  const stacks = stacksOf(strings, groups);
  const at = groups.flatMap((g, i) =>
    Array.from({ length: g.count ?? 1 }, (_, n) => ({ g, i, n })),
  );
  return {
    kind: "goroutines",
    rows: at.length,
    id: Float64Array.from(at, ({ g, i, n }) => (g.firstId ?? 1 + i * 10_000) + n),
    state: Int32Array.from(at, ({ g }) => strings.intern(g.state)),
    waitMinutes: Float64Array.from(at, ({ g }) => g.waitMinutes ?? 0),
    rowStack: Int32Array.from(at, ({ i }) => i),
    createdBy: Int32Array.from(at, ({ g }) => strings.intern(g.createdBy ?? "")),
    createdAt: new Int32Array(at.length),
    pointerArguments: new Float64Array(),
    isCut: false,
    strings,
    ...stacks,
  };
}

let serial = 0;

export function artefact(name: string, table: EvidenceTable, timeMs?: number): Artefact {
  serial += 1;
  const id = serial.toString(16).padStart(8, "0");
  return {
    id,
    name,
    sha256: id.repeat(8),
    bytes: 1000,
    format: table.kind,
    table,
    diagnostics: [],
    completeness: COMPLETE,
    fileTimeMs: timeMs,
    record: undefined,
  };
}

export interface Cycle {
  readonly atSec: number;
  readonly markedMiB: number;
  readonly goalMiB?: number;
  readonly startMiB?: number;
  /** CPU ns. */
  readonly assistNs?: number;
  readonly workerNs?: number;
  /** Wall ns of the stop before marking, which the log charges to every P. */
  readonly stopNs?: number;
}

export function gctrace(cycles: readonly Cycle[], wallStartMs = NaN, procs = 2): GcTraceTable {
  const n = cycles.length;
  const column = (of: (c: Cycle) => number) => Float64Array.from(cycles, of);
  const zero = () => new Float64Array(n);
  const columns: GcCycleColumns = {
    length: n,
    number: Int32Array.from(cycles, (_, i) => i + 1),
    startSec: column((c) => c.atSec),
    wallMs: column((c) => wallStartMs + c.atSec * 1000),
    cpuFractionSinceStart: zero(),
    sweepTermNs: column((c) => c.stopNs ?? 0),
    markNs: zero(),
    markTermNs: zero(),
    sweepTermCpuNs: column((c) => (c.stopNs ?? 0) * procs),
    assistCpuNs: column((c) => c.assistNs ?? 0),
    workerCpuNs: column((c) => c.workerNs ?? 1e6),
    idleCpuNs: zero(),
    markTermCpuNs: zero(),
    heapStartBytes: column((c) => (c.startMiB ?? c.markedMiB * 1.9) * MiB),
    heapEndBytes: column((c) => (c.startMiB ?? c.markedMiB * 1.9) * MiB),
    markedBytes: column((c) => Math.floor(c.markedMiB) * MiB),
    goalBytes: Float64Array.from(
      cycles,
      (c, i) => Math.floor(c.goalMiB ?? 2 * (cycles[i - 1]?.markedMiB ?? c.markedMiB)) * MiB,
    ),
    stacksBytes: zero(),
    globalsBytes: zero(),
    procs: new Int32Array(n).fill(procs),
    flags: new Uint8Array(n),
    line: Int32Array.from(cycles, (_, i) => i + 1),
  };
  const segment: GcSegment = { cycles: columns, missingCycles: 0, stream: "" };
  return { kind: "gctrace", segments: [segment], repairedLines: 0, unsoundLines: 0 };
}

export function metrics(
  samples: readonly (Partial<MetricsSample> & { readonly timeMs: number })[],
): MetricsTable {
  return {
    kind: "metrics",
    source: "runtime-metrics",
    samples: samples.map((s) => ({
      scalars: new Map(),
      histograms: new Map(),
      memStats: undefined,
      goVersion: undefined,
      goroutines: undefined,
      process: {},
      loadCounters: [],
      ...s,
    })),
  };
}

/** PauseEnd ring as the runtime keeps it. */
export function ring(endsMs: readonly number[]): Float64Array {
  const out = new Float64Array(256);
  endsMs.forEach((ms, i) => {
    out[(i + 1 + 255) % 256] = ms;
  });
  return out;
}

const mib = (x: number | undefined): number | undefined =>
  x === undefined ? undefined : Math.round(x * MiB);

/** Go's account of its memory at one instant, MiB; everything else follows from it. */
export interface GoState {
  readonly timeMs: number;
  readonly numGC: number;
  /** Marked at the end of the last cycle. */
  readonly markedMiB: number;
  /** Allocated heap objects now; default halfway to the goal. */
  readonly objectsMiB?: number;
  readonly unusedMiB?: number;
  readonly freeMiB?: number;
  readonly releasedMiB?: number;
  readonly stacksMiB?: number;
  readonly metadataMiB?: number;
  readonly bucketsMiB?: number;
  /** Allocated since start. */
  readonly totalAllocMiB?: number;
  readonly goalMiB?: number;
  readonly gogc?: number;
  readonly lastGCMs?: number;
  readonly maxRssMiB?: number;
}

function completed(s: GoState) {
  const gogc = s.gogc ?? 100;
  const stacks = s.stacksMiB ?? 1;
  // M + (M + S)·g with the 4 MiB·g floor; runtime/mgcpacer.go.
  const goal =
    s.goalMiB ?? Math.max(s.markedMiB + (s.markedMiB + stacks) * (gogc / 100), (4 * gogc) / 100);
  return {
    objects: s.objectsMiB ?? (s.markedMiB + goal) / 2,
    unused: s.unusedMiB ?? 2,
    free: s.freeMiB ?? 1,
    released: s.releasedMiB ?? 2,
    stacks,
    metadata: s.metadataMiB ?? 4,
    buckets: s.bucketsMiB ?? 1.4,
    total: s.totalAllocMiB ?? s.numGC * 100,
    goal,
  };
}

export function memStats(s: GoState): MemStats {
  const c = completed(s);
  const bytes = (x: number) => Math.round(x * MiB);
  return {
    totalAlloc: bytes(c.total),
    heapAlloc: bytes(c.objects),
    heapInuse: bytes(c.objects + c.unused),
    heapIdle: bytes(c.free + c.released),
    heapReleased: bytes(c.released),
    heapSys: bytes(c.objects + c.unused + c.free + c.released),
    stackInuse: bytes(c.stacks),
    stackSys: bytes(c.stacks),
    mSpanInuse: bytes(c.metadata * 0.1),
    mSpanSys: bytes(c.metadata * 0.2),
    gcSys: bytes(c.metadata * 0.6),
    otherSys: bytes(c.metadata * 0.2),
    buckHashSys: bytes(c.buckets),
    nextGC: bytes(c.goal),
    numGC: s.numGC,
    lastGCMs: s.lastGCMs ?? s.timeMs - 500,
    ...(s.maxRssMiB === undefined ? {} : { maxRss: bytes(s.maxRssMiB) }),
  };
}

export interface CpuState {
  /** CPU seconds since start: GOMAXPROCS × wall. */
  readonly totalSec: number;
  readonly userSec: number;
  readonly assistSec?: number;
  readonly dedicatedSec?: number;
  readonly idleMarkSec?: number;
  readonly pauseSec?: number;
}

/** A sample of runtime/metrics as Go ≥ 1.21 gives it; /cpu/classes only with `cpu`. */
export function runtimeSample(
  s: GoState,
  cpu?: CpuState,
  more: {
    readonly goroutines?: number;
    readonly memLimitMiB?: number;
    readonly limiterCycle?: number;
  } = {},
): Partial<MetricsSample> & { readonly timeMs: number } {
  const c = completed(s);
  const scalars = new Map<string, number>([
    ["/gc/gogc:percent", s.gogc ?? 100],
    ["/gc/gomemlimit:bytes", more.memLimitMiB === undefined ? 2 ** 63 : more.memLimitMiB * MiB],
    ["/gc/cycles/total:gc-cycles", s.numGC],
    ["/gc/heap/live:bytes", s.markedMiB * MiB],
    ["/gc/heap/goal:bytes", c.goal * MiB],
    ["/gc/heap/allocs:bytes", c.total * MiB],
    ["/gc/scan/stack:bytes", c.stacks * MiB],
    ["/gc/scan/globals:bytes", 0],
    ["/gc/limiter/last-enabled:gc-cycle", more.limiterCycle ?? 0],
    ["/memory/classes/heap/objects:bytes", c.objects * MiB],
    ["/memory/classes/heap/unused:bytes", c.unused * MiB],
    ["/memory/classes/heap/free:bytes", c.free * MiB],
    ["/memory/classes/heap/released:bytes", c.released * MiB],
    ["/memory/classes/heap/stacks:bytes", c.stacks * MiB],
    ["/memory/classes/metadata/mspan/inuse:bytes", c.metadata * 0.2 * MiB],
    ["/memory/classes/metadata/other:bytes", c.metadata * 0.8 * MiB],
    ["/memory/classes/profiling/buckets:bytes", c.buckets * MiB],
    ["/sched/goroutines:goroutines", more.goroutines ?? 20],
  ]);
  if (cpu !== undefined) {
    const assist = cpu.assistSec ?? 0;
    const dedicated = cpu.dedicatedSec ?? 0;
    const idleMark = cpu.idleMarkSec ?? 0;
    const pause = cpu.pauseSec ?? 0;
    const gc = assist + dedicated + idleMark + pause;
    scalars.set("/cpu/classes/total:cpu-seconds", cpu.totalSec);
    scalars.set("/cpu/classes/user:cpu-seconds", cpu.userSec);
    scalars.set("/cpu/classes/gc/total:cpu-seconds", gc);
    scalars.set("/cpu/classes/gc/mark/assist:cpu-seconds", assist);
    scalars.set("/cpu/classes/gc/mark/dedicated:cpu-seconds", dedicated);
    scalars.set("/cpu/classes/gc/mark/idle:cpu-seconds", idleMark);
    scalars.set("/cpu/classes/gc/pause:cpu-seconds", pause);
    scalars.set("/cpu/classes/idle:cpu-seconds", cpu.totalSec - cpu.userSec - gc);
  }
  return { timeMs: s.timeMs, scalars };
}

/** client_golang's default collectors: go_memstats_*, go_goroutines, process_*; no runtime/metrics. */
export function defaultScrape(
  s: GoState,
  process: MetricsSample["process"] = {},
): Partial<MetricsSample> & { readonly timeMs: number } {
  // MemStats without NumGC and PauseEnd: go_memstats_* carries neither.
  const { numGC: _numGC, ...rest } = memStats(s);
  return { timeMs: s.timeMs, memStats: rest, goroutines: 20, process };
}

export function procStatus(facts: {
  readonly pid?: number;
  readonly rssMiB: number;
  readonly anonMiB?: number;
  readonly fileMiB?: number;
  readonly shmemMiB?: number;
  readonly hwmMiB?: number;
}): ProcStatusTable {
  const file = facts.fileMiB ?? 8;
  const shmem = facts.shmemMiB ?? 0;
  return {
    kind: "proc-status",
    name: "app",
    pid: facts.pid ?? 7,
    threads: 9,
    vmRss: facts.rssMiB * MiB,
    rssAnon: (facts.anonMiB ?? facts.rssMiB - file - shmem) * MiB,
    rssFile: file * MiB,
    rssShmem: shmem * MiB,
    vmHwm: (facts.hwmMiB ?? facts.rssMiB) * MiB,
  };
}

export function procStat(cpuSec: number, pid = 7): ProcStatTable {
  return {
    kind: "proc-stat",
    pid,
    comm: "app",
    userTicks: Math.round(cpuSec * 90),
    systemTicks: Math.round(cpuSec * 10),
    startTicks: 1000,
    threads: 9,
    rssPages: 10_000,
  };
}

export interface Mapping {
  readonly start: number;
  readonly sizeMiB: number;
  readonly rssMiB?: number;
  /** Default: all of rss for anonymous mappings, none for files. */
  readonly anonMiB?: number;
  readonly hugeMiB?: number;
  readonly permissions?: string;
  readonly name?: string;
}

export function smaps(mappings: readonly Mapping[]): SmapsTable {
  const strings = new StringTableBuilder();
  const sorted = [...mappings].sort((a, b) => a.start - b.start);
  const bytes = (of: (m: Mapping) => number | undefined) =>
    Float64Array.from(sorted, (m) => mib(of(m)) ?? 0);
  const rss = (m: Mapping) => m.rssMiB ?? 0;
  const anon = (m: Mapping) => m.anonMiB ?? ((m.name ?? "").startsWith("/") ? 0 : rss(m));
  return {
    kind: "smaps",
    form: "smaps",
    strings,
    rows: sorted.length,
    start: Float64Array.from(sorted, (m) => m.start),
    end: Float64Array.from(sorted, (m) => m.start + Math.round(m.sizeMiB * MiB)),
    permissions: Int32Array.from(sorted, (m) => strings.intern(m.permissions ?? "rw-p")),
    inode: Float64Array.from(sorted, (m) => ((m.name ?? "").startsWith("/") ? 99 : 0)),
    name: Int32Array.from(sorted, (m) => strings.intern(m.name ?? "")),
    rss: bytes(rss),
    pss: bytes(rss),
    anonymous: bytes(anon),
    privateDirty: bytes(anon),
    shared: bytes(() => 0),
    lazyFree: bytes(() => 0),
    anonHugePages: bytes((m) => m.hugeMiB ?? 0),
    swap: bytes(() => 0),
  };
}

const DIR = "/sys/fs/cgroup";

/** The files of a cgroup v2 in one folder, as a copy of /sys/fs/cgroup holds them. */
export function cgroupV2(
  folder: string,
  facts: {
    readonly anonMiB: number;
    readonly fileMiB?: number;
    readonly shmemMiB?: number;
    readonly kernelMiB?: number;
    readonly currentMiB?: number;
    readonly maxMiB?: number;
    readonly peakMiB?: number;
  },
  timeMs?: number,
): Artefact[] {
  const file = facts.fileMiB ?? 0;
  const shmem = facts.shmemMiB ?? 0;
  const kernel = facts.kernelMiB ?? 2;
  const current = facts.currentMiB ?? facts.anonMiB + file + shmem + kernel;
  const one = (name: string, values: Record<string, number>): Artefact => {
    const table: CgroupTable = {
      kind: "cgroup",
      version: 2,
      file: name,
      values: new Map(Object.entries(values)),
    };
    return artefact(`${folder}${DIR}/${name}`, table, timeMs);
  };
  return [
    one("memory.current", { "": current * MiB }),
    one("memory.max", { "": facts.maxMiB === undefined ? Infinity : facts.maxMiB * MiB }),
    one("memory.peak", { "": (facts.peakMiB ?? current) * MiB }),
    one("memory.stat", {
      anon: facts.anonMiB * MiB,
      // The kernel counts shmem in file too.
      file: (file + shmem) * MiB,
      shmem: shmem * MiB,
      kernel: kernel * MiB,
      inactive_file: file * 0.5 * MiB,
      active_file: file * 0.5 * MiB,
    }),
  ];
}

export function buildInfo(settings: Record<string, string> = {}): BuildInfoTable {
  return {
    kind: "build-info",
    goVersion: "go1.26.8",
    path: "app/cmd/app",
    mainModule: { path: "app", version: "(devel)" },
    dependencies: [],
    settings: new Map(Object.entries({ CGO_ENABLED: "0", GOARCH: "amd64", ...settings })),
  };
}

export function goEnv(variables: Record<string, string>): GoEnvTable {
  return { kind: "go-env", variables: new Map(Object.entries(variables)) };
}
