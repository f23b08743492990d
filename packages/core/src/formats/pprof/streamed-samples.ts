// Samples read while the rest of the file is still being decompressed. Names and locations may come
// after them, so a sample is kept as numbers of the file: its stack by the bytes of its list of
// location ids, and each distinct list once. Lists repeat (several sizes a stack, several types of
// goroutines), and comparing bytes costs a fraction of decoding them.
//
// Only the form that every known writer uses is taken: packed ids, then packed values, then labels, all
// within 53 bits. At the first sample of another form `isUsable` turns false, and the file is read by
// samples.ts from its kept bytes, which also reports what is damaged.

import { GrowingInt32 } from "../../model/builders/growing.ts";
import type { LabelColumns } from "../../model/tables/profile.ts";
import { MOST_LABELS, MOST_SAMPLES } from "./limits.ts";
import type { SampleColumns } from "./samples.ts";
import { StackLists, type LocationRows } from "./stack-lists.ts";

const SAMPLE_TAG = 0x12;
const LOCATIONS_TAG = 0x0a;
const VALUES_TAG = 0x12;
const LABEL_TAG = 0x1a;
const TWO_32 = 0x1_0000_0000;
const FIRST_ROWS = 1024;

export interface Resolved extends LocationRows {
  readonly types: number;
  readonly resolve: (index: number) => number;
}

export class StreamedSamples {
  isUsable = true;
  /** Where samples follow each other without another field between, and how many: taken already. */
  readonly runFrom = new GrowingInt32(256);
  readonly runTo = new GrowingInt32(256);
  readonly runSamples = new GrowingInt32(256);
  #bytes: Uint8Array = new Uint8Array(0);
  /** Where the next field begins; may lie behind what has arrived. */
  #at = 0;
  /** Values of each sample; −1 before the first. */
  #types = -1;
  #rows = 0;
  #negativeRows = 0;
  readonly #stacks = new StackLists();
  /** Columns of samples and of labels, with room for more than is in them. */
  readonly #values: Float64Array[] = [];
  #rowStack: Int32Array = new Int32Array(FIRST_ROWS);
  /** Labels of row r are [start[r], start[r+1]). */
  #labelStart: Int32Array = new Int32Array(FIRST_ROWS + 1);
  #labels = 0;
  #labelKey: Int32Array = new Int32Array(FIRST_ROWS);
  #labelStr: Int32Array = new Int32Array(FIRST_ROWS);
  #labelNum: Float64Array = new Float64Array(FIRST_ROWS);
  #labelUnit: Int32Array = new Int32Array(FIRST_ROWS);
  /** Position behind the varint read last, −1 after one that does not fit. */
  #next = 0;

  /** Takes what is new in the first `length` bytes of the file. */
  advance(bytes: Uint8Array, length: number): void {
    if (!this.isUsable) return;
    this.#bytes = bytes;
    this.#stacks.use(bytes);
    let at = this.#at;
    while (at < length) {
      const behind = this.#plainSamples(at, length);
      if (behind > at) {
        at = behind;
        continue;
      }
      const tag = bytes[at];
      const type = tag & 7;
      if (tag < 8 || tag >= 0x80 || (type !== 0 && type !== 2)) {
        this.isUsable = false;
        return;
      }
      // Ten bytes hold any varint, so with that many the number is whole.
      if (length - at < 11 && !this.#hasVarint(at + 1, length)) break;
      if (type === 0) {
        // Not a sample's; a time may well be beyond 53 bits.
        at += 1;
        while (bytes[at] >= 0x80) at += 1;
        at += 1;
        continue;
      }
      const value = this.#varint(at + 1);
      if (this.#next < 0) {
        this.isUsable = false;
        return;
      }
      const end = this.#next + value;
      if (value < 0 || end > 0x7fff_ffff) {
        this.isUsable = false;
        return;
      }
      if (tag === SAMPLE_TAG) {
        if (end > length) break;
        if (!this.#sample(this.#next, end)) {
          this.isUsable = false;
          return;
        }
        this.#addToRun(at, end, 1);
      }
      at = end;
    }
    this.#at = at;
  }

  #addToRun(from: number, to: number, samples: number): void {
    const last = this.runTo.length - 1;
    if (last >= 0 && this.runTo.data[last] === from) {
      this.runTo.data[last] = to;
      this.runSamples.data[last] += samples;
    } else {
      this.runFrom.push(from);
      this.runTo.push(to);
      this.runSamples.push(samples);
    }
  }

