// The counts of a series: what came and went in each step at each node of the call tree, which nodes
// drift (stats/drift.ts), and whether what grew still grows at the end (stats/course.ts).
//
// Every node is tested, Benjamini–Hochberg over the nodes that tell something of their own: a node that
// holds what its only child holds is the same question. Told is the deepest node that drifts; a node
// above it once more only if what is left of it without them drifts too. A line that grows by ever
// larger tables has as many samples as before, which no test of drift sees: it is asked for its jumps.

import { functionFile, functionName, stackKey } from "../../model/stack-frames.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import { missedFraction, samplingProbability } from "../../goruntime/sampling.ts";
import { LineNumbers, stackPlaces } from "../sites/places.ts";
import type { SourceLine } from "../sites/site.ts";
import {
  flatTail,
  jumpsOf,
  TAIL_STEPS,
  type Jumps,
  type Levels,
  type Tail,
} from "../stats/course.ts";
import {
  comeAndGoP,
  driftInterval,
  driftOrBendP,
  driftP,
  hasEnded,
  noiseOf,
  shapeOf,
  spreadOf,
  type Noise,
  type ShapeChoice,
  type Spread,
  type Steps,
} from "../stats/drift.ts";
import { GrowthSum } from "../stats/growth.ts";
import type { Interval } from "../stats/interval.ts";
import { CONFIDENCE } from "../stats/poisson.ts";
import { benjaminiHochberg } from "../stats/rank.ts";
import { normalQuantile, studentTQuantile } from "../stats/special.ts";
import { minVisibleGrowth } from "../stats/visible-growth.ts";
import type { LiveLevels } from "./excursions.ts";
import { FrameTreeBuilder, FrameWalk, type FrameTree } from "./frame-tree.ts";
import { MAX_Q } from "./pair.ts";
import { isObjects, rowsOf, type SeriesSnapshot, type Step } from "./series-steps.ts";
import type { Subject } from "./subject.ts";

/** Of what grew: whether it still does at the end. */
export type Course = "goes-on" | "ended" | "unclear";

export interface CourseOf {
  readonly course: Course;
  readonly jumps: Jumps | undefined;
  /** Where the end was seen by its tail alone. */
  readonly tail: Tail | undefined;
}

export interface SeriesPlace extends CourseOf {
  /** The node, leaf or not. */
  readonly at: SourceLine;
  /** Callers, nearest first; a few. */
  readonly callers: readonly SourceLine[];
  /** Nearest line of the service's own code above `at`. */
  readonly user: SourceLine | undefined;
  /** The node is the allocating line itself, not a caller of several. */
  readonly isAllocating: boolean;
  /** Of the unit a second (or a snapshot without times). */
  readonly slope: Interval;
  /** Largest live estimate at each snapshot, in the unit. */
  readonly live: Float64Array;
  /** Samples that came in a step and were live at its end; that went of those at its beginning. */
  readonly came: number;
  readonly went: number;
  /**
   * It grows only as another call of the same line shrinks (or shrinks as that one grows): the line as a
   * whole does not drift.
   */
  readonly isHandedOver: boolean;
  /** NaN where it is told by its jumps, or by its ends. */
  readonly p: number;
  readonly q: number;
  /** Undefined with too few steps. */
  readonly shape: ShapeChoice | undefined;
  readonly evidence: string;
}

export interface SeriesTotal extends CourseOf {
  readonly slope: Interval;
  readonly p: number;
  readonly shape: ShapeChoice | undefined;
  readonly noise: Noise;
  readonly visible: number | undefined;
  readonly came: number;
  readonly went: number;
}

export interface SeriesFinding {
  readonly status: "growth" | "ended" | "inconclusive" | "no-growth";
  readonly total: SeriesTotal;
  /** Drifting places, fastest growth first, shrinking ones last. */
  readonly places: readonly SeriesPlace[];
  readonly others: {
    readonly sites: number;
    /** Of the unit a second, that any of them could have hidden. */
    readonly visible: number | undefined;
  };
  readonly tested: number;
}

