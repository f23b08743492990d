// The container's account of a process: which cgroup folder holds it, which of its parents holds the
// memory limit, and the control files that say what was charged. Authority: cgroups(7), Linux
// Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/memory.rst, proc_pid_mountinfo(5).
//
// Not supported: named v1 hierarchies (no memory in them); cgroup files of another machine.

import { access, constants } from "node:fs/promises";
import path from "node:path";
import { PROC, readProcFile, textOf, type ProcFailure } from "./proc-file.ts";

export interface CgroupView {
  readonly version: 1 | 2;
  /** Folder whose memory limit binds; the process's own where no limit is set anywhere. */
  readonly memoryFolder: string;
  /** 0 = the process's own cgroup; n = its n-th parent holds the limit. */
  readonly memoryLevelsUp: number;
  readonly cpuFolder: string | undefined;
  /** Path within the hierarchy, for people. */
  readonly path: string;
}

export interface CgroupMount {
  readonly version: 1 | 2;
  readonly controllers: readonly string[];
  /** Part of the hierarchy that is mounted here. */
  readonly root: string;
  readonly mountPoint: string;
}

const MEMORY_FILES = {
  1: [
    "memory.usage_in_bytes",
    "memory.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.max_usage_in_bytes",
    "memory.failcnt",
    "memory.memsw.usage_in_bytes",
    "memory.memsw.limit_in_bytes",
    "memory.kmem.usage_in_bytes",
    "memory.oom_control",
    "memory.swappiness",
    "memory.stat",
  ],
  2: [
    "memory.current",
    "memory.max",
    "memory.high",
    "memory.peak",
    "memory.events",
    "memory.swap.current",
    "memory.swap.max",
    "memory.oom.group",
    "memory.pressure",
    "memory.stat",
  ],
} as const;

const CPU_FILES = {
  1: ["cpu.cfs_quota_us", "cpu.cfs_period_us", "cpu.stat"],
  2: ["cpu.max", "cpu.stat"],
} as const;

/** What changes from second to second. */
const SERIES_FILES = new Set([
  "memory.usage_in_bytes",
  "memory.max_usage_in_bytes",
  "memory.failcnt",
  "memory.oom_control",
  "memory.current",
  "memory.peak",
  "memory.events",
  "memory.stat",
  "cpu.stat",
]);

export interface CgroupEntry {
  readonly hierarchy: number;
  readonly controllers: readonly string[];
  readonly path: string;
}

/** /proc/PID/cgroup: `4:memory:/a/b`, `0::/a/b`. A path may hold colons. */
export function parseCgroupEntries(text: string): CgroupEntry[] {
  const entries: CgroupEntry[] = [];
  for (const line of text.split("\n")) {
    const match = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (match === null) continue;
    const [, hierarchy = "", controllers = "", where = ""] = match;
    entries.push({
      hierarchy: Number(hierarchy),
      controllers: controllers === "" ? [] : controllers.split(","),
      // The kernel marks a removed cgroup so; its files are gone.
      path: where.replace(/ \(deleted\)$/, ""),
    });
  }
  return entries;
}

export function parseCgroupMounts(text: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const line of text.split("\n")) {
    // Optional fields end at a lone "-".
    const [left, right] = splitOnce(line, " - ");
    const before = left.split(" ");
    const after = right.split(" ");
    const root = before[3];
    const mountPoint = before[4];
    const type = after[0];
    if (root === undefined || mountPoint === undefined) continue;
    if (type !== "cgroup" && type !== "cgroup2") continue;
    mounts.push({
      version: type === "cgroup2" ? 2 : 1,
      controllers: type === "cgroup2" ? [] : (after[2] ?? "").split(","),
      root: unescapeOctal(root),
      mountPoint: unescapeOctal(mountPoint),
    });
  }
  return mounts;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

/** mountinfo writes space, tab, newline and backslash as \040 and so on. */
function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(parseInt(digits, 8)),
  );
}

/** Folder of `entryPath` below a mount; undefined when the mount shows another part of the tree. */
export function folderBelow(mount: CgroupMount, entryPath: string): string | undefined {
  // "/../x" is what a reader inside a cgroup namespace is shown of a process outside of it.
  if (entryPath.startsWith("/..")) return undefined;
  if (mount.root === "/") return path.posix.join(mount.mountPoint, entryPath);
  if (entryPath === mount.root || entryPath.startsWith(`${mount.root}/`)) {
    return path.posix.join(mount.mountPoint, entryPath.slice(mount.root.length));
  }
  // A container's namespaced path ("/") under a mount whose root is the host's long one.
  return entryPath === "/" ? mount.mountPoint : undefined;
}

