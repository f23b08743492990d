// Heap samples to what they stand for, with the arithmetic of the authority, so that the numbers are
// the same to the last byte: google/pprof profile/legacy_profile.go scaleHeapSample (2026-07), which
// is runtime/pprof protomem.go's own (Go 1.22–1.27).

import { GrowingFloat64, GrowingInt32 } from "../model/builders/growing.ts";
import { IntLists } from "../model/builders/int-lists.ts";
import type { LabelColumns, ProfileTable } from "../model/tables/profile.ts";
import { StringTableBuilder } from "../model/strings.ts";

/** What `count` sampled objects of together `size` bytes scale by; 1 where nothing was sampled away. */
export function heapScale(count: number, size: number, rate: number): number {
  if (count === 0 || size === 0) return 0;
  if (rate <= 1) return 1;
  return 1 / (1 - Math.exp(-(size / count) / rate));
}

export interface SizeOptions {
  /** Rows of nothing have the size 0, as google/pprof has it until it writes a profile. */
  readonly statesZero?: boolean;
}

/**
 * A heap of Go's debug=1 text, whose values are raw samples, as a profile of scaled values with a
 * `bytes` label each: what google/pprof makes of the same text. Any other table as it is.
 *
 * Misleads where the rate was changed while the process ran: the text states the last one only.
 */
export function unsampled(
  table: ProfileTable,
  { statesZero = false }: SizeOptions = {},
): ProfileTable {
  if (table.encoding !== "text") return table;
  // Block texts do not print their rate; the authority calls it 1, which leaves the values as they are.
  if (table.profileKind === "block" && table.period === undefined) return { ...table, period: 1 };
  const isHeap = table.profileKind === "heap" || table.profileKind === "allocs";
  if (!isHeap || table.values.length !== 4) return table;
  const rate = table.period ?? 0;
  const values = table.values.map((column) => new Float64Array(column.length));
  const sizes = new Float64Array(table.rows);
  for (let row = 0; row < table.rows; row++) {
    // Allocated first, as printed; live objects give the size where there are any.
    for (let at = 0; at < 4; at += 2) {
      const count = table.values[at][row];
      const size = table.values[at + 1][row];
      const scale = heapScale(count, size, rate);
      values[at][row] = Math.trunc(count * scale);
      values[at + 1][row] = Math.trunc(size * scale);
      if (count !== 0) sizes[row] = Math.trunc(size / count);
    }
  }
  return { ...table, encoding: "proto", values, ...withSizes(table, sizes, statesZero) };
}

/**
 * A symbolised debug=1 text as google/pprof reads it: it takes the addresses of the rows, less one, and
 * ignores the frames and labels printed below them. For reports that have to equal that tool's; any
 * other sees less here than there is. Heap values are scaled as by `unsampled`. Mutex texts differ: the
 * tool multiplies their values by the sampling period, by which the runtime has multiplied them.
 */
export function asAddresses(table: ProfileTable, sizes: SizeOptions = {}): ProfileTable {
  const { rowPcs, ...given } = table;
  if (rowPcs === undefined) return unsampled(table, sizes);
  const rowOf = new Map<number, number>();
  const pcs: number[] = [];
  const location = new Int32Array(rowPcs.pc.length);
  rowPcs.pc.forEach((pc, i) => {
    let row = rowOf.get(pc);
    if (row === undefined) {
      row = pcs.push(pc) - 1;
      rowOf.set(pc, row);
    }
    location[i] = row;
  });
  const lists = new IntLists();
  const rowStack = new Int32Array(table.rows);
  for (let row = 0; row < table.rows; row++) {
    rowStack[row] = lists.intern(location, rowPcs.start[row], rowPcs.start[row + 1]);
  }
  const length = pcs.length;
  // Stacks are padded with 0 in some versions, and one less than that is the last address there is.
  const exact = pcs.map((pc) => (pc === 0 ? 2n ** 64n - 1n : BigInt(pc) - 1n));
  const empty = new Int32Array(0);
  return unsampled(
    {
      ...given,
      functions: { length: 0, name: empty, systemName: empty, file: empty, startLine: empty },
      locations: {
        length,
        address: Float64Array.from(exact, Number),
        ...(pcs.includes(0) ? { bigAddress: bigAddresses(exact) } : {}),
        mapping: new Int32Array(length),
        lineStart: new Int32Array(length + 1),
        lineFunction: empty,
        lineNumber: empty,
      },
      stacks: {
        length: lists.length,
        start: lists.start.finish(),
        location: lists.data.finish(),
      },
      rowStack,
      // A text does not state a default, and that tool does not look at the file's name.
      defaultSampleType: table.sampleTypes.length - 1,
      labels: {
        start: new Int32Array(table.rows + 1),
        key: empty,
        str: empty,
        num: new Float64Array(0),
        unit: empty,
      },
      // One mapping of everything, since the text has none.
      mappings: {
        length: 1,
        start: Float64Array.of(0),
        limit: Float64Array.of(2 ** 64),
        offset: Float64Array.of(0),
        file: Int32Array.of(0),
        buildId: Int32Array.of(0),
        flags: Uint8Array.of(0),
      },
    },
    sizes,
  );
}

/** The table's labels and behind them `bytes`, of each row or of those that have a size. */
function withSizes(
  table: ProfileTable,
  sizes: Float64Array,
  statesZero: boolean,
): Pick<ProfileTable, "labels" | "strings"> {
  const strings = new StringTableBuilder();
  // The old indices stay: interned strings differ, so each takes the next place.
  for (let i = 0; i < table.strings.length; i++) strings.intern(table.strings.get(i));
  const bytes = strings.intern("bytes");
  const { labels } = table;
  const start = new Int32Array(table.rows + 1);
  const key = new GrowingInt32();
  const str = new GrowingInt32();
  const num = new GrowingFloat64();
  const unit = new GrowingInt32();
  for (let row = 0; row < table.rows; row++) {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      key.push(labels.key[i]);
      str.push(labels.str[i]);
      num.push(labels.num[i]);
      unit.push(labels.unit[i]);
    }
    if (statesZero || sizes[row] !== 0) {
      key.push(bytes);
      str.push(0);
      num.push(sizes[row]);
      unit.push(0);
    }
    start[row + 1] = key.length;
  }
  const columns: LabelColumns = {
    start,
    key: key.finish(),
    str: str.finish(),
    num: num.finish(),
    unit: unit.finish(),
  };
  return { labels: columns, strings };
}

/** Those that a double cannot hold, by location. */
function bigAddresses(exact: readonly bigint[]): ReadonlyMap<number, bigint> {
  return new Map(
    exact.flatMap((at, i) => (at > Number.MAX_SAFE_INTEGER ? [[i, at] as const] : [])),
  );
}
