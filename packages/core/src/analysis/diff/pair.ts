// Two profiles: how much there is more at each site and in all, with an interval; whether that could be
// chance of the many sites; and what could not have been seen.
//
// Two questions are kept apart. *How much more is there now?* has the interval of stats/growth.ts. *Is
// it drifting?* compares what came with what went (stats/drift.ts), for which two snapshots are little.
//
// A site counts as grown when its interval lies above 0 and its q value (Benjamini–Hochberg, one-sided,
// over the sites at which a change could have been seen at all) is ≤ 0.05: of the sites called grown at
// most 5 % are expected to be chance. The interval alone would be wrong for one site in forty, and a
// profile has hundreds. Shrinking is the same the other way. How it misleads: intervals cover sampling; load that moves between the two
// moments moves memory for real.

import { MiB } from "../../model/units.ts";
import { stackKey } from "../../model/stack-frames.ts";
import { alignBuckets, type AlignedBuckets } from "../sites/align.ts";
import type { SourceLine } from "../sites/site.ts";
import { changeP, isTestable, LEAST_P } from "../stats/change-test.ts";
import { comeAndGoP, stepsToTell } from "../stats/drift.ts";
import { growthInterval } from "../stats/growth.ts";
import { memoryInterval } from "../stats/heap-sampling.ts";
import type { Interval } from "../stats/interval.ts";
import { benjaminiHochberg } from "../stats/rank.ts";
import { normalQuantile } from "../stats/special.ts";
import { minVisibleGrowth } from "../stats/visible-growth.ts";
import { compareSubjects, type Comparison, type Override } from "./compare.ts";
import { Gathering, type Gathered, type SiteSum } from "./gather.ts";
import type { FoundBy, Granularity } from "./match.ts";
import type { Subject } from "./subject.ts";

export type DiffUnit = "bytes" | "count" | "ns" | "cores";

/** `unsure`: its own 95 % interval keeps clear of 0, but among so many sites that may be chance. */
export type Standing = "grew" | "new" | "shrank" | "gone" | "unsure" | "quiet";

export interface Drift {
  /** Samples that came and are live in the later profile; that went of those live in the earlier. */
  readonly came: number;
  readonly went: number;
  readonly p: number;
  /** Steps like this one that a series would need; undefined where nothing drifts or one is enough. */
  readonly stepsNeeded: number | undefined;
}

export interface Change {
  readonly value: Interval;
  /** False for totals whose sampling nobody knows: then lo and hi say nothing. */
  readonly hasInterval: boolean;
  /** Undefined where objects are no other thing than the value. */
  readonly objects: Interval | undefined;
  readonly before: Interval | undefined;
  readonly after: Interval | undefined;
  readonly plusSamples: number;
  readonly minusSamples: number;
  /** Undefined when the two are not of one process. */
  readonly drift: Drift | undefined;
  /** Smallest growth that would have been told; see visibleGrowthOf. */
  readonly visible: number | undefined;
}

export interface DiffSite extends Change, SourceLine {
  /** Where the earlier profile had it, when that is another line, file or name. */
  readonly from: SourceLine | undefined;
  readonly foundBy: FoundBy;
  /** Bits of goruntime/function-names.ts. */
  readonly renamed: number;
  /** Nearest line of the service's own code above, when the site is not its own. */
  readonly user: SourceLine | undefined;
  readonly standing: Standing;
  readonly p: number;
  readonly q: number;
  readonly evidence: string;
}

export type PairStatus = "growth" | "no-growth" | "allocated" | "difference" | "not-comparable";

export interface PairDiff {
  readonly status: PairStatus;
  readonly comparison: Comparison | { readonly form: "delta" };
  readonly before: Subject;
  readonly after: Subject;
  readonly unit: DiffUnit;
  /** Undefined when nothing can be compared. */
  readonly total: Change | undefined;
  /** All of them: those that changed first, largest first. */
  readonly sites: readonly DiffSite[];
  /** Sites without a change that was told: what half of them could have hidden at most, and the busiest. */
  readonly quiet: {
    readonly sites: number;
    readonly typical: number | undefined;
    readonly busiest: number | undefined;
  };
  readonly tested: number;
  readonly inconsistentRows: number;
  /** Every object is counted in both (MemProfileRate 1). */
  readonly isExact: boolean;
  /** Between the two; NaN unknown. */
  readonly seconds: number;
  readonly stacks: number;
  /** Change of HeapAlloc, where both replies stated it: what bounds an idle service. */
  readonly heapAllocChange: number | undefined;
}

