// What of a mark phase's end is counted where. Whoever finds that marking is done, an assist or a mark worker,
// ends the cycle itself: it stops the world, and after the stop it flushes profiles and Ps
// (gcMarkDone and gcMarkTermination in Go src/runtime/mgc.go). In the trace that is still its assist, or its
// time as a worker; the runtime counts it as neither (/cpu/classes/gc/mark/* end where the marking does).
//
// The runtime's clock for that stop ends early too: it is read right after GCEnd is written, before the world is
// started again, and MemStats.PauseNs and /sched/pauses/total/gc are made from it. So what they count is
// from the stop's begin to GCEnd; goroutines stand still until its end. Same order of events in Go 1.18–1.27.
//
// How it can mislead: what comes before the stop, waiting until every P has flushed its work, has no event and
// stays in the assist. The runtime's clock begins once sched.lock is held: where that lock is fought
// for, the stop in the trace is longer by the wait.

import { RANGE_STW, type TraceMemory } from "../../model/tables/trace.ts";
import { firstEndingAfter, type Windows } from "./stretches.ts";
import { isMarkTermination } from "./stw-reasons.ts";

/** The stop for mark termination of each goroutine that made one, and until when it was busy with it. */
export type CycleEnds = ReadonlyMap<
  number,
  { readonly startNs: number[]; readonly untilNs: number[] }
>;

/**
 * When the runtime's clock for a stop ends: at GCEnd where the stop holds one, else with the stop (sweep
 * termination, a mark termination that found more to mark, stops that no GC phase asked for).
 */
export function pauseEndNs(marks: Windows, startNs: number, endNs: number): number {
  const at = firstEndingAfter(marks, startNs);
  return at < marks.length && marks.startNs[at] <= startNs && marks.endNs[at] < endNs
    ? marks.endNs[at]
    : endNs;
}

export function cycleEndsOf(m: TraceMemory, marks: Windows): CycleEnds {
  const out = new Map<number, { startNs: number[]; untilNs: number[] }>();
  const r = m.ranges;
  const kinds = new Map<number, boolean>();
  for (let i = 0; i < r.length; i++) {
    if (r.kind[i] !== RANGE_STW || r.goroutine[i] < 0) continue;
    let isEnd = kinds.get(r.reason[i]);
    if (isEnd === undefined) {
      isEnd = isMarkTermination(m.stacks.strings.get(r.reason[i]));
      kinds.set(r.reason[i], isEnd);
    }
    if (!isEnd) continue;
    let list = out.get(r.goroutine[i]);
    if (list === undefined) {
      list = { startNs: [], untilNs: [] };
      out.set(r.goroutine[i], list);
    }
    list.startNs.push(r.startNs[i]);
    const isDone = pauseEndNs(marks, r.startNs[i], r.endNs[i]) < r.endNs[i];
    // One that found more to mark goes on marking after its stop.
    list.untilNs.push(isDone ? Infinity : r.endNs[i]);
  }
  return out;
}

/** Adds the parts of [startNs, endNs), time of one goroutine in one assist or as a worker, that ended a cycle. */
export function addEnding(
  ends: CycleEnds,
  goroutine: number,
  range: { readonly startNs: number; readonly endNs: number },
  startNs: number,
  endNs: number,
  add: (startNs: number, endNs: number) => void,
): void {
  const list = ends.get(goroutine);
  if (list === undefined) return;
  // Ranges come by start, and so do the stops of a goroutine.
  let low = 0;
  let high = list.startNs.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (list.startNs[mid] >= range.startNs) high = mid;
    else low = mid + 1;
  }
  for (let i = low; i < list.startNs.length && list.startNs[i] < range.endNs; i++) {
    add(Math.max(startNs, list.startNs[i]), Math.min(endNs, list.untilNs[i]));
    if (list.untilNs[i] === Infinity) return;
  }
}
