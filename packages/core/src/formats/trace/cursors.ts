// One cursor per thread over its batches of a generation, and the heap of cursors by the time of their
// next event. Heap and ties are Go's to the letter (internal/trace/batchcursor.go, Go 1.26.8): where two
// threads have the same time, the heap's layout decides whose event comes first.

import { BATCH_EVENTS, type BatchColumns } from "./container.ts";
import { TraceFault } from "./fault.ts";
import { goSort } from "./go-sort.ts";
import { ARG_COUNT, NOT_TIMED } from "./spec.ts";
import { nsOf } from "./tables.ts";
import type { Uvarint } from "./uvarint.ts";

/** Names of Go's event types print as numbers there, so a fault names the number. */
function notTimed(type: number): TraceFault {
  return new TraceFault("odd-event", `found event without a timestamp: type=${type}`);
}

export class Cursors {
  readonly #number: Uvarint;
  /** Per cursor: the event it stands at. */
  type = new Uint8Array(0);
  time = new Float64Array(0);
  arg0 = new Float64Array(0);
  arg1 = new Float64Array(0);
  arg2 = new Float64Array(0);
  arg3 = new Float64Array(0);
  thread = new Float64Array(0);
  /** Cursors that are not at their end, as a heap by time. */
  heap = new Int32Array(0);
  heapLength = 0;
  length = 0;

  #at = new Int32Array(0);
  #end = new Int32Array(0);
  /** Index into `#order`, and where the cursor's batches end there. */
  #batch = new Int32Array(0);
  #lastBatch = new Int32Array(0);
  /** Batches grouped by thread. */
  #order = new Int32Array(0);
  #batchStart: Int32Array = new Int32Array(0);
  #batchEnd: Int32Array = new Int32Array(0);
  #ticks: Float64Array = new Float64Array(0);
  #bytes: Uint8Array = new Uint8Array(0);
  #nsPerTick = 0;
  #baseNs = 0;

  constructor(number: Uvarint) {
    this.#number = number;
  }

  /**
   * Opens a generation. Times are relative to `baseNs`.
   * @throws TraceFault when a thread's first event is broken.
   */
  open(bytes: Uint8Array, batches: BatchColumns, nsPerTick: number, baseNs: number): void {
    this.#bytes = bytes;
    this.#nsPerTick = nsPerTick;
    this.#baseNs = baseNs;
    this.#batchStart = batches.start;
    this.#batchEnd = batches.end;
    this.#ticks = batches.ticks;
    this.#group(batches);
    const { length } = this;
    this.type = new Uint8Array(length);
    this.time = new Float64Array(length);
    this.arg0 = new Float64Array(length);
    this.arg1 = new Float64Array(length);
    this.arg2 = new Float64Array(length);
    this.arg3 = new Float64Array(length);
    this.heap = new Int32Array(length);
    this.heapLength = 0;
    for (let c = 0; c < length; c++) {
      this.#enter(c);
      if (this.next(c)) this.#insert(c);
    }
  }

