// Small tables and processes for tests: what a reader would have made, without bytes. Everything goes
// through `link` and `buildView`, so a rule is tested on what it sees in real life.

import type { Artefact } from "../src/evidence/artefact.ts";
import type { EvidenceTable } from "../src/model/tables/table.ts";
import type { GcCycleColumns, GcSegment, GcTraceTable } from "../src/model/tables/gc-cycles.ts";
import type { MemStats } from "../src/model/tables/memstats.ts";
import type { MetricsSample, MetricsTable } from "../src/model/tables/metrics.ts";
import type { ProfileKind, ProfileTable } from "../src/model/tables/profile.ts";
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

function stacksOf(
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
    sweepTermNs: zero(),
    markNs: zero(),
    markTermNs: zero(),
    sweepTermCpuNs: zero(),
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
