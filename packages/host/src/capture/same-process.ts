// Is the pid that listens on the port the process whose profile came over it? kubectl port-forward,
// docker-proxy and ssh -L listen in place of the service, and the first two are Go programs too, so
// neither the port nor the build info proves anything.
//
// Proof: the start address of [vdso] is chosen at random at each exec and stands in Go's protobuf (its
// mappings) and in /proc/PID/maps. Where maps may not be read: ru_maxrss in heap?debug=1 must lie between
// two readings of VmHWM around the request.
// How it can mislead: without address-space randomisation all vdso addresses are equal; ru_maxrss counts
// the peak of the program before exec as well, so a larger value proves nothing.

import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { PROC, readProcFile, textOf } from "../process/proc-file.ts";

export type SamePid = "vdso" | "max-rss" | "other" | "unknown";

export interface SamePidEvidence {
  readonly pid: number;
  readonly profile: ProfileTable | undefined;
  readonly maxRss: number | undefined;
  /** VmHWM in bytes before and after the request that told maxRss. */
  readonly peakBefore: number | undefined;
  readonly peakAfter: number | undefined;
}

export async function samePid(evidence: SamePidEvidence): Promise<SamePid> {
  const ofProfile = evidence.profile === undefined ? undefined : vdsoOfProfile(evidence.profile);
  if (ofProfile !== undefined) {
    const maps = await readProcFile(`${PROC}/${evidence.pid}/maps`);
    const ofPid = maps.ok ? vdsoOfMaps(textOf(maps.bytes)) : undefined;
    if (ofPid !== undefined) return ofPid === ofProfile ? "vdso" : "other";
  }
  return byPeak(evidence);
}

/** The kernel adds up resident pages per thread and merges them late (64 pages a thread before 6.2). */
const PEAK_SLACK_BYTES = 1024 * 1024;

function byPeak({ maxRss, peakBefore, peakAfter }: SamePidEvidence): SamePid {
  if (maxRss === undefined || peakBefore === undefined || peakAfter === undefined) return "unknown";
  const slack = PEAK_SLACK_BYTES + peakAfter / 100;
  if (maxRss < peakBefore - slack) return "other";
  return maxRss <= peakAfter + slack ? "max-rss" : "unknown";
}

export function vdsoOfProfile(profile: ProfileTable): number | undefined {
  const { mappings, strings } = profile;
  for (let i = 0; i < mappings.length; i++) {
    if (strings.get(mappings.file[i] ?? 0) === "[vdso]") return mappings.start[i];
  }
  return undefined;
}

export function vdsoOfMaps(maps: string): number | undefined {
  const start = /^([0-9a-f]+)-[0-9a-f]+ .*\[vdso\]$/m.exec(maps)?.[1];
  return start === undefined ? undefined : parseInt(start, 16);
}

/** VmHWM of /proc/PID/status in bytes; readable for every process by everyone (but under hidepid). */
export async function peakOf(pid: number): Promise<number | undefined> {
  const read = await readProcFile(`${PROC}/${pid}/status`);
  const kib = read.ok ? /^VmHWM:\s+(\d+) kB$/m.exec(textOf(read.bytes))?.[1] : undefined;
  return kib === undefined ? undefined : Number(kib) * 1024;
}
