// A series of what only grows, or of windows: does a rate change?
//
// Totals since the start (what was allocated, contentions and their delay, threads made) say nothing by
// their height; between two of one process they give a rate. A fall of any total is a restart, and no
// window spans it. A CPU profile is a window of its own, over its own duration, and so is what
// `?seconds=` wrote: their order counts, what lies between them does not.
//
// Each line is asked whether its rate changed, and when (stats/rate-change.ts), Benjamini–Hochberg over
// the lines at which something happened often enough. A window that stands out of all others is set
// aside and told. How it misleads: a rate follows the load, so a change is news of the service or of
// what is asked of it; and files of contention do not say at which rate they were sampled, so a rate of
// sampling that was changed on the way is a changed rate.

import { missedFraction, samplingProbability } from "../../goruntime/sampling.ts";
import { stackKey } from "../../model/stack-frames.ts";
import { alignBuckets, type HashedRows } from "../sites/align.ts";
import { LineNumbers, stackPlaces, type StackPlaces } from "../sites/places.ts";
import type { SourceLine } from "../sites/site.ts";
import { rateOf, standsOut, type Rate, type Windows } from "../stats/rate-change.ts";
import { benjaminiHochberg } from "../stats/rank.ts";
import type { Override } from "./compare.ts";
import { MAX_Q, type DiffUnit } from "./pair.ts";
import { isOtherBuild, isOutOfOrder, sorted, wholeOf } from "./series-steps.ts";
import { directionOf, relationOf, type Subject } from "./subject.ts";

/** What a number a second is of: bytes and counts; ns of delay; cores need no second of their own. */
export type RateUnit = DiffUnit;

export interface RateWindow {
  /** Undefined: the profile is a window itself. */
  readonly from: Subject | undefined;
  readonly to: Subject;
  /** Seconds from the first moment to the window's end; by order where no time is known. */
  readonly atSeconds: number;
  readonly seconds: number;
  readonly startsProcess: boolean;
  readonly isSetAside: boolean;
}

export interface RatePlace extends Rate {
  readonly at: SourceLine;
  readonly user: SourceLine | undefined;
  /** A second, by window. */
  readonly rates: Float64Array;
  readonly q: number;
  readonly evidence: string;
}

export interface RateSeries {
  /** `inconclusive`: too few windows to say whether a rate changed. */
  readonly status: "rate-changed" | "rate-steady" | "inconclusive" | "not-comparable";
  readonly subjects: readonly Subject[];
  /** Totals give a window between two; or each profile is one. */
  readonly form: "totals" | "windows";
  readonly unit: RateUnit;
  /** Sampling is known, and in the intervals. */
  readonly hasSampling: boolean;
  readonly windows: readonly RateWindow[];
  readonly total: (Rate & { readonly rates: Float64Array }) | undefined;
  /** Lines whose rate changed, the largest change first. */
  readonly changed: readonly RatePlace[];
  /** The rest, the largest rate first. */
  readonly steady: readonly RatePlace[];
  readonly tested: number;
  readonly restarts: number;
  /** Restarts that are only a changed MemProfileRate. */
  readonly rateChanges: number;
  readonly builds: number;
  readonly repeated: number;
  /** Files left out because a part of them could not be read. */
  readonly damaged: number;
  readonly hasTimes: boolean;
  readonly wasUnsorted: boolean;
  readonly isAssumed: boolean;
}

/** Whether these are asked as rates; states are asked by series.ts. */
export function isOfRates({ measure }: Subject): boolean {
  return measure === "allocated" || measure === "cumulative" || measure === "cpu";
}

/** A line below this part of the whole changes no verdict; it is listed. */
const MATERIAL = 0.05;

