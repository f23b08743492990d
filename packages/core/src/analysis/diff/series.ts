// Three or more heap profiles of one service: does a place keep growing, since when, and did it stop?
//
// Every two neighbours of one process make a *step*: what came and is still there at its end, and what
// went of what was there at its beginning, bucket by bucket; what passed in between is in neither. A
// restart makes no step; a snapshot that shows the same GC cycle as the one before is left out. Steps
// on both sides of a restart are of one series, since what is asked is a rate.
//
// Every node of the call tree is tested for drift (stats/drift.ts), Benjamini–Hochberg over the nodes
// that tell something of their own: a node that holds what its only child holds is the same question.
// Told is the deepest node that drifts; a node above it once more only if what is left of it without
// them drifts too.
//
// How it misleads: see stats/drift.ts; and a series shorter than the service's own rhythm (a cache
// that is filled once an hour) shows one flank of it.

import { functionFile, functionName, stackKey } from "../../model/stack-frames.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import { alignBuckets, type AlignedBuckets } from "../sites/align.ts";
import { LineNumbers, stackPlaces } from "../sites/places.ts";
import type { SourceLine } from "../sites/site.ts";
import {
  comeAndGoP,
  driftInterval,
  driftOrBendP,
  driftP,
  hasEnded,
  MIN_SHAPE_STEPS,
  noiseOf,
  shapeOf,
  spreadOf,
  type Noise,
  type ShapeChoice,
  type Spread,
  type Steps,
} from "../stats/drift.ts";
import { GrowthSum } from "../stats/growth.ts";
import { memoryInterval, SampledMemory } from "../stats/heap-sampling.ts";
import type { Interval } from "../stats/interval.ts";
import { CONFIDENCE } from "../stats/poisson.ts";
import { benjaminiHochberg } from "../stats/rank.ts";
import { normalQuantile, studentTQuantile } from "../stats/special.ts";
import { minVisibleGrowth } from "../stats/visible-growth.ts";
import { FrameTreeBuilder, FrameWalk } from "./frame-tree.ts";
import type { Override } from "./compare.ts";
import { diffPair, MAX_Q, type Change, type PairDiff, type Standing } from "./pair.ts";
import { directionOf, relationOf, type Subject } from "./subject.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";

export interface SeriesSnapshot {
  readonly subject: Subject;
  /** Seconds since the first; by order where no time is known. */
  readonly atSeconds: number;
  /** The first of another process. */
  readonly startsProcess: boolean;
  readonly live: Interval;
}

export interface SeriesPlace {
  /** The node, leaf or not. */
  readonly at: SourceLine;
  /** Callers, nearest first; a few. */
  readonly callers: readonly SourceLine[];
  /** Nearest line of the service's own code above `at`. */
  readonly user: SourceLine | undefined;
  /** The node is the allocating line itself, not a caller of several. */
  readonly isAllocating: boolean;
  /** bytes/s (or bytes per snapshot without times). */
  readonly slope: Interval;
  /** Largest live estimate at each snapshot, bytes. */
  readonly live: Float64Array;
  /** Samples that came in a step and were live at its end; that went of those at its beginning. */
  readonly came: number;
  readonly went: number;
  readonly p: number;
  readonly q: number;
  /** Undefined with too few steps. */
  readonly shape: ShapeChoice | undefined;
  readonly evidence: string;
}

