// Names of cgroup control files that hold one value, and how a captured file's name is brought back
// to one of them. Authority: Linux mm/memcontrol.c, mm/memcontrol-v1.c, kernel/sched/core.c,
// kernel/cgroup/pids.c (6.18); Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/*.rst.

/** `undefined`: the file is the same in v1 and v2. */
export type CgroupVersion = 1 | 2 | undefined;

export interface ControlFile {
  readonly file: string;
  readonly version: CgroupVersion;
  /** Whether a huge number or −1 means that there is no limit. */
  readonly isLimit: boolean;
}

const V2_AMOUNTS = [
  "memory.current",
  "memory.peak",
  "memory.swap.current",
  "memory.swap.peak",
  "memory.zswap.current",
  "memory.zswap.writeback",
  "memory.oom.group",
  "cpu.weight",
  "cpu.weight.nice",
  "cpu.idle",
];

const V2_LIMITS = [
  "memory.max",
  "memory.high",
  "memory.low",
  "memory.min",
  "memory.swap.max",
  "memory.swap.high",
  "memory.zswap.max",
  "cpu.max.burst",
];

const V1_AMOUNTS = [
  "memory.usage_in_bytes",
  "memory.max_usage_in_bytes",
  "memory.failcnt",
  "memory.memsw.usage_in_bytes",
  "memory.memsw.max_usage_in_bytes",
  "memory.memsw.failcnt",
  "memory.kmem.usage_in_bytes",
  "memory.kmem.max_usage_in_bytes",
  "memory.kmem.failcnt",
  "memory.kmem.tcp.usage_in_bytes",
  "memory.kmem.tcp.max_usage_in_bytes",
  "memory.kmem.tcp.failcnt",
  "memory.swappiness",
  "memory.use_hierarchy",
  "memory.move_charge_at_immigrate",
  "cpu.cfs_period_us",
  "cpu.cfs_burst_us",
  "cpu.shares",
  "cpu.rt_period_us",
  "cpu.rt_runtime_us",
  "cpuacct.usage",
  "cpuacct.usage_sys",
  "cpuacct.usage_user",
];

const V1_LIMITS = [
  "memory.limit_in_bytes",
  "memory.soft_limit_in_bytes",
  "memory.memsw.limit_in_bytes",
  "memory.kmem.limit_in_bytes",
  "memory.kmem.tcp.limit_in_bytes",
  "cpu.cfs_quota_us",
];

function controlFiles(
  files: readonly string[],
  version: CgroupVersion,
  isLimit: boolean,
): ControlFile[] {
  return files.map((file) => ({ file, version, isLimit }));
}

export const SINGLE_VALUE_FILES: readonly ControlFile[] = [
  ...controlFiles(V2_AMOUNTS, 2, false),
  ...controlFiles(V2_LIMITS, 2, true),
  ...controlFiles(V1_AMOUNTS, 1, false),
  ...controlFiles(V1_LIMITS, 1, true),
  ...controlFiles(["pids.current", "pids.peak"], undefined, false),
  ...controlFiles(["pids.max"], undefined, true),
];

/** What capture tools put before a control file's name, by word. */
const PREFIX_WORDS = new Set(["cg", "cgroup", "cgroups", "cgroup2", "cgroupv1", "cgroupv2", "fs"]);

/** What they put after it: an extension, or which snapshot it is. */
const SUFFIX_WORDS = new Set([
  "txt",
  "log",
  "out",
  "raw",
  "val",
  "value",
  "before",
  "after",
  "start",
  "begin",
  "end",
]);

const SUFFIX_COUNTER = /^t?\d+[a-z]?$/;

function words(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

function areSuffix(rest: readonly string[]): boolean {
  return rest.every((word) => SUFFIX_WORDS.has(word) || SUFFIX_COUNTER.test(word));
}

export function baseName(name: string): string {
  return name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
}

/**
 * True when `name` (a path or file name) names control file `file`: as the kernel spells it after any
 * prefix (`app-memory.current.txt`), or by its words after a known prefix (`cgroup_memory_current`).
 * How it can mislead: a file that is called memory_max.txt and is none of cgroup's is taken for one.
 */
export function isNamed(name: string, file: string): boolean {
  const base = baseName(name).toLowerCase();
  const at = base.lastIndexOf(file);
  if (at >= 0 && (at === 0 || /[^a-z0-9]/.test(base[at - 1] ?? ""))) {
    const after = base.slice(at + file.length);
    if (!/^[a-z0-9]/.test(after) && areSuffix(words(after))) return true;
  }
  const given = words(base);
  const wanted = words(file);
  let from = 0;
  while (from < given.length && PREFIX_WORDS.has(given[from] ?? "")) from++;
  // `cgroup.procs` begins with a prefix word itself.
  for (const start of from > 0 ? [from, from - 1] : [from]) {
    const isEqual = wanted.every((word, i) => given[start + i] === word);
    if (isEqual && areSuffix(given.slice(start + wanted.length))) return true;
  }
  return false;
}

/** The single-value control file that a name stands for; the longest where several fit. */
export function singleValueFile(name: string): ControlFile | undefined {
  let best: ControlFile | undefined;
  for (const candidate of SINGLE_VALUE_FILES) {
    if (best !== undefined && candidate.file.length <= best.file.length) continue;
    if (isNamed(name, candidate.file)) best = candidate;
  }
  return best;
}
