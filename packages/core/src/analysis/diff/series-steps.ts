// The profiles of a series in their order, and the steps between them. Every two neighbours of one
// process make a *step*. A restart makes none; a heap profile that shows the same GC cycle as the one
// before is left out; a snapshot that is set aside (excursions.ts) is stepped over.

import { alignBuckets, type AlignedBuckets } from "../sites/align.ts";
import type { HeapRows } from "../../goruntime/heap-rows.ts";
import { memoryInterval, SampledMemory } from "../stats/heap-sampling.ts";
import type { Interval } from "../stats/interval.ts";
import type { Override } from "./compare.ts";
import { directionOf, relationOf, type Subject } from "./subject.ts";

export interface SeriesSnapshot {
  readonly subject: Subject;
  /** Seconds since the first; by order where no time is known. */
  readonly atSeconds: number;
  /** The first of another process. */
  readonly startsProcess: boolean;
  /** Taken inside an excursion: no step begins or ends here. */
  readonly isSetAside: boolean;
  readonly live: Interval;
}

export interface Step {
  readonly before: Subject;
  readonly after: Subject;
  readonly aligned: AlignedBuckets;
  readonly seconds: number;
}

export interface SeriesChain {
  readonly snapshots: readonly SeriesSnapshot[];
  readonly steps: readonly Step[];
  readonly restarts: number;
  readonly repeated: number;
  readonly hasTimes: boolean;
  readonly wasUnsorted: boolean;
  readonly ties: number;
  readonly isAssumed: boolean;
  /** Snapshots on both sides of a restart that are known to be of different builds. */
  readonly builds: number;
  /**
   * Left out since MemProfileRate was changed in a process that goes on: a profile weighs all its samples
   * by the rate of now, so what was sampled before weighs wrong until it is gone, and looks like growth.
   */
  readonly mixed: { readonly snapshots: number; readonly from: number; readonly to: number };
}

/**
 * Rows of a profile whose state is compared: heap samples, or goroutines, of which every one is
 * counted (rate 1) and only how many more there are is known, not how many came.
 */
export function rowsOf(s: Subject): HeapRows | undefined {
  if (s.measure !== "counted") return s.rows;
  const { table, valueIndex } = s;
  const counts = table.values[valueIndex] ?? new Float64Array(table.rows);
  return {
    rows: table.rows,
    rate: 1,
    size: new Float64Array(table.rows).fill(1),
    allocs: new Float64Array(table.rows),
    inuse: counts,
    stack: table.rowStack,
    counts: "exact",
    maxResidual: 0,
  };
}

/** Objects, not bytes, are what the value counts. */
export function isObjects(s: Subject): boolean {
  return s.measure === "counted" || s.valueType.unit === "count";
}

/**
 * Without files that are there twice. Oldest first; equal times by what was allocated, which only
 * grows, then by content. What has neither keeps the order given.
 */
export function sorted(given: readonly Subject[]): { list: Subject[]; ties: number } {
  const subjects = [...new Map(given.map((s) => [s.artefact.sha256, s])).values()];
  const allocated = new Map<Subject, number>();
  for (const s of subjects) {
    let sum = 0;
    const { rows } = s;
    if (rows !== undefined)
      for (let r = 0; r < rows.rows; r++) sum += rows.allocs[r] * rows.size[r];
    allocated.set(s, sum);
  }
  const hasTimes = subjects.every((s) => Number.isFinite(s.timeMs));
  const by = (a: Subject, b: Subject): number =>
    (hasTimes ? a.timeMs - b.timeMs : 0) || (allocated.get(a) ?? 0) - (allocated.get(b) ?? 0);
  const isHeap = subjects.every((s) => s.rows !== undefined);
  const list = [...subjects].sort(
    (a, b) =>
      by(a, b) ||
      (!isHeap
        ? 0
        : a.artefact.sha256 < b.artefact.sha256
          ? -1
          : a.artefact.sha256 > b.artefact.sha256
            ? 1
            : 0),
  );
  let ties = 0;
  for (let i = 1; i < list.length; i++)
    if (hasTimes && list[i].timeMs === list[i - 1].timeMs) ties += 1;
  return { list, ties };
}

/**
 * Without files of which a part could not be read: what they lack would look gone, and would come back
 * after them. All of them where fewer than three would be left.
 */
export function wholeOf(subjects: readonly Subject[]): readonly Subject[] {
  const whole = subjects.filter(({ artefact }) => artefact.completeness.complete);
  return whole.length < 3 ? subjects : whole;
}

/** Whether the files were given in another order than that of time. */
export function isOutOfOrder(given: readonly Subject[], list: readonly Subject[]): boolean {
  const place = new Map(list.map((s, i) => [s.artefact.sha256, i]));
  const places = given.map((s) => place.get(s.artefact.sha256) ?? 0);
  return places.some((at, i) => i > 0 && at < (places[i - 1] ?? 0));
}

