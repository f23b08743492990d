// The one way from artefacts to processes. Pure: the same artefacts in any order give the same answer.

import { say, type Statement } from "../model/message.ts";
import type { MemStats } from "../model/tables/memstats.ts";
import type { MetricsSample } from "../model/tables/metrics.ts";
import type { ProfileTable } from "../model/tables/profile.ts";
import type { BuildInfoTable } from "../model/tables/system.ts";
import type { Artefact } from "./artefact.ts";
import { instantsOf, NO_INSTANT, type Instant } from "./clock.ts";
import { clusterUnits, folderDistance, type Cluster } from "./clusters.ts";
import { cycleEndSec, fingerprint, folderOf, type Unit } from "./fingerprint.ts";
import { linkMessages } from "./messages.ts";
import type { CgroupState, HeapSnapshot, ProcessEvidence, Timed } from "./process.ts";
import { goVersionOf, settingsOf } from "./settings.ts";
import { cycleClock, shownCycle, type CycleClock } from "./shown-cycle.ts";

export interface Linked {
  readonly processes: readonly ProcessEvidence[];
}

export function link(artefacts: readonly Artefact[]): Linked {
  const sorted = [...artefacts].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const instants = instantsOf(sorted);
  const units: Unit[] = [];
  for (const a of sorted) {
    if (a.table.kind === "gctrace" && a.table.segments.length > 0) {
      for (const segment of a.table.segments) units.push(fingerprint(a, segment));
    } else {
      units.push(fingerprint(a));
    }
  }
  const { clusters, shared } = clusterUnits(units);
  if (clusters.length === 0 && shared.length > 0) {
    // A trace that nothing else speaks beside is of the one process there is.
    const traces = shared.filter((u) => u.artefact.table.kind === "trace");
    const sameness = traces.length === 1 ? "assumed" : "unknown";
    clusters.push({ units: traces, sameness, reasons: [] });
  }
  const processes = clusters.map((c, i) => assemble(c, shared, instants, `p${i + 1}`));
  // Largest evidence first: a reader of several processes starts with the one most is known of.
  return {
    processes: processes
      .sort((a, b) => weight(b) - weight(a))
      .map((p, i) => ({ ...p, key: `p${i + 1}` })),
  };
}

function weight(p: ProcessEvidence): number {
  return p.heap.length * 4 + p.artefacts.length;
}

