// What a trace report says, as plain numbers: the text and the JSON are made from this, so they say the
// same (docs/schema/trace-1.schema.json). Units: ns, bytes, fractions 0–1; times since the trace's first event. Unknown is null.

import type { SourceLine } from "../../analysis/sites/site.ts";
import type { CycleColumns } from "../../analysis/trace/cycles.ts";
import { Integrated, minimumUtilisation, worstWindows } from "../../analysis/trace/mmu.ts";
import type { AnnotatedPayer } from "../../analysis/trace/order/annotated-assists.ts";
import type { GoroutineGroupSummary } from "../../analysis/trace/order/goroutine-summary.ts";
import type { SchedulingAnalysis, Waits } from "../../analysis/trace/order/scheduling.ts";
import type { Payer } from "../../analysis/trace/payers.ts";
import type { StopKind } from "../../analysis/trace/stw-reasons.ts";
import type { TraceAnalysis } from "../../analysis/trace/trace-analysis.ts";
import { COUNT_ALL, systemUtilisation } from "../../analysis/trace/utilisation.ts";

export interface PayerRow {
  readonly name: string;
  readonly function: string | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly count: number;
  readonly wallNs: number;
  readonly cpuNs: number;
  readonly longestNs: number;
}

export interface CycleRow {
  readonly number: number;
  readonly startNs: number;
  readonly endNs: number;
  readonly isCut: boolean;
  readonly heapStart: number | null;
  readonly heapPeak: number | null;
  readonly heapEnd: number | null;
  readonly marked: number | null;
  readonly goal: number | null;
  readonly overshoot: number | null;
  readonly reclaimed: number | null;
  readonly concurrentNs: number | null;
  readonly sweepTermNs: number | null;
  readonly markTermNs: number | null;
  readonly dedicatedNs: number;
  readonly fractionalNs: number;
  readonly idleNs: number;
  readonly assistNs: number;
  /** Goroutine-ns spent waiting for a proc within it; null without the full order. */
  readonly runnableNs: number | null;
  readonly trigger: SourceLine | null;
  readonly triggerGroup: string | null;
}

export interface TraceSummary {
  readonly schema: "heapwright.trace/1";
  readonly file: {
    readonly name: string;
    readonly version: string;
    readonly bytes: number;
    readonly seconds: number;
    readonly events: number;
    readonly generations: number;
    readonly gomaxprocs: number | null;
  };
  readonly gc: {
    readonly cycles: number;
    readonly cyclesPerSecond: number;
    readonly ofCapacity: number | null;
    readonly ofRunning: number | null;
    readonly assistOfMutator: number | null;
    readonly dedicatedNs: number;
    readonly fractionalNs: number;
    readonly idleNs: number;
    readonly assistNs: number;
    readonly endingNs: number;
    readonly stopNs: number;
    readonly pauseNs: number;
    readonly capacityNs: number | null;
  };
  readonly cycles: readonly CycleRow[];
  readonly assists: {
    readonly count: number;
    readonly wallNs: number;
    readonly cpuNs: number;
    readonly endingNs: number;
    readonly longestNs: number;
    readonly cut: number;
    readonly byLine: readonly PayerRow[];
    readonly byGroup: readonly (PayerRow & {
      readonly goroutines: number;
      readonly executedNs: number;
    })[];
  };
  readonly stops: {
    readonly causes: readonly {
      readonly reason: string;
      readonly kind: StopKind;
      readonly count: number;
      readonly totalNs: number;
      readonly pauseNs: number;
      readonly medianNs: number;
      readonly p99Ns: number;
      readonly longestNs: number;
      readonly stoppingNs: number;
    }[];
    readonly asked: readonly PayerRow[];
    readonly lastToStop: readonly PayerRow[];
  };
  /** Minimum mutator utilisation by window; null where GOMAXPROCS is not known. */
  readonly mmu:
    | readonly {
        readonly windowNs: number;
        readonly utilisation: number;
        readonly worstAtNs: number | null;
      }[]
    | null;
  readonly sweeps: {
    readonly count: number;
    readonly wallNs: number;
    readonly sweptBytes: number;
    readonly reclaimedBytes: number;
    readonly byLine: readonly PayerRow[];
  };
  readonly spans: {
    readonly bytes: number;
    readonly bytesInMark: number;
    readonly byGroup: readonly {
      readonly name: string;
      readonly goroutines: number;
      readonly bytes: number;
      readonly bytesInMark: number;
    }[];
  };
  readonly samples: {
    readonly count: number;
    readonly classes: readonly {
      readonly class: string;
      readonly samples: number;
      readonly share: number;
      readonly shareLo: number;
      readonly shareHi: number;
    }[];
  } | null;
  readonly waits: {
    readonly inMark: Waits;
    readonly outside: Waits;
    readonly mostRunnable: number;
  } | null;
  readonly goroutines: readonly GoroutineRow[] | null;
  readonly tasks: readonly AnnotatedPayer[] | null;
  readonly regions: readonly AnnotatedPayer[] | null;
}