export interface SeriesDiff {
  /**
   * `ended`: what grew had stopped before the last snapshot. `uneven`: there is surely more at the end
   * than at the beginning, but too few steps, or too uneven ones, to tell drift from jumps or from load.
   */
  readonly status: "growth" | "ended" | "uneven" | "no-growth" | "not-comparable";
  /** The first snapshot against the last; undefined across a restart. */
  readonly firstToLast: PairDiff | undefined;
  readonly snapshots: readonly SeriesSnapshot[];
  /** Snapshots left out because they show the cycle of the one before. */
  readonly repeated: number;
  readonly restarts: number;
  readonly steps: number;
  readonly seconds: number;
  /** False: no times; a step is the unit. */
  readonly hasTimes: boolean;
  /** The order given was not that of time; files with equal times. */
  readonly wasUnsorted: boolean;
  readonly ties: number;
  /** No file proves that neighbours are of one process; only their counts agree. */
  readonly isAssumed: boolean;
  readonly total:
    | {
        readonly slope: Interval;
        readonly p: number;
        readonly shape: ShapeChoice | undefined;
        readonly noise: Noise;
        readonly visible: number | undefined;
        readonly came: number;
        readonly went: number;
      }
    | undefined;
  /** Drifting places, fastest growth first, shrinking ones last. */
  readonly places: readonly SeriesPlace[];
  readonly others: {
    readonly sites: number;
    /** bytes/s that any of them could have hidden. */
    readonly visible: number | undefined;
  };
  readonly tested: number;
}

/** Without files that are there twice. Oldest first; equal times by what was allocated, which only grows, then by content. */
function sorted(given: readonly Subject[]): { list: Subject[]; ties: number } {
  const subjects = [...new Map(given.map((s) => [s.artefact.sha256, s])).values()];
  const allocated = new Map<Subject, number>();
  for (const s of subjects) {
    let sum = 0;
    const { rows } = s;
    if (rows !== undefined)
      for (let r = 0; r < rows.rows; r++) sum += rows.allocs[r] * rows.size[r];
    allocated.set(s, sum);
  }
  const hasTimes = subjects.every((s) => Number.isFinite(s.timeMs));
  const by = (a: Subject, b: Subject): number =>
    (hasTimes ? a.timeMs - b.timeMs : 0) || (allocated.get(a) ?? 0) - (allocated.get(b) ?? 0);
  const list = [...subjects].sort(
    (a, b) =>
      by(a, b) ||
      (a.artefact.sha256 < b.artefact.sha256 ? -1 : a.artefact.sha256 > b.artefact.sha256 ? 1 : 0),
  );
  let ties = 0;
  for (let i = 1; i < list.length; i++)
    if (hasTimes && list[i].timeMs === list[i - 1].timeMs) ties += 1;
  return { list, ties };
}

interface Step {
  readonly before: Subject;
  readonly after: Subject;
  readonly aligned: AlignedBuckets;
  readonly seconds: number;
}

export interface SeriesOptions {
  readonly override: Override;
}

export function diffSeries(subjects: readonly Subject[], { override }: SeriesOptions): SeriesDiff {
  const { list, ties } = sorted(subjects);
  const place = new Map(list.map((s, i) => [s.artefact.sha256, i]));
  const places = subjects.map((s) => place.get(s.artefact.sha256) ?? 0);
  const wasUnsorted = places.some((at, i) => i > 0 && at < (places[i - 1] ?? 0));
  const hasTimes = ties === 0 && list.every((s) => Number.isFinite(s.timeMs));
  const snapshots: SeriesSnapshot[] = [];
  const steps: Step[] = [];
  let restarts = 0;
  let repeated = subjects.length - list.length;
  let isAssumed = false;
  let last: Subject | undefined;
  for (const subject of list) {
    const { rows } = subject;
    if (rows === undefined) throw new Error("a series is of heap profiles");
    let startsProcess = true;
    if (last?.rows !== undefined) {
      const relation = override === "other" ? "different" : relationOf(last, subject).is;
      const aligned = alignBuckets([
        { rows: last.rows, hashes: last.hashes },
        { rows, hashes: subject.hashes },
      ]);
      const direction = directionOf(aligned.allocs[0], aligned.allocs[1]);
      if (direction === "still" && aligned.length > 0) {
        repeated += 1;
        continue;
      }
      const isOne =
        last.rows.rate === rows.rate &&
        last.table.encoding === subject.table.encoding &&
        (override === "same" || relation !== "different") &&
        direction === "rise";
      if (isOne) {
        if (relation === "unknown" && override !== "same") isAssumed = true;
        startsProcess = false;
        const seconds = hasTimes ? (subject.timeMs - last.timeMs) / 1000 : 1;
        steps.push({ before: last, after: subject, aligned, seconds });
      } else restarts += 1;
    }
    snapshots.push({
      subject,
      atSeconds: hasTimes ? (subject.timeMs - list[0].timeMs) / 1000 : snapshots.length,
      startsProcess,
      live: liveOf(subject),
    });
    last = subject;
  }
  const base = {
    snapshots,
    repeated,
    restarts,
    steps: steps.length,
    seconds: steps.reduce((sum, s) => sum + s.seconds, 0),
    hasTimes,
    wasUnsorted,
    ties,
    isAssumed,
  };
  if (steps.length < 2) {
    return {
      ...base,
      status: "not-comparable",
      firstToLast: undefined,
      total: undefined,
      places: [],
      others: { sites: 0, visible: undefined },
      tested: 0,
    };
  }
  const analysis = new SeriesAnalysis(snapshots, steps);
  const found = analysis.run();
  const ends = [snapshots[0].subject, snapshots[snapshots.length - 1].subject] as const;
  const firstToLast =
    restarts > 0 ? undefined : diffPair(...ends, { granularity: "lines", override: "same" });
  const isUneven =
    found.status === "no-growth" &&
    firstToLast?.status === "growth" &&
    (steps.length < MIN_SHAPE_STEPS || isAboveItsStart(analysis, snapshots, firstToLast));
  return { ...base, ...found, firstToLast, status: isUneven ? "uneven" : found.status };
}

