// Profiles as they come to one profile ready for reports: sources merged, a base subtracted, frames
// dropped that the profile itself calls uninteresting. Authority: google/pprof internal/driver/fetch.go,
// internal/symbolizer/symbolizer.go (2026-07).

import { combine, normalize, scaleAll, setLabel } from "./merge.ts";
import { ProfileError, type Profile } from "./profile.ts";
import { removeUninteresting } from "./prune.ts";
import { tidyNames, type Naming } from "./tidy-names.ts";
import { BASE_LABEL } from "./weights.ts";

export interface LoadOptions {
  readonly sources: readonly Profile[];
  /** Profiles to subtract. */
  readonly bases: readonly Profile[];
  /** The base's samples are marked, so that percentages are of the base alone. */
  readonly isDiffBase: boolean;
  /** Scales the sources to the base's totals first. */
  readonly normalize: boolean;
  /** Path of the program, in place of what the profile says. */
  readonly executable: string | undefined;
  readonly buildId: string | undefined;
  readonly comment: string | undefined;
  /** What becomes of names that look like C++; undefined: they stay as they are. */
  readonly naming: Naming | undefined;
  /** drop_frames is not applied. */
  readonly allFrames: boolean;
}

/** Go's writer leaves mappings out on some systems: one is made up, and the program's name goes there. */
function withProgram(
  profile: Profile,
  executable: string | undefined,
  buildId: string | undefined,
): Profile {
  let { mappings, locations } = profile;
  const { strings } = profile;
  if (mappings.length === 0) {
    mappings = {
      length: 1,
      id: Float64Array.of(1),
      start: Float64Array.of(0),
      limit: Float64Array.of(0),
      offset: Float64Array.of(0),
      file: Int32Array.of(0),
      buildId: Int32Array.of(0),
      flags: Uint8Array.of(0),
    };
    locations = { ...locations, mapping: new Int32Array(locations.length) };
  }
  if (executable !== undefined) {
    const file = mappings.file.slice();
    file[0] = strings.intern(executable);
    mappings = { ...mappings, file };
  }
  if (buildId !== undefined && buildId !== "" && mappings.buildId[0] === 0) {
    const ids = mappings.buildId.slice();
    ids[0] = strings.intern(buildId);
    mappings = { ...mappings, buildId: ids };
  }
  return { ...profile, mappings, locations };
}

/** `url.Parse(text)` of Go gives a URL with a scheme (src/net/url, Go 1.26). */
function isAbsoluteUrl(text: string): boolean {
  const match = /^[a-z][a-z\d+.-]*:(.*)$/is.exec(text);
  if (match === null || /\p{Cc}/u.test(text)) return false;
  // What begins with no slash is taken as it stands.
  const [, rest = ""] = match;
  return !rest.startsWith("/") || !/%(?![\da-f]{2})/i.test(rest);
}

/**
 * Mappings that are named by an address, without a build id, lose it: the tool puts the address of the
 * server there while it looks for symbols, and cannot tell it from what the profile says.
 */
function withoutAddresses(profile: Profile): Profile {
  const { mappings, strings } = profile;
  const isAddress = (i: number): boolean =>
    mappings.buildId[i] === 0 && isAbsoluteUrl(strings.get(mappings.file[i]));
  if (!mappings.file.some((_, i) => isAddress(i))) return profile;
  const file = mappings.file.map((at, i) => (isAddress(i) ? 0 : at));
  return { ...profile, mappings: { ...mappings, file } };
}

/** Profiles of one side that cannot be made one. */
export class UnmergeableError extends ProfileError {
  readonly side: "source" | "base";

  constructor(side: "source" | "base", message: string) {
    super(message);
    this.name = "UnmergeableError";
    this.side = side;
  }
}

function merged(side: "source" | "base", merge: () => Profile): Profile {
  try {
    return merge();
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw new UnmergeableError(side, error.message);
  }
}

/** @throws ProfileError when the profiles cannot be combined */
export function loadProfile(options: LoadOptions): Profile {
  const { executable, buildId } = options;
  const ready = (profiles: readonly Profile[]): Profile =>
    combine(profiles.map((profile) => withProgram(profile, executable, buildId)));
  if (options.sources.length === 0) {
    throw new ProfileError("failed to fetch any source profiles");
  }
  let profile = merged("source", () => ready(options.sources));
  if (options.bases.length > 0) {
    let base = merged("base", () => ready(options.bases));
    if (options.isDiffBase) base = setLabel(base, BASE_LABEL, "true");
    if (options.normalize) profile = normalize(profile, base);
    profile = combine([profile, scaleAll(base, -1)]);
  }
  if (options.naming !== undefined) profile = tidyNames(profile, options.naming);
  if (!options.allFrames) profile = removeUninteresting(profile);
  profile = withoutAddresses(profile);
  const { comment } = options;
  return comment === undefined || comment === ""
    ? profile
    : { ...profile, comments: [...profile.comments, comment] };
}