/** A line that jumps is asked about from this part of what is live on. */
const MATERIAL = 0.1;
/** Of what went at a call: up to so much may still come where it is said to make nothing any more. */
const STILL_MADE = 0.1;

interface LineAsWhole {
  /** What went, in the unit, at calls that make nothing any more. */
  readonly lost: number;
  readonly drifts: boolean;
}

/** Counts of one bucket over all steps lie side by side: bucket × steps. */
export class SeriesAnalysis {
  readonly #snapshots: readonly SeriesSnapshot[];
  readonly #steps: readonly Step[];
  readonly #rate: number;
  readonly #isObjects: boolean;
  readonly #numbers = new LineNumbers();
  readonly #tree = new FrameTreeBuilder();
  readonly #sizes: number[] = [];
  /** What a sample of the bucket stands for, in the unit. */
  readonly #weights: number[] = [];
  readonly #leaf: number[] = [];
  readonly #site: number[] = [];
  readonly #hash: number[] = [];
  /** Own line above; −1 where the site is the service's own or there is none. */
  readonly #own: number[] = [];
  readonly #came: number[] = [];
  readonly #went: number[] = [];
  /** Live samples at each snapshot: bucket × snapshots. */
  readonly #live: number[] = [];
  #nodes: FrameTree | undefined;
  /** How much the steps of all places vary. */
  #all: Spread = { x2: 0, degrees: 0 };
  /** All that is live at each site of which something moved, in the unit, at each snapshot. */
  readonly #siteLive = new Map<number, Float64Array>();

  constructor(snapshots: readonly SeriesSnapshot[], steps: readonly Step[]) {
    this.#snapshots = snapshots;
    this.#steps = steps;
    this.#rate = rowsOf(steps[0].after)?.rate ?? 1;
    this.#isObjects = isObjects(steps[0].after);
    this.#collect();
  }

