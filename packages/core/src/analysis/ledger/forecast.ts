// Next peak and what it is compared with. next peak = 95th percentile of live × (1 + g) + roots × g +
// everything that is not the Go heap, with the 4 MiB·g floor; a memory limit lowers the goal but never
// below what is live. Page cache is left out: the kernel takes it back.
// How it can mislead: live memory that jumps with load peaks higher than any percentile seen.

import type { ProcessEvidence } from "../../evidence/process.ts";
import { gogcGoal } from "../../goruntime/pacer.ts";
import { counted, derived, type Quantity } from "../../model/quantity.ts";
import type { Series } from "../series/series.ts";
import type { Ledger } from "./ledger.ts";
import type { Pacing } from "../pacing.ts";
import { containerReadings } from "./container.ts";
import { goReadings } from "./process.ts";

export interface Limit {
  readonly bytes: Quantity;
  readonly source: "cgroup" | "pod" | "given";
}

export interface Forecast {
  readonly limit: Limit | undefined;
  /** Memory the host has, when no limit is set. */
  readonly hostTotal: Quantity | undefined;
  /** Of the process (RSS) at the end of the next cycle's growth. */
  readonly nextPeak: Quantity | undefined;
  /** Part of nextPeak that is not the Go heap. */
  readonly other: number | undefined;
  /** Part of `other` that GOMEMLIMIT does not count: native, file, shared, unexplained. */
  readonly foreign: number | undefined;
  readonly live95: number | undefined;
  readonly gogcPercent: number;
  readonly gogcIsKnown: boolean;
}

export function limitOf(p: ProcessEvidence, given: number | undefined): Limit | undefined {
  if (given !== undefined) return { bytes: counted(given, "bytes", []), source: "given" };
  for (const r of containerReadings(p).reverse()) {
    if (r.limit !== undefined && Number.isFinite(r.limit))
      return { bytes: counted(r.limit, "bytes", [r.evidence]), source: "cgroup" };
  }
  const pod = p.container?.facts.memoryLimit;
  return pod === undefined || p.container === undefined
    ? undefined
    : { bytes: counted(pod, "bytes", [p.container.artefact.id]), source: "pod" };
}

export function forecast(
  p: ProcessEvidence,
  marked: Series | undefined,
  process: Ledger | undefined,
  given: number | undefined,
  pacing: Pacing,
): Forecast {
  const limit = limitOf(p, given);
  const memTotal = p.meminfo?.value.memTotal;
  const hostTotal =
    memTotal === undefined || p.meminfo === undefined
      ? undefined
      : counted(memTotal, "bytes", [p.meminfo.artefact.id]);
  const gogc = pacing.gogcPercent ?? 100;
  const base = {
    limit,
    hostTotal,
    gogcPercent: gogc,
    gogcIsKnown: pacing.gogcPercent !== undefined,
  };
  const go = goReadings(p);
  const live95 = marked === undefined ? go[go.length - 1]?.live : highLive(marked);
  const g = go[go.length - 1]?.memory;
  if (live95 === undefined || g === undefined)
    return { ...base, nextPeak: undefined, other: undefined, foreign: undefined, live95 };
  const part = (name: string): number =>
    process?.parts.find((x) => x.part === name)?.bytes?.value ?? 0;
  // Unused slots stay beside live objects; stacks and metadata are there at the peak as now.
  const runtime = process?.parts.find((x) => x.part === "runtime")?.bytes?.value ?? g.metadata;
  const foreign = part("native") + part("file") + part("shared") + Math.max(0, part("unexplained"));
  const other = g.heapUnused + g.stacks + runtime + foreign;
  let goal = gogcGoal(live95, g.stacks, 0, gogc);
  const memLimit = p.settings.goMemLimit;
  if (memLimit !== undefined && Number.isFinite(memLimit))
    goal = Math.min(goal, Math.max(live95, memLimit - (other - foreign)));
  if (!Number.isFinite(goal)) return { ...base, nextPeak: undefined, other, foreign, live95 };
  const value = goal + other;
  const evidence = [...(marked?.evidence.slice(0, 2) ?? []), go[go.length - 1]?.evidence ?? ""];
  // The pacer meets its goal within a few per cent; roots not counted add at most stacks × g.
  return {
    ...base,
    nextPeak: derived(
      value,
      value * 0.95,
      value * 1.07 + resolutionSlack(marked),
      "bytes",
      evidence,
      "gc-cycle",
    ),
    other,
    foreign,
    live95,
  };
}

function resolutionSlack(s: Series | undefined): number {
  return (s?.resolution ?? 0) * 2;
}

/** 95th percentile, but not below the latest: a heap that was just filled stays as large. */
function highLive(marked: Series): number | undefined {
  const high = percentile(marked.value, 0.95);
  const last = marked.value[marked.value.length - 1];
  return high === undefined || last === undefined ? high : Math.max(high, last);
}

export function percentile(values: Float64Array, q: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}
