// A long series as a line of few points that still shows every extreme.

export interface Line {
  readonly time: Float64Array;
  readonly value: Float64Array;
}

/**
 * Keeps first, lowest, highest and last point of each of `buckets` equal spans of time, so a peak of
 * one GC cycle in a week stays visible. Points with a time or value that is not finite are left out.
 * O(n); at most 4 × buckets points come back, in order of time as given.
 */
export function downsample(line: Line, buckets: number): Line {
  const { time, value } = line;
  const n = Math.min(time.length, value.length);
  let from = Infinity;
  let to = -Infinity;
  let sound = 0;
  for (let i = 0; i < n; i++) {
    if (!Number.isFinite(time[i]) || !Number.isFinite(value[i])) continue;
    sound++;
    from = Math.min(from, time[i]);
    to = Math.max(to, time[i]);
  }
  const keep = new Uint8Array(n);
  if (sound <= buckets * 4 || !(to > from)) {
    for (let i = 0; i < n; i++) {
      if (Number.isFinite(time[i]) && Number.isFinite(value[i])) keep[i] = 1;
    }
  } else {
    const none = -1;
    const first = new Int32Array(buckets).fill(none);
    const last = new Int32Array(buckets).fill(none);
    const low = new Int32Array(buckets).fill(none);
    const high = new Int32Array(buckets).fill(none);
    for (let i = 0; i < n; i++) {
      if (!Number.isFinite(time[i]) || !Number.isFinite(value[i])) continue;
      const b = Math.min(buckets - 1, Math.floor(((time[i] - from) / (to - from)) * buckets));
      if (first[b] === none) first[b] = low[b] = high[b] = i;
      last[b] = i;
      if (value[i] < value[low[b]]) low[b] = i;
      if (value[i] > value[high[b]]) high[b] = i;
    }
    for (let b = 0; b < buckets; b++) {
      if (first[b] === none) continue;
      keep[first[b]] = keep[last[b]] = keep[low[b]] = keep[high[b]] = 1;
    }
  }
  let kept = 0;
  for (let i = 0; i < n; i++) kept += keep[i];
  const outTime = new Float64Array(kept);
  const outValue = new Float64Array(kept);
  for (let i = 0, o = 0; i < n; i++) {
    if (keep[i] === 0) continue;
    outTime[o] = time[i];
    outValue[o] = value[i];
    o++;
  }
  return { time: outTime, value: outValue };
}
