// How long goroutines that could run waited for a proc, while the collector marked and while it did not,
// and for how much waiting each cycle was the time. A consumer of the full order; memory: one row for
// each goroutine that waits, and two histograms.
//
// A wait counts as within a mark phase when any part of it is. How it can mislead: load that starts a cycle
// also fills run queues, so a longer wait within the phase is not by itself the collector's doing.

import { GrowingFloat64 } from "../../../model/builders/growing.ts";
import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  type TraceEventBatch,
} from "../../../model/tables/trace.ts";
import * as event from "./event-types.ts";
import { isGoroutineEvent } from "./event-types.ts";
import { GoroutineSlots, wideEnough } from "./goroutine-slots.ts";

export interface Waits {
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
  /** Upper ends of histogram buckets of 9 %; NaN without waits. */
  readonly medianNs: number;
  readonly p99Ns: number;
}

export interface SchedulingAnalysis {
  readonly inMark: Waits;
  readonly outside: Waits;
  /** Parts of waits that lay within mark phases, ns; the rest of `totalNs` lay outside. */
  readonly markPartNs: number;
  /** Per mark phase, in order: goroutine-ns spent runnable within it. */
  readonly cycleDelayNs: Float64Array;
  /** Most goroutines that waited at one time. */
  readonly mostRunnable: number;
}

/** Eight buckets for each doubling. */
const PER_DOUBLING = 8;
const BUCKETS = 64 * PER_DOUBLING;

/** Where the buckets of a doubling end, in parts of its beginning; a logarithm cost as much as all the rest. */
const BUCKET_ENDS = Float64Array.from(
  { length: PER_DOUBLING },
  (_, i) => 2 ** ((i + 1) / PER_DOUBLING),
);

/** ⌊log₂ ns × PER_DOUBLING⌋. */
function bucketOf(ns: number): number {
  if (ns < 1) return 0;
  let doubling = 0;
  let rest = ns;
  while (rest >= 2 ** 31) {
    rest /= 2 ** 31;
    doubling += 31;
  }
  const exponent = 31 - Math.clz32(rest);
  rest /= 1 << exponent;
  let within = 0;
  while (rest >= BUCKET_ENDS[within]) within += 1;
  return (doubling + exponent) * PER_DOUBLING + within;
}

class WaitHistogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #total = 0;
  #longest = 0;

  add(ns: number): void {
    this.#count += 1;
    this.#total += ns;
    if (ns > this.#longest) this.#longest = ns;
    this.#counts[Math.min(BUCKETS - 1, bucketOf(ns))] += 1;
  }

  #quantile(q: number): number {
    const wanted = Math.ceil(this.#count * q);
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++) {
      sum += this.#counts[i];
      if (sum >= wanted && sum > 0) return Math.min(this.#longest, 2 ** ((i + 1) / PER_DOUBLING));
    }
    return NaN;
  }

  finish(): Waits {
    return {
      count: this.#count,
      totalNs: this.#total,
      longestNs: this.#longest,
      medianNs: this.#quantile(0.5),
      p99Ns: this.#quantile(0.99),
    };
  }
}

export class Scheduling {
  readonly #slots = new GoroutineSlots();
  /** When the wait began; NaN while the goroutine does not wait. */
  #since: Float64Array = new Float64Array(64);
  /** Mark time of the trace when the wait began. */
  #markThen: Float64Array = new Float64Array(64);
  readonly #inMark = new WaitHistogram();
  readonly #outside = new WaitHistogram();
  readonly #cycleDelay = new GrowingFloat64();
  #markPart = 0;
  #runnable = 0;
  #mostRunnable = 0;
  /** Goroutine-ns spent runnable up to `#integralAt`. */
  #integral = 0;
  #integralAt = NaN;
  #integralAtMark = 0;
  #markSince = NaN;
  #markDone = 0;
  #lastNs = NaN;

  events(b: TraceEventBatch): void {
    for (let i = 0; i < b.length; i++) {
      const t = b.timeNs[i];
      this.#lastNs = t;
      const type = b.type[i];
      if (isGoroutineEvent(type)) {
        if (b.from[i] !== b.to[i]) this.#transition(b, i, t);
      } else if (type === event.EVENT_GC_BEGIN || type === event.EVENT_GC_ACTIVE) {
        if (!Number.isNaN(this.#markSince)) continue;
        this.#advance(t);
        this.#markSince = t;
        this.#integralAtMark = this.#integral;
      } else if (type === event.EVENT_GC_END) this.#endMark(t);
    }
  }

  #endMark(t: number): void {
    if (Number.isNaN(this.#markSince)) return;
    this.#advance(t);
    this.#cycleDelay.push(this.#integral - this.#integralAtMark);
    this.#markDone += t - this.#markSince;
    this.#markSince = NaN;
  }

  #advance(t: number): void {
    if (!Number.isNaN(this.#integralAt)) this.#integral += this.#runnable * (t - this.#integralAt);
    this.#integralAt = t;
  }

  #markTime(t: number): number {
    return this.#markDone + (Number.isNaN(this.#markSince) ? 0 : t - this.#markSince);
  }

  #transition(b: TraceEventBatch, i: number, t: number): void {
    const goroutine = b.arg0[i];
    const to = b.to[i];
    let slot = this.#slots.of(goroutine);
    if (slot >= 0 && (b.from[i] === GO_RUNNABLE || to !== GO_RUNNABLE)) {
      if (!Number.isNaN(this.#since[slot])) {
        this.#advance(t);
        this.#runnable -= 1;
        // Only a wait whose beginning and end were both seen has a length.
        if (to === GO_RUNNING) this.#waited(slot, t);
        this.#since[slot] = NaN;
      }
      // A goroutine that is there keeps its slot: giving one back at each start cost as much as the rest.
      if (to === GO_NOT_EXIST) this.#slots.remove(goroutine);
    }
    if (to !== GO_RUNNABLE) return;
    this.#advance(t);
    this.#runnable += 1;
    this.#mostRunnable = Math.max(this.#mostRunnable, this.#runnable);
    if (slot < 0) slot = this.#slots.add(goroutine);
    this.#since = wideEnough(this.#since, slot);
    this.#markThen = wideEnough(this.#markThen, slot);
    this.#since[slot] = t;
    this.#markThen[slot] = this.#markTime(t);
  }

  #waited(slot: number, t: number): void {
    const ns = t - this.#since[slot];
    const inMark = this.#markTime(t) - this.#markThen[slot];
    this.#markPart += inMark;
    (inMark > 0 ? this.#inMark : this.#outside).add(ns);
  }

  finish(): SchedulingAnalysis {
    this.#endMark(this.#lastNs);
    return {
      inMark: this.#inMark.finish(),
      outside: this.#outside.finish(),
      markPartNs: this.#markPart,
      cycleDelayNs: this.#cycleDelay.finish(),
      mostRunnable: this.#mostRunnable,
    };
  }
}
