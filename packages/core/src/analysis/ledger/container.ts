// What the container is charged, which is what its limit is compared with; headroom and OOM forecasts
// use this one, not RSS. cgroup v2: memory.current and memory.stat. v1: usage_in_bytes and total_*.

import type { ProcessEvidence } from "../../evidence/process.ts";
import { say } from "../../model/message.ts";
import { counted, derived, type Quantity } from "../../model/quantity.ts";
import type { ContainerPart, Ledger, LedgerPart } from "./ledger.ts";
import { ledgerMessages } from "./messages.ts";

export interface ContainerReading {
  readonly charge: number | undefined;
  readonly anon: number | undefined;
  readonly file: number | undefined;
  readonly inactiveFile: number | undefined;
  readonly activeFile: number | undefined;
  readonly shmem: number | undefined;
  readonly kernel: number | undefined;
  readonly limit: number | undefined;
  readonly peak: number | undefined;
  readonly oomKills: number | undefined;
  readonly throttledFraction: number | undefined;
  readonly evidence: string;
  readonly timeMs: number;
}

export function containerReadings(p: ProcessEvidence): ContainerReading[] {
  return p.cgroup.map((c) => {
    const f = c.value.files;
    const one = (...names: string[]): number | undefined => {
      for (const n of names) {
        const v = f.get(n)?.get("");
        if (v !== undefined) return v;
      }
      return undefined;
    };
    const stat = f.get("memory.stat");
    const v1 = stat?.has("total_rss") ?? false;
    const s = (name: string) => stat?.get(name);
    const shmem = v1 ? s("total_shmem") : s("shmem");
    const cache = v1 ? s("total_cache") : s("file");
    const parts = [
      "kernel_stack",
      "pagetables",
      "sec_pagetables",
      "percpu",
      "sock",
      "vmalloc",
      "slab",
    ].map((k) => s(k));
    const kernel = v1
      ? one("memory.kmem.usage_in_bytes")
      : (s("kernel") ??
        (parts.some((x) => x !== undefined)
          ? parts.reduce<number>((a, b) => a + (b ?? 0), 0)
          : undefined));
    const limit = one("memory.max", "memory.limit_in_bytes");
    const high = one("memory.high");
    const cpu = f.get("cpu.stat");
    const periods = cpu?.get("nr_periods") ?? 0;
    return {
      charge: one("memory.current", "memory.usage_in_bytes"),
      anon: v1 ? s("total_rss") : s("anon"),
      // shmem is counted within file/cache.
      file: cache === undefined ? undefined : Math.max(0, cache - (shmem ?? 0)),
      inactiveFile: v1 ? s("total_inactive_file") : s("inactive_file"),
      activeFile: v1 ? s("total_active_file") : s("active_file"),
      shmem,
      kernel:
        kernel === undefined
          ? undefined
          : kernel + (v1 ? 0 : s("kernel") === undefined ? 0 : (s("sock") ?? 0)),
      limit: limit === undefined ? undefined : Math.min(limit, high ?? Infinity),
      peak: one("memory.peak", "memory.max_usage_in_bytes"),
      oomKills:
        f.get("memory.events")?.get("oom_kill") ?? f.get("memory.oom_control")?.get("oom_kill"),
      throttledFraction: periods > 0 ? (cpu?.get("nr_throttled") ?? 0) / periods : undefined,
      evidence: c.artefact.id,
      timeMs: c.timeMs,
    };
  });
}

export function containerLedger(p: ProcessEvidence): Ledger | undefined {
  const readings = containerReadings(p).filter(
    (r) => r.charge !== undefined || r.anon !== undefined,
  );
  // After a kill the group is near empty: the last reading that still held the process tells.
  const last = [...readings].reverse().find((r) => (r.charge ?? r.anon ?? 0) > 0);
  if (last === undefined) return undefined;
  // Without a limit the root group is the whole machine, and its charge says nothing of this process.
  const isUnlimited = last.limit === undefined || !Number.isFinite(last.limit);
  if (p.isRootGroup && isUnlimited) return undefined;
  const first = readings[0];
  const now = parts(p, last);
  const before = first === undefined || first === last ? undefined : parts(p, first);
  const merged = now.map((part): LedgerPart => {
    const old = before?.find((o) => o.part === part.part)?.bytes;
    if (part.bytes === undefined || old === undefined) return part;
    return { ...part, change: counted(part.bytes.value - old.value, "bytes", [last.evidence]) };
  });
  const limit =
    last.limit !== undefined && Number.isFinite(last.limit)
      ? counted(last.limit, "bytes", [last.evidence])
      : undefined;
  const peak = Math.max(...readings.map((r) => r.peak ?? 0));
  return {
    of: "container",
    total: last.charge === undefined ? undefined : counted(last.charge, "bytes", [last.evidence]),
    parts: merged,
    beside: [],
    limit,
    skewSec: undefined,
    nextPeak: undefined,
    peakSeen: peak > 0 ? counted(peak, "bytes", [last.evidence]) : undefined,
    notes: [],
  };
}

function parts(p: ProcessEvidence, r: ContainerReading): LedgerPart[] {
  const id = [r.evidence];
  const noView = say(ledgerMessages, "ledger.unknown-no-kernel-view", {});
  const known = (
    part: ContainerPart,
    v: number | undefined,
    note?: LedgerPart["note"],
  ): LedgerPart => {
    if (v === undefined) return { part, bytes: undefined, unknown: noView };
    return note === undefined
      ? { part, bytes: counted(v, "bytes", id) }
      : { part, bytes: counted(v, "bytes", id), note };
  };
  const own = ownAnon(p, r.timeMs);
  const others = own === undefined || r.anon === undefined ? undefined : r.anon - own.value;
  // Charged anon and RssAnon differ by batching and time; below this it is noise, not a neighbour.
  const noise = Math.max(8 * 1024 * 1024, 0.05 * (r.anon ?? 0));
  const hasOthers = others !== undefined && others > noise;
  const sum = (r.anon ?? 0) + (r.file ?? 0) + (r.shmem ?? 0) + (r.kernel ?? 0);
  const list = [
    known("anon", r.anon === undefined ? undefined : hasOthers ? r.anon - others : r.anon),
    known("file", r.file, say(ledgerMessages, "ledger.reclaimable", {})),
    known("shmem", r.shmem),
    known("kernel", r.kernel, say(ledgerMessages, "ledger.kernel", {})),
  ];
  if (hasOthers)
    list.push(known("other-processes", others, say(ledgerMessages, "ledger.other-processes", {})));
  if (r.charge !== undefined && r.anon !== undefined)
    list.push({
      part: "unexplained",
      bytes: derived(r.charge - sum, r.charge - sum, r.charge - sum, "bytes", id),
    });
  return list;
}

/** RssAnon of this process at the reading nearest in time. */
function ownAnon(p: ProcessEvidence, timeMs: number): Quantity | undefined {
  let best: { q: Quantity; d: number } | undefined;
  for (const s of p.status) {
    if (s.value.rssAnon === undefined) continue;
    const d =
      Number.isFinite(timeMs) && Number.isFinite(s.timeMs) ? Math.abs(s.timeMs - timeMs) : 0;
    if (best === undefined || d <= best.d)
      best = { q: counted(s.value.rssAnon, "bytes", [s.artefact.id]), d };
  }
  return best?.q;
}