export function rateSeries(all: readonly Subject[], override: Override): RateSeries {
  const given = wholeOf(all);
  const { list, ties } = sorted(given);
  const hasTimes = ties === 0 && list.every((s) => Number.isFinite(s.timeMs));
  const isWindows = list.every((s) => s.table.isDelta || s.measure === "cpu");
  const sums = new RateSums(unitOf(list));
  const windows: RateWindow[] = [];
  const taken: Subject[] = [];
  let restarts = 0;
  let rateChanges = 0;
  let builds = 1;
  let repeated = given.length - list.length;
  let isAssumed = false;
  let last: Subject | undefined;
  const isTimed = isWindows ? list.every((s) => (s.table.durationNs ?? 0) > 0) : hasTimes;
  for (const subject of list) {
    let startsProcess = true;
    if (last !== undefined && isOtherBuild(last, subject)) builds += 1;
    if (isWindows) {
      startsProcess = last === undefined || relationOf(last, subject).is === "different";
      if (last !== undefined && startsProcess) restarts += 1;
      windows.push({
        from: undefined,
        to: subject,
        atSeconds: hasTimes ? (subject.timeMs - list[0].timeMs) / 1000 : windows.length,
        seconds: isTimed ? (subject.table.durationNs ?? 0) / 1e9 : 1,
        startsProcess,
        isSetAside: false,
      });
      sums.addWindow(subject);
    } else if (last !== undefined) {
      const relation = override === "other" ? "different" : relationOf(last, subject).is;
      const isRateChanged = last.rows?.rate !== subject.rows?.rate;
      const isOne =
        !isRateChanged &&
        last.table.encoding === subject.table.encoding &&
        (override === "same" || relation !== "different");
      const added = isOne ? sums.addBetween(last, subject) : "fall";
      if (added === "still") {
        repeated += 1;
        continue;
      }
      if (added === "fall") {
        restarts += 1;
        if (isRateChanged && relation !== "different") rateChanges += 1;
      } else {
        if (relation === "unknown" && override !== "same") isAssumed = true;
        startsProcess = taken.length === 0 || windows.at(-1)?.to !== last;
        windows.push({
          from: last,
          to: subject,
          atSeconds: hasTimes ? (subject.timeMs - list[0].timeMs) / 1000 : taken.length,
          seconds: hasTimes ? (subject.timeMs - last.timeMs) / 1000 : 1,
          startsProcess,
          isSetAside: false,
        });
      }
    }
    taken.push(subject);
    last = subject;
  }
  const base = {
    subjects: taken,
    form: isWindows ? ("windows" as const) : ("totals" as const),
    unit: sums.unit,
    hasSampling: list.every((s) => s.measure !== "cumulative"),
    restarts,
    rateChanges,
    builds,
    repeated,
    damaged: all.length - given.length,
    hasTimes: isTimed,
    wasUnsorted: isOutOfOrder(given, list),
    isAssumed,
  };
  if (windows.length < 2)
    return {
      ...base,
      status: "not-comparable",
      windows,
      total: undefined,
      changed: [],
      steady: [],
      tested: 0,
    };
  const seconds = Float64Array.from(windows, (w) => w.seconds);
  const aside = new Set(standsOut(sums.total(seconds)));
  const kept = windows.flatMap((_, j) => (aside.has(j) ? [] : [j]));
  const places = sums.places(seconds);
  const rates = places.map(({ windows: w }) => rateOf(without(w, kept)));
  const isTestable = (w: Windows): boolean =>
    w.value.reduce((n, x) => n + (x !== 0 ? 1 : 0), 0) >= 2;
  const p = Float64Array.from(places, ({ windows: w }, i) =>
    isTestable(w) ? (rates[i]?.change?.p ?? NaN) : NaN,
  );
  const q = benjaminiHochberg(p);
  const said = places.map(({ windows: w, ...place }, i): RatePlace => {
    const rate = rates[i] ?? rateOf(w);
    return {
      ...place,
      ...rate,
      change: rate.change === undefined ? undefined : shifted(rate.change, kept),
      rates: w.value.map((x, j) => x / w.seconds[j]),
      q: q[i],
    };
  });
  const changed = said.filter((s) => s.q <= MAX_Q);
  const size = (s: RatePlace): number => Math.abs(s.change?.change.value ?? 0);
  changed.sort((a, b) => size(b) - size(a));
  const sum = sums.total(seconds);
  const rate = rateOf(without(sum, kept));
  const total = {
    ...rate,
    change: rate.change === undefined ? undefined : shifted(rate.change, kept),
    rates: sum.value.map((x, j) => x / sum.seconds[j]),
  };
  const isMaterial = (s: RatePlace): boolean => size(s) >= MATERIAL * Math.abs(total.rate.value);
  const isChanged = changed.some(isMaterial) || (total.change?.p ?? 1) <= MAX_Q;
  return {
    ...base,
    status:
      total.change === undefined ? "inconclusive" : isChanged ? "rate-changed" : "rate-steady",
    windows: windows.map((w, j) => ({ ...w, isSetAside: aside.has(j) })),
    total,
    changed,
    steady: said.filter((s) => !(s.q <= MAX_Q)).sort((a, b) => b.rate.value - a.rate.value),
    tested: p.reduce((n, x) => n + (Number.isNaN(x) ? 0 : 1), 0),
  };
}