  #collect(): void {
    const index = new Map<string, number>();
    const k = this.#steps.length;
    const isNetOnly = this.#steps[0].after.measure === "counted";
    const places = new Map<Subject, ReturnType<typeof placer>>();
    const place = (s: Subject): ReturnType<typeof placer> => {
      const known = places.get(s) ?? placer(s, this.#numbers, this.#tree);
      places.set(s, known);
      return known;
    };
    const bucket = (s: Subject, row: number, size: number): number => {
      const stack = (s.rows?.stack ?? s.table.rowStack)[row] ?? 0;
      if (s.isKept !== undefined && s.isKept[stack] === 0) return -1;
      const key = `${s.hashes[stack]}/${size}`;
      const known = index.get(key);
      if (known !== undefined) return known;
      const at = this.#sizes.length;
      index.set(key, at);
      const { leaf, site, own } = place(s).of(stack);
      this.#sizes.push(size);
      this.#weights.push(this.#weightOf(size));
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
        const net = aligned.inuse[1][b] - aligned.inuse[0][b];
        const born = isNetOnly ? Math.max(0, net) : aligned.allocs[1][b] - aligned.allocs[0][b];
        const freed = born - net;
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
    const n = this.#snapshots.length;
    for (const site of this.#site)
      if (!this.#siteLive.has(site)) this.#siteLive.set(site, new Float64Array(n));
    this.#snapshots.forEach(({ subject: s }, i) => {
      const rows = rowsOf(s);
      if (rows === undefined) return;
      for (let r = 0; r < rows.rows; r++) {
        const stack = rows.stack[r];
        if (rows.inuse[r] === 0 || (s.isKept !== undefined && s.isKept[stack] === 0)) continue;
        const at = index.get(`${s.hashes[stack]}/${rows.size[r]}`);
        if (at !== undefined) this.#live[at * n + i] += rows.inuse[r];
        const live = this.#siteLive.get(place(s).site(stack));
        if (live !== undefined) live[i] += rows.inuse[r] * this.#weightOf(rows.size[r]);
      }
    });
  }

  /** What a sample of objects of this size stands for, in the unit. */
  #weightOf(size: number): number {
    if (!(size > 0)) return 0;
    const each = 1 / samplingProbability(size, this.#rate);
    return this.#isObjects ? each : size * each;
  }

  run(): SeriesFinding {
    const tree = this.#tree.finish();
    this.#nodes = tree;
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
    this.#all = all;
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
    const shrinking = new Set(
      places.filter((x) => x.isAllocating && x.slope.value < 0).map((x) => x.at),
    );
    const bySite = this.#bucketsBySite();
    const lineOf = new Map<SourceLine, LineAsWhole>();
    const handed = new Set(
      places.filter((place, i) => {
        const own = below.get(told[i]) ?? [];
        if (!place.isAllocating || own.length === 0) return false;
        const line =
          lineOf.get(place.at) ?? this.#lineAsWhole(bySite.get(this.#site[own[0]]) ?? [], all);
        lineOf.set(place.at, line);
        return this.#isHandedOver(place, own, line, shrinking.has(place.at));
      }),
    );
    const lines = new Set([...handed].map((place) => place.at));
    const covered = new Set<number>();
    for (const list of below.values()) for (const b of list) covered.add(this.#site[b]);
    const listed = places.map((place) => ({
      ...place,
      isHandedOver:
        handed.has(place) || (place.slope.value < 0 && place.isAllocating && lines.has(place.at)),
    }));
    for (const { site, buckets } of this.#jumping(covered)) {
      covered.add(site);
      listed.push(this.#placeOfSite(buckets));
    }
    const last = (place: SeriesPlace): number => (place.isHandedOver ? 1 : 0);
    listed.sort((a, b) => last(a) - last(b) || b.slope.value - a.slope.value);
    const sum = this.#total(stepsOf(0), all);
    const sites = new Set<number>();
    for (let b = 0; b < this.#sizes.length; b++)
      if (!covered.has(this.#site[b])) sites.add(this.#site[b]);
    const growing: CourseOf[] = listed.filter((x) => x.slope.value > 0 && !x.isHandedOver);
    if (growing.length === 0 && sum.isGrowth) growing.push(sum.total);
    return {
      status: statusOf(growing),
      total: sum.total,
      places: listed,
      others: { sites: sites.size, visible: this.#visibleOfSites(covered, all) },
      tested,
    };
  }

  /**
   * Whether a call grows only as another call of the same line shrinks: what start-up made is replaced
   * by what requests make, and the line as a whole does not drift. The other's shrinking need not be
   * told by itself (its few samples spread over two steps seldom are) where it makes nothing any more
   * and lost a quarter of what was gained or more. How it misleads: a leak that is small beside such a
   * handover hides in it until the handover is over.
   */
  #isHandedOver(
    place: SeriesPlace,
    own: readonly number[],
    line: LineAsWhole,
    isShrinkingTold: boolean,
  ): boolean {
    if (line.drifts || !(place.slope.value > 0)) return false;
    return isShrinkingTold || line.lost >= this.#netOf(own) / 4;
  }

  /** Cost: one pass over its buckets for each line that holds a place. */
  #lineAsWhole(buckets: readonly number[], all: Spread): LineAsWhole {
    const byLeaf = grouped(buckets, (b) => this.#leaf[b]);
    let lost = 0;
    for (const list of byLeaf.values()) {
      const { came, went } = this.#stepsOfBuckets(list);
      if (total(came) <= STILL_MADE * total(went)) lost -= this.#netOf(list);
    }
    return { lost, drifts: driftOrBendP(this.#stepsOfBuckets(buckets), all) <= MAX_Q };
  }

  #netOf(buckets: readonly number[]): number {
    const { plus, minus } = this.#sum(buckets);
    return plus.bytes.value - minus.bytes.value;
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
      const weight = this.#weights[b];
      for (let j = 0; j < k; j++) {
        // Whether an object comes at all is chance too, so nothing is taken off for what is sampled surely.
        sum.plus.bytes.add(this.#came[b * k + j], weight, 1);
        sum.minus.bytes.add(this.#went[b * k + j], weight, 1);
      }
    }
    return sum;
  }

  /** The bucket that moved most. */
  #heaviest(buckets: readonly number[]): number {
    const k = this.#steps.length;
    let most = -1;
    let heaviest = -1;
    for (const b of buckets) {
      let moved = 0;
      for (let j = 0; j < k; j++) moved += this.#came[b * k + j] + this.#went[b * k + j];
      if (moved * this.#weights[b] <= most) continue;
      most = moved * this.#weights[b];
      heaviest = b;
    }
    return heaviest;
  }

  #place(
    tree: FrameTree,
    node: number,
    buckets: readonly number[],
    steps: Steps,
    all: Spread,
    [p, q]: readonly [number, number],
  ): SeriesPlace {
    const noise = noiseOf(spreadOf(steps), all);
    const shape = shapeOf(steps, noise);
    const sum = this.#sum(buckets);
    const n = this.#snapshots.length;
    const live = new Float64Array(n);
    for (const b of buckets) {
      const weight = this.#weights[b];
      for (let i = 0; i < n; i++) live[i] += this.#live[b * n + i] * weight;
    }
    const heaviest = this.#heaviest(buckets);
    const hash = this.#hash[heaviest] ?? 0;
    const own = this.#own[heaviest] ?? -1;
    const last = this.#snapshots[n - 1].subject;
    const sites = new Set(buckets.map((b) => this.#site[b]));
    const [site] = sites;
    // A frame of the runtime is how, not who: the line outside it is shown.
    const shown = sites.size === 1 ? (site ?? 0) : tree.line[node];
    const callers: SourceLine[] = [];
    // Frames of the runtime below the line that is shown are no callers of it.
    let at = node;
    for (let up = node; up > 0; up = tree.parent[up]) if (tree.line[up] === shown) at = up;
    for (let up = tree.parent[at]; up > 0 && callers.length < 3; up = tree.parent[up])
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
      shape,
      ...this.#courseOf(this.#levelsOf(buckets, live[0]), steps, noise, shape, 1),
      isHandedOver: false,
      evidence: `${last.artefact.id}:${stackKey(hash)}`,
    };
  }

  /** A line told by its bytes: of its slope only sampling is uncertain. */
  #placeOfSite(buckets: readonly number[]): SeriesPlace {
    const tree = this.#nodes;
    if (tree === undefined) throw new Error("run first");
    const heaviest = this.#heaviest(buckets);
    const steps = this.#stepsOfBuckets(buckets);
    const site = this.#site[heaviest];
    const place = this.#place(tree, this.#leaf[heaviest], buckets, steps, this.#all, [NaN, NaN]);
    const live = this.#siteLive.get(site) ?? place.live;
    const levels = this.#levelsOf(buckets, live[0]);
    const noise = noiseOf(spreadOf(steps), this.#all);
    const grown = total(levels.change);
    const error = normalQuantile((1 + CONFIDENCE) / 2) * Math.sqrt(total(levels.sampling));
    const seconds = total(levels.seconds);
    return {
      ...place,
      live,
      slope: {
        value: grown / seconds,
        lo: (grown - error) / seconds,
        hi: (grown + error) / seconds,
      },
      shape: undefined,
      ...this.#courseOf(levels, steps, noise, place.shape, 1),
    };
  }

  /** Live at a line at each snapshot, in the unit; undefined where nothing moved. */
  liveAt(at: SourceLine): Float64Array | undefined {
    return this.#siteLive.get(this.#numbers.of(at.function, at.file, at.line));
  }

  /** What excursions are looked for in: each line of which something moved, and all together. */
  liveLevels(): LiveLevels[] {
    const n = this.#snapshots.length;
    const all = new Float64Array(n);
    const out = new Map<number, LiveLevels>();
    for (let b = 0; b < this.#site.length; b++) {
      const site = this.#site[b];
      const level = out.get(site) ?? {
        line: site,
        live: new Float64Array(n),
        variance: new Float64Array(n),
      };
      out.set(site, level);
      const weight = this.#weights[b];
      const missed = missedFraction(this.#sizes[b], this.#rate);
      for (let i = 0; i < n; i++) {
        const count = this.#live[b * n + i];
        level.live[i] += count * weight;
        level.variance[i] += count * weight * weight * missed;
        all[i] += count * weight * weight * missed;
      }
    }
    const live = Float64Array.from(this.#snapshots, (s) => s.live.value);
    return [...out.values(), { line: -1, live, variance: all }];
  }

  lineOf(number: number): SourceLine | undefined {
    return this.#numbers.lines[number];
  }

  #levelsOf(buckets: readonly number[], start: number): Levels {
    const k = this.#steps.length;
    const change = new Float64Array(k);
    const sampling = new Float64Array(k);
    const moving = new Float64Array(k);
    let moved = 0;
    for (const b of buckets) {
      const weight = this.#weights[b];
      const missed = missedFraction(this.#sizes[b], this.#rate);
      for (let j = 0; j < k; j++) {
        const came = this.#came[b * k + j];
        const went = this.#went[b * k + j];
        const square = weight * weight * (came + went);
        change[j] += weight * (came - went);
        sampling[j] += square * missed;
        moving[j] += square;
        moved += weight * (came + went);
      }
    }
    const squares = total(moving);
    return {
      start,
      change,
      sampling,
      moving,
      seconds: Float64Array.from(this.#steps, (s) => s.seconds),
      each: moved > 0 ? squares / moved : 0,
    };
  }

  /** Whether these buckets, which grew, still grow at the end. */
  #courseOf(
    levels: Levels,
    steps: Steps,
    noise: Noise,
    shape: ShapeChoice | undefined,
    asked: number,
  ): CourseOf {
    const k = this.#steps.length;
    const isOne = this.#snapshots.every((s, i) => i === 0 || !s.startsProcess);
    const jumps = isOne ? jumpsOf(levels, asked) : undefined;
    const of = (course: Course, tail?: Tail): CourseOf => ({ course, jumps, tail });
    if (jumps?.goesOn === true) return of("goes-on");
    // Of samples that tell no drift a shape says nothing: what is left is bytes.
    if (!(driftOrBendP(steps, this.#all) <= MAX_Q)) {
      if (jumps !== undefined) return of(jumps.quiet >= TAIL_STEPS ? "ended" : "unclear");
      const tail = isOne ? flatTail(levels, noise) : undefined;
      return of(tail === undefined ? "unclear" : "ended", tail);
    }
    // One that began in the last steps may be a burst as well.
    const isLasting =
      shape?.shape === "line" || (shape?.shape === "late" && k - shape.at >= TAIL_STEPS);
    if (shape?.isClear === true) {
      if (isLasting) return of("goes-on");
      if (!hasEnded(shape, k)) return of("unclear");
      const quiet = shape.shape === "jump" ? k - 1 - shape.at : k - shape.at;
      return of(quiet >= 2 ? "ended" : "unclear");
    }
    const tail = isOne ? flatTail(levels, noise) : undefined;
    if (tail !== undefined) return of("ended", tail);
    // With so few steps there is no shape: what drifts is taken to go on.
    return of(shape === undefined || isLasting ? "goes-on" : "unclear");
  }

  #bucketsBySite(): Map<number, number[]> {
    return grouped(this.#site.keys(), (b) => this.#site[b]);
  }

  /** Lines that hold a good part of all and grew by jumps, whatever a test of drift says of their samples. */
  #jumping(told: ReadonlySet<number>): { site: number; buckets: number[] }[] {
    const n = this.#snapshots.length;
    const bySite = this.#bucketsBySite();
    const end = this.#snapshots[n - 1].live.value;
    const material = [...this.#siteLive].filter(
      ([site, live]) => !told.has(site) && live[n - 1] - live[0] >= MATERIAL * end,
    );
    return material.flatMap(([site, live]) => {
      const buckets = bySite.get(site) ?? [];
      const jumps = jumpsOf(this.#levelsOf(buckets, live[0]), material.length);
      return jumps === undefined || jumps.at.length < 2 ? [] : [{ site, buckets }];
    });
  }

  /** A line that surely holds more than at the beginning although no drift was told. */
  placeAt(at: SourceLine): SeriesPlace {
    const line = this.#numbers.of(at.function, at.file, at.line);
    return this.#placeOfSite([...this.#site.keys()].filter((b) => this.#site[b] === line));
  }

  /** The same of all lines together. */
  courseOfAll(): CourseOf {
    const buckets = [...this.#site.keys()];
    const steps = this.#stepsOfBuckets(buckets);
    const noise = noiseOf(spreadOf(steps), this.#all);
    const levels = this.#levelsOf(buckets, this.#snapshots[0].live.value);
    return this.#courseOf(levels, steps, noise, shapeOf(steps, noise), 1);
  }

  #total(steps: Steps, all: Spread): { total: SeriesTotal; isGrowth: boolean } {
    const noise = noiseOf(spreadOf(steps), all);
    const buckets = [...this.#sizes.keys()];
    const sum = this.#sum(buckets);
    const slope = driftInterval(sum.plus.bytes, sum.minus.bytes, noise, total(steps.seconds));
    const p = driftOrBendP(steps, all);
    const shape = p <= MAX_Q ? shapeOf(steps, noise) : undefined;
    const start = this.#snapshots[0].live.value;
    return {
      total: {
        slope,
        p,
        shape,
        noise,
        visible: this.#visible(sum, noise),
        came: total(steps.came),
        went: total(steps.went),
        ...this.#courseOf(this.#levelsOf(buckets, start), steps, noise, shape, 1),
      },
      isGrowth: slope.lo > 0 && p <= MAX_Q,
    };
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
    const wider =
      noise.factor <= 1
        ? 1
        : (Math.sqrt(noise.factor) * studentTQuantile((1 + CONFIDENCE) / 2, noise.degrees)) /
          normalQuantile((1 + CONFIDENCE) / 2);
    if (rate <= 1) return (wider * Math.max(1, 2.8 * Math.sqrt(2 * variance))) / seconds;
    // Of objects: as many as the bytes of those that moved here, at their own size.
    const each = plus.bytes.value > 0 ? plus.bytes.squares / plus.bytes.value : 0;
    const size = this.#isObjects && each > 1 ? -rate * Math.log1p(-1 / each) : 64;
    const weight = this.#isObjects ? Math.max(1, each) : rate;
    const { bytes } = minVisibleGrowth({
      size,
      rate,
      backgroundSamples: Math.round(variance / weight ** 2),
    });
    return (wider * (this.#isObjects ? bytes / size : bytes)) / seconds;
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

export function statusOf(growing: readonly CourseOf[]): SeriesFinding["status"] {
  if (growing.length === 0) return "no-growth";
  if (growing.some((x) => x.course === "goes-on")) return "growth";
  return growing.every((x) => x.course === "ended") ? "ended" : "inconclusive";
}

function grouped(buckets: Iterable<number>, by: (b: number) => number): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (const b of buckets) {
    const list = out.get(by(b));
    if (list === undefined) out.set(by(b), [b]);
    else list.push(b);
  }
  return out;
}

function total(values: Float64Array): number {
  let sum = 0;
  for (const v of values) sum += v;
  return sum;
}

interface Placed {
  readonly leaf: number;
  readonly site: number;
  readonly own: number;
}

/** Node and site of a stack; both are numbers that all profiles of the series share. */
function placer(
  s: Subject,
  numbers: LineNumbers,
  tree: FrameTreeBuilder,
): { readonly of: (stack: number) => Placed; readonly site: (stack: number) => number } {
  const t: CallStacks = s.table;
  const places = stackPlaces(t, numbers, undefined);
  const walk = new FrameWalk();
  const known = new Map<number, number>();
  const { lineFunction, lineNumber } = t.locations;
  const of = (stack: number): Placed => {
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
  return { of, site: (stack) => places.alloc[stack] };
}
