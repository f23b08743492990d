// The kernel's, the container's and the linker's view of a process. Bytes unless said; a field that
// the input did not state is absent.

import type { StringTable } from "../strings.ts";

/** /proc/PID/status */
export interface ProcStatusTable {
  readonly kind: "proc-status";
  readonly name: string;
  readonly pid: number | undefined;
  readonly threads: number | undefined;
  readonly vmPeak?: number;
  readonly vmSize?: number;
  readonly vmHwm?: number;
  readonly vmRss?: number;
  readonly rssAnon?: number;
  readonly rssFile?: number;
  readonly rssShmem?: number;
  readonly vmSwap?: number;
  readonly vmPte?: number;
}

/** /proc/PID/stat; times in clock ticks (USER_HZ, 100 on every Linux port of Go). */
export interface ProcStatTable {
  readonly kind: "proc-stat";
  readonly pid: number;
  readonly comm: string;
  readonly userTicks: number;
  readonly systemTicks: number;
  /** After boot. */
  readonly startTicks: number;
  readonly threads: number;
  readonly rssPages: number;
}

/**
 * /proc/PID/smaps, smaps_rollup or maps. A rollup has one row; maps has sizes only (rss etc. NaN).
 */
export interface SmapsTable {
  readonly kind: "smaps";
  readonly form: "smaps" | "rollup" | "maps";
  readonly strings: StringTable;
  readonly rows: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** String index of "rw-p". */
  readonly permissions: Int32Array;
  readonly inode: Float64Array;
  /** String index of the path, "[heap]", "[anon: Go: heap]", "" for anonymous. */
  readonly name: Int32Array;
  readonly rss: Float64Array;
  readonly pss: Float64Array;
  readonly anonymous: Float64Array;
  readonly privateDirty: Float64Array;
  readonly shared: Float64Array;
  readonly lazyFree: Float64Array;
  readonly anonHugePages: Float64Array;
  readonly swap: Float64Array;
}

/** /proc/PID/limits; Infinity = unlimited. */
export interface ProcLimitsTable {
  readonly kind: "proc-limits";
  readonly addressSpace?: number;
  readonly data?: number;
  readonly residentSet?: number;
  readonly openFiles?: number;
}

export interface ProcCgroupTable {
  readonly kind: "proc-cgroup";
  /** v2 has one entry with hierarchy 0 and no controllers. */
  readonly entries: readonly {
    readonly hierarchy: number;
    readonly controllers: readonly string[];
    readonly path: string;
  }[];
}

/** GO* variables only; everything else in an environment is dropped at reading. */
export interface GoEnvTable {
  readonly kind: "go-env";
  readonly variables: ReadonlyMap<string, string>;
}

export interface MeminfoTable {
  readonly kind: "meminfo";
  readonly memTotal?: number;
  readonly memFree?: number;
  readonly memAvailable?: number;
  readonly swapTotal?: number;
  readonly swapFree?: number;
}

/**
 * One control file of cgroup v1 or v2. Single-value files have the key ""; `max` is Infinity (and so
 * is v1's 2^63 − 4096). `memory.stat` and `cpu.stat` keep the kernel's keys. `cpu.max` has "quota" and
 * "period" (µs), pressure "some.avg10" (per cent) … "full.total" (µs), `cgroup.procs` a key per pid.
 */
export interface CgroupTable {
  readonly kind: "cgroup";
  readonly version: 1 | 2;
  /**
   * The file is alike in both versions (pids.*, cgroup.procs) or of no cgroup (/proc/pressure):
   * `version` is only a guess from the path and must not decide that of a group of files.
   */
  readonly isVersionGuessed?: true;
  /** "memory.current", "memory.stat", "cpu.max", "/proc/pressure/memory", … */
  readonly file: string;
  readonly values: ReadonlyMap<string, number>;
}

/** From an ELF executable's .go.buildinfo or the text of `go version -m`. */
export interface BuildInfoTable {
  readonly kind: "build-info";
  /** "go1.26.8", without GOEXPERIMENT suffix. */
  readonly goVersion: string;
  /** Import path of the main package. */
  readonly path: string;
  readonly mainModule: { readonly path: string; readonly version: string } | undefined;
  readonly dependencies: readonly {
    readonly path: string;
    readonly version: string;
    /** The module that a `replace` of go.mod put in its place; a directory has no version. */
    readonly replacedBy?: { readonly path: string; readonly version: string };
  }[];
  /** -race, CGO_ENABLED, GOARCH, DefaultGODEBUG, vcs.revision, … */
  readonly settings: ReadonlyMap<string, string>;
}

export interface ContainerFacts {
  readonly name: string;
  /** Absent for an ordinary container. A sidecar is an init container that keeps running. */
  readonly role?: "init" | "sidecar" | "ephemeral";
  /** In force where the input says so (status), else as asked for (spec). */
  readonly memoryLimit?: number;
  /** What spec asks for, where a resize has not been carried out and it differs from memoryLimit. */
  readonly memoryLimitDesired?: number;
  readonly memoryRequest?: number;
  readonly cpuLimitCores?: number;
  readonly restarts?: number;
  /** Of the running instance. */
  readonly startedAtMs?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
  readonly goEnv: ReadonlyMap<string, string>;
  /**
   * GO* variables that are set to something the input does not show (secret, config map, field of
   * another object). "*": the whole of a config map or secret is added, so any other may be set too.
   */
  readonly goEnvUnknown?: readonly string[];
}

export interface ContainerState {
  readonly phase?: "waiting" | "running" | "terminated";
  /** "OOMKilled", "Error", "Completed", "CrashLoopBackOff", … */
  readonly reason?: string;
  readonly exitCode?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number;
}

/** A pod's JSON (one or a list) or the text of `kubectl describe pod`. */
export interface PodTable {
  readonly kind: "pod";
  readonly pods: readonly {
    readonly name: string;
    readonly namespace: string;
    /** "Running", "Failed", …; with `reason` "Evicted" and the like. */
    readonly phase?: string;
    readonly reason?: string;
    /** Limit of the pod as a whole (spec.resources): binds containers without one of their own. */
    readonly memoryLimit?: number;
    readonly memoryRequest?: number;
    readonly containers: readonly ContainerFacts[];
  }[];
}