export interface GoroutineRow {
  readonly name: string;
  readonly goroutines: number;
  readonly executingNs: number;
  readonly schedWaitNs: number;
  readonly syscallNs: number;
  readonly syscallBlockNs: number;
  readonly blockNs: Readonly<Record<string, number>>;
  readonly unknownNs: number;
  readonly assistNs: number;
  readonly sweepNs: number;
  readonly stwNs: number;
  readonly totalNs: number;
}

/** What only the full order tells. */
export interface OrderFindings {
  readonly scheduling: SchedulingAnalysis;
  readonly goroutines: readonly GoroutineGroupSummary[];
  readonly tasks: readonly AnnotatedPayer[];
  readonly regions: readonly AnnotatedPayer[];
}

/** As Go's MMU page: from shorter than any cycle to longer than most. */
const WINDOWS_NS: readonly number[] = [0.1, 1, 5, 10, 50, 100, 500, 1000].map((ms) => ms * 1e6);

export function summarizeTrace(
  name: string,
  t: TraceAnalysis,
  order: OrderFindings | undefined,
): TraceSummary {
  const { memory, share } = t;
  const procs = t.work.procs;
  return {
    schema: "heapwright.trace/1",
    file: {
      name,
      version: t.table.version,
      bytes: t.table.bytes,
      seconds: t.seconds,
      events: memory.events,
      generations: memory.generations.length,
      gomaxprocs: procs.length === 0 ? null : (procs.count[procs.length - 1] ?? null),
    },
    gc: {
      cycles: t.cycles.length,
      cyclesPerSecond: t.cycles.length / t.seconds,
      ofCapacity: share.ofCapacity ?? null,
      ofRunning: share.ofRunning ?? null,
      assistOfMutator: share.assistOfMutator ?? null,
      dedicatedNs: share.dedicatedNs,
      fractionalNs: share.fractionalNs,
      idleNs: share.idleNs,
      assistNs: share.assistNs,
      endingNs: share.endingNs,
      stopNs: share.gcStopNs,
      pauseNs: share.pauseNs,
      capacityNs: share.capacityNs ?? null,
    },
    cycles: cycleRows(t, order?.scheduling),
    assists: {
      count: t.assists.count,
      wallNs: t.assists.wallNs,
      cpuNs: t.assists.cpuNs,
      endingNs: t.assists.endingNs,
      longestNs: t.assists.longestNs,
      cut: t.assists.cut,
      byLine: t.assists.byLine.map(payerRow),
      byGroup: t.assists.byGroup.map((g) => ({
        ...payerRow(g),
        goroutines: g.goroutines,
        executedNs: g.executedNs,
      })),
    },
    stops: {
      causes: t.stops.causes,
      asked: t.stops.userLines.map(payerRow),
      lastToStop: t.stops.lastToStop.map(payerRow),
    },
    mmu: mmuRows(t),
    sweeps: {
      count: t.sweeps.count,
      wallNs: t.sweeps.wallNs,
      sweptBytes: t.sweeps.sweptBytes,
      reclaimedBytes: t.sweeps.reclaimedBytes,
      byLine: t.sweeps.byLine.map(payerRow),
    },
    spans: {
      bytes: t.pulls.bytes,
      bytesInMark: t.pulls.bytesInMark,
      byGroup: t.pulls.byGroup.map(({ name: group, goroutines, bytes, bytesInMark }) => ({
        name: group,
        goroutines,
        bytes,
        bytesInMark,
      })),
    },
    samples:
      t.samples === undefined
        ? null
        : {
            count: t.samples.samples,
            classes: t.samples.classes.map((c) => ({
              class: c.class,
              samples: c.samples,
              share: c.share.value,
              shareLo: c.share.lo,
              shareHi: c.share.hi,
            })),
          },
    waits:
      order === undefined
        ? null
        : {
            inMark: order.scheduling.inMark,
            outside: order.scheduling.outside,
            mostRunnable: order.scheduling.mostRunnable,
          },
    goroutines: order === undefined ? null : order.goroutines.map(goroutineRow),
    tasks: order === undefined ? null : order.tasks,
    regions: order === undefined ? null : order.regions,
  };
}

