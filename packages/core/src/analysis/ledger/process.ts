// RSS = live + since-GC + unused spans + free + stacks + runtime + native + file + shared + unexplained,
// resident parts only. With smaps native is measured from mappings outside Go's, not as the residual
// of everything; what is left is printed as unexplained.

import type { ProcessEvidence, Timed } from "../../evidence/process.ts";
import {
  arenaBytes,
  fromMemStats,
  fromMetrics,
  type GoMemory,
} from "../../goruntime/memory-classes.ts";
import { say, type Statement } from "../../model/message.ts";
import type { SmapsTable } from "../../model/tables/system.ts";
import { counted, derived, type Quantity } from "../../model/quantity.ts";
import type { Series } from "../series/series.ts";
import type { Ledger, LedgerPart, ProcessPart } from "./ledger.ts";
import { sumMappings, type MappingSums } from "./mappings.ts";
import { ledgerMessages } from "./messages.ts";

export interface GoReading {
  readonly memory: GoMemory;
  /** /gc/heap/live of the same reading. */
  readonly live: number | undefined;
  readonly timeMs: number;
  readonly evidence: string;
}

/** Every reading of Go's own totals, in time order. */
export function goReadings(p: ProcessEvidence): GoReading[] {
  const out: GoReading[] = [];
  for (const m of p.metrics) {
    const memory =
      fromMetrics(m.value.scalars) ??
      (m.value.memStats === undefined ? undefined : fromMemStats(m.value.memStats));
    if (memory !== undefined)
      out.push({
        memory,
        live: positive(m.value.scalars.get("/gc/heap/live:bytes")),
        timeMs: m.timeMs,
        evidence: `${m.artefact.id}:${m.row}`,
      });
  }
  const scraped = new Set(p.metrics.map((m) => m.artefact));
  for (const m of p.memStats) {
    if (scraped.has(m.artefact)) continue;
    const memory = fromMemStats(m.value);
    if (memory !== undefined)
      out.push({
        memory,
        live: undefined,
        timeMs: m.timeMs,
        evidence: `${m.artefact.id}:MemStats`,
      });
  }
  return out.sort((a, b) =>
    Number.isFinite(a.timeMs) && Number.isFinite(b.timeMs) ? a.timeMs - b.timeMs : 0,
  );
}

/** 0 before the first cycle: not known. */
function positive(x: number | undefined): number | undefined {
  return x !== undefined && x > 0 ? x : undefined;
}

interface KernelReading {
  readonly timeMs: number;
  readonly evidence: string;
  readonly rss: number;
  readonly anon: number | undefined;
  readonly file: number | undefined;
  readonly shmem: number | undefined;
  readonly smaps: Timed<SmapsTable> | undefined;
}

function kernelReadings(p: ProcessEvidence): KernelReading[] {
  const out: KernelReading[] = [];
  for (const s of p.smaps) {
    if (s.value.form !== "smaps") continue;
    out.push({
      timeMs: s.timeMs,
      evidence: s.artefact.id,
      rss: s.value.rss.reduce((a, b) => a + b, 0),
      anon: s.value.anonymous.reduce((a, b) => a + b, 0),
      file: undefined,
      shmem: undefined,
      smaps: s,
    });
  }
  if (out.length > 0) return out;
  for (const s of p.status) {
    const v = s.value;
    if (v.vmRss === undefined) continue;
    out.push({
      timeMs: s.timeMs,
      evidence: s.artefact.id,
      rss: v.vmRss,
      anon: v.rssAnon,
      file: v.rssFile,
      shmem: v.rssShmem,
      smaps: undefined,
    });
  }
  if (out.length > 0) return out;
  for (const m of p.metrics) {
    const rss = m.value.process.residentBytes;
    if (rss !== undefined)
      out.push({
        timeMs: m.timeMs,
        evidence: `${m.artefact.id}:process_resident_memory_bytes`,
        rss,
        anon: undefined,
        file: undefined,
        shmem: undefined,
        smaps: undefined,
      });
  }
  return out;
}

