// Granularity: what of a location's identity a report keeps. Authority: google/pprof
// internal/driver/driver.go aggregate, profile/profile.go Aggregate (2026-07).

import { ProfileError, type Profile } from "./profile.ts";

export const GRANULARITIES = ["functions", "filefunctions", "files", "lines", "addresses"] as const;

interface Kept {
  readonly inlines: boolean;
  readonly functions: boolean;
  readonly files: boolean;
  readonly lines: boolean;
  readonly columns: boolean;
  readonly addresses: boolean;
}

function keep(profile: Profile, kept: Kept): Profile {
  let { functions, locations, mappings } = profile;
  const flags =
    (kept.functions ? 1 : 0) | (kept.files ? 2 : 0) | (kept.lines ? 4 : 0) | (kept.inlines ? 8 : 0);
  mappings = { ...mappings, flags: mappings.flags.map((has) => has & flags) };
  if (!kept.functions || !kept.files) {
    const none = new Int32Array(functions.length);
    functions = {
      ...functions,
      ...(kept.functions ? {} : { name: none, systemName: none }),
      ...(kept.files ? {} : { file: none }),
    };
  }
  const noLines = new Int32Array(locations.lineNumber.length);
  locations = {
    ...locations,
    ...(kept.lines ? {} : { lineNumber: noLines, lineColumn: noLines }),
    ...(kept.columns ? {} : { lineColumn: noLines }),
    ...(kept.addresses
      ? {}
      : { address: new Float64Array(locations.length), bigAddress: new Map<number, bigint>() }),
  };
  if (!kept.inlines) {
    const lineStart = locations.lineStart.slice();
    for (let i = 0; i < lineStart.length; i++) {
      if (locations.lineEnd[i] - lineStart[i] > 1) lineStart[i] = locations.lineEnd[i] - 1;
    }
    locations = { ...locations, lineStart };
  }
  return { ...profile, functions, locations, mappings };
}

/** `granularity` "" is the default, functions without their files. */
export function aggregate(
  profile: Profile,
  granularity: string,
  noInlines: boolean,
  columns: boolean,
): Profile {
  const base = { inlines: !noInlines, columns, addresses: false };
  switch (granularity) {
    case "addresses":
      if (!noInlines) return profile;
      return keep(profile, { ...base, functions: true, files: true, lines: true, addresses: true });
    case "lines":
      return keep(profile, { ...base, functions: true, files: true, lines: true });
    case "files":
      return keep(profile, { ...base, functions: false, files: true, lines: false });
    case "":
    case "functions":
      return keep(profile, { ...base, functions: true, files: false, lines: false });
    case "filefunctions":
      return keep(profile, { ...base, functions: true, files: true, lines: false });
    default:
      throw new ProfileError("unexpected granularity");
  }
}
