// Which samples and frames a report is about: focus, ignore, hide, show, show_from and the filters on
// labels. Authority: google/pprof profile/filter.go, internal/driver/driver_focus.go (2026-07).

import { compareText } from "./go-format.ts";
import { scale } from "./measurement.ts";
import type { Regexp } from "./regexp/regexp.ts";
import { sampleAt, sampleCount, type Locations, type Profile } from "./profile.ts";

export interface NameFilters {
  readonly focus: Regexp | undefined;
  readonly ignore: Regexp | undefined;
  readonly hide: Regexp | undefined;
  readonly show: Regexp | undefined;
}

/** Which filters matched anything: the tool warns about those that did not. */
export interface NameMatched {
  focus: boolean;
  ignore: boolean;
  hide: boolean;
  show: boolean;
}

/** What of the profile one pattern matches: every function and mapping is asked once. */
class Matches {
  readonly #profile: Profile;
  readonly #isFunction: Uint8Array;
  readonly #isMapping: Uint8Array;

  constructor(profile: Profile, pattern: Regexp) {
    this.#profile = profile;
    const { strings, functions, mappings } = profile;
    const known = new Map<number, boolean>();
    const test = (index: number): boolean => {
      let matched = known.get(index);
      if (matched === undefined) {
        matched = pattern.test(strings.get(index));
        known.set(index, matched);
      }
      return matched;
    };
    this.#isFunction = new Uint8Array(functions.length);
    for (let i = 0; i < functions.length; i++) {
      if (test(functions.name[i]) || test(functions.file[i])) this.#isFunction[i] = 1;
    }
    this.#isMapping = new Uint8Array(mappings.length);
    for (let i = 0; i < mappings.length; i++) if (test(mappings.file[i])) this.#isMapping[i] = 1;
  }

  mapping(location: number): boolean {
    const mapping = this.#profile.locations.mapping[location];
    return mapping >= 0 && this.#isMapping[mapping] === 1;
  }

  line(line: number): boolean {
    const fn = this.#profile.locations.lineFunction[line];
    return fn >= 0 && this.#isFunction[fn] === 1;
  }

  location(location: number, lines: LineLists): boolean {
    for (let i = lines.start[location]; i < lines.end[location]; i++) {
      if (this.line(lines.at(i))) return true;
    }
    return this.mapping(location);
  }
}

/** Lines of locations while a filter takes some out. */
class LineLists {
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly #locations: Locations;
  /** Lines kept by filters that leave gaps; undefined until the first one. */
  readonly #kept: number[] = [];
  readonly #base: number;

  constructor(locations: Locations) {
    this.#locations = locations;
    this.start = locations.lineStart.slice();
    this.end = locations.lineEnd.slice();
    this.#base = locations.lineFunction.length;
  }

  at(i: number): number {
    return i < this.#base ? i : this.#kept[i - this.#base];
  }

  count(location: number): number {
    return this.end[location] - this.start[location];
  }

  keep(location: number, isKept: (line: number) => boolean): void {
    const first = this.#base + this.#kept.length;
    const all: number[] = [];
    for (let i = this.start[location]; i < this.end[location]; i++) all.push(this.at(i));
    const kept = all.filter(isKept);
    if (kept.length === all.length) return;
    this.#kept.push(...kept);
    this.start[location] = first;
    this.end[location] = this.#base + this.#kept.length;
  }

  clear(location: number): void {
    this.end[location] = this.start[location];
  }

  finish(isHidden: Uint8Array): Locations {
    const { lineFunction, lineNumber, lineColumn } = this.#locations;
    const extend = (column: Int32Array): Int32Array => {
      if (this.#kept.length === 0) return column;
      const out = new Int32Array(this.#base + this.#kept.length);
      out.set(column);
      this.#kept.forEach((line, i) => {
        out[this.#base + i] = column[line];
      });
      return out;
    };
    return {
      ...this.#locations,
      isHidden,
      lineStart: this.start,
      lineEnd: this.end,
      lineFunction: extend(lineFunction),
      lineNumber: extend(lineNumber),
      lineColumn: extend(lineColumn),
    };
  }
}

const FOCUSED = 1;
const IGNORED = 2;

/** Samples whose stack is kept, in order. */
export function keepStacks(profile: Profile, isKept: Uint8Array): Int32Array {
  const count = sampleCount(profile);
  const order = new Int32Array(count);
  let length = 0;
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    if (isKept[profile.stack[row]] === 1) order[length++] = row;
  }
  return order.subarray(0, length);
}

