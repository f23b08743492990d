// Frames that a profile, or the user, wants left out at the leaf end: drop_frames and keep_frames of
// the file, prune_from of the command line. Authority: google/pprof profile/prune.go (2026-07).

import { Regexp } from "./regexp/regexp.ts";
import { RegexpError } from "./regexp/syntax.ts";
import type { Profile } from "./profile.ts";

/** Argument lists are cut off, except in the names that contain brackets by themselves. */
export function simplifiedName(name: string): string {
  const text = name.startsWith(".") ? name.slice(1) : name;
  const brackets = /\(anonymous namespace\)|operator\(\)|\(/g;
  for (const match of text.matchAll(brackets)) {
    if (match[0] === "(") return text.slice(0, match.index);
  }
  return text;
}

class NameMatches {
  readonly #profile: Profile;
  readonly #isWanted: (name: string) => boolean;
  /** By string index: 0 unknown, 1 no, 2 yes. */
  readonly #known = new Map<number, boolean>();

  constructor(profile: Profile, isWanted: (name: string) => boolean) {
    this.#profile = profile;
    this.#isWanted = isWanted;
  }

  /** Does the function of line `line` have a name that matches. */
  line(line: number): boolean {
    const { functions, locations, strings } = this.#profile;
    const fn = locations.lineFunction[line];
    if (fn < 0 || functions.name[fn] === 0) return false;
    const name = functions.name[fn];
    let known = this.#known.get(name);
    if (known === undefined) {
      known = this.#isWanted(simplifiedName(strings.get(name)));
      this.#known.set(name, known);
    }
    return known;
  }
}

const UNTOUCHED = 0;
const PRUNE_BENEATH = 1;
const PRUNE_ALL = 2;

/**
 * Drops every frame at and below one whose name `drop` matches and `keep` does not, seen from the
 * root, but nothing before the first frame that is the program's own.
 */
export function prune(
  profile: Profile,
  drop: (name: string) => boolean,
  keep: (name: string) => boolean,
): Profile {
  const { locations, stacks } = profile;
  const matches = new NameMatches(profile, (name) => drop(name) && !keep(name));
  const mark = new Uint8Array(locations.length);
  const lineStart = locations.lineStart.slice();
  let marked = 0;
  for (let i = 0; i < locations.length; i++) {
    const end = locations.lineEnd[i];
    let line = end - 1;
    while (line >= locations.lineStart[i] && !matches.line(line)) line -= 1;
    if (line < locations.lineStart[i]) continue;
    marked += 1;
    if (line === end - 1) mark[i] = PRUNE_ALL;
    else {
      mark[i] = PRUNE_BENEATH;
      lineStart[i] = line + 1;
    }
  }
  if (marked === 0) return profile;
  const from = stacks.from.slice();
  for (let s = 0; s < stacks.length; s++) {
    let isOwn = false;
    for (let i = stacks.to[s] - 1; i >= stacks.from[s]; i--) {
      const what = mark[stacks.location[i]];
      if (what === UNTOUCHED) isOwn = true;
      else if (isOwn) {
        from[s] = what === PRUNE_ALL ? i + 1 : i;
        break;
      }
    }
  }
  return { ...profile, locations: { ...locations, lineStart }, stacks: { ...stacks, from } };
}

/** Drops what lies below the frame nearest to the leaf that matches; that frame stays. */
export function pruneFrom(profile: Profile, pattern: Regexp): Profile {
  const { locations, stacks } = profile;
  const matches = new NameMatches(profile, (name) => pattern.test(name));
  const isMarked = new Uint8Array(locations.length);
  const lineStart = locations.lineStart.slice();
  for (let i = 0; i < locations.length; i++) {
    for (let line = locations.lineStart[i]; line < locations.lineEnd[i]; line++) {
      if (!matches.line(line)) continue;
      isMarked[i] = locations.isHidden?.[i] === 1 ? 0 : 1;
      lineStart[i] = line;
      break;
    }
  }
  const from = stacks.from.slice();
  for (let s = 0; s < stacks.length; s++) {
    for (let i = stacks.from[s]; i < stacks.to[s]; i++) {
      if (isMarked[stacks.location[i]] === 0) continue;
      from[s] = i;
      break;
    }
  }
  return { ...profile, locations: { ...locations, lineStart }, stacks: { ...stacks, from } };
}

/** undefined: the pattern is none. The tool then prunes nothing, and says nothing. */
function anchored(pattern: string): Regexp | undefined {
  try {
    return new Regexp(`^(${pattern})$`);
  } catch (error) {
    if (error instanceof RegexpError) return undefined;
    throw error;
  }
}

/** Applies the profile's own drop_frames and keep_frames. */
export function removeUninteresting(profile: Profile): Profile {
  if (profile.dropFrames === "") return profile;
  const drop = anchored(profile.dropFrames);
  const keep = profile.keepFrames === "" ? undefined : anchored(profile.keepFrames);
  if (drop === undefined || (keep === undefined && profile.keepFrames !== "")) return profile;
  return prune(
    profile,
    (name) => drop.test(name),
    (name) => keep?.test(name) ?? false,
  );
}