/**
 * Whether what grew from the first snapshot to the last, in all or at a site, surely by a quarter of
 * what was there, never came back in the second half to where it began: each of that half is above each
 * of the first sixth, at least two. Memory that doubles (a map, a slice) grows in a few jumps, which no
 * test of drift tells from load. Levels of load wander less than that quarter, or come back; of stable
 * series with heavy turnover this calls under 2 % (series.test.ts).
 * How it misleads: a service that warmed up, or load that is much higher in the second half.
 */
function isAboveItsStart(
  analysis: SeriesAnalysis,
  snapshots: readonly SeriesSnapshot[],
  { sites, total }: PairDiff,
): boolean {
  const inAll = Float64Array.from(snapshots, (s) => s.live.value);
  const isAbove = (live: Float64Array): boolean => {
    const n = live.length;
    const start = live.subarray(0, Math.max(2, Math.floor(n / 6)));
    return live.subarray(Math.ceil(n / 2)).every((later) => start.every((x) => later > x));
  };
  const isMuch = ({ value, before }: Change): boolean =>
    value.lo > 0 && value.lo >= LEAST_RISE * (before?.value ?? 0);
  if (total !== undefined && isMuch(total) && isAbove(inAll)) return true;
  return sites.some((s) => GROWN.has(s.standing) && isMuch(s) && isAbove(analysis.liveAt(s)));
}

const LEAST_RISE = 0.25;
const GROWN: ReadonlySet<Standing> = new Set(["grew", "new"]);

function liveOf(s: Subject): Interval {
  const memory = new SampledMemory();
  const { rows } = s;
  if (rows === undefined) return memoryInterval(memory).bytes;
  for (let r = 0; r < rows.rows; r++) {
    if (s.isKept !== undefined && s.isKept[rows.stack[r]] === 0) continue;
    if (rows.size[r] > 0) memory.add(rows.inuse[r], rows.size[r], rows.rate);
  }
  return memoryInterval(memory).bytes;
}

/** Counts of one bucket over all steps lie side by side: bucket × steps. */
class SeriesAnalysis {
  readonly #snapshots: readonly SeriesSnapshot[];
  readonly #steps: readonly Step[];
  readonly #rate: number;
  readonly #numbers = new LineNumbers();
  readonly #tree = new FrameTreeBuilder();
  readonly #sizes: number[] = [];
  readonly #leaf: number[] = [];
  readonly #site: number[] = [];
  readonly #hash: number[] = [];
  /** Own line above; −1 where the site is the service's own or there is none. */
  readonly #own: number[] = [];
  readonly #came: number[] = [];
  readonly #went: number[] = [];
  /** Live samples at each snapshot: bucket × snapshots. */
  readonly #live: number[] = [];