/** A location that no line is left of is taken out; a sample without a location left too. */
export function filterByName(
  profile: Profile,
  { focus, ignore, hide, show }: NameFilters,
): { profile: Profile; matched: NameMatched } {
  const matched = { focus: false, ignore: false, hide: false, show: false };
  if (focus === undefined && ignore === undefined && hide === undefined && show === undefined) {
    return { profile, matched: { ...matched, focus: true } };
  }
  const { locations, stacks } = profile;
  const matches = (pattern: Regexp | undefined): Matches | undefined =>
    pattern === undefined ? undefined : new Matches(profile, pattern);
  const [focused, ignored, hiding, showing] = [focus, ignore, hide, show].map(matches);
  const lines = new LineLists(locations);
  const what = new Uint8Array(locations.length);
  const isHidden = locations.isHidden?.slice() ?? new Uint8Array(locations.length);
  for (let i = 0; i < locations.length; i++) {
    if (ignored?.location(i, lines) === true) {
      matched.ignore = true;
      what[i] = IGNORED;
    } else if (focused === undefined || focused.location(i, lines)) {
      matched.focus = true;
      what[i] = FOCUSED;
    }
    if (hiding?.location(i, lines) === true) {
      matched.hide = true;
      if (hiding.mapping(i)) lines.clear(i);
      else lines.keep(i, (line) => !hiding.line(line));
      if (lines.count(i) === 0) isHidden[i] = 1;
    }
    if (showing !== undefined) {
      if (!showing.mapping(i)) {
        lines.keep(i, (line) => locations.lineFunction[line] < 0 || showing.line(line));
      }
      if (lines.count(i) === 0) isHidden[i] = 1;
      else matched.show = true;
    }
  }
  const isKept = new Uint8Array(stacks.length);
  const { from, to, location } = stacks;
  // Without an ignored or a hidden location anywhere the first focused one decides, and the walk ends.
  const isPlain = !matched.ignore && !isHidden.includes(1);
  for (let s = 0; s < stacks.length; s++) {
    const end = to[s];
    let i = from[s];
    if (isPlain) {
      while (i < end && what[location[i]] !== FOCUSED) i += 1;
      if (i < end) isKept[s] = 1;
      continue;
    }
    let isFocused = false;
    let left = 0;
    for (; i < end && what[location[i]] !== IGNORED; i++) {
      if (what[location[i]] === FOCUSED) isFocused = true;
      left += 1 - isHidden[location[i]];
    }
    if (i === end && isFocused && left > 0) isKept[s] = 1;
  }
  const order = keepStacks(profile, isKept);
  // The same object where nothing was taken out of it, so that what is known of it still holds.
  const isSame = hide === undefined && show === undefined;
  const left = isSame ? locations : lines.finish(isHidden);
  return { profile: { ...profile, locations: left, order }, matched };
}

/** Drops the frames above (towards the root of) the highest one that matches, and samples without one. */
export function showFrom(
  profile: Profile,
  pattern: Regexp,
): { profile: Profile; matched: boolean } {
  const { locations, stacks } = profile;
  const matches = new Matches(profile, pattern);
  const isFrom = new Uint8Array(locations.length);
  const lineEnd = locations.lineEnd.slice();
  let matched = false;
  for (let i = 0; i < locations.length; i++) {
    let isMatch = matches.mapping(i);
    for (let line = lineEnd[i] - 1; !isMatch && line >= locations.lineStart[i]; line--) {
      if (!matches.line(line)) continue;
      lineEnd[i] = line + 1;
      isMatch = true;
    }
    if (!isMatch) continue;
    matched = true;
    if (locations.isHidden?.[i] !== 1) isFrom[i] = 1;
  }
  const to = stacks.to.slice();
  const isKept = new Uint8Array(stacks.length);
  for (let s = 0; s < stacks.length; s++) {
    for (let i = stacks.to[s] - 1; i >= stacks.from[s]; i--) {
      if (isFrom[stacks.location[i]] === 0) continue;
      to[s] = i + 1;
      isKept[s] = 1;
      break;
    }
  }
  return {
    profile: {
      ...profile,
      locations: { ...locations, lineEnd },
      stacks: { ...stacks, to },
      order: keepStacks(profile, isKept),
    },
    matched,
  };
}