function assemble(
  cluster: Cluster,
  shared: readonly Unit[],
  instants: ReadonlyMap<Artefact, Instant>,
  key: string,
): ProcessEvidence {
  const own = cluster.units;
  // A capture names the process for its cgroup and pod files too; loose ones are shared.
  const nearShared = [...nearest(own, shared), ...own.filter((u) => !u.isAnchor)];
  const at = (a: Artefact) => instants.get(a) ?? NO_INSTANT;
  const timed = <T>(u: Unit, value: T, row = ""): Timed<T> => {
    const { timeMs, clock } = at(u.artefact);
    return { timeMs, clock, artefact: u.artefact, row, value };
  };
  const memStats: Timed<MemStats>[] = [];
  const metrics: Timed<MetricsSample>[] = [];
  const goroutineProfiles: Timed<ProfileTable>[] = [];
  const goroutineDumps: ProcessEvidence["goroutineDumps"][number][] = [];
  const otherProfiles: Timed<ProfileTable>[] = [];
  const heapUnits: { unit: Unit; profile: ProfileTable }[] = [];
  const gctrace: ProcessEvidence["gctrace"][number][] = [];
  const status: ProcessEvidence["status"][number][] = [];
  const stat: ProcessEvidence["stat"][number][] = [];
  const smaps: ProcessEvidence["smaps"][number][] = [];
  const environment = new Map<string, string>();
  let sawEnvironment = false;
  let buildInfo: BuildInfoTable | undefined;
  const traces: ProcessEvidence["traces"][number][] = [];
  let isRootGroup = false;
  for (const u of own) {
    const t = u.artefact.table;
    switch (t.kind) {
      case "profile":
        if (t.memStats !== undefined) memStats.push(timed(u, t.memStats, "MemStats"));
        if ((t.profileKind === "heap" || t.profileKind === "allocs") && !t.isDelta)
          heapUnits.push({ unit: u, profile: t });
        else if (t.profileKind === "goroutine") goroutineProfiles.push(timed(u, t));
        else otherProfiles.push(timed(u, t));
        break;
      case "goroutines":
        goroutineDumps.push(timed(u, t));
        break;
      case "gctrace":
        if (u.segment !== undefined) gctrace.push({ artefact: u.artefact, segment: u.segment });
        break;
      case "metrics":
        t.samples.forEach((sample, i) => {
          const base = timed(u, sample, `sample-${i + 1}`);
          const when =
            sample.timeMs === undefined
              ? base
              : { ...base, timeMs: sample.timeMs, clock: "reply" as const };
          metrics.push(when);
          if (sample.memStats !== undefined) memStats.push({ ...when, value: sample.memStats });
        });
        break;
      case "proc-status":
        status.push(timed(u, t));
        break;
      case "proc-stat":
        stat.push(timed(u, t));
        break;
      case "smaps":
        smaps.push(timed(u, t));
        break;
      case "go-env":
        sawEnvironment = true;
        for (const [k, v] of t.variables) environment.set(k, v);
        break;
      case "build-info":
        buildInfo ??= t;
        break;
      case "trace":
        traces.push(timed(u, t));
        break;
      case "proc-cgroup":
        isRootGroup = t.entries.every(
          (e) => e.path === "/" || !(e.hierarchy === 0 || e.controllers.includes("memory")),
        );
        break;
      case "proc-limits":
      case "cgroup":
      case "pod":
      case "meminfo":
        break;
    }
  }
  const byTime = <T>(list: Timed<T>[]): Timed<T>[] => sortTimed(list);
  const startMs = processStart(gctrace, memStats, metrics, own);
  const clock = cycleClock(memStats, gctrace, startMs);
  const heap = heapUnits
    .map(({ unit, profile }) => heapSnapshot(unit, profile, at(unit.artefact), clock))
    .sort(bySnapshot);
  const podUnit = nearShared.find((u) => u.artefact.table.kind === "pod");
  const container = podUnit === undefined ? undefined : containerOf(podUnit.artefact);
  if (container !== undefined) {
    for (const [k, v] of container.facts.goEnv) if (!environment.has(k)) environment.set(k, v);
  }
  const sortedMetrics = byTime(metrics);
  const values = sortedMetrics.map((m) => m.value);
  const stacks = [
    ...heapUnits.map((h) => h.profile),
    ...goroutineProfiles.map((g) => g.value),
    ...goroutineDumps.map((g) => g.value),
  ];
  const goVersion = goVersionOf({
    buildInfo,
    metrics: values,
    trace: traces[0]?.value.version,
    stacks,
  });
  const settings = settingsOf(
    values,
    sawEnvironment || environment.size > 0 ? environment : undefined,
    buildInfo,
  );
  const linking: Statement[] = [...cluster.reasons];
  linking.push(
    goVersion.text === undefined
      ? say(linkMessages, "link.version-unknown", {})
      : say(linkMessages, "link.version", { version: goVersion.text, source: goVersion.source }),
  );
  if (settings.gogcPercent !== undefined)
    linking.push(
      say(linkMessages, "link.gogc", { gogc: settings.gogcPercent, source: settings.gogcSource }),
    );
  const artefacts = [...new Set([...own, ...nearShared].map((u) => u.artefact))];
  const lastMs = Math.max(
    ...artefacts.map((a) => at(a).timeMs).filter(Number.isFinite),
    ...memStats.map((m) => m.value.lastGCMs ?? NaN).filter(Number.isFinite),
    -Infinity,
  );
  const statusLast = status[status.length - 1]?.value;
  return {
    key,
    name: nameOf(buildInfo, statusLast?.name, stat[0]?.value.comm, stacks, own),
    pid: own.find((u) => u.pid !== undefined)?.pid,
    sameness: cluster.sameness,
    goVersion,
    settings,
    heap,
    goroutineProfiles: byTime(goroutineProfiles),
    goroutineDumps: byTime(goroutineDumps),
    otherProfiles: byTime(otherProfiles),
    traces: byTime(traces),
    memStats: sortMemStats(memStats),
    metrics: sortedMetrics,
    gctrace,
    startMs,
    status: byTime(status),
    stat: byTime(stat),
    smaps: byTime(smaps),
    cgroup: byTime(cgroupStates(nearShared, at)),
    isRootGroup,
    meminfo: nearShared.flatMap((u) =>
      u.artefact.table.kind === "meminfo" ? [timed(u, u.artefact.table)] : [],
    )[0],
    buildInfo,
    container,
    lastMs: Number.isFinite(lastMs) ? lastMs : NaN,
    artefacts,
    linking,
  };
}