/** Numbered as all windows are. */
function shifted<T extends { readonly at: number }>(change: T, kept: readonly number[]): T {
  return { ...change, at: kept[change.at] ?? change.at };
}

function without(w: Windows, kept: readonly number[]): Windows {
  const of = (list: Float64Array): Float64Array => Float64Array.from(kept, (j) => list[j]);
  return { value: of(w.value), variance: of(w.variance), seconds: of(w.seconds) };
}

function unitOf(list: readonly Subject[]): RateUnit {
  const [first] = list;
  const unit = first?.valueType.unit;
  if (unit === "bytes") return "bytes";
  if (unit !== "nanoseconds") return "count";
  const isTimed = list.every((s) => (s.table.durationNs ?? 0) > 0);
  return first?.measure === "cpu" && isTimed ? "cores" : "ns";
}

/** Line × windows: what happened, and the variance of sampling it. */
class RateSums {
  readonly unit: RateUnit;
  readonly #numbers = new LineNumbers();
  readonly #places = new Map<Subject, StackPlaces>();
  readonly #index = new Map<number, number>();
  readonly #lines: number[] = [];
  readonly #value: number[][] = [];
  readonly #variance: number[][] = [];
  readonly #stack: { weight: number; id: string; user: number }[] = [];
  #windows = 0;

  constructor(unit: RateUnit) {
    this.unit = unit;
  }

