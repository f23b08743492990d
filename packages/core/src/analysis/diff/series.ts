// Three or more profiles of one service: does a place keep growing, since when, and did it stop?
//
// Between neighbours of one process (series-steps.ts) is counted what came and is still there at the
// end, and what went of what was there at the beginning, bucket by bucket; what passed in between is in
// neither. Steps on both sides of a restart are of one series, since what is asked is a rate. Snapshots
// inside an excursion are stepped over (excursions.ts). Goroutines are a state as live memory is, all of
// them counted. Totals since the start and windows of CPU are another question: rate-series.ts.
//
// How it misleads: see stats/drift.ts and stats/course.ts; and a series shorter than the service's own
// rhythm (a cache that is filled once an hour) shows one flank of it.

import type { SourceLine } from "../sites/site.ts";
import { MIN_SHAPE_STEPS } from "../stats/drift.ts";
import type { Override } from "./compare.ts";
import { excursionsOf, type Excursion } from "./excursions.ts";
import { diffPair, type Change, type DiffSite, type PairDiff, type Standing } from "./pair.ts";
import {
  SeriesAnalysis,
  statusOf,
  type CourseOf,
  type SeriesFinding,
  type SeriesPlace,
  type SeriesTotal,
} from "./series-analysis.ts";
import {
  chainOf,
  isObjects,
  steppedOver,
  wholeOf,
  type SeriesChain,
  type SeriesSnapshot,
} from "./series-steps.ts";
import type { Subject } from "./subject.ts";

export type { SeriesPlace } from "./series-analysis.ts";
export type { SeriesSnapshot } from "./series-steps.ts";

export interface SeriesExcursion extends Excursion {
  /** Where it was; undefined: in all, at no one line. */
  readonly at: SourceLine | undefined;
}

export interface SeriesDiff {
  /**
   * `ended`: what grew had stopped before the last snapshot. `inconclusive`: there is surely more at the
   * end than at the beginning, but nothing tells whether that goes on.
   */
  readonly status: SeriesFinding["status"] | "not-comparable";
  /** Of live memory, in bytes or objects; of goroutines. */
  readonly unit: "bytes" | "count";
  readonly isGoroutines: boolean;
  /** The first snapshot against the last; undefined across a restart. */
  readonly firstToLast: PairDiff | undefined;
  /** What surely grew from the first to the last without a drift, and its course; a site is in `places`, too. */
  readonly grown: (CourseOf & { readonly site: DiffSite | undefined }) | undefined;
  readonly mixed: SeriesChain["mixed"];
  /** Snapshots left out because a part of them could not be read. */
  readonly damaged: number;
  readonly snapshots: readonly SeriesSnapshot[];
  readonly excursions: readonly SeriesExcursion[];
  /** Snapshots left out because they show the cycle of the one before. */
  readonly repeated: number;
  readonly restarts: number;
  /** Of those, between a text (debug=1) and a protobuf, which cut stacks differently. */
  readonly encodingChanges: number;
  /** Different builds, as far as files say. */
  readonly builds: number;
  readonly steps: number;
  readonly seconds: number;
  /** False: no times; a step is the unit. */
  readonly hasTimes: boolean;
  /** The order given was not that of time; files with equal times. */
  readonly wasUnsorted: boolean;
  readonly ties: number;
  /** No file proves that neighbours are of one process; only their counts agree. */
  readonly isAssumed: boolean;
  readonly total: SeriesTotal | undefined;
  readonly places: readonly SeriesPlace[];
  readonly others: SeriesFinding["others"];
  readonly tested: number;
}

export interface SeriesOptions {
  readonly override: Override;
}

