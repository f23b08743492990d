// What a caller gives to a capture and gets from it. Everything that people read is made from codes and
// parameters elsewhere.

import type {
  CaptureCost,
  CaptureNote,
  CaptureRecord,
} from "@heapwright/core/evidence/capture-record.ts";
import type { HttpTimeouts } from "../http/client.ts";
import type { TlsOptions } from "../http/tls.ts";

/** At least one of the three. */
export interface CaptureTarget {
  /** `http://h:p`, `h:p`, `:p`, or the address of a profile folder or of one profile. */
  readonly url?: string;
  readonly pid?: number;
  /** Path of a unix socket on which the service answers HTTP. */
  readonly unix?: string;
}

export interface CaptureOptions {
  /** Where to write: a folder that does not exist yet or is empty. */
  readonly folder: string;
  /** Default 60 000. 0 takes one snapshot and no series. */
  readonly durationMs?: number;
  /** Time between two samples of the series; default 1 000, stretched to ≤ 600 samples a capture. */
  readonly everyMs?: number;
  /** Force a GC before each heap profile: changes the service's own timing, so only on request. */
  readonly gc?: boolean;
  /** One execution trace, alone, at the end. */
  readonly trace?: boolean;
  /** Its length; default 5 000. */
  readonly traceMs?: number;
  /** A page with Go's metrics or the service's request counters: a URL, or a path on the target. */
  readonly metricsUrl?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly tls?: TlsOptions;
  /** Profile folder instead of /debug/pprof. */
  readonly prefix?: string;
  /** Overrides of the waits for the service (http/client.ts). */
  readonly timeouts?: Partial<HttpTimeouts>;
  /** Labels whose values may be written as they are. */
  readonly keepLabels?: readonly string[];
  /** The capture ends when the folder holds this many bytes; default 1 GiB. */
  readonly limitBytes?: number;
  /** Name and version of the program, for the seal. */
  readonly tool?: string;
  /** Called when a record is on disk; the first is heap?debug=1, enough for a first verdict. */
  readonly onArtefact?: (record: CaptureRecord, folder: string) => void;
}

export type CapturePhase = "connect" | "snapshot" | "series" | "trace" | "end";

export interface CaptureProgress {
  readonly phase: CapturePhase;
  readonly snapshotsTaken: number;
  readonly snapshotsPlanned: number;
  /** GC cycles since the first snapshot; undefined while unknown. */
  readonly cycles: number | undefined;
  readonly elapsedMs: number;
  readonly remainingMs: number;
  readonly records: number;
}

export type CaptureEnd = "done" | "interrupted" | "target-died" | "limit";

/** How it was made sure that the pid is the process behind the URL. */
export type SamePidProof =
  /** The start address of [vdso] in the heap profile equals the one in /proc. */
  | "vdso"
  /** MaxRSS in the reply lies between two readings of VmHWM. */
  | "max-rss"
  /** The user named the pid and nothing contradicts it. */
  | "given"
  | "none";

export interface CapturedProcess {
  readonly pid: number | undefined;
  readonly comm: string | undefined;
  readonly foundBy: "given" | "listening-socket" | undefined;
  readonly proof: SamePidProof;
  /** Age of the process at the start of the capture. */
  readonly uptimeSec: number | undefined;
  readonly executable: string | undefined;
}

export interface CaptureOutcome {
  readonly folder: string;
  readonly ended: CaptureEnd;
  /** For target-died: "pid-gone", "pid-reused", "connection-refused", "process-changed". */
  readonly reason: string | undefined;
  readonly target: string;
  readonly process: CapturedProcess;
  readonly records: readonly CaptureRecord[];
  readonly notes: readonly CaptureNote[];
  readonly cost: CaptureCost;
}