export interface PairOptions {
  readonly granularity: Granularity;
  readonly override: Override;
}

export const MAX_Q = 0.05;

export function diffPair(before: Subject, after: Subject, options: PairOptions): PairDiff {
  let aligned: AlignedBuckets | undefined;
  const align = (): AlignedBuckets => {
    const { rows: a } = before;
    const { rows: b } = after;
    if (a === undefined || b === undefined) throw new Error("rows of a profile without sizes");
    aligned ??= alignBuckets([
      { rows: a, hashes: before.hashes },
      { rows: b, hashes: after.hashes },
    ]);
    return aligned;
  };
  const comparison = compareSubjects(before, after, options.override, align);
  if (comparison.form === "none") return nothing(before, after, comparison);
  const isOneBuild =
    comparison.form === "paired" ||
    comparison.form === "identical" ||
    (comparison.form === "plain" && comparison.isOneProcess) ||
    isSameBuild(before, after);
  const gathering = new Gathering(before, after, {
    granularity: options.granularity,
    isOneBuild,
  });
  const rated = after.rows;
  const isHeapMeasure = after.measure === "live" || after.measure === "allocated";
  if (!isHeapMeasure) addPlain(gathering, before, after);
  else if (rated !== undefined && comparison.form !== "naive")
    gathering.addPaired(align(), rated.rate, comparison.form === "paired" && comparison.isReversed);
  else gathering.addNaive();
  return finished(gathering, before, after, comparison);
}

/** A profile that is itself a difference between two moments of one process. */
export function diffDelta(delta: Subject, options: PairOptions): PairDiff {
  const gathering = new Gathering(delta, delta, {
    granularity: options.granularity,
    isOneBuild: true,
  });
  if (delta.rows !== undefined) gathering.addDelta();
  else addPlain(gathering, delta, delta);
  return finished(gathering, delta, delta, { form: "delta" });
}

function addPlain(gathering: Gathering, before: Subject, after: Subject): void {
  gathering.addPlain(
    eventOf(after),
    before === after
      ? { before: undefined, after: plainWeight(after, before, after) }
      : {
          before: plainWeight(before, before, after),
          after: plainWeight(after, before, after),
        },
    after.measure !== "cumulative",
  );
}

/** What one event adds to the chosen column: a sample of a CPU profile adds its period. */
function eventOf({ measure, valueType, table }: Subject): number {
  const isTime = measure === "cpu" && valueType.unit === "nanoseconds";
  return isTime && (table.period ?? 0) > 0 ? (table.period ?? 1) : 1;
}

/** What one event weighs. CPU time becomes cores where both say how long they took. */
function plainWeight(of: Subject, before: Subject, after: Subject): number {
  const event = eventOf(of);
  return unitOf(before, after) === "cores" ? event / (of.table.durationNs ?? 1) : event;
}

function unitOf(before: Subject, after: Subject): DiffUnit {
  const { unit } = after.valueType;
  if (unit === "bytes") return "bytes";
  if (unit !== "nanoseconds") return "count";
  const isKnown = (s: Subject): boolean => (s.table.durationNs ?? 0) > 0;
  return after.measure === "cpu" && isKnown(before) && isKnown(after) ? "cores" : "ns";
}

function isSameBuild(a: Subject, b: Subject): boolean {
  return a.unit.buildId !== "" && a.unit.buildId === b.unit.buildId;
}

function secondsBetween(before: Subject, after: Subject): number {
  if (before === after) return (after.table.durationNs ?? NaN) / 1e9;
  // Times of two clocks are no distance.
  if (before.timeIsOfCycle !== after.timeIsOfCycle) {
    return ((after.table.timeMs ?? NaN) - (before.table.timeMs ?? NaN)) / 1000;
  }
  return (after.timeMs - before.timeMs) / 1000;
}

function heapAllocChange(before: Subject, after: Subject): number | undefined {
  const a = before.table.memStats?.heapAlloc;
  const b = after.table.memStats?.heapAlloc;
  return a === undefined || b === undefined || before === after ? undefined : b - a;
}

function nothing(
  before: Subject,
  after: Subject,
  comparison: Extract<Comparison, { form: "none" }>,
): PairDiff {
  return {
    status: "not-comparable",
    comparison,
    before,
    after,
    unit: unitOf(before, after),
    total: undefined,
    sites: [],
    quiet: { sites: 0, typical: undefined, busiest: undefined },
    tested: 0,
    inconsistentRows: 0,
    isExact: false,
    seconds: secondsBetween(before, after),
    stacks: after.table.stacks.length,
    heapAllocChange: heapAllocChange(before, after),
  };
}

