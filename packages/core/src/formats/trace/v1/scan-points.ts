// What the scan of an old trace collects in ticks until the first event, and so the time of all, is
// known: halves of ranges, and slices that are sorted by thread.

import { GrowingBytes, GrowingFloat64, GrowingInt32 } from "../../../model/builders/growing.ts";
import { orderOfRuns, SliceRows } from "../scan-rows.ts";

/** Begins and ends that may be on different procs. */
export class Points {
  readonly kind = new GrowingInt32();
  /** Row of the goroutine, 0 for what is the process's. */
  readonly key = new GrowingInt32();
  readonly ticks = new GrowingFloat64();
  readonly isEnd = new GrowingInt32();
  readonly proc = new GrowingInt32();
  readonly thread = new GrowingFloat64();
  readonly goroutine = new GrowingFloat64();
  readonly stack = new GrowingInt32();
  readonly reason = new GrowingInt32();

  add(kind: number, key: number, ticks: number, isEnd: number): number {
    const point = this.kind.length;
    this.kind.push(kind);
    this.key.push(key);
    this.ticks.push(ticks);
    this.isEnd.push(isEnd);
    this.proc.push(-1);
    this.thread.push(-1);
    this.goroutine.push(-1);
    this.stack.push(-1);
    this.reason.push(0);
    return point;
  }

  /** By kind, owner, time; equal ones as the procs wrote them. */
  order(): Int32Array {
    const { kind, key, ticks } = this;
    return Int32Array.from({ length: kind.length }, (_, i) => i).sort(
      (a, b) =>
        kind.data[a] - kind.data[b] ||
        key.data[a] - key.data[b] ||
        ticks.data[a] - ticks.data[b] ||
        a - b,
    );
  }
}

export interface OpenTicks {
  readonly since: number;
  readonly goroutine: number;
  readonly state: number;
  readonly proc: number;
}

export interface SortedSlices {
  readonly rows: SliceRows;
  readonly ids: Float64Array;
  readonly sliceStart: Int32Array;
  readonly open: ReadonlyMap<number, OpenTicks>;
}

/** Slices in ticks as the procs give them; a proc changes threads, so they are sorted at the end. */
export class TickSlices {
  readonly #threadIndex = new Map<number, number>();
  readonly #thread = new GrowingInt32();
  readonly #start = new GrowingFloat64();
  readonly #end = new GrowingFloat64();
  readonly #goroutine = new GrowingFloat64();
  readonly #state = new GrowingBytes();
  readonly #proc = new GrowingInt32();
  readonly #open = new Map<number, OpenTicks>();

  #indexOf(thread: number): number {
    const known = this.#threadIndex.get(thread);
    if (known !== undefined) return known;
    const index = this.#threadIndex.size;
    this.#threadIndex.set(thread, index);
    return index;
  }

  add(
    thread: number,
    start: number,
    end: number,
    goroutine: number,
    state: number,
    proc: number,
  ): void {
    this.#thread.push(this.#indexOf(thread));
    this.#start.push(start);
    this.#end.push(end);
    this.#goroutine.push(goroutine);
    this.#state.push(state);
    this.#proc.push(proc);
  }

  /** Still so at the end; a thread does one thing, so the later one. */
  open(thread: number, since: number, goroutine: number, state: number, proc: number): void {
    this.#indexOf(thread);
    const known = this.#open.get(thread);
    if (known !== undefined && known.since >= since) return;
    this.#open.set(thread, { since, goroutine, state, proc });
  }

  finish(): SortedSlices {
    const { length } = this.#thread;
    const ids = Float64Array.from(this.#threadIndex.keys());
    const sliceStart = new Int32Array(ids.length + 1);
    for (let i = 0; i < length; i++) sliceStart[this.#thread.data[i] + 1] += 1;
    for (let t = 0; t < ids.length; t++) sliceStart[t + 1] += sliceStart[t];
    const next = sliceStart.slice();
    const rows = new SliceRows(length);
    rows.length = length;
    for (const from of orderOfRuns(this.#start.data, length)) {
      const thread = this.#thread.data[from];
      const row = next[thread]++;
      rows.state[row] = this.#state.data[from];
      rows.startNs[row] = this.#start.data[from];
      rows.endNs[row] = this.#end.data[from];
      rows.goroutine[row] = this.#goroutine.data[from];
      rows.proc[row] = this.#proc.data[from];
    }
    return { rows, ids, sliceStart, open: this.#open };
  }
}
