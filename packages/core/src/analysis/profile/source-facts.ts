// What the engine's profile no longer says of the files it was made from: their kind, their rate where
// the file states none, the GC cycle they show, whether they are differences.

import type { CapturedRecord } from "../../evidence/capture-record.ts";
import { shownCycle } from "../../evidence/shown-cycle.ts";
import { profileKindOf } from "../../goruntime/profile-kind.ts";
import type { ProfileKind, ProfileTable } from "../../model/tables/profile.ts";
import { basePath } from "./go-format.ts";
import type { Profile } from "./profile.ts";

export interface SourceFacts {
  readonly name: string;
  readonly kind: ProfileKind;
  /** Name of the executable's file; undefined where the file does not state it, as text never does. */
  readonly program?: string | undefined;
  /** Values were raw samples in the file and have been scaled on reading. */
  readonly isText: boolean;
  readonly isDelta: boolean;
  /** Undefined: not stated. 0: sampling was off. */
  readonly period: number | undefined;
  readonly timeMs: number | undefined;
  readonly durationNs: number | undefined;
  /** GC cycles that had ended; undefined unknown. */
  readonly numGC: number | undefined;
  /** Cycle whose end the live values show; undefined unknown, 0 where there is none yet. */
  readonly cycle: number | undefined;
  /** The Go release in the paths of the runtime's sources or beside the file; undefined unknown. */
  readonly goVersion: string | undefined;
}

/** GOROOT of a release or of a toolchain in the module cache, as compiled into file names. */
const GOROOT =
  /(?:^|[/\\])(?:toolchain@v[^/\\]*-)?go(1\.\d{1,2}(?:\.\d{1,3})?(?:rc\d+)?)[^/\\]*[/\\]src[/\\]runtime[/\\]/;

/** Misleads where a folder was named after another release than it holds; `-trimpath` leaves nothing. */
function goVersionOf({ functions, strings }: ProfileTable): string | undefined {
  let last = -1;
  for (let i = 0; i < functions.length; i++) {
    const file = functions.file[i];
    if (file === last || file === 0) continue;
    last = file;
    const match = GOROOT.exec(strings.get(file));
    if (match !== null) return `go${match[1]}`;
  }
  return undefined;
}

/** The first mapping is the executable's, as Go and google/pprof write them. */
function programOf({ mappings, strings }: ProfileTable): string | undefined {
  const file = mappings.length === 0 ? "" : strings.get(mappings.file[0]);
  return file === "" || file.startsWith("[") ? undefined : basePath(file);
}

const NO_CLOCK = { endOf: () => Number.NaN, lastEndedAt: () => undefined };

/** Unknown where only some cycles were forced: the last may be one of them and then shows itself. */
function cycleOf(
  numGC: number | undefined,
  numForced: number,
  wasForced: boolean,
): number | undefined {
  if (numGC === undefined) return undefined;
  const isForced = wasForced || (numForced > 0 && numForced === numGC);
  if (numForced > 0 && !isForced) return undefined;
  if (numGC < 2 && !isForced) return 0;
  return shownCycle(numGC, isForced, Number.NaN, NO_CLOCK).cycle;
}

/** @param record of the capture that the file is from, where there is one */
export function sourceFacts(
  name: string,
  table: ProfileTable,
  record: CapturedRecord | undefined,
): SourceFacts {
  const { memStats } = table;
  // A cycle that ended while the reply was written may be in it or not.
  const before = record?.numGCBefore;
  const after = record?.numGCAfter ?? before;
  const numGC = memStats?.numGC ?? (before === after ? before : undefined);
  return {
    name,
    kind: table.profileKind,
    program: programOf(table),
    isText: table.encoding === "text",
    isDelta: table.isDelta,
    period: table.period,
    timeMs: table.timeMs,
    durationNs: table.durationNs,
    numGC,
    cycle: cycleOf(numGC, memStats?.numForcedGC ?? 0, record?.intrusiveness === "forced-gc"),
    goVersion: goVersionOf(table),
  };
}

/** What a profile says of itself where the file it came from is not at hand. */
export function factsOfProfile(profile: Profile): SourceFacts {
  const kind = profileKindOf({
    sampleTypes: profile.sampleTypes,
    statedDefault: profile.defaultSampleType,
    hasDuration: profile.durationNanos > 0,
    name: "",
    // Block and mutex profiles are alike in what can be counted: nothing.
    leafNames: () => [],
  });
  return {
    name: "",
    kind,
    isText: false,
    isDelta: false,
    period: profile.period,
    timeMs: undefined,
    durationNs: undefined,
    numGC: undefined,
    cycle: undefined,
    goVersion: undefined,
  };
}

/** The kind of several files together: the one they share. Heaps and allocations hold the same columns. */
export function commonKind(sources: readonly SourceFacts[]): ProfileKind {
  const [first] = sources;
  if (first === undefined) return "other";
  if (sources.every(({ kind }) => kind === first.kind)) return first.kind;
  return sources.every(({ kind }) => kind === "heap" || kind === "allocs") ? "heap" : "other";
}
