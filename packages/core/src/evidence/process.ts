// What is known of one process after linking. Everything downstream starts here.

import type { Statement } from "../model/message.ts";
import type { GcSegment } from "../model/tables/gc-cycles.ts";
import type { GoroutineTable } from "../model/tables/goroutines.ts";
import type { MemStats } from "../model/tables/memstats.ts";
import type { MetricsSample } from "../model/tables/metrics.ts";
import type { ProfileTable } from "../model/tables/profile.ts";
import type { TraceTable } from "../model/tables/trace.ts";
import type {
  BuildInfoTable,
  ContainerFacts,
  MeminfoTable,
  ProcStatTable,
  ProcStatusTable,
  SmapsTable,
} from "../model/tables/system.ts";
import type { MinorRange } from "../goruntime/version.ts";
import type { Artefact } from "./artefact.ts";

/** `none`: no clock at all. `file`: modification time. `reply`: stated by the artefact or manifest. */
export type ClockKind = "reply" | "file" | "neighbour" | "none";

export interface Timed<T> {
  /** Unix ms; NaN with clock "none", and then only the order is known. */
  readonly timeMs: number;
  readonly clock: ClockKind;
  readonly artefact: Artefact;
  /** Row key within the artefact, for evidence ids ("" = the whole). */
  readonly row: string;
  readonly value: T;
}

export interface HeapSnapshot {
  readonly artefact: Artefact;
  readonly profile: ProfileTable;
  /** When the reply was made; NaN unknown. */
  readonly replyMs: number;
  /** GC cycle whose end the profile shows: one before NumGC (shown-cycle.ts); undefined unknown. */
  readonly cycle: number | undefined;
  /** End of that cycle, Unix ms; NaN unknown. */
  readonly cycleEndMs: number;
  readonly memStats: MemStats | undefined;
}

export interface CgroupState {
  /** undefined where no file told v1 from v2. */
  readonly version: 1 | 2 | undefined;
  /** Files by name: "memory.current" → values. */
  readonly files: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * How sure it is that all evidence of a process is of one process. `proved`: manifest, or address
 * and counters agree. `assumed`: nothing speaks against it. `unknown`: it could be replicas; then
 * growth is never said above low confidence.
 */
export type Sameness = "proved" | "assumed" | "unknown";

export interface GoVersionFact {
  readonly range: MinorRange;
  /** "go1.26.8" when exact, else "Go ≥ 1.24"; undefined when nothing told. */
  readonly text: string | undefined;
  readonly source: "build-info" | "metrics" | "trace" | "stack-paths" | "stack-frames" | "none";
}

export interface EffectiveSettings {
  /** Per cent; −1 = off; undefined = not told (the default would be 100). */
  readonly gogcPercent: number | undefined;
  readonly gogcSource: "metrics" | "environment" | "goals" | "default" | "none";
  /** Bytes; Infinity = none set; undefined = not told. */
  readonly goMemLimit: number | undefined;
  readonly goMemLimitSource: "metrics" | "environment" | "none";
  readonly godebug: ReadonlyMap<string, string>;
}

export interface ProcessEvidence {
  readonly key: string;
  readonly name: string;
  readonly pid: number | undefined;
  readonly sameness: Sameness;
  readonly goVersion: GoVersionFact;
  readonly settings: EffectiveSettings;
  /** Ordered by cycle, then reply; deltas are in `otherProfiles`. */
  readonly heap: readonly HeapSnapshot[];
  readonly goroutineProfiles: readonly Timed<ProfileTable>[];
  readonly goroutineDumps: readonly Timed<GoroutineTable>[];
  readonly otherProfiles: readonly Timed<ProfileTable>[];
  readonly traces: readonly Timed<TraceTable>[];
  readonly memStats: readonly Timed<MemStats>[];
  readonly metrics: readonly Timed<MetricsSample>[];
  /** Segments of this process; usually one. */
  readonly gctrace: readonly { readonly artefact: Artefact; readonly segment: GcSegment }[];
  /** Unix ms of process start (runtime init); NaN unknown. */
  readonly startMs: number;
  readonly status: readonly Timed<ProcStatusTable>[];
  readonly stat: readonly Timed<ProcStatTable>[];
  readonly smaps: readonly Timed<SmapsTable>[];
  readonly cgroup: readonly Timed<CgroupState>[];
  /** Its memory controller's path is "/": the machine's own group, or a container that sees itself. */
  readonly isRootGroup: boolean;
  readonly meminfo: Timed<MeminfoTable> | undefined;
  readonly buildInfo: BuildInfoTable | undefined;
  readonly container:
    | { readonly pod: string; readonly facts: ContainerFacts; readonly artefact: Artefact }
    | undefined;
  /** Last instant any evidence speaks of, Unix ms; NaN unknown. */
  readonly lastMs: number;
  readonly artefacts: readonly Artefact[];
  readonly linking: readonly Statement[];
}
