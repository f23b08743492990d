// Profiles as they come to one profile ready for reports: sources merged, a base subtracted, frames
// dropped that the profile itself calls uninteresting. Authority: google/pprof internal/driver/fetch.go,
// internal/symbolizer/symbolizer.go (2026-07).

import { combine, normalize, scaleAll, setLabel } from "./merge.ts";
import { ProfileError, type Profile } from "./profile.ts";
import { removeUninteresting } from "./prune.ts";
import { tidyNames } from "./tidy-names.ts";
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
  /** Names that look like demangled C++ lose their arguments. */
  readonly tidiesNames: boolean;
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

/** @throws ProfileError when the profiles cannot be combined */
export function loadProfile(options: LoadOptions): Profile {
  const { executable, buildId } = options;
  const ready = (profiles: readonly Profile[]): Profile =>
    combine(profiles.map((profile) => withProgram(profile, executable, buildId)));
  if (options.sources.length === 0) {
    throw new ProfileError("failed to fetch any source profiles");
  }
  let profile = ready(options.sources);
  if (options.bases.length > 0) {
    let base = ready(options.bases);
    if (options.isDiffBase) base = setLabel(base, BASE_LABEL, "true");
    if (options.normalize) profile = normalize(profile, base);
    profile = combine([profile, scaleAll(base, -1)]);
  }
  if (options.tidiesNames) profile = tidyNames(profile);
  if (!options.allFrames) profile = removeUninteresting(profile);
  const { comment } = options;
  return comment === undefined || comment === ""
    ? profile
    : { ...profile, comments: [...profile.comments, comment] };
}