/** Shared units (container, machine) for which this cluster is as near as any. */
function nearest(own: readonly Unit[], shared: readonly Unit[]): Unit[] {
  const captured = own.find((u) => u.manifest !== undefined)?.manifest;
  return shared.filter(
    (u) => u.manifest === undefined || captured === undefined || u.manifest === captured,
  );
}

function bySnapshot(a: HeapSnapshot, b: HeapSnapshot): number {
  if (a.cycle !== undefined && b.cycle !== undefined && a.cycle !== b.cycle)
    return a.cycle - b.cycle;
  if (Number.isFinite(a.replyMs) && Number.isFinite(b.replyMs) && a.replyMs !== b.replyMs)
    return a.replyMs - b.replyMs;
  // No clock: allocation counts of one process only rise.
  const total = (s: HeapSnapshot) =>
    (s.profile.values[1] ?? new Float64Array()).reduce((x, y) => x + y, 0);
  return total(a) - total(b);
}

function heapSnapshot(
  u: Unit,
  profile: ProfileTable,
  at: Instant,
  clock: CycleClock,
): HeapSnapshot {
  const m = profile.memStats;
  const record = u.artefact.record;
  const before = record?.numGCBefore;
  const after = record?.numGCAfter ?? before;
  const numGC = m?.numGC ?? (before !== undefined && before === after ? before : undefined);
  const isForced =
    record?.intrusiveness === "forced-gc" ||
    (m?.numForcedGC !== undefined && m.numForcedGC > 0 && m.numForcedGC === m.numGC);
  const replyMs = profile.timeMs ?? at.timeMs;
  const shown = shownCycle(numGC, isForced, replyMs, clock);
  return {
    artefact: u.artefact,
    profile,
    replyMs,
    cycle: shown.cycle,
    cycleEndMs: shown.endMs,
    memStats: m,
  };
}

function sortTimed<T>(list: readonly Timed<T>[]): Timed<T>[] {
  return [...list].sort((a, b) => {
    const x = Number.isFinite(a.timeMs);
    const y = Number.isFinite(b.timeMs);
    if (x && y && a.timeMs !== b.timeMs) return a.timeMs - b.timeMs;
    return a.artefact.name < b.artefact.name ? -1 : a.artefact.name > b.artefact.name ? 1 : 0;
  });
}

/** Counters order them even without a clock. */
function sortMemStats(list: readonly Timed<MemStats>[]): Timed<MemStats>[] {
  return sortTimed(list).sort((a, b) => {
    const x = a.value.totalAlloc;
    const y = b.value.totalAlloc;
    return x !== undefined && y !== undefined ? x - y : 0;
  });
}

