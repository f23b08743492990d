// Labels as frames: tagroot puts a pseudo frame for each key at the root of every stack, tagleaf at
// the leaf. Authority: google/pprof internal/driver/tagroot.go (2026-07).

import { GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { scaledLabel } from "./measurement.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";

/** New functions and locations, one for each (text, key). */
class PseudoFrames {
  readonly #profile: Profile;
  readonly #known = new Map<string, number>();
  readonly #name = new GrowingInt32();
  readonly #file = new GrowingInt32();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  location(text: string, key: string): number {
    const name = this.#profile.strings.intern(text);
    const file = this.#profile.strings.intern(key);
    const id = `${name}/${file}`;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const row = this.#profile.locations.length + this.#name.length;
    this.#name.push(name);
    this.#file.push(file);
    this.#known.set(id, row);
    return row;
  }

  finish(): Pick<Profile, "functions" | "locations"> {
    const { functions, locations } = this.#profile;
    const more = this.#name.length;
    const ints = (column: Int32Array, tail: (i: number) => number): Int32Array => {
      const out = new Int32Array(column.length + more);
      out.set(column);
      for (let i = 0; i < more; i++) out[column.length + i] = tail(i);
      return out;
    };
    const lines = locations.lineFunction.length;
    const none = (): number => 0;
    const nextId = locations.id.reduce((most, id) => Math.max(most, id), 0) + 1;
    const id = new Float64Array(locations.length + more);
    id.set(locations.id);
    for (let i = 0; i < more; i++) id[locations.length + i] = nextId + i;
    const address = new Float64Array(locations.length + more);
    address.set(locations.address);
    const isFolded = new Uint8Array(locations.length + more);
    isFolded.set(locations.isFolded);
    const functionRow = (i: number): number => functions.length + i;
    return {
      functions: {
        length: functions.length + more,
        name: ints(functions.name, (i) => this.#name.data[i]),
        systemName: ints(functions.systemName, none),
        file: ints(functions.file, (i) => this.#file.data[i]),
        startLine: ints(functions.startLine, none),
      },
      locations: {
        length: locations.length + more,
        id,
        address,
        bigAddress: locations.bigAddress,
        mapping: ints(locations.mapping, () => -1),
        isFolded,
        isHidden: undefined,
        lineStart: ints(locations.lineStart, (i) => lines + i),
        lineEnd: ints(locations.lineEnd, (i) => lines + i + 1),
        lineFunction: ints(locations.lineFunction, functionRow),
        lineNumber: ints(locations.lineNumber, none),
        lineColumn: ints(locations.lineColumn, none),
      },
    };
  }
}

/** Texts of the labels of one key: strings, then numbers in the unit asked for. */
function labelTexts(profile: Profile, row: number, key: number, unit: string): string[] {
  const { labels, strings } = profile;
  const texts: string[] = [];
  const numbers: number[] = [];
  let hasUnit = false;
  for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
    if (labels.key[i] !== key) continue;
    if (labels.str[i] !== 0) texts.push(strings.get(labels.str[i]));
    else {
      numbers.push(i);
      if (labels.unit[i] !== 0) hasUnit = true;
    }
  }
  for (const i of numbers) {
    texts.push(
      hasUnit
        ? scaledLabel(labels.num[i], strings.get(labels.unit[i]), unit)
        : scaledLabel(labels.num[i], "", ""),
    );
  }
  return texts;
}

export interface TagNodes {
  readonly profile: Profile;
  readonly rootMatched: boolean;
  readonly leafMatched: boolean;
}

export function addTagNodes(
  profile: Profile,
  rootKeys: readonly string[],
  leafKeys: readonly string[],
  unit: string,
): TagNodes {
  if (rootKeys.length === 0 && leafKeys.length === 0) {
    return { profile, rootMatched: false, leafMatched: false };
  }
  const { stacks } = profile;
  const frames = new PseudoFrames(profile);
  const lists = new IntLists();
  const stack = new Int32Array(profile.stack.length);
  const matched = { root: false, leaf: false };
  // The first key is nearest to the root, the last nearest to the leaf.
  const keysOf = (keys: readonly string[]) =>
    keys.toReversed().map((key) => ({ key, index: profile.strings.find(key) }));
  const root = keysOf(rootKeys);
  const leaf = keysOf(leafKeys);
  const add = (row: number, keys: ReturnType<typeof keysOf>, which: "root" | "leaf"): number[] =>
    keys.map(({ key, index }) => {
      const texts = index < 0 ? [] : labelTexts(profile, row, index, unit);
      if (texts.length > 0) matched[which] = true;
      return frames.location(texts.join(","), key);
    });
  const count = sampleCount(profile);
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    const old = profile.stack[row];
    // Roots first: the ids of the new locations are in the order in which they are made.
    const roots = add(row, root, "root");
    const leaves = add(row, leaf, "leaf");
    const inner = stacks.location.subarray(stacks.from[old], stacks.to[old]);
    const whole = new Int32Array(leaves.length + inner.length + roots.length);
    whole.set(leaves);
    whole.set(inner, leaves.length);
    whole.set(roots, leaves.length + inner.length);
    stack[row] = lists.intern(whole, 0, whole.length);
  }
  const start = lists.start.finish();
  return {
    profile: {
      ...profile,
      ...frames.finish(),
      stack,
      stacks: {
        length: lists.length,
        from: start.subarray(0, lists.length),
        to: start.subarray(1),
        location: lists.data.finish(),
      },
    },
    rootMatched: matched.root,
    leafMatched: matched.leaf,
  };
}
