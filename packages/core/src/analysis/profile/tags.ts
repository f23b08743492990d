// Labels at the nodes of a picture: per node its sets of string labels, and per set the sizes of its
// samples. Of numeric labels only `bytes` is shown in pictures.
// Authority: google/pprof internal/graph/graph.go addSample, internal/report/report.go newGraph (2026-07).

import { compareText } from "./go-format.ts";
import { scaledLabel } from "./measurement.ts";
import type { GraphOrTree } from "./graph.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";
import { BASE_LABEL, type Measure } from "./weights.ts";

export class Tag {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  flat = 0;
  flatDivisor = 0;
  cum = 0;
  cumDivisor = 0;

  constructor(name: string, unit: string, value: number) {
    this.name = name;
    this.unit = unit;
    this.value = value;
  }

  get flatValue(): number {
    return this.flatDivisor === 0 ? this.flat : Math.trunc(this.flat / this.flatDivisor);
  }

  get cumValue(): number {
    return this.cumDivisor === 0 ? this.cum : Math.trunc(this.cum / this.cumDivisor);
  }
}

/** Heaviest first. */
export function sortTags(tags: readonly Tag[], isFlat: boolean): Tag[] {
  return tags.toSorted((a, b) => {
    if (!isFlat && a.cum !== b.cum) return Math.abs(b.cum) - Math.abs(a.cum);
    if (a.flat !== b.flat) return Math.abs(b.flat) - Math.abs(a.flat);
    return compareText(a.name, b.name);
  });
}

type TagMap = Map<string, Tag>;

function tagOf(map: TagMap, name: string, unit: string, value: number): Tag {
  let tag = map.get(name);
  if (tag === undefined) {
    tag = new Tag(name, unit, value);
    map.set(name, tag);
  }
  return tag;
}

export class NodeTags {
  readonly #labels = new Map<number, TagMap>();
  readonly #numbers = new Map<number, Map<string, TagMap>>();

  labels(node: number): TagMap {
    let map = this.#labels.get(node);
    if (map === undefined) {
      map = new Map();
      this.#labels.set(node, map);
    }
    return map;
  }

  /** By the name of the label set they belong to, "" for samples without one. */
  numbers(node: number): Map<string, TagMap> {
    let map = this.#numbers.get(node);
    if (map === undefined) {
      map = new Map();
      this.#numbers.set(node, map);
    }
    return map;
  }

  trim(least: number): void {
    const trimMap = (map: TagMap): void => {
      for (const [name, tag] of map) {
        if (Math.abs(tag.flat) < least && Math.abs(tag.cum) < least) map.delete(name);
      }
    };
    for (const map of this.#labels.values()) trimMap(map);
    for (const maps of this.#numbers.values()) for (const map of maps.values()) trimMap(map);
  }

  countFlat(node: number): number {
    let count = 0;
    for (const tag of this.labels(node).values()) if (tag.flat !== 0) count += 1;
    for (const map of this.numbers(node).values()) {
      for (const tag of map.values()) if (tag.flat !== 0) count += 1;
    }
    return count;
  }
}

interface SizeLabel {
  readonly name: string;
  readonly value: number;
}

/** What one sample adds to its nodes. */
interface SampleTags {
  readonly labels: string;
  readonly sizes: readonly SizeLabel[];
}

class TagReader {
  readonly #profile: Profile;
  readonly #bytesUnit: string;
  readonly #outputUnit: string;
  readonly #base: number;
  readonly #bytes: number;

  constructor(profile: Profile, bytesUnit: string, outputUnit: string) {
    this.#profile = profile;
    this.#bytesUnit = bytesUnit;
    this.#outputUnit = outputUnit;
    this.#base = profile.strings.find(BASE_LABEL);
    this.#bytes = profile.strings.find("bytes");
  }

  read(row: number): SampleTags {
    const { labels, strings } = this.#profile;
    const texts: string[] = [];
    const sizes: SizeLabel[] = [];
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = labels.key[i];
      if (labels.str[i] !== 0) {
        if (key !== this.#base) texts.push(`${strings.get(key)}:${strings.get(labels.str[i])}`);
      } else if (key === this.#bytes) {
        const value = labels.num[i];
        sizes.push({ name: scaledLabel(value, this.#bytesUnit, this.#outputUnit), value });
      }
    }
    return { labels: texts.toSorted(compareText).join("\\n"), sizes };
  }
}

/** Rows by stack: rows of stack s are [start[s], start[s+1]) of `row`, in the order of the samples. */
function rowsByStack(profile: Profile): { start: Int32Array; row: Int32Array } {
  const count = sampleCount(profile);
  const start = new Int32Array(profile.stacks.length + 1);
  for (let k = 0; k < count; k++) start[profile.stack[sampleAt(profile, k)] + 1] += 1;
  for (let s = 0; s < profile.stacks.length; s++) start[s + 1] += start[s];
  const at = start.slice();
  const row = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const r = sampleAt(profile, k);
    row[at[profile.stack[r]]++] = r;
  }
  return { start, row };
}

/** `bytesUnit`: unit of the `bytes` label. `outputUnit`: as asked for, before one is chosen. */
export function collectTags(
  profile: Profile,
  measure: Measure,
  bytesUnit: string,
  outputUnit: string,
  { index, tree, weights, isKept }: GraphOrTree,
): NodeTags {
  const tags = new NodeTags();
  const reader = new TagReader(profile, bytesUnit, outputUnit);
  const rows = rowsByStack(profile);
  const value = profile.values[measure.value];
  const by = measure.divisor === undefined ? undefined : profile.values[measure.divisor];
  for (const s of weights.used) {
    const nodes: number[] = [];
    let leaf = -1;
    if (tree === undefined) {
      const { from, to, location } = profile.stacks;
      const seen = new Set<number>();
      let isFirst = true;
      for (let i = from[s]; i < to[s]; i++) {
        for (let k = index.start[location[i]]; k < index.start[location[i] + 1]; k++) {
          const node = index.node[k];
          const keeps = isKept === undefined || isKept[node] === 1;
          if (isFirst && keeps) leaf = node;
          isFirst = false;
          if (keeps) seen.add(node);
        }
      }
      nodes.push(...seen);
    } else {
      leaf = tree.leafOf[s];
      for (let node = leaf; node >= 0; node = tree.parent[node]) nodes.push(node);
    }
    for (let r = rows.start[s]; r < rows.start[s + 1]; r++) {
      const row = rows.row[r];
      const w = value[row];
      const d = by === undefined ? 0 : by[row];
      if (w === 0 && d === 0) continue;
      const sample = reader.read(row);
      const add = (node: number, isFlat: boolean): void => {
        const to: Tag[] = [];
        if (sample.labels !== "") to.push(tagOf(tags.labels(node), sample.labels, "", 0));
        const numbers = tags.numbers(node);
        let map = numbers.get(sample.labels);
        if (map === undefined) {
          map = new Map();
          numbers.set(sample.labels, map);
        }
        for (const size of sample.sizes) to.push(tagOf(map, size.name, bytesUnit, size.value));
        for (const tag of to) {
          if (isFlat) {
            tag.flat += w;
            tag.flatDivisor += d;
          } else {
            tag.cum += w;
            tag.cumDivisor += d;
          }
        }
      };
      for (const node of nodes) add(node, false);
      if (leaf >= 0) add(leaf, true);
    }
  }
  return tags;
}