export function processLedger(p: ProcessEvidence, marked: Series | undefined): Ledger | undefined {
  const go = goReadings(p);
  const kernel = kernelReadings(p);
  const last = pairUp(go, kernel);
  if (last === undefined) return undefined;
  const first = firstPair(go, kernel, last);
  const build = (at: Pair) => partsAt(at, marked);
  const now = build(last);
  const before = first === undefined ? undefined : build(first);
  const parts = now.parts.map((part): LedgerPart => {
    const old = before?.parts.find((o) => o.part === part.part)?.bytes;
    if (part.bytes === undefined || old === undefined) return part;
    const d = part.bytes.value - old.value;
    return {
      ...part,
      change: derived(d, part.bytes.lo - old.hi, part.bytes.hi - old.lo, "bytes", [
        ...old.evidence,
        ...part.bytes.evidence,
      ]),
    };
  });
  const peak = peakSeen(p);
  const notes = [...now.notes];
  if (now.total === undefined && peak !== undefined)
    notes.push(say(ledgerMessages, "ledger.peak-only", { peak }, peak.evidence));
  return {
    of: "process",
    total: now.total,
    parts,
    beside: now.beside,
    limit: undefined,
    skewSec: now.skewSec,
    nextPeak: undefined,
    peakSeen: peak,
    notes,
  };
}

/** VmHWM or MaxRSS: the highest RSS since start. */
export function peakSeen(p: ProcessEvidence): Quantity | undefined {
  let best: Quantity | undefined;
  const take = (v: number | undefined, id: string) => {
    if (v !== undefined && v > (best?.value ?? 0)) best = counted(v, "bytes", [id]);
  };
  for (const s of p.status) take(s.value.vmHwm, s.artefact.id);
  for (const m of p.memStats) take(m.value.maxRss, `${m.artefact.id}:MaxRSS`);
  return best;
}

interface Pair {
  readonly go: GoReading | undefined;
  readonly kernel: KernelReading | undefined;
}

function gap(a: number, b: number): number {
  return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : 0;
}

/** The latest kernel reading with the Go reading nearest to it. */
function pairUp(go: readonly GoReading[], kernel: readonly KernelReading[]): Pair | undefined {
  const k = kernel[kernel.length - 1];
  if (k === undefined) {
    const g = go[go.length - 1];
    return g === undefined ? undefined : { go: g, kernel: undefined };
  }
  return { go: nearestGo(go, k.timeMs), kernel: k };
}

function firstPair(
  go: readonly GoReading[],
  kernel: readonly KernelReading[],
  last: Pair,
): Pair | undefined {
  const k = kernel[0];
  if (k !== undefined && k !== last.kernel) return { go: nearestGo(go, k.timeMs), kernel: k };
  const g = go[0];
  return k === undefined && g !== undefined && g !== last.go
    ? { go: g, kernel: undefined }
    : undefined;
}

function nearestGo(go: readonly GoReading[], timeMs: number): GoReading | undefined {
  let best = go[go.length - 1];
  if (!Number.isFinite(timeMs)) return best;
  for (const g of go)
    if (best === undefined || gap(g.timeMs, timeMs) < gap(best.timeMs, timeMs)) best = g;
  return best;
}

interface Parts {
  readonly total: Quantity | undefined;
  readonly parts: LedgerPart[];
  readonly beside: LedgerPart[];
  readonly notes: Statement[];
  readonly skewSec: number | undefined;
}

function markedAt(marked: Series | undefined, timeMs: number): number | undefined {
  if (marked === undefined || marked.time.length === 0) return undefined;
  if (marked.clock !== "wall" || !Number.isFinite(timeMs))
    return marked.value[marked.value.length - 1];
  let at = -1;
  for (let i = 0; i < marked.time.length && (marked.time[i] ?? Infinity) <= timeMs + 500; i++)
    at = i;
  return marked.value[Math.max(0, at)];
}