function payerRow(p: Payer): PayerRow {
  return {
    name: p.name,
    function: p.at?.function ?? null,
    file: p.at?.file ?? null,
    line: p.at?.line ?? null,
    count: p.count,
    wallNs: p.wallNs,
    cpuNs: p.cpuNs,
    longestNs: p.longestNs,
  };
}

function goroutineRow({ blockNs, ...rest }: GoroutineGroupSummary): GoroutineRow {
  return { ...rest, blockNs: Object.fromEntries(blockNs) };
}

function known(x: number | undefined): number | null {
  return x === undefined || Number.isNaN(x) ? null : x;
}

function cycleRows(t: TraceAnalysis, scheduling: SchedulingAnalysis | undefined): CycleRow[] {
  const c: CycleColumns = t.cycles;
  const from = t.memory.startNs;
  return Array.from({ length: c.length }, (_, i) => {
    const trigger = t.places.of(c.triggerStack[i] ?? -1)?.place;
    return {
      number: i + 1,
      startNs: (c.startNs[i] ?? 0) - from,
      endNs: (c.endNs[i] ?? 0) - from,
      isCut: c.flags[i] !== 0,
      heapStart: known(c.heapStart[i]),
      heapPeak: known(c.heapPeak[i]),
      heapEnd: known(c.heapEnd[i]),
      marked: known(c.marked[i]),
      goal: known(c.goal[i]),
      overshoot: known(c.overshoot[i]),
      reclaimed: known(c.reclaimed[i]),
      concurrentNs: known(c.concurrentNs[i]),
      sweepTermNs: known(c.sweepTermNs[i]),
      markTermNs: known(c.markTermNs[i]),
      dedicatedNs: c.dedicatedNs[i] ?? 0,
      fractionalNs: c.fractionalNs[i] ?? 0,
      idleNs: c.idleNs[i] ?? 0,
      assistNs: c.assistNs[i] ?? 0,
      runnableNs: known(scheduling?.cycleDelayNs[i]),
      trigger: trigger?.own ?? null,
      triggerGroup: t.groups.nameOf(c.triggerGoroutine[i] ?? -1) ?? null,
    };
  });
}

function mmuRows(t: TraceAnalysis): TraceSummary["mmu"] {
  const steps = systemUtilisation(t.memory, t.work, COUNT_ALL);
  if (steps === undefined) return null;
  const series = [new Integrated(steps)];
  const length = t.memory.endNs - t.memory.startNs;
  return WINDOWS_NS.filter((w) => w <= length).map((windowNs) => ({
    windowNs,
    utilisation: minimumUtilisation(series, windowNs),
    worstAtNs: known(
      (worstWindows(series, windowNs, 1)[0]?.startNs ?? Number.NaN) - t.memory.startNs,
    ),
  }));
}