  #hasVarint(from: number, length: number): boolean {
    for (let i = from; i < length; i++) if (this.#bytes[i] < 0x80) return true;
    return false;
  }

  /** The varint at `at`, signed; −1 in `#next` when it has more than 53 bits or no end. */
  #varint(at: number): number {
    const bytes = this.#bytes;
    let byte = bytes[at];
    if (byte < 0x80) {
      this.#next = at + 1;
      return byte;
    }
    let low = byte & 127;
    let high = 0;
    let shift = 7;
    for (let i = at + 1; i < at + 10; i++) {
      byte = bytes[i];
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= (bits & 15) << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#next = i + 1;
        const value = (high | 0) * TWO_32 + (low >>> 0);
        if (!Number.isSafeInteger(value)) this.#next = -1;
        return value;
      }
      shift += 7;
    }
    this.#next = -1;
    return 0;
  }

  /**
   * Takes samples of the plainest form (ids, then values, then labels) from `from` on and jumps over the
   * messages between them, of which Go writes some behind each sample that needs them; up to a field of
   * another form, or one that has not arrived. Gives where that begins.
   *
   * One loop and not a function for each part: a small profile is read before the compiler gets to it,
   * and interpreted, a call costs as much as the varint that it reads (10 k samples: 20 ms, now 10).
   */
  #plainSamples(from: number, length: number): number {
    const bytes = this.#bytes;
    const types = this.#types;
    const values = this.#values;
    let rows = this.#rows;
    let at = from;
    let runFrom = from;
    let runRows = rows;
    samples: while (length - at > 10) {
      const tag = bytes[at];
      if ((tag & 0x87) !== 2 || tag < 8) break;
      let pos = at + 2;
      let size = bytes[at + 1];
      if (size >= 0x80) {
        const more = bytes[pos++];
        if (more >= 0x80) break;
        size = (size & 127) | (more << 7);
      }
      const end = pos + size;
      if (tag !== SAMPLE_TAG) {
        if (rows > runRows) this.#addToRun(runFrom, at, rows - runRows);
        at = end;
        runFrom = at;
        runRows = rows;
        continue;
      }
      if (types < 0 || end > length || rows === MOST_SAMPLES || this.#labels > MOST_LABELS) break;

      let idsFrom = pos;
      if (bytes[pos] === LOCATIONS_TAG) {
        idsFrom = pos + 2;
        size = bytes[pos + 1];
        if (size >= 0x80) {
          const more = bytes[idsFrom++];
          if (more >= 0x80) break;
          size = (size & 127) | (more << 7);
        }
        pos = idsFrom + size;
        // A list that is empty, or ends inside a varint, is for the other function.
        if (pos === idsFrom || pos > end || bytes[pos - 1] >= 0x80) break;
      }
      const idsTo = pos;

      if (pos >= end || bytes[pos] !== VALUES_TAG) break;
      const valuesTo = pos + 2 + bytes[pos + 1];
      if (bytes[pos + 1] >= 0x80 || valuesTo > end) break;
      pos += 2;
      if (rows === this.#rowStack.length) this.#widenRows();
      let isNegative = false;
      for (let t = 0; t < types; t++) {
        if (pos >= valuesTo) break samples;
        let value = bytes[pos++];
        if (value >= 0x80) {
          let byte = bytes[pos++];
          value = (value & 127) | ((byte & 127) << 7);
          if (byte >= 0x80) {
            byte = bytes[pos++];
            value |= (byte & 127) << 14;
            if (byte >= 0x80) {
              byte = bytes[pos++];
              value |= (byte & 127) << 21;
              if (byte >= 0x80) {
                value = this.#varint(pos - 4);
                pos = this.#next;
                if (pos < 0) break samples;
                if (value < 0) isNegative = true;
              }
            }
          }
        }
        values[t][rows] = value;
      }
      if (pos !== valuesTo) break;

      const labels = this.#labels;
      while (pos < end) {
        const labelTo = pos + 2 + bytes[pos + 1];
        const isPlain = bytes[pos] === LABEL_TAG && bytes[pos + 1] < 0x80 && labelTo <= end;
        if (!isPlain || !this.#label(pos + 2, labelTo)) {
          this.#labels = labels;
          break samples;
        }
        pos = labelTo;
      }
      this.#rowStack[rows] = this.#stacks.intern(idsFrom, idsTo);
      rows += 1;
      this.#labelStart[rows] = this.#labels;
      if (isNegative) this.#negativeRows += 1;
      at = end;
    }
    if (rows > runRows) this.#addToRun(runFrom, at, rows - runRows);
    this.#rows = rows;
    return at;
  }

  /** A sample in whatever order of fields; false when it is not for this reader. */
  #sample(from: number, end: number): boolean {
    const bytes = this.#bytes;
    let at = from;
    let idsFrom = from;
    let idsTo = from;
    let values = -1;
    while (at < end) {
      const tag = bytes[at];
      const length = this.#varint(at + 1);
      const inner = this.#next;
      if (inner < 0 || length < 0 || length > end - inner) return false;
      at = inner + length;
      if (tag === LOCATIONS_TAG) {
        if (idsTo > idsFrom) return false;
        idsFrom = inner;
        idsTo = at;
      } else if (tag === VALUES_TAG) {
        if (values >= 0) return false;
        values = this.#readValues(inner, at);
        if (values < 0) return false;
      } else if (tag !== LABEL_TAG || !this.#label(inner, at)) return false;
    }
    if (values < 0 && !this.#isWidth(0)) return false;
    // A list that ends inside a varint is no list.
    if (idsTo > idsFrom && bytes[idsTo - 1] >= 0x80) return false;
    // The other reader says that there are too many.
    if (this.#rows === MOST_SAMPLES || this.#labels > MOST_LABELS) return false;
    if (this.#rows === this.#rowStack.length) this.#widenRows();
    this.#rowStack[this.#rows] = this.#stacks.intern(idsFrom, idsTo);
    this.#rows += 1;
    this.#labelStart[this.#rows] = this.#labels;
    return true;
  }

  #isWidth(values: number): boolean {
    if (this.#types < 0) {
      this.#types = values;
      for (let i = 0; i < values; i++) this.#values.push(new Float64Array(FIRST_ROWS));
    }
    return this.#types === values;
  }

  /** How many values, −1 when not as many as in every sample before. */
  #readValues(from: number, to: number): number {
    if (this.#types < 0) {
      let count = 0;
      for (let i = from; i < to; i++) if (this.#bytes[i] < 0x80) count += 1;
      // A hostile first sample could ask for a column a byte.
      if (count > 64) return -1;
      this.#isWidth(count);
    }
    if (this.#rows === this.#rowStack.length) this.#widenRows();
    let at = from;
    let isNegative = false;
    let count = 0;
    while (at < to) {
      const value = this.#varint(at);
      if (this.#next < 0 || this.#next > to || count >= this.#types) return -1;
      at = this.#next;
      this.#values[count][this.#rows] = value;
      count += 1;
      if (value < 0) isNegative = true;
    }
    if (isNegative) this.#negativeRows += 1;
    return count === this.#types ? count : -1;
  }

  #label(from: number, to: number): boolean {
    const bytes = this.#bytes;
    let key = 0;
    let str = 0;
    let num = NaN;
    let unit = 0;
    let at = from;
    while (at < to) {
      const tag = bytes[at];
      let value = bytes[at + 1];
      if (value < 0x80) at += 2;
      else {
        value = this.#varint(at + 1);
        at = this.#next;
        if (at < 0) return false;
      }
      if (at > to) return false;
      if (tag === 0x18) num = value;
      else if (value < 0 || value > 0x7fff_ffff) return false;
      else if (tag === 0x08) key = value;
      else if (tag === 0x10) str = value;
      else if (tag === 0x20) unit = value;
      else return false;
    }
    const label = this.#labels;
    if (label === this.#labelKey.length) this.#widenLabels();
    this.#labelKey[label] = key;
    this.#labelStr[label] = str;
    this.#labelNum[label] = num;
    this.#labelUnit[label] = unit;
    this.#labels = label + 1;
    return true;
  }

  #widenRows(): void {
    for (const [t, column] of this.#values.entries()) this.#values[t] = widerFloats(column);
    this.#rowStack = widerInts(this.#rowStack);
    this.#labelStart = widerInts(this.#labelStart);
  }

  #widenLabels(): void {
    this.#labelKey = widerInts(this.#labelKey);
    this.#labelStr = widerInts(this.#labelStr);
    this.#labelNum = widerFloats(this.#labelNum);
    this.#labelUnit = widerInts(this.#labelUnit);
  }

  /** The columns; undefined when something does not resolve, so that the other reader tells what. */
  finish(bytes: Uint8Array, to: Resolved): SampleColumns | undefined {
    if (!this.isUsable) return undefined;
    if (this.#rows > 0 && this.#types !== to.types) return undefined;
    const rows = this.#rows;
    const labels = resolvedLabels(
      {
        start: this.#labelStart.slice(0, rows + 1),
        key: this.#labelKey.slice(0, this.#labels),
        str: this.#labelStr.slice(0, this.#labels),
        num: this.#labelNum.slice(0, this.#labels),
        unit: this.#labelUnit.slice(0, this.#labels),
      },
      to.resolve,
    );
    const stacks = this.#stacks.rows(bytes, to);
    if (labels === undefined || stacks === undefined) return undefined;
    const values: Float64Array[] = [];
    for (let i = 0; i < to.types; i++) {
      values.push(rows === 0 ? new Float64Array(0) : this.#values[i].slice(0, rows));
    }
    return {
      rows,
      dropped: 0,
      values,
      rowStack: this.#rowStack.slice(0, rows),
      stacks,
      labels,
      negativeRows: this.#negativeRows,
    };
  }
}

function widerInts(column: Int32Array): Int32Array {
  const wider = new Int32Array(column.length * 2);
  wider.set(column);
  return wider;
}

function widerFloats(column: Float64Array): Float64Array {
  const wider = new Float64Array(column.length * 2);
  wider.set(column);
  return wider;
}

function resolvedLabels(
  labels: LabelColumns,
  resolve: (index: number) => number,
): LabelColumns | undefined {
  const { key, str, num, unit } = labels;
  // A label mostly has the key and the unit of the one before, and no text.
  const none = key.length === 0 ? 0 : resolve(0);
  let lastKey = 0;
  let keyRow = none;
  let lastUnit = 0;
  let unitRow = none;
  for (let i = 0; i < key.length; i++) {
    if (key[i] !== lastKey) {
      lastKey = key[i];
      keyRow = resolve(lastKey);
    }
    if (unit[i] !== lastUnit) {
      lastUnit = unit[i];
      unitRow = resolve(lastUnit);
    }
    key[i] = keyRow;
    str[i] = str[i] === 0 ? none : resolve(str[i]);
    unit[i] = unitRow;
    if (key[i] < 0 || str[i] < 0 || unit[i] < 0) return undefined;
    // Proto3 leaves zeros out: a unit makes the label numeric, else nothing means the empty string.
    if (Number.isNaN(num[i]) && unit[i] > 0 && str[i] === 0) num[i] = 0;
  }
  return labels;
}