function partsAt(at: Pair, marked: Series | undefined): Parts {
  const { go, kernel } = at;
  const g = go?.memory;
  const goId = go === undefined ? [] : [go.evidence];
  const kernelId = kernel === undefined ? [] : [kernel.evidence];
  const noKernel = say(ledgerMessages, "ledger.unknown-no-kernel-view", {});
  const noGo = say(ledgerMessages, "ledger.unknown-no-go-view", {});
  const total = kernel === undefined ? undefined : counted(kernel.rss, "bytes", kernelId);
  const beside: LedgerPart[] = [];
  const notes: Statement[] = [];
  const sums =
    kernel?.smaps === undefined
      ? undefined
      : sumMappings(kernel.smaps.value, g === undefined ? undefined : arenaBytes(g));

  const known = (
    part: ProcessPart,
    value: number,
    ids: readonly string[],
    note?: Statement,
    lo = value,
    hi = value,
  ): LedgerPart => {
    const bytes =
      lo === value && hi === value
        ? counted(value, "bytes", ids)
        : derived(value, lo, hi, "bytes", ids);
    return note === undefined ? { part, bytes } : { part, bytes, note };
  };
  const unknown = (part: ProcessPart, why: Statement): LedgerPart => ({
    part,
    bytes: undefined,
    unknown: why,
  });

  if (g === undefined) {
    const parts: LedgerPart[] = (
      ["live", "since-gc", "unused-spans", "free", "stacks", "runtime", "native"] as const
    ).map((x) => unknown(x, noGo));
    parts.push(
      kernel?.file !== undefined
        ? known("file", kernel.file, kernelId)
        : sums !== undefined
          ? known("file", sums.file, kernelId)
          : unknown("file", noKernel),
    );
    parts.push(
      kernel?.shmem !== undefined
        ? known("shared", kernel.shmem, kernelId)
        : sums !== undefined
          ? known("shared", sums.shared, kernelId)
          : unknown("shared", noKernel),
    );
    return { total, parts, beside, notes, skewSec: undefined };
  }

  // A reading without a clock is no point of a series, but it has its own live heap.
  const live0 = markedAt(marked, go?.timeMs ?? NaN) ?? go?.live;
  const resident = residentGo(g, live0, sums, kernel);
  const kernelParts = foreign(g, sums, kernel, resident);
  const parts: LedgerPart[] = [];
  if (live0 === undefined) {
    parts.push(
      unknown("live", say(ledgerMessages, "ledger.unknown-no-marked", {})),
      known(
        "since-gc",
        resident.live + resident.sinceGc,
        goId,
        say(ledgerMessages, "ledger.heap-objects", {}),
      ),
    );
  } else {
    const ids = marked === undefined ? goId : marked.evidence.slice(0, 2);
    parts.push(known("live", resident.live, ids));
    parts.push(
      known("since-gc", resident.sinceGc, goId, say(ledgerMessages, "ledger.since-gc", {})),
    );
  }
  parts.push(
    known("unused-spans", resident.unused, goId, say(ledgerMessages, "ledger.unused-spans", {})),
  );
  parts.push(known("free", resident.free, goId, say(ledgerMessages, "ledger.free", {})));
  parts.push(known("stacks", resident.stacks, goId));
  if (kernel === undefined) {
    parts.push(
      known(
        "runtime",
        g.metadata,
        goId,
        say(ledgerMessages, "ledger.runtime", {}),
        g.metadataInUse,
        g.metadata,
      ),
    );
    for (const part of ["native", "file", "shared", "unexplained"] as const)
      parts.push(unknown(part, noKernel));
  } else {
    const k = kernelParts;
    parts.push(
      known(
        "runtime",
        k.runtime,
        [...goId, ...kernelId],
        say(ledgerMessages, "ledger.runtime", {}),
      ),
    );
    parts.push(
      k.native === undefined
        ? unknown("native", noKernel)
        : known(
            "native",
            k.native.value,
            kernelId,
            say(ledgerMessages, "ledger.native", {}),
            k.native.lo,
            k.native.hi,
          ),
    );
    parts.push(
      k.file === undefined
        ? unknown("file", noKernel)
        : known("file", k.file, kernelId, say(ledgerMessages, "ledger.file", {})),
    );
    parts.push(
      k.shared === undefined
        ? unknown("shared", noKernel)
        : known("shared", k.shared, kernelId, say(ledgerMessages, "ledger.shared", {})),
    );
    const sumKnown = parts.reduce((s, part) => s + (part.bytes?.value ?? 0), 0);
    parts.push(
      k.file === undefined
        ? unknown("unexplained", noKernel)
        : known("unexplained", kernel.rss - sumKnown, kernelId),
    );
  }
  if (resident.untouched > 0) {
    const bytes = counted(resident.untouched, "bytes", [...goId, ...kernelId]);
    beside.push({ part: "free", bytes, note: say(ledgerMessages, "ledger.untouched", { bytes }) });
  }
  if (sums !== undefined && sums.hugePages > 0) {
    const bytes = counted(sums.hugePages, "bytes", kernelId);
    beside.push({
      part: "unexplained",
      bytes,
      note: say(ledgerMessages, "ledger.huge-pages", { bytes }),
    });
  }
  const skewSec =
    kernel === undefined ||
    !Number.isFinite(kernel.timeMs) ||
    go === undefined ||
    !Number.isFinite(go.timeMs)
      ? undefined
      : Math.abs(kernel.timeMs - go.timeMs) / 1000;
  if (skewSec !== undefined && skewSec >= 1)
    notes.push(say(ledgerMessages, "ledger.skew", { seconds: skewSec }));
  if (kernel !== undefined && sums === undefined)
    notes.push(say(ledgerMessages, "ledger.no-smaps", {}));
  return { total, parts, beside, notes, skewSec };
}

