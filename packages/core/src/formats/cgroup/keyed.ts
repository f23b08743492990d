// Control files made of `key value` lines, recognised by their keys. Authority: see names.ts, and
// kernel/sched/psi.c psi_show for pressure.

import { isNamed } from "./names.ts";
import type { CgroupVersion } from "./names.ts";

export interface KeyedFile {
  readonly file: string;
  readonly version: CgroupVersion;
  /** The first keys, in order, by which the content is recognised. */
  readonly first: readonly string[];
  /** A key that every supported kernel prints at or near the end: without it the file was cut. */
  readonly last: string;
  /** Whether the name must agree too, because other text has such keys. */
  readonly needsName: boolean;
  /** Keys at which a huge number means that there is no limit. */
  readonly limits: ReadonlySet<string>;
}

function keyed(
  file: string,
  version: CgroupVersion,
  first: readonly string[],
  last: string,
  options: { readonly needsName?: boolean; readonly limits?: readonly string[] } = {},
): KeyedFile {
  return {
    file,
    version,
    first,
    last,
    needsName: options.needsName ?? false,
    limits: new Set(options.limits ?? []),
  };
}

// Order matters where one begins like another: the more specific one first.
export const KEYED_FILES: readonly KeyedFile[] = [
  // After pglazyfreed (4.13) only zswap, huge page and NUMA counters follow, where configured.
  keyed("memory.stat", 2, ["anon", "file"], "pglazyfreed"),
  keyed("memory.stat", 1, ["cache", "rss"], "total_unevictable", {
    limits: ["hierarchical_memory_limit", "hierarchical_memsw_limit"],
  }),
  // oom_kill since 4.13; oom_group_kill (5.17) and later keys may be missing.
  keyed("memory.events", 2, ["low", "high", "max", "oom"], "oom_kill"),
  keyed("memory.swap.events", 2, ["high", "max", "fail"], "fail"),
  // nr_periods and on are printed only where the cpu controller is enabled.
  keyed("cpu.stat", 2, ["usage_usec", "user_usec", "system_usec"], "system_usec"),
  keyed("cpu.stat", 1, ["nr_periods", "nr_throttled", "throttled_time"], "throttled_time"),
  keyed("cpuacct.stat", 1, ["user", "system"], "system", { needsName: true }),
  keyed("memory.oom_control", 1, ["oom_kill_disable", "under_oom"], "under_oom"),
  keyed("cgroup.events", 2, ["populated", "frozen"], "frozen"),
  keyed("cgroup.stat", 2, ["nr_descendants", "nr_dying_descendants"], "nr_dying_descendants"),
  keyed("pids.events", undefined, ["max"], "max", { needsName: true }),
];

const LINE = /^([a-z][A-Za-z0-9_.]*) (\d+|max)$/;

export interface KeyedLine {
  readonly key: string;
  readonly value: string;
}

export function parseKeyedLine(line: string): KeyedLine | undefined {
  const match = LINE.exec(line);
  return match === null ? undefined : { key: match[1] ?? "", value: match[2] ?? "" };
}

/** The control file whose first keys these lines have. */
export function keyedFile(lines: readonly string[], name: string): KeyedFile | undefined {
  for (const candidate of KEYED_FILES) {
    if (candidate.needsName && !isNamed(name, candidate.file)) continue;
    const fits = candidate.first.every((key, i) => parseKeyedLine(lines[i] ?? "")?.key === key);
    if (fits) return candidate;
  }
  return undefined;
}

/** memory.events and memory.events.local differ only in name. */
export function localName(file: string, name: string): string {
  return file === "memory.events" && isNamed(name, "memory.events.local")
    ? "memory.events.local"
    : file;
}

const PRESSURE_LINE =
  /^(some|full) avg10=(\d+\.\d+) avg60=(\d+\.\d+) avg300=(\d+\.\d+) total=(\d+)$/;

export interface PressureLine {
  readonly kind: string;
  readonly values: readonly (readonly [string, string])[];
}

/** PSI: averages are per cent of the last 10, 60, 300 s; total is microseconds stalled. */
export function parsePressureLine(line: string): PressureLine | undefined {
  const match = PRESSURE_LINE.exec(line);
  if (match === null) return undefined;
  const [, kind = "", avg10 = "", avg60 = "", avg300 = "", total = ""] = match;
  return {
    kind,
    values: [
      ["avg10", avg10],
      ["avg60", avg60],
      ["avg300", avg300],
      ["total", total],
    ],
  };
}

export interface PressureFile {
  readonly file: string;
  readonly version: CgroupVersion;
}

/**
 * Which resource a pressure file is about stands in its name alone: `memory.pressure` of a cgroup, or
 * `/proc/pressure/memory` of the machine (`pressure.memory` in captures).
 */
export function pressureFile(name: string): PressureFile | undefined {
  for (const resource of ["memory", "cpu", "io", "irq"]) {
    if (isNamed(name, `${resource}.pressure`)) return { file: `${resource}.pressure`, version: 2 };
    const machine = new RegExp(
      `(?:^|[^a-z0-9])pressure[/\\\\._-]${resource}(?:\\.[a-z0-9]+)?$`,
      "i",
    );
    if (machine.test(name)) return { file: `/proc/pressure/${resource}`, version: undefined };
  }
  return undefined;
}