/** Does the row have what a tag filter asks for. */
export type RowTest = (row: number) => boolean;

export function filterByTag(
  profile: Profile,
  focus: RowTest | undefined,
  ignore: RowTest | undefined,
): { profile: Profile; focused: boolean; ignored: boolean } {
  if (focus === undefined && ignore === undefined) {
    return { profile, focused: sampleCount(profile) > 0, ignored: false };
  }
  const count = sampleCount(profile);
  const order = new Int32Array(count);
  let length = 0;
  let anyFocused = false;
  let anyIgnored = false;
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    const isFocused = focus === undefined || focus(row);
    const isIgnored = ignore !== undefined && ignore(row);
    if (isFocused) anyFocused = true;
    if (isIgnored) anyIgnored = true;
    if (isFocused && !isIgnored) order[length++] = row;
  }
  return {
    profile: { ...profile, order: order.subarray(0, length) },
    focused: anyFocused,
    ignored: anyIgnored,
  };
}

/** Keeps the labels whose key `isKept` accepts. */
export function keepLabels(profile: Profile, isKept: (key: number) => boolean): Profile {
  const { labels } = profile;
  const known = new Map<number, boolean>();
  const keptIndex: number[] = [];
  const start = new Int32Array(labels.start.length);
  for (let row = 0; row + 1 < labels.start.length; row++) {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = labels.key[i];
      let keep = known.get(key);
      if (keep === undefined) {
        keep = isKept(key);
        known.set(key, keep);
      }
      if (keep) keptIndex.push(i);
    }
    start[row + 1] = keptIndex.length;
  }
  if (keptIndex.length === labels.key.length) return profile;
  return {
    ...profile,
    labels: {
      start,
      key: Int32Array.from(keptIndex, (i) => labels.key[i]),
      str: Int32Array.from(keptIndex, (i) => labels.str[i]),
      num: Float64Array.from(keptIndex, (i) => labels.num[i]),
      unit: Int32Array.from(keptIndex, (i) => labels.unit[i]),
    },
  };
}

export function filterTags(
  profile: Profile,
  show: Regexp | undefined,
  hide: Regexp | undefined,
): { profile: Profile; shown: boolean; hidden: boolean } {
  let shown = false;
  let hidden = false;
  if (show === undefined && hide === undefined) return { profile, shown, hidden };
  // Only labels of samples that are left count as matched.
  const isUsed = new Set<number>();
  const { labels } = profile;
  for (let k = 0; k < sampleCount(profile); k++) {
    const row = sampleAt(profile, k);
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) isUsed.add(labels.key[i]);
  }
  const kept = keepLabels(profile, (key) => {
    const name = profile.strings.get(key);
    const isShown = show === undefined || show.test(name);
    const isHidden = hide !== undefined && hide.test(name);
    if (isUsed.has(key)) {
      if (isShown) shown = true;
      if (isHidden) hidden = true;
    }
    return isShown && !isHidden;
  });
  return { profile: kept, shown, hidden };
}

/** The unit of each numeric label, and the other units that were seen for it. */
export interface LabelUnits {
  readonly units: ReadonlyMap<string, string>;
  readonly ignored: ReadonlyMap<string, readonly string[]>;
}

/**
 * The first unit stated for a key holds for all its values. Without any the key itself is the unit,
 * except for the two keys that are known to be bytes.
 */
