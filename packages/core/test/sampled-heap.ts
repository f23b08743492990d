// Heap profiles of given raw samples, written as Go writes them: scaled by 1 / (1 − e^(−s/R)) and cut to
// whole numbers (runtime/pprof/protomem.go, Go 1.26).

import type { ProfileTable } from "../src/model/tables/profile.ts";
import { samplingProbability } from "../src/goruntime/sampling.ts";
import { tableOfJson, type JsonProfile } from "./pprof-json.ts";

export interface SampledRow {
  /** Function names, innermost first. */
  readonly stack: readonly string[];
  readonly size: number;
  /** Raw samples. */
  readonly allocs: number;
  readonly inuse: number;
}

export interface HeapParts {
  readonly rate?: number;
  /** Leaves the label `bytes` out. */
  readonly withoutSizes?: boolean;
  /** Multiplies the values, as a backend that averages does. */
  readonly scale?: number;
  readonly durationNs?: number;
  readonly table?: Partial<ProfileTable>;
}

export const DEFAULT_RATE = 512 * 1024;

export const HEAP_TYPES = [
  { type: "alloc_objects", unit: "count" },
  { type: "alloc_space", unit: "bytes" },
  { type: "inuse_objects", unit: "count" },
  { type: "inuse_space", unit: "bytes" },
];

export function heapTable(rows: readonly SampledRow[], parts: HeapParts = {}): ProfileTable {
  const rate = parts.rate ?? DEFAULT_RATE;
  const names = [...new Set(rows.flatMap(({ stack }) => stack))];
  const id = new Map(names.map((name, i) => [name, i + 1]));
  const scaled = (count: number, size: number): number =>
    Math.trunc(((count * size) / samplingProbability(size, rate)) * (parts.scale ?? 1));
  const json: JsonProfile = {
    sample_types: HEAP_TYPES,
    period_type: { type: "space", unit: "bytes" },
    period: rate,
    time_nanos: 1_700_000_000_000_000_000,
    ...(parts.durationNs === undefined ? {} : { duration_nanos: parts.durationNs }),
    functions: names.map((name, i) => ({ id: i + 1, name, filename: `/src/${i}.go` })),
    locations: names.map((_, i) => ({ id: i + 1, lines: [{ function_id: i + 1, line: 10 + i }] })),
    samples: rows.map(({ stack, size, allocs, inuse }) => ({
      location_ids: stack.map((name) => id.get(name) ?? 0),
      values: [
        Math.trunc(scaled(allocs, size) / size),
        scaled(allocs, size),
        Math.trunc(scaled(inuse, size) / size),
        scaled(inuse, size),
      ],
      ...(parts.withoutSizes === true ? {} : { num_labels: { bytes: [size] } }),
    })),
  };
  return { ...tableOfJson(json), profileKind: "heap", ...parts.table };
}