/**
 * Smallest growth, in the unit of the value, whose 95 % interval would lie above 0 in 4 of 5 such
 * comparisons. What else came and went there is the background: the mean of both where it did not
 * grow, what went where it did; the whole earlier profile where the two share nothing.
 */
class Visibility {
  readonly #known = new Map<string, number>();
  readonly #rate: number | undefined;
  readonly #isNaive: boolean;

  constructor(rate: number | undefined, isNaive: boolean) {
    this.#rate = rate;
    this.#isNaive = isNaive;
  }

  /** Variance of the background, in the square of the value's unit. */
  background(sum: SiteSum): number {
    const { plus, minus } = sum.change;
    if (this.#isNaive) return minus.bytes.variance;
    const isGrown = plus.bytes.value > minus.bytes.value && !(minus.bytes.value === 0);
    return isGrown
      ? minus.bytes.variance
      : Math.min(plus.bytes.variance, (plus.bytes.variance + minus.bytes.variance) / 2);
  }

  of(variance: number, size: number): number | undefined {
    const rate = this.#rate;
    if (rate === undefined) return undefined;
    if (rate <= 1) return size;
    const { weight, missed } = weightAndMissed(size, rate);
    const each = weight * weight * missed;
    // Nearly every object of this size is seen: there is no background to speak of.
    const samples = each > 0 ? Math.min(1e9, variance / each) : 0;
    const rounded = samples < 20 ? Math.round(samples * 4) / 4 : Math.round(samples);
    const key = `${size}/${rounded}`;
    let bytes = this.#known.get(key);
    if (bytes === undefined) {
      bytes = minVisibleGrowth({ size, rate, backgroundSamples: rounded }).bytes;
      this.#known.set(key, bytes);
    }
    return bytes;
  }
}

function isExact({ rows }: Subject): boolean {
  return rows !== undefined && rows.rate <= 1;
}

/** What one sample stands for at Go's default rate: less than one is never told there either. */
const ONE_SAMPLE = 512 * 1024;
const MATERIAL_PART = 0.01;
const ONE_WAY = 0.25;

/**
 * MemProfileRate 1: every object is counted, so that a first use that start-up had not made yet (16
 * bytes of a pool, a table of a checksum) is growth for certain, and no more than that. Told is what has
 * more coming than going than chance has, or hardly anything going and is as large as one sample of the
 * default rate or 1 % of what was live before. How it misleads: a handful of small objects a step needs a series.
 */
class ExactCounts {
  readonly #material: number;

  constructor({ total }: Gathered) {
    this.#material = Math.min(MATERIAL_PART * total.before.bytes.value, ONE_SAMPLE);
  }

