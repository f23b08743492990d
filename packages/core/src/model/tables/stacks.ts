// Stacks, locations and functions as columns; shared by every table that holds call stacks.

import type { StringTable } from "../strings.ts";

/** functions: one row per (name, file); all values are string indices but startLine. */
export interface FunctionColumns {
  readonly length: number;
  readonly name: Int32Array;
  readonly systemName: Int32Array;
  readonly file: Int32Array;
  readonly startLine: Int32Array;
}

/**
 * locations: location i has lines [lineStart[i], lineStart[i+1]), innermost (inlined) first, the
 * last one is the physical frame. `address` is 0 where unknown; `mapping` −1 where unknown.
 */
export interface LocationColumns {
  readonly length: number;
  /** Ids of the file; absent when they are 1, 2, 3, … in this order. */
  readonly id?: Float64Array;
  readonly address: Float64Array;
  /** Addresses from 2^53 on, exactly; absent when there are none. */
  readonly bigAddress?: ReadonlyMap<number, bigint>;
  readonly mapping: Int32Array;
  readonly lineStart: Int32Array;
  readonly lineFunction: Int32Array;
  readonly lineNumber: Int32Array;
  /** Column of each line, 1-based; absent when no line states one. */
  readonly lineColumn?: Int32Array;
  /** 1 where several source lines were folded into one address; absent when none is. */
  readonly isFolded?: Uint8Array;
}

/** stacks: stack i is locations [start[i], start[i+1]) of `location`, leaf first. Each is unique. */
export interface StackColumns {
  readonly length: number;
  readonly start: Int32Array;
  readonly location: Int32Array;
}

export interface CallStacks {
  readonly strings: StringTable;
  readonly functions: FunctionColumns;
  readonly locations: LocationColumns;
  readonly stacks: StackColumns;
}
