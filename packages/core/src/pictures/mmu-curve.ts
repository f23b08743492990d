// The minimum mutator utilisation over the length of the window, as a curve: how little of the cores the
// program had in its worst window of each length. Lengths are spread evenly by their logarithm.

import { Integrated, minimumUtilisation } from "../analysis/trace/mmu.ts";
import type { TraceAnalysis } from "../analysis/trace/trace-analysis.ts";
import { COUNT_ALL, systemUtilisation } from "../analysis/trace/utilisation.ts";
import type { Tick } from "./growth-chart.ts";

export interface MmuCurve {
  readonly windowNs: Float64Array;
  /** 0–1. */
  readonly utilisation: Float64Array;
  /** 0–1 by the logarithm of the window. */
  readonly x: Float64Array;
  /** Powers of ten, in ns. */
  readonly ticks: readonly Tick[];
  /** Windows below this length have no program running at all in their worst place; ns, 0 for none. */
  readonly zeroUpToNs: number;
}

/** Shorter windows than this lie within single stops: utilisation 0 or 1 and nothing to see. */
const SHORTEST_NS = 10_000;
const POINTS = 48;

/** undefined where the trace does not tell GOMAXPROCS, or is shorter than the shortest window. */
export function mmuCurve(t: TraceAnalysis, points = POINTS): MmuCurve | undefined {
  const steps = systemUtilisation(t.memory, t.work, COUNT_ALL);
  const longest = t.memory.endNs - t.memory.startNs;
  if (steps === undefined || !(longest > SHORTEST_NS)) return undefined;
  const series = [new Integrated(steps)];
  const decades = Math.log10(longest / SHORTEST_NS);
  const windowNs = new Float64Array(points);
  const utilisation = new Float64Array(points);
  const x = new Float64Array(points);
  let zeroUpToNs = 0;
  for (let i = 0; i < points; i++) {
    x[i] = i / (points - 1);
    windowNs[i] = i === points - 1 ? longest : SHORTEST_NS * 10 ** (decades * x[i]);
    utilisation[i] = minimumUtilisation(series, windowNs[i]);
    if (utilisation[i] <= 0) zeroUpToNs = windowNs[i];
  }
  const ticks: Tick[] = [];
  for (let value = SHORTEST_NS; value <= longest; value *= 10)
    ticks.push({ at: Math.log10(value / SHORTEST_NS) / decades, value });
  return { windowNs, utilisation, x, ticks, zeroUpToNs };
}
