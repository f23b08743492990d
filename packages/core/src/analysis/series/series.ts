// A quantity over time, as columns. Times are Unix ms; where no clock was given they are ms since
// the start of the process (`clock: "process"`) and must not be compared across processes.

export interface Series {
  readonly id: SeriesId;
  readonly unit: "bytes" | "count" | "cores" | "fraction" | "1/s";
  readonly basis: "gc-cycle" | "wall";
  readonly clock: "wall" | "process";
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** GC cycle number per point, NaN where unknown; only with basis gc-cycle. */
  readonly cycle: Float64Array | undefined;
  /** Resolution of `value`: the true value lies in [v, v + resolution). */
  readonly resolution: number;
  readonly evidence: readonly string[];
}

export type SeriesId =
  | "marked"
  | "peak"
  | "goal"
  | "heap-alloc"
  | "goroutines"
  | "rss"
  | "rss-anon"
  | "go-total"
  | "native"
  | "stacks"
  | "allocated"
  | "requests"
  | "container-charge";
