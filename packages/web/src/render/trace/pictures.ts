// What the page shows of one execution trace: its summary and the geometry of its pictures.

import type { SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import type { TraceAnalysis } from "@heapwright/core/analysis/trace/trace-analysis.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { type CycleBars, cycleBars } from "@heapwright/core/pictures/cycle-bars.ts";
import { flameOfAssists } from "@heapwright/core/pictures/flame-of-assists.ts";
import type { FlameInput } from "@heapwright/core/pictures/flame-tree.ts";
import { type MmuCurve, mmuCurve } from "@heapwright/core/pictures/mmu-curve.ts";
import { type TraceTimeline, traceTimeline } from "@heapwright/core/pictures/trace-timeline.ts";
import type { PayerRow, TraceSummary } from "@heapwright/core/report/trace/summary.ts";
import { longestCycles } from "@heapwright/core/report/trace/text.ts";
import { LABELS } from "../../words.ts";

export interface TracePictures {
  readonly summary: TraceSummary;
  readonly timeline: TraceTimeline | undefined;
  readonly mmu: MmuCurve | undefined;
  /** Undefined without assists. */
  readonly flame: FlameInput | undefined;
  /** The verdict's lines among the payers. */
  readonly guilty: readonly PayerRow[];
  /** Rows of `summary.cycles` that are shown open, in their order. */
  readonly longest: readonly number[];
  /** By `longest`. */
  readonly bars: CycleBars;
  /** Traces of the same process that are not shown. */
  readonly others: number;
}

const OPEN_ROWS = 10;

/** `guilty` are the lines of a verdict. */
export function tracePictures(
  t: TraceAnalysis,
  summary: TraceSummary,
  guilty: readonly SourceLine[],
  lang: Lang,
  others = 0,
): TracePictures {
  const longest = longestCycles(summary.cycles, OPEN_ROWS).map((c) => c.number - 1);
  return {
    summary,
    timeline: traceTimeline(t),
    mmu: mmuCurve(t),
    flame: flameOfAssists(t, guilty, LABELS[lang].flameRoot),
    guilty: summary.assists.byLine.filter((p) =>
      guilty.some((g) => g.function === p.function && g.file === p.file && g.line === p.line),
    ),
    longest,
    bars: cycleBars(t.cycles, longest),
    others,
  };
}
