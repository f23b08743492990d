// What one execution trace says about memory, from the scan that needs no global order. What needs the
// order (scheduling latency, tasks and regions, blocking) is in ./order and is handed in where it is known.

import type { TraceMemory, TraceTable } from "../../model/tables/trace.ts";
import { analyzeAssists, type AssistAnalysis } from "./assists.ts";
import { analyzeSamples, type SampleAnalysis } from "./cpu-samples.ts";
import { analyzeCycles, type CycleColumns } from "./cycles.ts";
import { gcShare, type GcShare } from "./gc-share.ts";
import { gcWorkOf, type GcWork } from "./gc-work.ts";
import { goroutineGroups, type GoroutineGroups } from "./goroutine-groups.ts";
import { StackPlaces } from "./payers.ts";
import { analyzeSpanPulls, type SpanPulls } from "./span-pulls.ts";
import { analyzeStops, type StopAnalysis } from "./stops.ts";
import { analyzeSweeps, type SweepAnalysis } from "./sweeps.ts";

export interface TraceAnalysis {
  readonly table: TraceTable;
  readonly memory: TraceMemory;
  readonly work: GcWork;
  readonly groups: GoroutineGroups;
  readonly places: StackPlaces;
  readonly seconds: number;
  readonly cycles: CycleColumns;
  readonly share: GcShare;
  readonly assists: AssistAnalysis;
  readonly stops: StopAnalysis;
  readonly sweeps: SweepAnalysis;
  readonly pulls: SpanPulls;
  /** Undefined without CPU samples. */
  readonly samples: SampleAnalysis | undefined;
}

export interface TraceContext {
  /** Of the main module, where build info told it. */
  readonly modulePath?: string;
  readonly evidence?: readonly string[];
  /** Start functions from the full order, which names every goroutine. */
  readonly startFunctions?: ReadonlyMap<number, string>;
}

/** Undefined where the events of the trace were not read. */
export function analyzeTrace(
  table: TraceTable,
  context: TraceContext = {},
): TraceAnalysis | undefined {
  const memory = table.memory;
  if (memory === undefined || !(memory.endNs > memory.startNs)) return undefined;
  const work = gcWorkOf(memory);
  const groups = goroutineGroups(memory, work.workerGoroutines, context.startFunctions);
  const places = new StackPlaces(memory.stacks, context.modulePath);
  const assists = analyzeAssists(memory, work, groups, places);
  return {
    table,
    memory,
    work,
    groups,
    places,
    seconds: (memory.endNs - memory.startNs) / 1e9,
    cycles: analyzeCycles(memory, work),
    share: gcShare(memory, work, assists.mutatorNs),
    assists,
    stops: analyzeStops(memory, work, groups, places),
    sweeps: analyzeSweeps(memory, work.marks, groups, places),
    pulls: analyzeSpanPulls(memory, work.marks, groups),
    samples: analyzeSamples(memory, places, context.evidence ?? []),
  };
}
