// The buckets of one source line, and what follows from them. Sums that order lines are cheap and made
// for all; intervals, callers and stacks cost more and are made for the lines that somebody asks about.

import { heapBucketBytes, samplingProbability } from "../../goruntime/sampling.ts";
import { derived, estimated, type Quantity } from "../../model/quantity.ts";
import { stackKey } from "../../model/stack-frames.ts";
import { GrowthSum, growthInterval } from "../stats/growth.ts";
import { memoryInterval, SampledMemory, type MemoryInterval } from "../stats/heap-sampling.ts";
import { proportionInterval } from "../stats/poisson.ts";
import type { SnapshotPair } from "./buckets.ts";
import type { AssistShares, OwnLine, Site, SourceLine } from "./site.ts";

/** One entry a bucket (stack, size); line numbers are those of `LineNumbers`, −1 none. */
export interface BucketColumns {
  readonly length: number;
  readonly rate: number;
  /** Bytes an object; rows with 0 hold nothing. */
  readonly size: Float64Array;
  readonly inuse: Float64Array;
  readonly allocs: Float64Array;
  /** Samples allocated between the two profiles. */
  readonly born: Float64Array;
  readonly stackHash: Float64Array;
  readonly alloc: Int32Array;
  readonly own: Int32Array;
  readonly caller: Int32Array;
  /** Frames of the stack. */
  readonly depth: Int32Array;
  readonly isOwn: Uint8Array;
  readonly lines: readonly SourceLine[];
  /** Evidence: the profile shown. */
  readonly artefact: string;
  readonly seconds: number | undefined;
  /** Rows of the pair are the rows of these columns. */
  readonly pair: SnapshotPair | undefined;
  readonly assists: AssistShares | undefined;
  /** Both profiles are of one process: what is alive in both cancels. */
  readonly isPaired: boolean;
}

export function addGrowth(c: BucketColumns, row: number, sum: GrowthSum): void {
  const pair = c.pair;
  if (pair === undefined) return;
  if (c.isPaired) sum.addPaired(pair, row, c.rate);
  else {
    const before = pair.inuseBefore[row] ?? 0;
    sum.addNaive(before, c.rate, pair.inuseAfter[row] ?? 0, c.rate, c.size[row] ?? 0);
  }
}

/** Rows gathered by line: those of line i are rows[start[i] … start[i + 1]). */
export interface RowsByLine {
  readonly start: Int32Array;
  readonly rows: Int32Array;
  /** Point estimates, bytes: what lines are ordered by. */
  readonly live: Float64Array;
  readonly growth: Float64Array;
}

export function rowsByLine(c: BucketColumns, line: Int32Array): RowsByLine {
  const lines = c.lines.length;
  const start = new Int32Array(lines + 1);
  const isRow = (row: number) => (c.size[row] ?? 0) > 0;
  for (let r = 0; r < c.length; r++)
    if (isRow(r)) start[(line[r] ?? 0) + 1] = (start[(line[r] ?? 0) + 1] ?? 0) + 1;
  for (let i = 0; i < lines; i++) start[i + 1] = (start[i + 1] ?? 0) + (start[i] ?? 0);
  const rows = new Int32Array(start[lines] ?? 0);
  const live = new Float64Array(lines);
  const growth = new Float64Array(lines);
  const next = start.slice(0, lines);
  for (let r = 0; r < c.length; r++) {
    if (!isRow(r)) continue;
    const at = line[r] ?? 0;
    rows[next[at] ?? 0] = r;
    next[at] = (next[at] ?? 0) + 1;
    const size = c.size[r] ?? 0;
    const each = size / samplingProbability(size, c.rate);
    live[at] = (live[at] ?? 0) + (c.inuse[r] ?? 0) * each;
    const grown = (c.pair?.inuseAfter[r] ?? 0) - (c.pair?.inuseBefore[r] ?? 0);
    growth[at] = (growth[at] ?? 0) + grown * each;
  }
  return { start, rows, live, growth };
}

/** What is known of one line. Everything but its name is made when first asked for. */
export class LineOfBuckets implements OwnLine {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly #columns: BucketColumns;
  readonly #rows: Int32Array;
  #memory: MemoryInterval | undefined;
  #growth: Quantity | undefined;
  #evidence: string | undefined;

  constructor(columns: BucketColumns, by: RowsByLine, line: number) {
    const at = columns.lines[line];
    this.function = at?.function ?? "?";
    this.file = at?.file ?? "";
    this.line = at?.line ?? 0;
    this.#columns = columns;
    this.#rows = by.rows.subarray(by.start[line] ?? 0, by.start[line + 1] ?? 0);
  }