/** Undefined: no cgroup with memory control is visible for this process. */
export async function findCgroup(pid: number): Promise<CgroupView | ProcFailure | undefined> {
  const read = await readProcFile(`${PROC}/${pid}/cgroup`);
  if (!read.ok) return read;
  const entries = parseCgroupEntries(textOf(read.bytes));
  const memory = entries.find((entry) => entry.controllers.includes("memory"));
  const unified = entries.find((entry) => entry.hierarchy === 0);
  const version = memory !== undefined ? 1 : 2;
  const entry = memory ?? unified;
  if (entry === undefined) return undefined;
  const cpu = version === 1 ? entries.find((each) => each.controllers.includes("cpu")) : unified;
  // One's own mounts first; a process in another mount namespace is seen through its root.
  for (const [mountinfo, prefix] of [
    [`${PROC}/self/mountinfo`, ""],
    [`${PROC}/${pid}/mountinfo`, `${PROC}/${pid}/root`],
  ] as const) {
    const table = await readProcFile(mountinfo);
    if (!table.ok) continue;
    const mounts = parseCgroupMounts(textOf(table.bytes));
    const own = await existingFolder(mounts, version, "memory", entry.path, prefix);
    if (own === undefined) continue;
    const binding = await bindingLimit(own, version);
    if (binding === undefined) continue;
    const cpuFolder =
      cpu === undefined
        ? undefined
        : await existingFolder(mounts, version, "cpu", cpu.path, prefix);
    return {
      version,
      memoryFolder: binding.folder,
      memoryLevelsUp: binding.levelsUp,
      cpuFolder: cpuFolder?.folder,
      path: entry.path,
    };
  }
  return undefined;
}

interface OwnFolder {
  readonly folder: string;
  /** Where the hierarchy ends for this reader. */
  readonly top: string;
}

async function existingFolder(
  mounts: readonly CgroupMount[],
  version: 1 | 2,
  controller: string,
  entryPath: string,
  prefix: string,
): Promise<OwnFolder | undefined> {
  for (const mount of mounts) {
    if (mount.version !== version) continue;
    if (version === 1 && !mount.controllers.includes(controller)) continue;
    const folder = folderBelow(mount, entryPath);
    if (folder === undefined) continue;
    const seen = path.posix.join("/", prefix, folder);
    if (await isReadable(seen)) {
      return { folder: seen, top: path.posix.join("/", prefix, mount.mountPoint) };
    }
  }
  return undefined;
}

async function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

/**
 * A limit anywhere above the process binds it, and that parent's charge is what runs into it. Taken is
 * the folder with the smallest finite limit, the nearest of equal ones. How it can mislead: a parent with
 * a larger limit that other children have nearly filled binds first.
 */
async function bindingLimit(
  own: OwnFolder,
  version: 1 | 2,
): Promise<{ folder: string; levelsUp: number } | undefined> {
  const limitFile = version === 1 ? "memory.limit_in_bytes" : "memory.max";
  const usageFile = version === 1 ? "memory.usage_in_bytes" : "memory.current";
  let best: { folder: string; levelsUp: number; limit: number } | undefined;
  let nearest: { folder: string; levelsUp: number } | undefined;
  let folder = own.folder;
  for (let levelsUp = 0; levelsUp < 64; levelsUp++) {
    if (await isReadable(`${folder}/${usageFile}`)) {
      nearest ??= { folder, levelsUp };
      const limit = await readLimit(`${folder}/${limitFile}`);
      if (limit !== undefined && (best === undefined || limit < best.limit)) {
        best = { folder, levelsUp, limit };
      }
    }
    if (folder === own.top || folder.length <= own.top.length) break;
    folder = path.posix.dirname(folder);
  }
  return best ?? nearest;
}

/** v1 spells "no limit" as the largest multiple of the page size below 2^63. */
const V1_UNLIMITED = 2 ** 62;

async function readLimit(file: string): Promise<number | undefined> {
  const read = await readProcFile(file);
  if (!read.ok) return undefined;
  const text = textOf(read.bytes).trim();
  const limit = Number(text);
  return text === "max" || text === "" || !Number.isFinite(limit) || limit >= V1_UNLIMITED
    ? undefined
    : limit;
}

export interface CgroupFile {
  readonly name: string;
  readonly path: string;
}

/** Control files to read; a file this kernel does not have is simply not there when read. */
export function cgroupFiles(view: CgroupView, which: "all" | "series"): CgroupFile[] {
  const memory = MEMORY_FILES[view.version].map((name) => ({
    name,
    path: `${view.memoryFolder}/${name}`,
  }));
  const { cpuFolder } = view;
  const cpu =
    cpuFolder === undefined
      ? []
      : CPU_FILES[view.version].map((name) => ({ name, path: `${cpuFolder}/${name}` }));
  const all = [...memory, ...cpu];
  return which === "all" ? all : all.filter(({ name }) => SERIES_FILES.has(name));
}
