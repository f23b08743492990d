// Snapshots taken inside an excursion: a batch job whose memory is there in one snapshot and in none of
// its neighbours. As two steps of a series it is a growth and a fall that make all limits wide, and so
// hide what the others show. Such a snapshot is set aside and told; the step goes from the one before
// to the one after it, so that whatever of the excursion stays is seen as the growth that it is.
//
// A run of snapshots is one when a line, or the whole, stands above both its neighbours by FAR times
// what its other steps move, by what sampling cannot make, and by LEAST of all that is live. First and
// last snapshot never are: above one neighbour only, a burst and a step that stays are the same. Where
// more than MOST of all snapshots would be set aside, none is: that is the service's rhythm.
//
// How it misleads: a series in which one of a few quiet snapshots caught a rare but regular job. What
// is said of the rest is said of the time without the job.

/** One line, or all of them: live bytes and the variance of sampling at each snapshot. */
export interface LiveLevels {
  /** Number of the line; −1 for all. */
  readonly line: number;
  readonly live: Float64Array;
  readonly variance: Float64Array;
}

export interface Excursion {
  /** Snapshots, as the series numbers them: from, and up to but without. */
  readonly from: number;
  readonly to: number;
  readonly line: number;
  /** Least height above both neighbours, bytes. */
  readonly height: number;
}

const FAR = 5;
const SURE = 4;
const LEAST = 0.05;
/** Median absolute deviation to standard deviation of a normal. */
const MAD = 1.4826;
const MOST = 0.25;
/** Longest run, as a part of all snapshots, and in snapshots. */
const LONGEST = 0.2;
const LONGEST_RUN = 12;
/** With more steps than these, those of a run move no median. */
const MANY = 64;
/** Fewer have too few other steps. */
export const MIN_SNAPSHOTS = 5;

/** `startsProcess` by snapshot: no excursion spans a restart. Cost: O(lines × snapshots × longest run). */
export function excursionsOf(
  levels: readonly LiveLevels[],
  startsProcess: readonly boolean[],
): Excursion[] {
  const n = startsProcess.length;
  if (n < MIN_SNAPSHOTS) return [];
  const all = levels.find(({ line }) => line < 0);
  const least = all === undefined ? 0 : LEAST * middle(Float64Array.from(all.live));
  const longest = Math.min(LONGEST_RUN, Math.max(1, Math.floor(n * LONGEST)));
  const found: (Excursion & { readonly ratio: number })[] = [];
  for (const { line, live, variance } of levels) {
    const common = n > MANY ? otherSteps(live, startsProcess, n, n) : undefined;
    for (let from = 1; from < n - 1; from++) {
      if (startsProcess[from] === true) continue;
      let low = Infinity;
      for (let to = from + 1; to < n && to - from <= longest; to++) {
        // One process from the neighbour before to the neighbour after.
        if (startsProcess[to] === true) break;
        low = Math.min(low, live[to - 1]);
        const height = low - Math.max(live[from - 1], live[to]);
        if (!(height > least) || !(height > 0)) continue;
        const error = Math.sqrt(variance[from] + Math.max(variance[from - 1], variance[to]));
        if (!(height > SURE * error)) continue;
        const step = common ?? otherSteps(live, startsProcess, from, to);
        const scale = Math.max(FAR * MAD * step, SURE * error);
        if (height > scale) found.push({ from, to, line, height, ratio: height / scale });
      }
    }
  }
  // The most specific: a line before the whole, then what stands out most.
  found.sort((a, b) => Number(a.line < 0) - Number(b.line < 0) || b.ratio - a.ratio);
  const chosen: Excursion[] = [];
  for (const { from, to, line, height } of found) {
    if (chosen.some((other) => from < other.to && other.from < to)) continue;
    chosen.push({ from, to, line, height });
  }
  const aside = chosen.reduce((sum, { from, to }) => sum + to - from, 0);
  if (aside > Math.max(1, Math.floor(n * MOST))) return [];
  return chosen.sort((a, b) => a.from - b.from);
}

/** Median step outside of the run. */
function otherSteps(
  live: Float64Array,
  startsProcess: readonly boolean[],
  from: number,
  to: number,
): number {
  const steps: number[] = [];
  for (let i = 1; i < live.length; i++)
    if (startsProcess[i] !== true && (i < from || i > to))
      steps.push(Math.abs(live[i] - live[i - 1]));
  if (steps.length < 2) return Infinity;
  return steps.length === 2 ? Math.max(...steps) : middle(Float64Array.from(steps));
}

function middle(values: Float64Array): number {
  values.sort();
  const at = values.length >> 1;
  return values.length % 2 === 1 ? values[at] : (values[at - 1] + values[at]) / 2;
}
