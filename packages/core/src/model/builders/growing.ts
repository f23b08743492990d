// Typed arrays that grow by doubling: for columns whose length is known only when the input ends.
// Pushing costs amortised O(1); `finish` gives an exact copy, so no spare capacity stays alive.

const FIRST_CAPACITY = 64;

export class GrowingInt32 {
  data: Int32Array;
  length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.data = new Int32Array(Math.max(capacity, 1));
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const wider = new Int32Array(this.data.length * 2);
      wider.set(this.data);
      this.data = wider;
    }
    this.data[this.length] = value;
    this.length += 1;
  }

  append(source: Int32Array, from: number, to: number): void {
    const needed = this.length + to - from;
    if (needed > this.data.length) {
      const wider = new Int32Array(Math.max(needed, this.data.length * 2));
      wider.set(this.data);
      this.data = wider;
    }
    const { data } = this;
    let at = this.length;
    for (let i = from; i < to; i++) data[at++] = source[i];
    this.length = at;
  }

  finish(): Int32Array {
    return this.data.slice(0, this.length);
  }
}

export class GrowingFloat64 {
  data: Float64Array;
  length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.data = new Float64Array(Math.max(capacity, 1));
  }

  push(value: number): void {
    if (this.length === this.data.length) {
      const wider = new Float64Array(this.data.length * 2);
      wider.set(this.data);
      this.data = wider;
    }
    this.data[this.length] = value;
    this.length += 1;
  }

  append(source: Float64Array): void {
    const needed = this.length + source.length;
    if (needed > this.data.length) {
      const wider = new Float64Array(Math.max(needed, this.data.length * 2));
      wider.set(this.data);
      this.data = wider;
    }
    this.data.set(source, this.length);
    this.length = needed;
  }

  finish(): Float64Array {
    return this.data.slice(0, this.length);
  }
}

export class GrowingBytes {
  data: Uint8Array;
  length = 0;

  constructor(capacity = FIRST_CAPACITY) {
    this.data = new Uint8Array(Math.max(capacity, 1));
  }

  #reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.data.length) return;
    const wider = new Uint8Array(Math.max(needed, this.data.length * 2));
    wider.set(this.data.subarray(0, this.length));
    this.data = wider;
  }

  push(byte: number): void {
    this.#reserve(1);
    this.data[this.length] = byte;
    this.length += 1;
  }

  append(source: Uint8Array, from = 0, to = source.length): void {
    const count = to - from;
    this.#reserve(count);
    if (count < 24) {
      // A call to set() with a fresh subarray costs more than copying a short string by hand.
      for (let i = 0; i < count; i++) this.data[this.length + i] = source[from + i];
    } else {
      this.data.set(source.subarray(from, to), this.length);
    }
    this.length += count;
  }

  finish(): Uint8Array {
    return this.data.slice(0, this.length);
  }
}
