// One profile that takes part in a comparison: its rows as samples, whose stacks take part, and when
// and of which process it is.

import type { Artefact } from "../../evidence/artefact.ts";
import { fingerprint, relate, type Relation, type Unit } from "../../evidence/fingerprint.ts";
import { link } from "../../evidence/link.ts";
import type { HeapSnapshot } from "../../evidence/process.ts";
import { heapRows, type HeapRows } from "../../goruntime/heap-rows.ts";
import { stackHashes } from "../../model/stack-frames.ts";
import type { ProfileKind, ProfileTable, ValueType } from "../../model/tables/profile.ts";
import { filterByName } from "../profile/filter.ts";
import { profileOf, sampleIndexOf } from "../profile/profile.ts";
import type { Regexp } from "../profile/regexp/regexp.ts";

/**
 * What is compared.
 * - `live`: what a heap profile's stacks hold at one GC cycle; a sample.
 * - `allocated`: what they allocated since the process started; a sample that only grows.
 * - `counted`: goroutines at one moment; all of them, so that only their coming and going is chance.
 * - `cpu`: samples of CPU time over a duration.
 * - `cumulative`: contentions, delays, threads: totals since start, sampled at a rate that the file
 *   does not state, and so without an interval.
 */
export type Measure = "live" | "allocated" | "counted" | "cpu" | "cumulative";

export interface Subject {
  readonly artefact: Artefact;
  readonly table: ProfileTable;
  /** Heap profiles with alloc and inuse columns; undefined otherwise. */
  readonly rows: HeapRows | undefined;
  readonly hashes: Float64Array;
  /** By stack; undefined: all take part. */
  readonly isKept: Uint8Array | undefined;
  readonly measure: Measure;
  readonly valueIndex: number;
  readonly valueType: ValueType;
  /** Unix ms: the end of the cycle shown where known, else of the reply; NaN unknown. */
  readonly timeMs: number;
  readonly timeIsOfCycle: boolean;
  readonly cycle: number | undefined;
  readonly unit: Unit;
}

export interface SubjectFilters {
  readonly sampleIndex: string;
  readonly focus: Regexp | undefined;
  readonly ignore: Regexp | undefined;
}

/**
 * Artefacts whose table is a profile, in the order given. `beside` is other evidence of the same
 * capture: logs and MemStats that date the GC cycles.
 * @throws ProfileError for a sample index that is not there
 */
export function subjectsOf(
  artefacts: readonly Artefact[],
  filters: SubjectFilters,
  beside: readonly Artefact[] = [],
): Subject[] {
  const snapshots = snapshotsOf([...artefacts, ...beside]);
  const sampleIndex = filters.sampleIndex === "" ? commonType(artefacts) : filters.sampleIndex;
  return artefacts.flatMap((artefact) => {
    const { table } = artefact;
    if (table.kind !== "profile") return [];
    const valueIndex =
      sampleIndex === "" && table.statedDefaultType === undefined
        ? table.defaultSampleType
        : sampleIndexOf(profileOf(table), sampleIndex);
    const valueType = table.sampleTypes[valueIndex] ?? { type: "?", unit: "" };
    const snapshot = snapshots.get(artefact.id);
    const cycleEnd = snapshot?.cycleEndMs ?? NaN;
    const timeIsOfCycle = Number.isFinite(cycleEnd);
    return [
      {
        artefact,
        table,
        rows: isHeap(table.profileKind) ? heapRows(table) : undefined,
        hashes: stackHashes(table),
        isKept: keptStacks(table, filters),
        measure: measureOf(table.profileKind, valueType.type),
        valueIndex,
        valueType,
        timeMs: timeIsOfCycle ? cycleEnd : (snapshot?.replyMs ?? replyOf(artefact, table)),
        timeIsOfCycle,
        cycle: snapshot?.cycle,
        unit: fingerprint(artefact),
      },
    ];
  });
}

/**
 * The type that all are shown in when nobody says which: the first one's own, where the others have it
 * too (a heap and an allocs profile differ in nothing but what they show first). "" lets each choose.
 */
function commonType(artefacts: readonly Artefact[]): string {
  const tables = artefacts.flatMap(({ table }) => (table.kind === "profile" ? [table] : []));
  const own = (t: ProfileTable): string => t.sampleTypes[t.defaultSampleType]?.type ?? "";
  const [first] = tables;
  if (first === undefined || tables.every((t) => own(t) === own(first))) return "";
  const shared = (type: string): boolean =>
    tables.every((t) => t.sampleTypes.some((known) => known.type === type));
  return shared(own(first)) ? own(first) : "";
}

export function isHeap(kind: ProfileKind): boolean {
  return kind === "heap" || kind === "allocs";
}

function measureOf(kind: ProfileKind, type: string): Measure {
  if (isHeap(kind)) return type.startsWith("alloc_") ? "allocated" : "live";
  if (kind === "goroutine" || kind === "goroutineleak") return "counted";
  return kind === "cpu" ? "cpu" : "cumulative";
}

function replyOf(artefact: Artefact, table: ProfileTable): number {
  return table.timeMs ?? table.memStats?.lastGCMs ?? artefact.fileTimeMs ?? NaN;
}

/** Times and cycles come from the one place that links evidence; the same bytes twice are one. */
function snapshotsOf(artefacts: readonly Artefact[]): ReadonlyMap<string, HeapSnapshot> {
  const unique = [...new Map(artefacts.map((a) => [a.id, a])).values()];
  const out = new Map<string, HeapSnapshot>();
  for (const p of link(unique).processes) for (const h of p.heap) out.set(h.artefact.id, h);
  return out;
}

function keptStacks(table: ProfileTable, filters: SubjectFilters): Uint8Array | undefined {
  const { focus, ignore } = filters;
  if (focus === undefined && ignore === undefined) return undefined;
  const filtered = filterByName(profileOf(table), {
    focus,
    ignore,
    hide: undefined,
    show: undefined,
  }).profile;
  const kept = new Uint8Array(table.stacks.length);
  for (const row of filtered.order ?? []) kept[table.rowStack[row]] = 1;
  return kept;
}

export function relationOf(a: Subject, b: Subject): Relation {
  return relate(a.unit, b.unit);
}

/** Whether the allocation counts of two profiles of one encoding rise, fall, both or neither. */
export type Direction = "rise" | "fall" | "mixed" | "still";

export function directionOf(before: Float64Array, after: Float64Array): Direction {
  let up = false;
  let down = false;
  for (let i = 0; i < before.length && !(up && down); i++) {
    if (after[i] > before[i]) up = true;
    else if (after[i] < before[i]) down = true;
  }
  return up ? (down ? "mixed" : "rise") : down ? "fall" : "still";
}
