// The trace that rules look at: of several the one with most cycles, for that is what rules need.

import type { Artefact } from "../../evidence/artefact.ts";
import type { ProcessEvidence } from "../../evidence/process.ts";
import { traceClock, type TraceClock } from "./clock.ts";
import { analyzeTrace, type TraceAnalysis } from "./trace-analysis.ts";

export interface ProcessTrace extends TraceAnalysis {
  readonly artefact: Artefact;
  /** Undefined where nothing ties the trace's clock to the rest. */
  readonly clock: TraceClock | undefined;
  /** Traces of the process that were not looked at. */
  readonly others: number;
}

export function traceOfProcess(p: ProcessEvidence): ProcessTrace | undefined {
  const modulePath = p.buildInfo?.mainModule?.path;
  let best: { readonly artefact: Artefact; readonly analysis: TraceAnalysis } | undefined;
  for (const { artefact, value } of p.traces) {
    const analysis = analyzeTrace(value, {
      evidence: [artefact.id],
      ...(modulePath === undefined ? {} : { modulePath }),
    });
    if (analysis === undefined) continue;
    const more = best === undefined ? 1 : analysis.cycles.length - best.analysis.cycles.length;
    if (more > 0 || (more === 0 && analysis.seconds > (best?.analysis.seconds ?? 0)))
      best = { artefact, analysis };
  }
  if (best === undefined) return undefined;
  return {
    ...best.analysis,
    artefact: best.artefact,
    clock: traceClock(best.analysis.memory, best.analysis.cycles, p),
    others: p.traces.length - 1,
  };
}
