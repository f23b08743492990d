// A profile of any kind: pprof as protobuf or in one of its legacy forms, Go's debug=1 text of heap,
// allocs, goroutine, block, mutex, threadcreate, folded stacks, speedscope, OTLP.

import type { CallStacks } from "./stacks.ts";
import type { MemStats } from "./memstats.ts";

export type ProfileKind =
  | "heap"
  | "allocs"
  | "goroutine"
  | "goroutineleak"
  | "cpu"
  | "block"
  | "mutex"
  | "threadcreate"
  | "other";

export interface ValueType {
  readonly type: string;
  readonly unit: string;
}

/** Mappings: string indices for file and buildId; addresses below 2^53. */
export interface MappingColumns {
  readonly length: number;
  /** Ids of the file; absent when they are 1, 2, 3, … in this order. */
  readonly id?: Float64Array;
  readonly start: Float64Array;
  readonly limit: Float64Array;
  readonly offset: Float64Array;
  readonly file: Int32Array;
  readonly buildId: Int32Array;
  /**
   * What the writer resolved: 1 functions, 2 file names, 4 line numbers, 8 inlined frames. Absent
   * where the format does not say.
   */
  readonly flags?: Uint8Array;
}

/**
 * Labels of row r are [start[r], start[r+1]). `str` is 0 where the label is numeric; `num` NaN where
 * it is a string. Both (0 and NaN) is the empty string. key, str and unit are string indices.
 */
export interface LabelColumns {
  readonly start: Int32Array;
  readonly key: Int32Array;
  readonly str: Int32Array;
  readonly num: Float64Array;
  readonly unit: Int32Array;
}

export interface ProfileTable extends CallStacks {
  readonly kind: "profile";
  readonly profileKind: ProfileKind;
  /**
   * `proto`: heap values are scaled up, by the writer or on reading a legacy input. `text`: Go
   * debug=1, heap values are raw.
   */
  readonly encoding: "proto" | "text";
  readonly rows: number;
  readonly sampleTypes: readonly ValueType[];
  /** Index into sampleTypes of the type shown by default (pprof: the last when unset). */
  readonly defaultSampleType: number;
  /** The default as the file states it, even where no type has that name; absent when it is unset. */
  readonly statedDefaultType?: string;
  /** One column per sample type, each of length `rows`. Delta profiles hold negatives. */
  readonly values: readonly Float64Array[];
  /** Index of each row's stack in `stacks`. */
  readonly rowStack: Int32Array;
  readonly labels: LabelColumns;
  readonly mappings: MappingColumns;
  readonly periodType: ValueType | undefined;
  /** heap: MemProfileRate in bytes. 0 = sampling off; undefined = not stated. */
  readonly period: number | undefined;
  /** When the reply was written (not what it shows), Unix ms; undefined in text. */
  readonly timeMs: number | undefined;
  /** The same exactly, where the format states nanoseconds: a double keeps about 256 ns. */
  readonly timeNanos?: bigint;
  readonly durationNs: number | undefined;
  /** `?seconds=N` or an agent's delta: values are differences, not state. */
  readonly isDelta: boolean;
  readonly comments: readonly string[];
  /** Regular expressions for frames to leave out or keep; Go never writes them. */
  readonly dropFrames?: string;
  readonly keepFrames?: string;
  readonly docUrl?: string;
  /**
   * Return addresses of each row as a debug=1 text prints them, hidden frames and all: row r has
   * pc[start[r]…start[r+1]), leaf first. Only texts that print frames too have both.
   */
  readonly rowPcs?: { readonly start: Int32Array; readonly pc: Float64Array };
  /** Only Go's heap debug=1 text carries them. */
  readonly memStats: MemStats | undefined;
}