  p({ change: { plus, minus } }: SiteSum): number {
    const came = plus.objects.samples;
    const went = minus.objects.samples;
    const net = Math.abs(plus.bytes.value - minus.bytes.value);
    // What turns over is off by so much at any moment, and has objects enough for the test.
    const isOneWay = Math.min(came, went) <= ONE_WAY * Math.max(came, went);
    return isOneWay && net >= Math.max(this.#material, 1) ? LEAST_P : comeAndGoP(came, went);
  }

  /** In objects of this size, at least one. */
  visibleObjects({ change: { plus, minus } }: SiteSum, size: number): number {
    const background = Math.min(plus.objects.samples, minus.objects.samples);
    const least = background <= 1 ? this.#material / size : Infinity;
    return Math.max(1, Math.ceil(Math.min(visibleCount(background), least)));
  }
}

function weightAndMissed(size: number, rate: number): { weight: number; missed: number } {
  const p = -Math.expm1(-size / rate);
  return { weight: size / p, missed: 1 - p };
}

/** Objects far smaller than the rate: what any growth is made of in the worst case. */
const SMALL_OBJECT = 64;
/** Sizes are asked about in steps of a quarter of an octave: the answer changes less than that. */
function roundedSize(size: number): number {
  return Math.max(16, Math.round(2 ** (Math.round(Math.log2(size) * 4) / 4)));
}

function sizeAt(sum: SiteSum): number {
  const objects = sum.change.plus.objects.value + sum.change.minus.objects.value;
  const bytes = sum.change.plus.bytes.value + sum.change.minus.bytes.value;
  if (objects > 0) return roundedSize(bytes / objects);
  const held = sum.after.objects.value + sum.before.objects.value;
  return held > 0
    ? roundedSize((sum.after.bytes.value + sum.before.bytes.value) / held)
    : SMALL_OBJECT;
}

/** The same for plain counts, where a normal approximation is what there is. */
function visibleCount(background: number): number {
  const z = normalQuantile(0.975) + normalQuantile(0.8);
  return (z * z) / 2 + Math.sqrt(z ** 4 / 4 + 2 * background * z * z);
}

function finished(
  gathered: Gathered,
  before: Subject,
  after: Subject,
  comparison: PairDiff["comparison"],
): PairDiff {
  const { measure } = after;
  const unit = unitOf(before, after);
  const hasInterval = measure !== "cumulative";
  const isBytes = unit === "bytes";
  const isObjects = after.valueType.unit === "count" && after.rows !== undefined;
  const isOneProcess = comparison.form === "paired" || comparison.form === "delta";
  const isState = measure === "live" || measure === "allocated";
  const visibility = new Visibility(
    isState ? after.rows?.rate : undefined,
    comparison.form === "naive",
  );
  const exact =
    isState && isExact(before) && isExact(after) ? new ExactCounts(gathered) : undefined;
  const visible = (sum: SiteSum, size: number): number | undefined => {
    if (!hasInterval || (measure === "allocated" && isOneProcess)) return undefined;
    if (exact !== undefined) {
      const objects = exact.visibleObjects(sum, size);
      return isObjects ? objects : objects * size;
    }
    if (isState) {
      const bytes = visibility.of(visibility.background(sum), size);
      return isObjects && bytes !== undefined ? Math.ceil(bytes / size) : bytes;
    }
    const { plus, minus } = sum.change;
    const background = Math.min(plus.bytes.samples, minus.bytes.samples);
    return plainWeight(after, before, after) * visibleCount(background);
  };
  const valueOf = (sum: SiteSum) => {
    const { bytes, objects } = growthInterval(sum.change);
    return isObjects
      ? { value: objects, objects: undefined }
      : { value: bytes, objects: isBytes ? objects : undefined };
  };
  const isIdentical = comparison.form === "identical";
  const isCounted = isOneProcess && measure === "live";
  const changeOf = (sum: SiteSum, seen: number | undefined): Change => {
    const { plus, minus } = sum.change;
    // Of what came only what stayed, of what went only what was there before: the rest is in both.
    const came = plus.objects.samples;
    const went = minus.objects.samples;
    const { value, objects } = isIdentical ? { value: ZERO, objects: ZERO } : valueOf(sum);
    return {
      value,
      hasInterval,
      objects,
      before:
        isOneProcess && before === after ? undefined : stateOf(sum.before, isObjects, measure),
      after: isOneProcess && before === after ? undefined : stateOf(sum.after, isObjects, measure),
      plusSamples: isCounted ? sum.change.came : came,
      minusSamples: isCounted ? sum.change.went : went,
      drift:
        isOneProcess && measure === "live"
          ? { came, went, p: comeAndGoP(came, went), stepsNeeded: stepsToTell(came, went) }
          : undefined,
      visible: seen,
    };
  };

  const { sums, sites: identities } = gathered;
  const p = new Float64Array(sums.length).fill(Number.NaN);
  const first = sums.map((sum) => (isIdentical ? ZERO : valueOf(sum).value));
  let tested = 0;
  sums.forEach((sum, i) => {
    if (!hasInterval || isIdentical || !isTestable(sum.change)) return;
    tested += 1;
    const isSure = first[i].lo > 0 || first[i].hi < 0;
    // Above 5 % the rest only counts: no order among them moves a q from one side of 5 % to the other.
    const test = exact === undefined ? testP(sum, isObjects) : exact.p(sum);
    p[i] = isSure ? test : 1;
  });
  const up = benjaminiHochberg(p.map((two, i) => oneSided(two, first[i].value > 0)));
  const down = benjaminiHochberg(p.map((two, i) => oneSided(two, first[i].value < 0)));
  const q = up.map((of, i) => (first[i].value < 0 ? down[i] : of));
  const order = sums.map((_, i) => i);
  const standings = sums.map((sum, i) => standingOf(sum, first[i], q[i], hasInterval));
  const rank = (i: number): number => (standings[i] === "quiet" ? 1 : 0);
  order.sort(
    (a, b) =>
      rank(a) - rank(b) ||
      Math.abs(first[b].value) - Math.abs(first[a].value) ||
      sums[b].after.bytes.value - sums[a].after.bytes.value ||
      a - b,
  );
  const quiet = order.filter((i) => standings[i] === "quiet");
  const byBackground = quiet
    .map((i) => ({ sum: sums[i], background: visibility.background(sums[i]) }))
    .sort((a, b) => a.background - b.background);
  const hidden = (at: number): number | undefined => {
    const of = byBackground[at];
    return of === undefined ? undefined : visible(of.sum, isState ? SMALL_OBJECT : 1);
  };
  const totalVisible = visible(gathered.total, isState ? SMALL_OBJECT : 1);
  const total = changeOf(gathered.total, totalVisible);
  const sites = order.map((i): DiffSite => {
    const identity = identities[i];
    const sum = sums[i];
    const isShown = standings[i] !== "quiet";
    return {
      ...identity.at,
      from: identity.before,
      foundBy: identity.foundBy,
      renamed: identity.renamed,
      user: userOf(sum, gathered.lines),
      ...changeOf(sum, isShown ? visible(sum, isState ? sizeAt(sum) : 1) : undefined),
      standing: standings[i],
      p: isShown ? p[i] : NaN,
      q: isShown ? q[i] : NaN,
      evidence: `${after.artefact.id}:${stackKey(sum.stack)}`,
    };
  });
  return {
    status: statusOf(total, sites, measure, {
      isOneProcess,
      isTotalTold: exact === undefined || exact.p(gathered.total) <= MAX_Q,
    }),
    isExact: exact !== undefined,
    comparison,
    before,
    after,
    unit,
    total,
    sites,
    quiet: {
      sites: quiet.length,
      typical: hidden(Math.floor(quiet.length / 2)),
      busiest: hidden(quiet.length - 1),
    },
    tested,
    inconsistentRows: gathered.total.change.inconsistentRows,
    seconds: secondsBetween(before, after),
    stacks: gathered.stacks,
    heapAllocChange: heapAllocChange(before, after),
  };
}

/** p of "no growth", or of "no shrinking", from that of "no change". */
function oneSided(p: number, isThisWay: boolean): number {
  return isThisWay ? p / 2 : 1 - p / 2;
}

const ZERO: Interval = { value: 0, lo: 0, hi: 0 };

function testP(sum: SiteSum, isObjects: boolean): number {
  const { plus, minus } = sum.change;
  return isObjects ? changeP(plus.objects, minus.objects) : changeP(plus.bytes, minus.bytes);
}

function stateOf(
  memory: SiteSum["before"],
  isObjects: boolean,
  measure: Subject["measure"],
): Interval | undefined {
  if (measure === "live" || measure === "allocated") {
    const { bytes, objects } = memoryInterval(memory);
    return isObjects ? objects : bytes;
  }
  const { value } = memory.bytes;
  return { value, lo: value, hi: value };
}

function standingOf(sum: SiteSum, value: Interval, q: number, hasInterval: boolean): Standing {
  const isUp = hasInterval ? value.lo > 0 : value.value > 0;
  const isDown = hasInterval ? value.hi < 0 : value.value < 0;
  if (!isUp && !isDown) return "quiet";
  if (hasInterval && !(q <= MAX_Q)) return "unsure";
  if (isUp) return sum.allocatedBefore === 0 && sum.samplesBefore === 0 ? "new" : "grew";
  return sum.samplesAfter === 0 ? "gone" : "shrank";
}

function userOf(sum: SiteSum, lines: readonly SourceLine[]): SourceLine | undefined {
  let best: number | undefined;
  let most = -1;
  for (const [line, weight] of sum.own) {
    if (weight > most) {
      most = weight;
      best = line;
    }
  }
  return best === undefined ? undefined : lines[best];
}

function statusOf(
  total: Change,
  sites: readonly DiffSite[],
  measure: Subject["measure"],
  { isOneProcess, isTotalTold }: { readonly isOneProcess: boolean; readonly isTotalTold: boolean },
): PairStatus {
  if (measure === "cumulative") return "difference";
  if (measure === "allocated" && isOneProcess) return "allocated";
  const isGrown =
    (total.value.lo > 0 && isTotalTold) ||
    sites.some((s) => s.standing === "grew" || s.standing === "new");
  return isGrown ? "growth" : "no-growth";
}

/** Rate that would show a growth of `bytes` of small objects with the same background share. */
export function suggestedRate(visible: number, rate: number): number | undefined {
  if (rate <= 4096 || !(visible > MiB)) return undefined;
  return Math.max(4096, 2 ** Math.round(Math.log2(rate / 8)));
}
