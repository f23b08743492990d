// Whether the load was steady, from a counter that stands for it.

/** Windows that the span is cut into when the caller does not say. */
const WINDOWS = 10;
const LEAST_WINDOWS = 3;
/** Rates that vary less than this between windows count as steady (diagnosis of heap growth). */
export const STEADY_BELOW = 0.1;

export interface Steadiness {
  /** Windows with a rate. Under 3 nothing can be said: `cv` is NaN, `isSteady` undefined. */
  readonly windows: number;
  /** Mean of the windows' rates, per second. */
  readonly meanRatePerSec: number;
  /** Standard deviation of the windows' rates over their mean. */
  readonly cv: number;
  /**
   * The part of cv that counting alone does not explain: √(cv² − 1/mean count). For counters of
   * events (requests); equal to cv for counters of bytes.
   */
  readonly cvBeyondCounting: number;
  /** cvBeyondCounting < 10 %. */
  readonly isSteady: boolean | undefined;
  /** Last window's rate over the first one's: a ramp shows here. */
  readonly lastToFirst: number;
  /** Times the counter fell (restarts); windows around them are left out. */
  readonly resets: number;
}

/**
 * Rates of a monotone counter over equal windows. The counter is interpolated linearly at the window
 * edges, so windows are never narrower than the polls (their number falls to what the points allow).
 *
 * @param time ms, ascending
 * @param counter cumulative count or bytes
 * @param counts "events": single events, whose random arrival alone gives 1/√n; "bytes": no such part
 *
 * Assumes that polls are spread over the windows. How it can mislead: load that swings faster than a
 * window looks steady; equal rates of requests of very different kinds are steady too.
 */
export function loadSteadiness(
  time: ArrayLike<number>,
  counter: ArrayLike<number>,
  counts: "events" | "bytes" = "events",
  wantedWindows: number = WINDOWS,
): Steadiness {
  const at: number[] = [];
  const value: number[] = [];
  for (let i = 0; i < Math.min(time.length, counter.length); i++) {
    const t = time[i] ?? Number.NaN;
    const v = counter[i] ?? Number.NaN;
    if (!Number.isFinite(t) || !Number.isFinite(v)) continue;
    if (at.length > 0 && t <= at[at.length - 1]) continue;
    at.push(t);
    value.push(v);
  }
  let resets = 0;
  for (let i = 1; i < value.length; i++) if (value[i] < value[i - 1]) resets++;

  const windows = Math.min(wantedWindows, at.length - 1);
  const rates: number[] = [];
  const amounts: number[] = [];
  if (windows >= LEAST_WINDOWS) {
    const span = at[at.length - 1] - at[0];
    let i = 0;
    let before = value[0];
    for (let w = 1; w <= windows; w++) {
      const edge = at[0] + (span * w) / windows;
      let fell = false;
      while (i + 2 < at.length && at[i + 1] <= edge) {
        if (value[i + 1] < value[i]) fell = true;
        i++;
      }
      if (value[i + 1] < value[i]) fell = true;
      const share = (edge - at[i]) / (at[i + 1] - at[i]);
      const after = value[i] + share * (value[i + 1] - value[i]);
      if (!fell && after >= before) {
        amounts.push(after - before);
        rates.push((after - before) / (span / windows / 1000));
      }
      before = after;
    }
  }

  const n = rates.length;
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / n;
  const meanAmount = amounts.reduce((sum, amount) => sum + amount, 0) / n;
  const enough = n >= LEAST_WINDOWS && mean > 0;
  const squares = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0);
  const cv = enough ? Math.sqrt(squares / (n - 1)) / mean : Number.NaN;
  const counting = counts === "events" ? 1 / meanAmount : 0;
  const beyond = Math.sqrt(Math.max(0, cv * cv - counting));
  return {
    windows: n,
    meanRatePerSec: n === 0 ? Number.NaN : mean,
    cv,
    cvBeyondCounting: beyond,
    isSteady: enough ? beyond < STEADY_BELOW : undefined,
    lastToFirst: n === 0 ? Number.NaN : rates[n - 1] / rates[0],
    resets,
  };
}
