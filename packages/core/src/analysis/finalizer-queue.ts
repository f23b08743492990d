// The queue of finalizers or cleanups over time, from runtime/metrics of Go ≥ 1.26.
//
// How it can mislead: a finalizer may have run without being counted yet (goruntime/finalizers.ts), and
// each GC cycle queues many at once, so that one reading just behind it shows a queue that is about to
// drain. Only the course counts: what it falls back to.

import type { ProcessEvidence } from "../evidence/process.ts";
import type { QueueKind } from "../goruntime/finalizers.ts";

export interface FinalizerQueue {
  readonly kind: QueueKind;
  readonly samples: number;
  readonly seconds: number;
  /** Queued − executed. */
  readonly before: number;
  readonly after: number;
  /** Shortest in each third of the readings, in order: what was left after each batch was worked on. */
  readonly floors: readonly [number, number, number];
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
  const floor = (from: number, to: number) => {
    let lowest = Infinity;
    for (let i = from; i < to; i++) lowest = Math.min(lowest, backlog(i));
    return lowest;
  };
  const third = Math.ceil(n / 3);
  let from = n - 1;
  while (from > 0 && executed[from - 1] === executed[n - 1]) from -= 1;
  return {
    kind,
    samples: n,
    seconds: secondsFrom(0),
    before: backlog(0),
    after: backlog(n - 1),
    floors: [floor(0, third), floor(third, 2 * third), floor(2 * third, n)],
    still: {
      samples: n - from,
      seconds: secondsFrom(from),
      queued: (queued[n - 1] ?? 0) - (queued[from] ?? 0),
    },
    evidence: [evidence[0] ?? "", evidence[n - 1] ?? ""],
  };
}
