// Columns that the memory scan fills, with room checked by the one who writes. Each class holds the
// rows of one generation; `finish` cuts them to length, so that their buffers can be transferred.

const FIRST_ROWS = 1024;

function floats(column: Float64Array, length: number): Float64Array<ArrayBuffer> {
  const next = new Float64Array(length);
  next.set(column.subarray(0, Math.min(length, column.length)));
  return next;
}

function ints(column: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(length);
  next.set(column.subarray(0, Math.min(length, column.length)));
  return next;
}

function bytes(column: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(length);
  next.set(column.subarray(0, Math.min(length, column.length)));
  return next;
}

/** 25 bytes a row; the only rows of which there can be as many as events. */
export class MetricRows {
  length = 0;
  capacity: number;
  metric: Uint8Array<ArrayBuffer>;
  timeNs: Float64Array<ArrayBuffer>;
  value: Float64Array<ArrayBuffer>;
  goroutine: Float64Array<ArrayBuffer>;

  constructor(capacity = FIRST_ROWS) {
    this.capacity = capacity;
    this.metric = new Uint8Array(capacity);
    this.timeNs = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.goroutine = new Float64Array(capacity);
  }

  /** Makes room for that many rows more. */
  reserve(rows: number): void {
    if (this.length + rows > this.capacity) {
      this.resize(Math.max(this.length + rows, this.capacity * 2));
    }
  }

  resize(length: number): void {
    this.metric = bytes(this.metric, length);
    this.timeNs = floats(this.timeNs, length);
    this.value = floats(this.value, length);
    this.goroutine = floats(this.goroutine, length);
    this.capacity = length;
  }
}

/**
 * Slices of a generation, grouped by thread; it takes two events to make one. Times relative to the
 * generation's start. 17 bytes a row where times and goroutines are 32-bit numbers, else 29: `isWide`.
 */
export class SliceRows {
  length = 0;
  capacity: number;
  readonly isWide: boolean;
  state: Uint8Array;
  startNs: Float64Array | Uint32Array;
  endNs: Float64Array | Uint32Array;
  goroutine: Float64Array | Int32Array;
  proc: Int32Array;

  constructor(capacity = FIRST_ROWS, isWide = true) {
    this.capacity = capacity;
    this.isWide = isWide;
    this.state = new Uint8Array(capacity);
    this.startNs = isWide ? new Float64Array(capacity) : new Uint32Array(capacity);
    this.endNs = isWide ? new Float64Array(capacity) : new Uint32Array(capacity);
    this.goroutine = isWide ? new Float64Array(capacity) : new Int32Array(capacity);
    this.proc = new Int32Array(capacity);
  }

  /** Makes room for that many rows more. */
  reserve(rows: number): void {
    if (this.length + rows <= this.capacity) return;
    const wider = new SliceRows(Math.max(this.length + rows, this.capacity * 2), this.isWide);
    this.capacity = wider.capacity;
    for (const name of ["state", "startNs", "endNs", "goroutine", "proc"] as const) {
      wider[name].set(this[name].subarray(0, this.length));
    }
    this.state = wider.state;
    this.startNs = wider.startNs;
    this.endNs = wider.endNs;
    this.goroutine = wider.goroutine;
    this.proc = wider.proc;
  }
}

/** `endNs` NaN: no end was seen on the thread where it began. */
export class RangeRows {
  length = 0;
  capacity = FIRST_ROWS;
  kind = new Uint8Array(FIRST_ROWS);
  startNs = new Float64Array(FIRST_ROWS);
  endNs = new Float64Array(FIRST_ROWS);
  goroutine = new Float64Array(FIRST_ROWS);
  proc = new Int32Array(FIRST_ROWS);
  stack = new Int32Array(FIRST_ROWS);
  reason = new Int32Array(FIRST_ROWS);
  sweptBytes = new Float64Array(FIRST_ROWS);
  reclaimedBytes = new Float64Array(FIRST_ROWS);

  resize(length: number): void {
    this.kind = bytes(this.kind, length);
    this.startNs = floats(this.startNs, length);
    this.endNs = floats(this.endNs, length);
    this.goroutine = floats(this.goroutine, length);
    this.proc = ints(this.proc, length);
    this.stack = ints(this.stack, length);
    this.reason = ints(this.reason, length);
    this.sweptBytes = floats(this.sweptBytes, length);
    this.reclaimedBytes = floats(this.reclaimedBytes, length);
    this.capacity = length;
  }
}

