// The chance that Go's heap profiler sees an object. The runtime draws points along the stream of
// allocated bytes, on average one every R bytes (MemProfileRate), with exponential gaps
// (runtime/malloc.go nextSample, Go 1.22–1.27).

/** p = 1 − e^(−s/R), the chance that one object of `size` bytes is sampled; 1 for rates ≤ 1. */
export function samplingProbability(size: number, rate: number): number {
  if (rate <= 1) return 1;
  return -Math.expm1(-size / rate);
}

/** q = 1 − p, with all its digits when p is near 1. */
export function missedFraction(size: number, rate: number): number {
  return rate <= 1 ? 0 : Math.exp(-size / rate);
}

/** Go rounds sizes up to this to one of 67 classes, above it to whole pages (runtime/sizeclasses.go). */
const LARGEST_CLASS = 32 * 1024;

/** Both for many rows of one rate: rows share few sizes, and an exponential costs more than all else of a row. */
export class SamplingChances {
  readonly #rate: number;
  readonly #sampled = new Float64Array(LARGEST_CLASS + 1).fill(-1);
  readonly #missed = new Float64Array(LARGEST_CLASS + 1).fill(-1);

  constructor(rate: number) {
    this.#rate = rate;
  }

  /** As samplingProbability. */
  sampled(size: number): number {
    const known = this.#sampled[size];
    if (known >= 0) return known;
    const chance = samplingProbability(size, this.#rate);
    // A size that is no index of the table adds nothing to it.
    this.#sampled[size] = chance;
    return chance;
  }

  /** As missedFraction. */
  missed(size: number): number {
    const known = this.#missed[size];
    if (known >= 0) return known;
    const chance = missedFraction(size, this.#rate);
    this.#missed[size] = chance;
    return chance;
  }
}

/**
 * A bucket of the table of heap samples: header, one word a frame, and four cycles of four counters
 * (runtime/mprof.go: bucket, memRecord, newBucket; Go 1.22–1.27, 64 bit). Too low by the runtime's own
 * frames, which no profile shows.
 */
export function heapBucketBytes(frames: number): number {
  return 48 + 8 * frames + 4 * 32;
}