function align(before: Subject, after: Subject): AlignedBuckets {
  const a = rowsOf(before);
  const b = rowsOf(after);
  if (a === undefined || b === undefined) throw new Error("a series of states is of rows");
  return alignBuckets([
    { rows: a, hashes: before.hashes },
    { rows: b, hashes: after.hashes },
  ]);
}

/** A series of states: live memory, or goroutines. */
export function chainOf(subjects: readonly Subject[], override: Override): SeriesChain {
  const { list, ties } = sorted(subjects);
  const hasTimes = ties === 0 && list.every((s) => Number.isFinite(s.timeMs));
  const snapshots: SeriesSnapshot[] = [];
  const steps: Step[] = [];
  let restarts = 0;
  let builds = 1;
  let repeated = subjects.length - list.length;
  let isAssumed = false;
  let mixed = { snapshots: 0, from: 0, to: 0 };
  let isMixed = false;
  let last: Subject | undefined;
  for (const subject of list) {
    let startsProcess = true;
    if (last !== undefined) {
      const relation = override === "other" ? "different" : relationOf(last, subject).is;
      const [from, to] = [last.rows?.rate ?? 0, subject.rows?.rate ?? 0];
      if ((isMixed || from !== to) && relation !== "different") {
        if (!isMixed) mixed = { ...mixed, from, to };
        mixed = { ...mixed, snapshots: mixed.snapshots + 1 };
        isMixed = true;
        last = subject;
        continue;
      }
      const isCounted = subject.measure === "counted";
      const aligned = align(last, subject);
      const direction = isCounted ? "rise" : directionOf(aligned.allocs[0], aligned.allocs[1]);
      isMixed = false;
      if (direction === "still" && aligned.length > 0) {
        repeated += 1;
        continue;
      }
      const isOne =
        last.rows?.rate === subject.rows?.rate &&
        last.table.encoding === subject.table.encoding &&
        (override === "same" || relation !== "different") &&
        direction === "rise";
      if (isOne) {
        if (relation === "unknown" && override !== "same") isAssumed = true;
        startsProcess = false;
        const seconds = hasTimes ? (subject.timeMs - last.timeMs) / 1000 : 1;
        steps.push({ before: last, after: subject, aligned, seconds });
      } else {
        restarts += 1;
        if (isOtherBuild(last, subject)) builds += 1;
      }
    }
    snapshots.push({
      subject,
      atSeconds: hasTimes ? (subject.timeMs - list[0].timeMs) / 1000 : snapshots.length,
      startsProcess,
      isSetAside: false,
      live: liveOf(subject),
    });
    last = subject;
  }
  const wasUnsorted = isOutOfOrder(subjects, list);
  return {
    snapshots,
    steps,
    restarts,
    repeated,
    hasTimes,
    wasUnsorted,
    ties,
    isAssumed,
    builds,
    mixed,
  };
}

export function isOtherBuild(a: Subject, b: Subject): boolean {
  const [of, other] = [a.unit.buildId, b.unit.buildId];
  return of !== "" && other !== "" && of !== other;
}

/** The same without the snapshots that are set aside: steps go over them. */
export function steppedOver(chain: SeriesChain, isSetAside: (at: number) => boolean): SeriesChain {
  const { snapshots, steps } = chain;
  const ofEnd = new Map(steps.map((s) => [s.after, s]));
  const left: Step[] = [];
  let before: SeriesSnapshot | undefined;
  snapshots.forEach((snapshot, i) => {
    if (isSetAside(i)) return;
    if (before !== undefined && !snapshot.startsProcess) {
      const known = ofEnd.get(snapshot.subject);
      left.push(
        known?.before === before.subject
          ? known
          : {
              before: before.subject,
              after: snapshot.subject,
              aligned: align(before.subject, snapshot.subject),
              seconds: snapshot.atSeconds - before.atSeconds,
            },
      );
    }
    before = snapshot;
  });
  return {
    ...chain,
    steps: left,
    snapshots: snapshots.map((s, i) => (isSetAside(i) ? { ...s, isSetAside: true } : s)),
  };
}

function liveOf(s: Subject): Interval {
  const memory = new SampledMemory();
  const rows = rowsOf(s);
  if (rows !== undefined) {
    for (let r = 0; r < rows.rows; r++) {
      if (s.isKept !== undefined && s.isKept[rows.stack[r]] === 0) continue;
      if (rows.size[r] > 0) memory.add(rows.inuse[r], rows.size[r], rows.rate);
    }
  }
  const { bytes, objects } = memoryInterval(memory);
  return isObjects(s) ? objects : bytes;
}
