// A trace meets the profile's sites: assists, sweeps, triggers and CPU samples by the same (function,
// file, line), so that a line's allocation rate and its share of the assist time stand in one row.
//
// How it can mislead: who triggers a cycle is who happened to take the span that crossed the trigger;
// shares of few triggers say nothing. A profile counts allocated bytes of its window, a trace its own: the
// two need not be of the same minutes.

import { counted, type Quantity } from "../../model/quantity.ts";
import { lineKey, type AssistShares, type SourceLine } from "../sites/site.ts";
import type { Payer } from "./payers.ts";
import type { TraceAnalysis } from "./trace-analysis.ts";

export interface TracedLine extends SourceLine {
  readonly assistWallNs: number;
  readonly assistCpuNs: number;
  /** Of the assist wall time of the whole trace, 0–1. */
  readonly assistShare: number;
  readonly sweepNs: number;
  /** Cycles that an allocation of this line triggered. */
  readonly triggers: number;
  /** CPU samples within its allocations; undefined without samples. */
  readonly mallocSamples: number | undefined;
}

export type TracedLines = ReadonlyMap<string, TracedLine>;

/** By the service's own line (`own`), or by the allocating line. */
export function tracedLines(t: TraceAnalysis, by: "own" | "allocating"): TracedLines {
  const out = new Map<string, { -readonly [K in keyof TracedLine]: TracedLine[K] }>();
  const hasSamples = t.samples !== undefined;
  const rowOf = (at: SourceLine) => {
    const key = lineKey(at);
    let row = out.get(key);
    if (row === undefined) {
      row = {
        function: at.function,
        file: at.file,
        line: at.line,
        assistWallNs: 0,
        assistCpuNs: 0,
        assistShare: 0,
        sweepNs: 0,
        triggers: 0,
        mallocSamples: hasSamples ? 0 : undefined,
      };
      out.set(key, row);
    }
    return row;
  };
  const each = (
    payers: readonly Payer[],
    add: (row: ReturnType<typeof rowOf>, p: Payer) => void,
  ) => {
    for (const p of payers) if (p.at !== undefined) add(rowOf(p.at), p);
  };
  const isOwn = by === "own";
  each(isOwn ? t.assists.byLine : t.assists.byAllocatingLine, (row, p) => {
    row.assistWallNs += p.wallNs;
    row.assistCpuNs += p.cpuNs;
  });
  if (isOwn) {
    each(t.sweeps.byLine, (row, p) => {
      row.sweepNs += p.wallNs;
    });
    each(t.samples?.byLine ?? [], (row, p) => {
      row.mallocSamples = (row.mallocSamples ?? 0) + p.count;
    });
  }
  for (let c = 0; c < t.cycles.length; c++) {
    const at = t.places.of(t.cycles.triggerStack[c]);
    if (at !== undefined) rowOf(isOwn ? at.place.own : at.place.alloc).triggers += 1;
  }
  const total = t.assists.wallNs;
  for (const row of out.values()) row.assistShare = total > 0 ? row.assistWallNs / total : 0;
  return out;
}

/** The share of assist time that each line paid; undefined where no assist was seen. */
export function assistShares(t: TraceAnalysis, evidence: string): AssistShares | undefined {
  if (t.assists.count === 0) return undefined;
  const own = tracedLines(t, "own");
  const allocating = tracedLines(t, "allocating");
  const share = (lines: TracedLines, at: SourceLine): Quantity =>
    counted(lines.get(lineKey(at))?.assistShare ?? 0, "fraction", [evidence], "wall");
  return { own: (at) => share(own, at), allocating: (at) => share(allocating, at) };
}