  constructor(snapshots: readonly SeriesSnapshot[], steps: readonly Step[]) {
    this.#snapshots = snapshots;
    this.#steps = steps;
    this.#rate = steps[0].after.rows?.rate ?? 1;
    this.#collect();
  }

  #collect(): void {
    const index = new Map<string, number>();
    const k = this.#steps.length;
    const places = new Map<Subject, ReturnType<typeof placer>>();
    const place = (s: Subject): ReturnType<typeof placer> => {
      const known = places.get(s) ?? placer(s, this.#numbers, this.#tree);
      places.set(s, known);
      return known;
    };
    const bucket = (s: Subject, row: number, size: number): number => {
      const stack = s.rows?.stack[row] ?? 0;
      if (s.isKept !== undefined && s.isKept[stack] === 0) return -1;
      const key = `${s.hashes[stack]}/${size}`;
      const known = index.get(key);
      if (known !== undefined) return known;
      const at = this.#sizes.length;
      index.set(key, at);
      const { leaf, site, own } = place(s)(stack);
      this.#sizes.push(size);
      this.#leaf.push(leaf);
      this.#site.push(site);
      this.#own.push(own);
      this.#hash.push(s.hashes[stack]);
      for (let j = 0; j < k; j++) {
        this.#came.push(0);
        this.#went.push(0);
      }
      for (let j = 0; j < this.#snapshots.length; j++) this.#live.push(0);
      return at;
    };
    this.#steps.forEach(({ before, after, aligned }, j) => {
      for (let b = 0; b < aligned.length; b++) {
        const size = aligned.sizes[b];
        const born = aligned.allocs[1][b] - aligned.allocs[0][b];
        const freed = born - (aligned.inuse[1][b] - aligned.inuse[0][b]);
        if (!(size > 0) || (born === 0 && freed === 0)) continue;
        const isAfter = aligned.row[1][b] >= 0;
        const row = aligned.row[isAfter ? 1 : 0][b];
        const at = bucket(isAfter ? after : before, row, size);
        // Counts rise in every bucket of a step, and nothing is freed that was not there.
        if (at < 0 || born < 0 || freed < 0) continue;
        // What came and went within the step is in both and says nothing of its end.
        this.#came[at * k + j] += Math.min(born, aligned.inuse[1][b]);
        this.#went[at * k + j] += Math.min(freed, aligned.inuse[0][b]);
      }
    });
    this.#snapshots.forEach(({ subject: s }, i) => {
      const { rows } = s;
      if (rows === undefined) return;
      for (let r = 0; r < rows.rows; r++) {
        if (rows.inuse[r] === 0) continue;
        const at = index.get(`${s.hashes[rows.stack[r]]}/${rows.size[r]}`);
        if (at !== undefined) this.#live[at * this.#snapshots.length + i] += rows.inuse[r];
      }
    });
  }

  run(): Pick<SeriesDiff, "status" | "total" | "places" | "others" | "tested"> {
    const tree = this.#tree.finish();
    const k = this.#steps.length;
    const nodes = tree.length;
    const came = new Float64Array(nodes * k);
    const went = new Float64Array(nodes * k);
    for (let b = 0; b < this.#sizes.length; b++) {
      for (let j = 0; j < k; j++) {
        came[this.#leaf[b] * k + j] += this.#came[b * k + j];
        went[this.#leaf[b] * k + j] += this.#went[b * k + j];
      }
    }
    for (let node = nodes - 1; node > 0; node--) {
      const up = tree.parent[node] * k;
      for (let j = 0; j < k; j++) {
        came[up + j] += came[node * k + j];
        went[up + j] += went[node * k + j];
      }
    }
    const seconds = Float64Array.from(this.#steps, (s) => s.seconds);
    const stepsOf = (node: number): Steps => ({
      came: came.subarray(node * k, node * k + k),
      went: went.subarray(node * k, node * k + k),
      seconds,
    });

    // A node with the counts of one of its children asks that child's question.
    const sumOf = (counts: Float64Array, node: number): number => {
      let sum = 0;
      for (let j = 0; j < k; j++) sum += counts[node * k + j];
      return sum;
    };
    const cameAll = Float64Array.from({ length: nodes }, (_, n) => sumOf(came, n));
    const wentAll = Float64Array.from({ length: nodes }, (_, n) => sumOf(went, n));
    const isSame = new Uint8Array(nodes);
    for (let node = 1; node < nodes; node++) {
      const up = tree.parent[node];
      if (cameAll[up] === cameAll[node] && wentAll[up] === wentAll[node]) isSame[up] = 1;
    }
    let x2 = 0;
    let degrees = 0;
    const leaves = new Set(this.#leaf);
    for (const node of leaves) {
      const spread = spreadOf(stepsOf(node));
      x2 += spread.x2;
      degrees += spread.degrees;
    }
    const all: Spread = { x2, degrees };
    const p = new Float64Array(nodes).fill(Number.NaN);
    let tested = 0;
    for (let node = 1; node < nodes; node++) {
      const moved = cameAll[node] + wentAll[node];
      // Below this no split is rare enough to be told.
      if (isSame[node] === 1 || comeAndGoP(moved, 0) > 1 - CONFIDENCE) continue;
      tested += 1;
      p[node] = driftOrBendP(stepsOf(node), all);
    }
    const q = benjaminiHochberg(p);
    const told = this.#deepest(tree.parent, cameAll, wentAll, q, all, stepsOf);
    const below = this.#bucketsBelow(tree.parent, told);
    const places = told.map((node) =>
      this.#place(tree, node, below.get(node) ?? [], stepsOf(node), all, [p[node], q[node]]),
    );
    const handed = new Set(places.filter((place) => this.#isHandedOver(place, places, all)));
    const last = (place: SeriesPlace): number => (handed.has(place) ? 1 : 0);
    places.sort((a, b) => last(a) - last(b) || b.slope.value - a.slope.value);
    const total = this.#total(stepsOf(0), all);
    const sites = new Set<number>();
    const covered = new Set<number>();
    for (const list of below.values()) for (const b of list) covered.add(this.#site[b]);
    for (let b = 0; b < this.#sizes.length; b++)
      if (!covered.has(this.#site[b])) sites.add(this.#site[b]);
    const growing = places.filter((x) => x.slope.value > 0 && !handed.has(x)).map((x) => x.shape);
    if (growing.length === 0 && total.isGrowth) growing.push(total.change?.shape);
    return {
      status:
        growing.length === 0
          ? "no-growth"
          : growing.every((shape) => hasEnded(shape, k))
            ? "ended"
            : "growth",
      total: total.change,
      places,
      others: { sites: sites.size, visible: this.#visibleOfSites(covered, all) },
      tested,
    };
  }

  /**
   * Whether a call grows only as another call of the same line shrinks: what start-up made is replaced
   * by what requests make, and the line as a whole does not drift. How it misleads: a leak that is
   * small beside such a handover hides in it until the handover is over.
   */
  #isHandedOver(place: SeriesPlace, places: readonly SeriesPlace[], all: Spread): boolean {
    if (!(place.slope.value > 0) || !place.isAllocating) return false;
    if (!places.some((x) => x.isAllocating && x.at === place.at && x.slope.value < 0)) return false;
    const line = this.#numbers.lines.indexOf(place.at);
    const buckets = [...this.#site.keys()].filter((b) => this.#site[b] === line);
    return driftOrBendP(this.#stepsOfBuckets(buckets), all) > MAX_Q;
  }

  /** Deepest nodes with q ≤ 0.05, and those above that drift without them as well. */
  #deepest(
    parent: Int32Array,
    came: Float64Array,
    went: Float64Array,
    q: Float64Array,
    all: Spread,
    stepsOf: (node: number) => Steps,
  ): number[] {
    const nodes = parent.length;
    const toldCame = new Float64Array(nodes);
    const toldWent = new Float64Array(nodes);
    const out: number[] = [];
    for (let node = nodes - 1; node > 0; node--) {
      const restCame = came[node] - toldCame[node];
      const restWent = went[node] - toldWent[node];
      const hasTold = toldCame[node] + toldWent[node] > 0;
      const isTold =
        q[node] <= MAX_Q &&
        (!hasTold ||
          driftP(restCame, restWent, noiseOf(spreadOf(stepsOf(node)), all)) <= MAX_Q / 10);
      if (isTold) out.push(node);
      toldCame[parent[node]] += isTold ? came[node] : toldCame[node];
      toldWent[parent[node]] += isTold ? went[node] : toldWent[node];
    }
    return out;
  }

  /** Buckets at or below each node told. One walk up for each bucket. */
  #bucketsBelow(parent: Int32Array, told: readonly number[]): Map<number, number[]> {
    const out = new Map<number, number[]>(told.map((node) => [node, []]));
    for (let b = 0; b < this.#leaf.length; b++)
      for (let at = this.#leaf[b]; at > 0; at = parent[at]) out.get(at)?.push(b);
    return out;
  }

  #sum(buckets: Iterable<number>): GrowthSum {
    const sum = new GrowthSum();
    const k = this.#steps.length;
    for (const b of buckets) {
      const size = this.#sizes[b];
      const weight = size / samplingProbability(size, this.#rate);
      for (let j = 0; j < k; j++) {
        // Whether an object comes at all is chance too, so nothing is taken off for what is sampled surely.
        sum.plus.bytes.add(this.#came[b * k + j], weight, 1);
        sum.minus.bytes.add(this.#went[b * k + j], weight, 1);
      }
    }
    return sum;
  }

  #place(
    tree: { readonly parent: Int32Array; readonly line: Int32Array },
    node: number,
    buckets: readonly number[],
    steps: Steps,
    all: Spread,
    [p, q]: readonly [number, number],
  ): SeriesPlace {
    const noise = noiseOf(spreadOf(steps), all);
    const sum = this.#sum(buckets);
    const n = this.#snapshots.length;
    const live = new Float64Array(n);
    let most = 0;
    let hash = 0;
    let own = -1;
    for (const b of buckets) {
      const size = this.#sizes[b];
      const weight = size / samplingProbability(size, this.#rate);
      for (let i = 0; i < n; i++) live[i] += this.#live[b * n + i] * weight;
      let moved = 0;
      const k = this.#steps.length;
      for (let j = 0; j < k; j++) moved += (this.#came[b * k + j] + this.#went[b * k + j]) * weight;
      if (moved > most) {
        most = moved;
        hash = this.#hash[b];
        own = this.#own[b];
      }
    }
    const last = this.#snapshots[n - 1].subject;
    const sites = new Set(buckets.map((b) => this.#site[b]));
    const [site] = sites;
    // A frame of the runtime is how, not who: the line outside it is shown.
    const shown = sites.size === 1 ? (site ?? 0) : tree.line[node];
    const callers: SourceLine[] = [];
    for (let up = tree.parent[node]; up > 0 && callers.length < 3; up = tree.parent[up])
      if (tree.line[up] !== shown) callers.push(this.#numbers.lines[tree.line[up]]);
    return {
      at: this.#numbers.lines[shown],
      callers,
      user: own < 0 || own === shown ? undefined : this.#numbers.lines[own],
      isAllocating: sites.size === 1,
      slope: driftInterval(sum.plus.bytes, sum.minus.bytes, noise, total(steps.seconds)),
      live,
      came: total(steps.came),
      went: total(steps.went),
      p,
      q,
      shape: shapeOf(steps, noise),
      evidence: `${last.artefact.id}:${stackKey(hash)}`,
    };
  }

  /** Bytes live at a line, at each snapshot. */
  liveAt(at: SourceLine): Float64Array {
    const line = this.#numbers.of(at.function, at.file, at.line);
    const n = this.#snapshots.length;
    const live = new Float64Array(n);
    for (let b = 0; b < this.#site.length; b++) {
      if (this.#site[b] !== line) continue;
      const weight = this.#sizes[b] / samplingProbability(this.#sizes[b], this.#rate);
      for (let i = 0; i < n; i++) live[i] += this.#live[b * n + i] * weight;
    }
    return live;
  }

  #total(steps: Steps, all: Spread): { change: SeriesDiff["total"]; isGrowth: boolean } {
    const noise = noiseOf(spreadOf(steps), all);
    const sum = this.#sum(this.#sizes.keys());
    const slope = driftInterval(sum.plus.bytes, sum.minus.bytes, noise, total(steps.seconds));
    const came = total(steps.came);
    const went = total(steps.went);
    const p = driftOrBendP(steps, all);
    const change = {
      slope,
      p,
      shape: p <= MAX_Q ? shapeOf(steps, noise) : undefined,
      noise,
      visible: this.#visible(sum, noise),
      came,
      went,
    };
    return { change, isGrowth: slope.lo > 0 && p <= MAX_Q };
  }

  /** Slope that such a series would have shown as above 0 in 4 of 5 cases. */
  #visible(sum: GrowthSum, noise: Noise): number {
    const rate = this.#rate;
    const seconds = this.#steps.reduce((all, s) => all + s.seconds, 0);
    const { plus, minus } = sum;
    const variance = Math.min(
      plus.bytes.variance,
      (plus.bytes.variance + minus.bytes.variance) / 2,
    );
    if (rate <= 1) return Math.max(1, 2.8 * Math.sqrt(2 * variance)) / seconds;
    const background = Math.round(variance / rate ** 2);
    const { bytes } = minVisibleGrowth({ size: 64, rate, backgroundSamples: background });
    const wider =
      noise.factor <= 1
        ? 1
        : (Math.sqrt(noise.factor) * studentTQuantile((1 + CONFIDENCE) / 2, noise.degrees)) /
          normalQuantile((1 + CONFIDENCE) / 2);
    return (wider * bytes) / seconds;
  }

  #visibleOfSites(covered: ReadonlySet<number>, all: Spread): number | undefined {
    const bySite = new Map<number, number[]>();
    for (let b = 0; b < this.#site.length; b++) {
      if (covered.has(this.#site[b])) continue;
      const list = bySite.get(this.#site[b]);
      if (list === undefined) bySite.set(this.#site[b], [b]);
      else list.push(b);
    }
    let worst: GrowthSum | undefined;
    let buckets: number[] = [];
    for (const list of bySite.values()) {
      const sum = this.#sum(list);
      if (worst === undefined || sum.minus.bytes.variance > worst.minus.bytes.variance) {
        worst = sum;
        buckets = list;
      }
    }
    if (worst === undefined) return undefined;
    return this.#visible(worst, noiseOf(spreadOf(this.#stepsOfBuckets(buckets)), all));
  }

  #stepsOfBuckets(buckets: readonly number[]): Steps {
    const k = this.#steps.length;
    const came = new Float64Array(k);
    const went = new Float64Array(k);
    for (const b of buckets) {
      for (let j = 0; j < k; j++) {
        came[j] += this.#came[b * k + j];
        went[j] += this.#went[b * k + j];
      }
    }
    return { came, went, seconds: Float64Array.from(this.#steps, (s) => s.seconds) };
  }
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const v of values) sum += v;
  return sum;
}

/** Node and site of a stack; both are numbers that all profiles of the series share. */
function placer(
  s: Subject,
  numbers: LineNumbers,
  tree: FrameTreeBuilder,
): (stack: number) => { readonly leaf: number; readonly site: number; readonly own: number } {
  const t: CallStacks = s.table;
  const places = stackPlaces(t, numbers, undefined);
  const walk = new FrameWalk();
  const known = new Map<number, number>();
  const { lineFunction, lineNumber } = t.locations;
  return (stack) => {
    const length = walk.of(t, stack);
    for (let i = 0; i < length; i++) {
      const frame = walk.frames[i];
      let line = known.get(frame);
      if (line === undefined) {
        const fn = lineFunction[frame];
        line = numbers.of(functionName(t, fn), functionFile(t, fn), lineNumber[frame]);
        known.set(frame, line);
      }
      walk.frames[i] = line;
    }
    const own = places.isOwn[stack] === 1 ? places.own[stack] : -1;
    return { leaf: tree.add(walk.frames, length), site: places.alloc[stack], own };
  };
}