/** An end without its begin, or a range that a generation's start says is open. */
export class HalfRows {
  length = 0;
  capacity = FIRST_ROWS;
  kind = new Uint8Array(FIRST_ROWS);
  /** 1: an end; 0: open already. */
  isEnd = new Uint8Array(FIRST_ROWS);
  timeNs = new Float64Array(FIRST_ROWS);
  /** Goroutine, proc of a sweep, 0 for the mark phase: it is the whole process's. */
  key = new Float64Array(FIRST_ROWS);
  sweptBytes = new Float64Array(FIRST_ROWS);
  reclaimedBytes = new Float64Array(FIRST_ROWS);

  resize(length: number): void {
    this.kind = bytes(this.kind, length);
    this.isEnd = bytes(this.isEnd, length);
    this.timeNs = floats(this.timeNs, length);
    this.key = floats(this.key, length);
    this.sweptBytes = floats(this.sweptBytes, length);
    this.reclaimedBytes = floats(this.reclaimedBytes, length);
    this.capacity = length;
  }
}

export class LabelRows {
  length = 0;
  capacity = FIRST_ROWS;
  timeNs = new Float64Array(FIRST_ROWS);
  goroutine = new Float64Array(FIRST_ROWS);
  label = new Int32Array(FIRST_ROWS);

  resize(length: number): void {
    this.timeNs = floats(this.timeNs, length);
    this.goroutine = floats(this.goroutine, length);
    this.label = ints(this.label, length);
    this.capacity = length;
  }

  /** By time, cut to length. */
  sorted(): LabelRows {
    const sorted = new LabelRows();
    sorted.resize(this.length);
    for (const row of orderOfRuns(this.timeNs, this.length)) {
      const at = sorted.length++;
      sorted.timeNs[at] = this.timeNs[row];
      sorted.goroutine[at] = this.goroutine[row];
      sorted.label[at] = this.label[row];
    }
    return sorted;
  }
}

/** Goroutines that had to give up their proc, with their stack. */
export class PreemptionRows {
  length = 0;
  capacity = 64;
  timeNs = new Float64Array(64);
  goroutine = new Float64Array(64);
  stack = new Int32Array(64);

  add(timeNs: number, goroutine: number, stack: number): void {
    if (this.length === this.capacity) this.resize(this.capacity * 2);
    const row = this.length++;
    this.timeNs[row] = timeNs;
    this.goroutine[row] = goroutine;
    this.stack[row] = stack;
  }

  resize(length: number): void {
    this.timeNs = floats(this.timeNs, length);
    this.goroutine = floats(this.goroutine, length);
    this.stack = ints(this.stack, length);
    this.capacity = length;
  }

  /** By time, cut to length. */
  sorted(): PreemptionRows {
    const sorted = new PreemptionRows();
    sorted.resize(this.length);
    for (const row of orderOfRuns(this.timeNs, this.length)) {
      sorted.add(this.timeNs[row], this.goroutine[row], this.stack[row]);
    }
    return sorted;
  }
}

/**
 * The order by time of rows that are sorted in runs (one or more a thread): runs are merged in pairs.
 * Equal times keep the order of the rows.
 */
export function orderOfRuns(time: Float64Array, length: number): Int32Array {
  let starts: number[] = [0];
  for (let i = 1; i < length; i++) if (time[i] < time[i - 1]) starts.push(i);
  let from = new Int32Array(length);
  for (let i = 0; i < length; i++) from[i] = i;
  let into = new Int32Array(length);
  while (starts.length > 1) {
    const merged: number[] = [];
    for (let run = 0; run < starts.length; run += 2) {
      const start = starts[run];
      const middle = starts[run + 1] ?? length;
      const end = starts[run + 2] ?? length;
      merged.push(start);
      let a = start;
      let b = middle;
      for (let at = start; at < end; at++) {
        if (b >= end || (a < middle && time[from[a]] <= time[from[b]])) into[at] = from[a++];
        else into[at] = from[b++];
      }
    }
    starts = merged;
    [from, into] = [into, from];
  }
  return from;
}