export function labelUnits(profile: Profile): LabelUnits {
  const { labels, strings } = profile;
  const unitOf = new Map<number, number>();
  const others = new Map<number, Set<number>>();
  const { key: keys, str, unit: unitAt, start } = labels;
  let lastKey = -1;
  let lastUnit = -1;
  const look = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      if (str[i] !== 0 || (keys[i] === lastKey && unitAt[i] === lastUnit)) continue;
      const key = keys[i];
      const unit = unitAt[i];
      lastKey = key;
      lastUnit = unit;
      const known = unitOf.get(key) ?? 0;
      if (known === 0) unitOf.set(key, unit);
      else if (unit !== 0 && unit !== known) {
        const set = others.get(key) ?? new Set();
        set.add(unit);
        others.set(key, set);
      }
    }
  };
  if (profile.order === undefined) look(0, keys.length);
  else for (const row of profile.order) look(start[row], start[row + 1]);
  const units = new Map<string, string>();
  for (const [key, unit] of unitOf) {
    const name = strings.get(key);
    const inferred = name === "alignment" || name === "request" ? "bytes" : name;
    units.set(name, unit === 0 ? inferred : strings.get(unit));
  }
  const ignored = new Map<string, string[]>();
  for (const [key, set] of others) {
    const names = Array.from(set, (unit) => strings.get(unit));
    ignored.set(strings.get(key), names.toSorted(compareText));
  }
  return { units, ignored };
}

export type RangeTest = (value: number, unit: string) => boolean;

const RANGE = /([+-]?[0-9]+)([A-Za-z]+)?/g;

/**
 * "32kb", ":64kb", "4mb:", "12kb:64mb": a test for a value in a unit of the same family; undefined
 * when the text is no range.
 */
export function parseTagRange(text: string): RangeTest | undefined {
  const found = [...text.matchAll(RANGE)].slice(0, 2);
  const [first, second] = found;
  if (first === undefined) return undefined;
  const unitText = first[2] ?? "";
  const { value: low, unit } = scale(Number(first[1]), unitText, unitText);
  const against =
    (test: (value: number) => boolean): RangeTest =>
    (value, from) => {
      const scaled = scale(value, from, unit);
      return scaled.unit === unit && test(scaled.value);
    };
  if (second === undefined) {
    if (text === first[0]) return against((value) => value === low);
    if (text === `${first[0]}:`) return against((value) => value >= low);
    if (text === `:${first[0]}`) return against((value) => value <= low);
    return undefined;
  }
  if (text !== `${first[0]}:${second[0]}`) return undefined;
  const { value: high, unit: highUnit } = scale(Number(second[1]), second[2] ?? "", unit);
  if (highUnit !== unit) return undefined;
  return against((value) => value >= low && value <= high);
}

/**
 * A tag filter as given: `[key=]range` or `[key=]pattern[,pattern…]`. Patterns without a key all have
 * to match some "key:value"; with a key one of them has to match one value.
 */
export interface TagFilter {
  readonly key: string | undefined;
  readonly range: RangeTest | undefined;
  readonly patterns: readonly Regexp[];
}

export function tagTest(
  profile: Profile,
  { key, range, patterns }: TagFilter,
  units: ReadonlyMap<string, string>,
): RowTest {
  const { labels, strings } = profile;
  if (range !== undefined) {
    return (row) => {
      for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
        if (labels.str[i] !== 0) continue;
        const name = strings.get(labels.key[i]);
        if (key !== undefined && name !== key) continue;
        if (range(labels.num[i], units.get(name) ?? "")) return true;
      }
      return false;
    };
  }
  const tested = patterns.map(() => new Map<string, boolean>());
  const test = (at: number, text: string): boolean => {
    const known = tested[at].get(text);
    if (known !== undefined) return known;
    const matched = patterns[at].test(text);
    tested[at].set(text, matched);
    return matched;
  };
  const some = (row: number, at: number): boolean => {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      if (labels.str[i] === 0) continue;
      const name = strings.get(labels.key[i]);
      const value = strings.get(labels.str[i]);
      if (key === undefined ? test(at, `${name}:${value}`) : name === key && test(at, value)) {
        return true;
      }
    }
    return false;
  };
  if (key === undefined) return (row) => patterns.every((_, at) => some(row, at));
  return (row) => patterns.some((_, at) => some(row, at));
}