  /** Threads in the order of their first batch, each with its batches in file order. */
  #group(batches: BatchColumns): void {
    const cursorOf = new Map<number, number>();
    const owner = new Int32Array(batches.length).fill(-1);
    for (let i = 0; i < batches.length; i++) {
      if (batches.kind[i] !== BATCH_EVENTS) continue;
      let c = cursorOf.get(batches.thread[i]);
      if (c === undefined) {
        c = cursorOf.size;
        cursorOf.set(batches.thread[i], c);
      }
      owner[i] = c;
    }
    this.length = cursorOf.size;
    this.thread = Float64Array.from(cursorOf.keys());
    this.#at = new Int32Array(this.length);
    this.#end = new Int32Array(this.length);
    const start = new Int32Array(this.length + 1);
    for (const c of owner) if (c >= 0) start[c + 1] += 1;
    for (let c = 0; c < this.length; c++) start[c + 1] += start[c];
    this.#batch = start.slice(0, this.length);
    this.#lastBatch = start.slice(1);
    this.#order = new Int32Array(start[this.length]);
    const fill = start.slice();
    for (let i = 0; i < owner.length; i++) {
      const c = owner[i];
      if (c >= 0) this.#order[fill[c]++] = i;
    }
  }

  #enter(c: number): void {
    const batch = this.#order[this.#batch[c]];
    this.#at[c] = this.#batchStart[batch];
    this.#end[c] = this.#batchEnd[batch];
    this.time[c] = -this.#baseNs;
  }

  /** Moves to the thread's next event; false when there is none. @throws TraceFault */
  next(c: number): boolean {
    while (this.#at[c] === this.#end[c]) {
      this.#batch[c] += 1;
      if (this.#batch[c] >= this.#lastBatch[c]) return false;
      this.#enter(c);
    }
    const bytes = this.#bytes;
    const end = this.#end[c];
    let at = this.#at[c];
    let last = this.time[c];
    // Go keeps 0 for "no time yet" (batchcursor.go).
    if (last === -this.#baseNs) {
      last = nsOf(this.#ticks[this.#order[this.#batch[c]]], this.#nsPerTick) - this.#baseNs;
    }
    const type = bytes[at++];
    const args = ARG_COUNT[type];
    if (args === NOT_TIMED) throw notTimed(type);
    this.type[c] = type;

    let byte = at < end ? bytes[at] : 0x80;
    let ticks = 0;
    if (byte < 0x80) {
      ticks = byte;
      at += 1;
    } else if (at + 1 < end && bytes[at + 1] < 0x80) {
      ticks = (byte & 0x7f) | (bytes[at + 1] << 7);
      at += 2;
    } else {
      ticks = this.#number.double(bytes, at, end);
      at = this.#number.next;
      if (at < 0) throw new TraceFault("cut-event", "found invalid uvarint for timestamp");
    }
    this.time[c] = last + Math.trunc(ticks * this.#nsPerTick);

    for (let i = 0; i < args; i++) {
      let value = 0;
      byte = at < end ? bytes[at] : 0x80;
      if (byte < 0x80) {
        value = byte;
        at += 1;
      } else if (at + 1 < end && bytes[at + 1] < 0x80) {
        value = (byte & 0x7f) | (bytes[at + 1] << 7);
        at += 2;
      } else if (at + 2 < end && bytes[at + 2] < 0x80) {
        value = (byte & 0x7f) | ((bytes[at + 1] & 0x7f) << 7) | (bytes[at + 2] << 14);
        at += 3;
      } else {
        value = this.#number.id(bytes, at, end);
        at = this.#number.next;
        if (at < 0) throw new TraceFault("cut-event", "found invalid uvarint");
      }
      if (i === 0) this.arg0[c] = value;
      else if (i === 1) this.arg1[c] = value;
      else if (i === 2) this.arg2[c] = value;
      else this.arg3[c] = value;
    }
    this.#at[c] = at;
    return true;
  }

  #insert(c: number): void {
    this.heap[this.heapLength] = c;
    this.heapLength += 1;
    this.#siftUp(this.heapLength - 1);
  }

  /** After the event of the cursor at heap place `i` has changed. */
  update(i: number): void {
    if (i !== 0 && this.#siftUp(i) !== i) return;
    this.#siftDown(i);
  }

  /** Takes the cursor at heap place `i` out. */
  remove(i: number): void {
    const { heap } = this;
    let at = i;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const held = heap[parent];
      heap[parent] = heap[at];
      heap[at] = held;
      at = parent;
    }
    this.heapLength -= 1;
    heap[0] = heap[this.heapLength];
    this.#siftDown(0);
  }

  /** A sorted heap is still one. */
  sort(): void {
    goSort(this.heap, this.heapLength, this.time);
  }

  #siftUp(start: number): number {
    const { heap, time } = this;
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const held = heap[parent];
      if (!(time[held] > time[heap[at]])) break;
      heap[parent] = heap[at];
      heap[at] = held;
      at = parent;
    }
    return at;
  }

  #siftDown(start: number): void {
    const { heap, time, heapLength } = this;
    let at = start;
    const moving = heap[at];
    const key = time[moving];
    for (;;) {
      const left = 2 * at + 1;
      if (left >= heapLength) break;
      const right = left + 1;
      let least = at;
      let leastTime = key;
      if (time[heap[left]] < leastTime) {
        least = left;
        leastTime = time[heap[left]];
      }
      if (right < heapLength && time[heap[right]] < leastTime) least = right;
      if (least === at) break;
      heap[at] = heap[least];
      at = least;
    }
    heap[at] = moving;
  }
}
