// A memory control group of its own for each service, as a container or a systemd unit has one; else
// the evidence would count every other process of the machine. Needs a mounted v1 memory controller and
// the right to make a folder in it; without them the service runs where the lab runs, and the result
// says so. No limit is set: a scenario that has one passes it to `why --limit`.

import { accessSync, constants, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const MOUNT = "/sys/fs/cgroup/memory";

/** @param {string} name @returns {string | undefined} folder of the new group */
export function makeControlGroup(name) {
  try {
    accessSync(path.join(MOUNT, "memory.limit_in_bytes"), constants.R_OK);
    const folder = path.join(MOUNT, `heapwright-lab-${process.pid}-${name}`);
    mkdirSync(folder);
    accessSync(path.join(folder, "cgroup.procs"), constants.W_OK);
    return folder;
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}

const CPU_MOUNT = "/sys/fs/cgroup/cpu";
const PERIOD_US = 100_000;
/** So that on a crowded machine too the quota is what ends its turn: twenty times a usual group's weight. */
const SHARES = 20_480;

/**
 * A CPU quota is a part of its scenario, so without the v1 cpu controller there is no run.
 * @param {string} name @param {number} cores @returns {string} folder of the new group
 */
export function makeCpuGroup(name, cores) {
  const folder = path.join(CPU_MOUNT, `heapwright-lab-${process.pid}-${name}`);
  mkdirSync(folder);
  writeFileSync(path.join(folder, "cpu.cfs_period_us"), String(PERIOD_US));
  writeFileSync(path.join(folder, "cpu.cfs_quota_us"), String(Math.round(cores * PERIOD_US)));
  writeFileSync(path.join(folder, "cpu.shares"), String(SHARES));
  return folder;
}

/** The kernel refuses while a process is still being taken down, so it is asked a few times.
 * @param {string} folder @returns {Promise<boolean>} whether it is gone */
export async function removeControlGroup(folder) {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      rmdirSync(folder);
      return true;
    } catch (error) {
      if (!(error instanceof Error && "code" in error)) throw error;
      if (error.code === "ENOENT") return true;
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
    }
  }
  return false;
}