function cgroupStates(units: readonly Unit[], at: (a: Artefact) => Instant): Timed<CgroupState>[] {
  const byFolder = new Map<
    string,
    {
      first: Artefact;
      version: 1 | 2 | undefined;
      files: Map<string, ReadonlyMap<string, number>>;
      time: Instant;
    }
  >();
  for (const u of units) {
    const t = u.artefact.table;
    if (t.kind !== "cgroup") continue;
    const time = at(u.artefact);
    // A capture writes one reading's files within a second of each other under one source name.
    const group =
      u.artefact.record === undefined
        ? folderOf(u.artefact.name)
        : `${folderOf(u.artefact.name)}#${Math.round(time.timeMs / 1000)}`;
    const v1Parent = t.version === 1 && u.artefact.record === undefined ? folderOf(group) : group;
    const known = byFolder.get(v1Parent);
    const entry = known ?? {
      first: u.artefact,
      version: t.isVersionGuessed === true ? undefined : t.version,
      files: new Map<string, ReadonlyMap<string, number>>(),
      time,
    };
    if (t.isVersionGuessed !== true) entry.version ??= t.version;
    if (!entry.files.has(t.file)) entry.files.set(t.file, t.values);
    byFolder.set(v1Parent, entry);
  }
  return [...byFolder.values()]
    .filter((e) => [...e.files.keys()].some((f) => f.startsWith("memory")))
    .map((e) => ({
      timeMs: e.time.timeMs,
      clock: e.time.clock,
      artefact: e.first,
      row: "",
      value: { version: e.version, files: e.files },
    }));
}

/** Runtime init on the wall clock: PauseEnd of a cycle minus its end in the log, or what metrics say. */
function processStart(
  gctrace: ProcessEvidence["gctrace"],
  memStats: readonly Timed<MemStats>[],
  metrics: readonly Timed<MetricsSample>[],
  own: readonly Unit[],
): number {
  for (const { segment } of gctrace) {
    const c = segment.cycles;
    for (const m of memStats) {
      const ring = m.value.pauseEndMs;
      const numGC = m.value.numGC;
      if (ring === undefined || numGC === undefined) continue;
      for (let i = c.length - 1; i >= 0; i--) {
        const n = c.number[i] ?? 0;
        if (n > numGC || n < numGC - 255) continue;
        const end = ring[(n + 255) % 256] ?? 0;
        if (end > 0) return end - cycleEndSec(segment, i) * 1000;
      }
    }
    for (let i = 0; i < c.length; i++) {
      const wall = c.wallMs[i] ?? NaN;
      if (Number.isFinite(wall)) return wall - cycleEndSec(segment, i) * 1000;
    }
  }
  for (const m of metrics) {
    const s = m.value.process.startTimeSec;
    if (s !== undefined) return s * 1000;
  }
  return (
    own.find((u) => u.artefact.record?.processStartMs !== undefined)?.artefact.record
      ?.processStartMs ?? NaN
  );
}

function containerOf(artefact: Artefact): ProcessEvidence["container"] {
  if (artefact.table.kind !== "pod") return undefined;
  const pod = artefact.table.pods[0];
  // The container with the memory limit is the service; sidecars are usually smaller.
  const facts =
    pod === undefined
      ? undefined
      : [...pod.containers].sort((a, b) => (b.memoryLimit ?? 0) - (a.memoryLimit ?? 0))[0];
  return pod === undefined || facts === undefined ? undefined : { pod: pod.name, facts, artefact };
}

function nameOf(
  b: BuildInfoTable | undefined,
  status: string | undefined,
  comm: string | undefined,
  stacks: readonly {
    readonly mappings?: ProfileTable["mappings"];
    readonly strings: ProfileTable["strings"];
  }[],
  own: readonly Unit[],
): string {
  // What the machine calls it is what its people know; the main package is often "server" or "cmd".
  if (status !== undefined && status !== "") return status;
  if (comm !== undefined && comm !== "") return comm;
  if (b !== undefined && b.path !== "" && b.path !== "command-line-arguments")
    return b.path.slice(b.path.lastIndexOf("/") + 1);
  for (const s of stacks) {
    const file =
      s.mappings === undefined || s.mappings.length === 0
        ? ""
        : s.strings.get(s.mappings.file[0] ?? 0);
    if (file !== "" && !file.startsWith("[")) return file.slice(file.lastIndexOf("/") + 1);
  }
  return own[0]?.manifest ?? own[0]?.artefact.name ?? "";
}

export { folderDistance };
