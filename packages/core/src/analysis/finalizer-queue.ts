// The queue of finalizers or cleanups over time, from runtime/metrics of Go ≥ 1.26.
//
// How it can mislead: a finalizer may have run without being counted yet (goruntime/finalizers.ts), and
// each GC cycle queues many at once, so that one reading just behind it shows a queue that is about to
// drain. Only the course counts: how far it fell back between readings.

import type { ProcessEvidence } from "../evidence/process.ts";
import type { QueueKind } from "../goruntime/finalizers.ts";

export interface FinalizerQueue {
  readonly kind: QueueKind;
  readonly samples: number;
  readonly seconds: number;
  /** Queued − executed. */
  readonly before: number;
  readonly after: number;
  /** Largest fall from a level reached before. */
  readonly largestDrop: number;
  /** Of the readings at the end in which `executed` did not move. */
  readonly still: { readonly samples: number; readonly seconds: number; readonly queued: number };
  readonly evidence: readonly string[];
}

export function finalizerQueue(p: ProcessEvidence, kind: QueueKind): FinalizerQueue | undefined {
  const queuedName = `/gc/${kind}/queued:${kind}`;
  const executedName = `/gc/${kind}/executed:${kind}`;
  const time: number[] = [];
  const queued: number[] = [];
  const executed: number[] = [];
  const evidence: string[] = [];
  for (const m of p.metrics) {
    const q = m.value.scalars.get(queuedName);
    const e = m.value.scalars.get(executedName);
    if (q === undefined || e === undefined) continue;
    time.push(m.timeMs);
    queued.push(q);
    executed.push(e);
    evidence.push(`${m.artefact.id}:${queuedName}`);
  }
  const n = time.length;
  if (n < 2) return undefined;
  const backlog = (i: number) => (queued[i] ?? 0) - (executed[i] ?? 0);
  const secondsFrom = (i: number) => {
    const seconds = ((time[n - 1] ?? NaN) - (time[i] ?? NaN)) / 1000;
    return Number.isFinite(seconds) ? seconds : 0;
  };
  let highest = -Infinity;
  let largestDrop = 0;
  for (let i = 0; i < n; i++) {
    highest = Math.max(highest, backlog(i));
    largestDrop = Math.max(largestDrop, highest - backlog(i));
  }
  let from = n - 1;
  while (from > 0 && executed[from - 1] === executed[n - 1]) from -= 1;
  return {
    kind,
    samples: n,
    seconds: secondsFrom(0),
    before: backlog(0),
    after: backlog(n - 1),
    largestDrop,
    still: {
      samples: n - from,
      seconds: secondsFrom(from),
      queued: (queued[n - 1] ?? 0) - (queued[from] ?? 0),
    },
    evidence: [evidence[0] ?? "", evidence[n - 1] ?? ""],
  };
}