  get #live(): MemoryInterval {
    if (this.#memory !== undefined) return this.#memory;
    const c = this.#columns;
    const sum = new SampledMemory();
    for (const r of this.#rows) sum.add(c.inuse[r] ?? 0, c.size[r] ?? 0, c.rate);
    this.#memory = memoryInterval(sum);
    return this.#memory;
  }

  get live(): Quantity {
    return quantity(this.#live.bytes, "bytes", [this.evidence]);
  }

  get liveObjects(): Quantity {
    return quantity(this.#live.objects, "count", [this.evidence]);
  }

  get samples(): number {
    return this.#live.samples;
  }

  get growth(): Quantity | undefined {
    if (this.#columns.pair === undefined) return undefined;
    if (this.#growth !== undefined) return this.#growth;
    const sum = new GrowthSum();
    for (const r of this.#rows) addGrowth(this.#columns, r, sum);
    this.#growth = quantity(growthInterval(sum).bytes, "bytes", [this.evidence]);
    return this.#growth;
  }

  /** Live ÷ ever allocated, among sampled objects. */
  get survival(): Quantity | undefined {
    const { inuse, allocs } = this.#columns;
    return survivalOf(this.#sum(inuse), this.#sum(allocs), [this.evidence]);
  }

  get assistShare(): Quantity | undefined {
    return this.#columns.assists?.own(this);
  }

  get buckets(): number {
    return this.#rows.length;
  }

  get bucketBytes(): number {
    let bytes = 0;
    for (const r of this.#rows) bytes += heapBucketBytes(this.#columns.depth[r] ?? 0);
    return bytes;
  }

  get allocRate(): Quantity | undefined {
    const c = this.#columns;
    const seconds = c.seconds;
    if (seconds === undefined) return undefined;
    const sum = new SampledMemory();
    for (const r of this.#rows) sum.add(c.born[r] ?? 0, c.size[r] ?? 0, c.rate);
    const { value, lo, hi } = memoryInterval(sum).bytes;
    return derived(
      value / seconds,
      lo / seconds,
      hi / seconds,
      "bytes/s",
      [this.evidence],
      "gc-cycle",
    );
  }

  /** `<artefact>:stack:<hash>` of the stack that holds most of the line's live bytes. */
  get evidence(): string {
    if (this.#evidence !== undefined) return this.#evidence;
    let best = 0;
    let most = -1;
    for (const [hash, bytes] of this.#stacks()) {
      if (bytes > most) {
        most = bytes;
        best = hash;
      }
    }
    this.#evidence = `${this.#columns.artefact}:${stackKey(best)}`;
    return this.#evidence;
  }

  get allocates(): readonly SourceLine[] {
    const c = this.#columns;
    const live = new Map<number, number>();
    for (const r of this.#rows) {
      const at = c.alloc[r] ?? 0;
      live.set(at, (live.get(at) ?? 0) + (c.inuse[r] ?? 0) * (c.size[r] ?? 0));
    }
    return [...live].sort((a, b) => b[1] - a[1]).flatMap(([line]) => c.lines[line] ?? []);
  }

  get isOwn(): boolean {
    return this.#columns.isOwn[this.#rows[0] ?? 0] === 1;
  }

  /** The row of a site table; `of` is the line that allocates. */
  toSite(): Site {
    const growth = this.growth;
    return {
      function: this.function,
      file: this.file,
      line: this.line,
      user: this.#user(),
      evidence: this.evidence,
      live: this.live,
      liveObjects: this.liveObjects,
      samples: this.samples,
      stacks: this.#stacks().size,
      growth,
      visibleGrowth: growth === undefined ? undefined : Math.max(0, growth.hi),
      survival: this.survival,
      allocRate: this.allocRate,
      callers: this.#callers(),
      ...(this.#columns.assists === undefined
        ? {}
        : { assistShare: this.#columns.assists.allocating(this) }),
    };
  }

  /** The service's own line above it that holds most of what this line allocated. */
  #user(): SourceLine | undefined {
    const c = this.#columns;
    const live = new Map<number, number>();
    for (const r of this.#rows) {
      if (c.isOwn[r] !== 1 || c.own[r] === c.alloc[r]) continue;
      const at = c.own[r] ?? 0;
      live.set(at, (live.get(at) ?? 0) + (c.inuse[r] ?? 0) * (c.size[r] ?? 0));
    }
    const most = [...live].sort((a, b) => b[1] - a[1])[0];
    return most === undefined ? undefined : c.lines[most[0]];
  }

  #callers(): Site["callers"] {
    const c = this.#columns;
    const live = new Map<number, SampledMemory>();
    for (const r of this.#rows) {
      const at = c.caller[r] ?? -1;
      const held = c.inuse[r] ?? 0;
      if (at < 0 || held === 0) continue;
      const sum = live.get(at) ?? new SampledMemory();
      sum.add(held, c.size[r] ?? 0, c.rate);
      live.set(at, sum);
    }
    return [...live]
      .sort((a, b) => b[1].bytes.value - a[1].bytes.value)
      .slice(0, 3)
      .flatMap(([line, sum]) => {
        const at = c.lines[line];
        const bytes = memoryInterval(sum).bytes;
        return at === undefined ? [] : [{ at, live: quantity(bytes, "bytes", [this.evidence]) }];
      });
  }

  /** Estimated live bytes by stack hash. */
  #stacks(): Map<number, number> {
    const c = this.#columns;
    const out = new Map<number, number>();
    for (const r of this.#rows) {
      const size = c.size[r] ?? 0;
      const bytes = ((c.inuse[r] ?? 0) * size) / samplingProbability(size, c.rate);
      const hash = c.stackHash[r] ?? 0;
      out.set(hash, (out.get(hash) ?? 0) + bytes);
    }
    return out;
  }

  #sum(column: Float64Array): number {
    let sum = 0;
    for (const r of this.#rows) sum += column[r] ?? 0;
    return sum;
  }
}

/** Live ÷ ever allocated among sampled objects; undefined where the counts cannot be of one process. */
export function survivalOf(
  inuse: number,
  allocs: number,
  evidence: readonly string[],
): Quantity | undefined {
  if (!(allocs > 0) || inuse < 0 || inuse > allocs) return undefined;
  return quantity(proportionInterval(inuse, allocs), "fraction", evidence);
}

export function quantity(
  i: { readonly value: number; readonly lo: number; readonly hi: number },
  unit: Quantity["unit"],
  evidence: readonly string[],
): Quantity {
  return estimated(i.value, i.lo, i.hi, unit, evidence, "gc-cycle");
}
