// Samples of a process that was replaced while it was watched: a Prometheus range, or a poll of one
// address, goes on through a restart. Trend, cost and forecast are of the last run only; what came
// before is another process's memory.
// How it can mislead: two replicas behind one address look like a restart at every change between
// them; then little is left, and that is said.

import { linkMessages } from "../evidence/messages.ts";
import type { ProcessEvidence, Timed } from "../evidence/process.ts";
import { say } from "../model/message.ts";
import type { MetricsSample } from "../model/tables/metrics.ts";

/** Counters that only rise while a process lives. */
const RISING: readonly ((m: MetricsSample) => number | undefined)[] = [
  (m) => m.scalars.get("/gc/heap/allocs:bytes"),
  (m) => m.scalars.get("/gc/cycles/total:gc-cycles"),
  (m) => m.memStats?.totalAlloc,
  (m) => m.memStats?.numGC,
  (m) => m.process.cpuSeconds,
];

function isOther(before: MetricsSample, after: MetricsSample): boolean {
  const x = before.process.startTimeSec;
  const y = after.process.startTimeSec;
  // One clock tick, and the rounding of a text format.
  if (x !== undefined && y !== undefined && Math.abs(x - y) > 1) return true;
  return RISING.some((of) => {
    const a = of(before);
    const b = of(after);
    return a !== undefined && b !== undefined && b < a;
  });
}

/** The evidence as it is where nothing was replaced. */
export function lastRunOf(p: ProcessEvidence): ProcessEvidence {
  // Only samples of one artefact are compared: clocks of different files may disagree.
  const previous = new Map<Timed<MetricsSample>["artefact"], MetricsSample>();
  let from = -1;
  for (const [i, m] of p.metrics.entries()) {
    const before = previous.get(m.artefact);
    if (before !== undefined && isOther(before, m.value)) from = i;
    previous.set(m.artefact, m.value);
  }
  const first = p.metrics[from];
  if (first === undefined) return p;
  const cut = new Set(p.metrics.slice(0, from).map((m) => m.value.memStats));
  const isOfLastRun = (m: Timed<unknown>) => !(m.timeMs < first.timeMs);
  const metrics = p.metrics.slice(from);
  const started = first.value.process.startTimeSec;
  return {
    ...p,
    metrics,
    memStats: p.memStats.filter((m) => !cut.has(m.value) && isOfLastRun(m)),
    startMs: started === undefined ? NaN : started * 1000,
    linking: [
      ...p.linking,
      say(
        linkMessages,
        "link.replaced",
        { name: first.artefact.name, kept: metrics.length, left: from },
        [`${first.artefact.id}:${first.row}`],
      ),
    ],
  };
}