  #placesOf(s: Subject): StackPlaces {
    const known = this.#places.get(s) ?? stackPlaces(s.table, this.#numbers, undefined);
    this.#places.set(s, known);
    return known;
  }

  #add(s: Subject, stack: number, value: number, variance: number): void {
    if (s.isKept !== undefined && s.isKept[stack] === 0) return;
    const places = this.#placesOf(s);
    const line = places.alloc[stack];
    let at = this.#index.get(line);
    if (at === undefined) {
      at = this.#lines.length;
      this.#index.set(line, at);
      this.#lines.push(line);
      this.#value.push([]);
      this.#variance.push([]);
      this.#stack.push({ weight: -1, id: "", user: -1 });
    }
    const j = this.#windows;
    this.#value[at][j] = (this.#value[at][j] ?? 0) + value;
    this.#variance[at][j] = (this.#variance[at][j] ?? 0) + variance;
    const most = this.#stack[at];
    if (Math.abs(value) <= most.weight) return;
    most.weight = Math.abs(value);
    most.id = `${s.artefact.id}:${stackKey(s.hashes[stack])}`;
    const own = places.own[stack];
    most.user = places.isOwn[stack] === 1 && own !== line ? own : -1;
  }

  addWindow(s: Subject): void {
    if (s.measure === "allocated" && s.rows !== undefined) {
      const { rows } = s;
      for (let r = 0; r < rows.rows; r++)
        this.#addSamples(s, rows.stack[r], rows.allocs[r], rows.size[r]);
    } else {
      const values = s.table.values[s.valueIndex] ?? new Float64Array(s.table.rows);
      const each = this.#eventOf(s);
      const one = this.unit === "cores" ? 1e-9 : 1;
      for (let r = 0; r < s.table.rows; r++) {
        const value = values[r] * one;
        this.#add(
          s,
          s.table.rowStack[r],
          value,
          s.measure === "cpu" ? Math.abs(value) * each * one : 0,
        );
      }
    }
    this.#windows += 1;
  }

  /** A sample of a CPU profile adds its period. */
  #eventOf({ valueType, table }: Subject): number {
    return valueType.unit === "nanoseconds" && (table.period ?? 0) > 0 ? (table.period ?? 1) : 1;
  }

  #addSamples(s: Subject, stack: number, count: number, size: number): void {
    if (!(size > 0) || count === 0) return;
    const rate = s.rows?.rate ?? 1;
    const each = 1 / samplingProbability(size, rate);
    const weight = this.unit === "bytes" ? size * each : each;
    this.#add(
      s,
      stack,
      count * weight,
      Math.abs(count) * weight * weight * missedFraction(size, rate),
    );
  }

  /** `fall`: not of one process, and nothing is added. */
  addBetween(before: Subject, after: Subject): "rise" | "still" | "fall" {
    const { rows: a } = before;
    const { rows: b } = after;
    const isSampled = a !== undefined && b !== undefined;
    const aligned = alignBuckets([hashed(before, isSampled), hashed(after, isSampled)]);
    const direction = directionOf(aligned.allocs[0], aligned.allocs[1]);
    if (direction === "fall" || direction === "mixed") return "fall";
    // Of contention nothing in between is news; a heap profile has not moved on.
    if (direction === "still" && isSampled && aligned.length > 0) return "still";
    for (let i = 0; i < aligned.length; i++) {
      const row = aligned.row[1][i];
      const rise = aligned.allocs[1][i] - aligned.allocs[0][i];
      if (row < 0 || rise === 0) continue;
      const stack = isSampled ? b.stack[row] : after.table.rowStack[row];
      if (isSampled) this.#addSamples(after, stack, rise, aligned.sizes[i]);
      else this.#add(after, stack, rise, 0);
    }
    this.#windows += 1;
    return "rise";
  }

  #windowsOf(at: number, seconds: Float64Array): Windows {
    const of = (list: readonly number[]): Float64Array =>
      Float64Array.from(seconds, (_, j) => list[j] ?? 0);
    return { value: of(this.#value[at]), variance: of(this.#variance[at]), seconds };
  }

  total(seconds: Float64Array): Windows {
    const value = new Float64Array(seconds.length);
    const variance = new Float64Array(seconds.length);
    for (let at = 0; at < this.#lines.length; at++) {
      for (let j = 0; j < seconds.length; j++) {
        value[j] += this.#value[at][j] ?? 0;
        variance[j] += this.#variance[at][j] ?? 0;
      }
    }
    return { value, variance, seconds };
  }

  places(seconds: Float64Array): {
    readonly at: SourceLine;
    readonly user: SourceLine | undefined;
    readonly evidence: string;
    readonly windows: Windows;
  }[] {
    const { lines } = this.#numbers;
    return this.#lines.map((line, at) => ({
      at: lines[line],
      user: this.#stack[at].user < 0 ? undefined : lines[this.#stack[at].user],
      evidence: this.#stack[at].id,
      windows: this.#windowsOf(at, seconds),
    }));
  }
}

/** Rows of a total: samples of a heap profile, or the values themselves. */
function hashed(s: Subject, isSampled: boolean): HashedRows {
  if (isSampled && s.rows !== undefined) return { rows: s.rows, hashes: s.hashes };
  const { table, valueIndex } = s;
  const values = table.values[valueIndex] ?? new Float64Array(table.rows);
  return {
    rows: {
      rows: table.rows,
      rate: 1,
      size: new Float64Array(table.rows).fill(1),
      allocs: values,
      inuse: values,
      stack: table.rowStack,
      counts: "exact",
      maxResidual: 0,
    },
    hashes: s.hashes,
  };
}