export function diffSeries(given: readonly Subject[], { override }: SeriesOptions): SeriesDiff {
  const subjects = wholeOf(given);
  const whole = chainOf(subjects, override);
  const unit = subjects.every(isObjects) ? ("count" as const) : ("bytes" as const);
  const isGoroutines = subjects.every((s) => s.measure === "counted");
  const base = (chain: typeof whole, excursions: readonly SeriesExcursion[]) => ({
    snapshots: chain.snapshots,
    excursions,
    unit,
    isGoroutines,
    repeated: chain.repeated,
    restarts: chain.restarts,
    encodingChanges: chain.snapshots.filter(
      ({ subject, startsProcess }, i) =>
        startsProcess &&
        i > 0 &&
        subject.measure === "live" &&
        subject.table.encoding !== chain.snapshots[i - 1].subject.table.encoding,
    ).length,
    builds: chain.builds,
    mixed: chain.mixed,
    damaged: given.length - subjects.length,
    steps: chain.steps.length,
    seconds: chain.steps.reduce((sum, s) => sum + s.seconds, 0),
    hasTimes: chain.hasTimes,
    wasUnsorted: chain.wasUnsorted,
    ties: chain.ties,
    isAssumed: chain.isAssumed,
  });
  if (whole.steps.length < 2) {
    return {
      ...base(whole, []),
      status: "not-comparable",
      firstToLast: undefined,
      grown: undefined,
      total: undefined,
      places: [],
      others: { sites: 0, visible: undefined },
      tested: 0,
    };
  }
  let chain = whole;
  let analysis = new SeriesAnalysis(chain.snapshots, chain.steps);
  const found = excursionsOf(
    analysis.liveLevels(),
    chain.snapshots.map((s) => s.startsProcess),
  );
  const excursions = found.map((e) => ({
    ...e,
    at: e.line < 0 ? undefined : analysis.lineOf(e.line),
  }));
  if (found.length > 0) {
    chain = steppedOver(whole, (at) => found.some(({ from, to }) => at >= from && at < to));
    analysis = new SeriesAnalysis(chain.snapshots, chain.steps);
  }
  const finding = analysis.run();
  const { snapshots } = chain;
  const ends = [snapshots[0].subject, snapshots[snapshots.length - 1].subject] as const;
  const firstToLast =
    chain.restarts > 0 ? undefined : diffPair(...ends, { granularity: "lines", override: "same" });
  const grown =
    finding.status === "no-growth" && firstToLast?.status === "growth"
      ? grownOf(analysis, snapshots, firstToLast, chain.steps)
      : undefined;
  return {
    ...base(chain, excursions),
    ...finding,
    firstToLast,
    grown: grown?.of,
    places: grown?.place === undefined ? finding.places : [grown.place, ...finding.places],
    status: grown === undefined ? finding.status : statusOf([grown.of]),
  };
}

/**
 * What grew from the first snapshot to the last, in all or at a site, surely by a quarter of what was
 * there, and never came back in the second half to where it began: each of that half is above each of
 * the first sixth, at least two. Levels of load wander less than that quarter, or come back; of stable
 * series with heavy turnover this names under 2 % (series.test.ts). With fewer than MIN_SHAPE_STEPS
 * steps it is whatever surely grew.
 * How it misleads: load that is much higher in the second half.
 */
function grownOf(
  analysis: SeriesAnalysis,
  snapshots: readonly SeriesSnapshot[],
  { sites, total }: PairDiff,
  steps: SeriesChain["steps"],
):
  | { readonly of: NonNullable<SeriesDiff["grown"]>; readonly place: SeriesPlace | undefined }
  | undefined {
  const isFew = steps.length < MIN_SHAPE_STEPS;
  const seconds = steps.reduce((sum, s) => sum + s.seconds, 0);
  const aside = snapshots.map((s) => s.isSetAside);
  const isAbove = (given: Float64Array | undefined): boolean => {
    const live = given?.filter((_, i) => aside[i] !== true) ?? new Float64Array(0);
    const n = live.length;
    const start = live.subarray(0, Math.max(2, Math.floor(n / 6)));
    return n > 0 && live.subarray(Math.ceil(n / 2)).every((later) => start.every((x) => later > x));
  };
  const isMuch = ({ value, before }: Change): boolean =>
    value.lo > 0 && (isFew || value.lo >= LEAST_RISE * (before?.value ?? 0));
  const inAll = Float64Array.from(snapshots, (s) => s.live.value);
  // One jump that never came back is above its start, however late it was.
  const isTold = (of: CourseOf, live: Float64Array | undefined): boolean =>
    isFew || of.jumps !== undefined || isAbove(live);
  for (const site of sites) {
    if (!GROWN.has(site.standing) || !isMuch(site)) continue;
    const at = analysis.placeAt(site);
    if (!isTold(at, analysis.liveAt(site))) continue;
    // What both ends say is surer than the sum of all steps.
    const { value, lo, hi } = site.value;
    const slope = { value: value / seconds, lo: lo / seconds, hi: hi / seconds };
    return { of: { ...at, site }, place: { ...at, slope } };
  }
  if (total === undefined || !isMuch(total)) return undefined;
  const of = analysis.courseOfAll();
  return isTold(of, inAll) ? { of: { ...of, site: undefined }, place: undefined } : undefined;
}

const LEAST_RISE = 0.25;
const GROWN: ReadonlySet<Standing> = new Set(["grew", "new"]);