interface ResidentGo {
  readonly live: number;
  readonly sinceGc: number;
  readonly unused: number;
  readonly free: number;
  readonly stacks: number;
  readonly untouched: number;
}

/**
 * Go's account cut down to what is resident. Memory that Go mapped and never touched is free spans
 * first, then unused slots, then large fresh objects: that order can mislead when a service maps a
 * huge slice and touches none of it, which then shows as fewer bytes since GC.
 */
function residentGo(
  g: GoMemory,
  marked: number | undefined,
  sums: MappingSums | undefined,
  kernel: KernelReading | undefined,
): ResidentGo {
  const live0 = Math.min(marked ?? 0, g.heapObjects);
  const accounted = g.heapObjects + g.heapUnused + g.heapFree + g.stacks;
  let untouched = 0;
  if (sums !== undefined && sums.arenaIsSure) untouched = Math.max(0, accounted - sums.arena);
  else if (kernel?.anon !== undefined)
    untouched = Math.max(0, accounted + g.metadataInUse - kernel.anon);
  let rest = untouched;
  const cut = (n: number): number => {
    const less = Math.min(n, rest);
    rest -= less;
    return n - less;
  };
  const free = cut(g.heapFree);
  const unused = cut(g.heapUnused);
  const sinceGc = cut(g.heapObjects - live0);
  const live = cut(live0);
  return { live, sinceGc, unused, free, stacks: g.stacks, untouched };
}

interface Foreign {
  readonly runtime: number;
  readonly native: { readonly value: number; readonly lo: number; readonly hi: number } | undefined;
  readonly file: number | undefined;
  readonly shared: number | undefined;
}

/** Metadata beside the arenas: mapped, but touched only as far as the heap needs it. */
function foreign(
  g: GoMemory,
  sums: MappingSums | undefined,
  kernel: KernelReading | undefined,
  resident: ResidentGo,
): Foreign {
  if (sums !== undefined && sums.arenaIsSure) {
    const x = sums.otherAnonymous;
    if (sums.namedGoMetadata > 0) {
      // The kernel names Go's mappings: everything else is not Go's.
      return {
        runtime: sums.namedGoMetadata + sums.globals,
        native: exactly(x + sums.nativeForSure),
        file: sums.file,
        shared: sums.shared,
      };
    }
    const runtime = Math.min(x, g.metadata);
    const native = x - runtime + sums.nativeForSure;
    return {
      runtime: runtime + sums.globals,
      native: {
        value: native,
        lo: native,
        hi: Math.max(native, x - Math.min(x, g.metadataInUse) + sums.nativeForSure),
      },
      file: sums.file,
      shared: sums.shared,
    };
  }
  if (kernel?.anon === undefined)
    return { runtime: g.metadata, native: undefined, file: kernel?.file, shared: kernel?.shmem };
  const heap = resident.live + resident.sinceGc + resident.unused + resident.free + resident.stacks;
  const beyond = Math.max(0, kernel.anon - heap);
  const runtime = Math.min(beyond, g.metadata);
  const native = beyond - runtime;
  // Untouched memory hides native memory of the same size: the upper end allows for all of `free`.
  return {
    runtime,
    native: {
      value: native,
      lo: native,
      hi: Math.max(native, beyond - Math.min(beyond, g.metadataInUse) + resident.free),
    },
    file: sums?.file ?? kernel.file,
    shared: sums?.shared ?? kernel.shmem,
  };
}

function exactly(value: number): { value: number; lo: number; hi: number } {
  return { value, lo: value, hi: value };
}
