// Mutator utilisation as step functions of time: which part of GOMAXPROCS is left to the program.
// Definitions: Go internal/trace/gc.go, MutatorUtilizationV2 (1.26): idle mark workers count as nothing,
// because they run only where nobody else would; a stop of the world leaves nothing.
//
// One difference: a mark worker counts while it runs in a mode that takes from the program. A worker names
// its mode at every start; Go's reader counts both that start and the name from the second run on, and so
// loses count (go1.26.8; seen as wrong minima, or as an index out of range). Without background marking the
// two agree to nine digits on recordings of Go 1.22–1.27.

import type { TraceMemory } from "../../model/tables/trace.ts";
import { WORKER_DEDICATED, WORKER_IDLE, type GcWork, type ProcCount } from "./gc-work.ts";
import { GrowingFloat64 } from "../../model/builders/growing.ts";
import { orderBy, StretchesBuilder, type Stretches } from "./stretches.ts";

export const COUNT_STW = 1;
export const COUNT_BACKGROUND = 2;
export const COUNT_ASSIST = 4;
export const COUNT_SWEEP = 8;
export const COUNT_ALL = 15;

/** value[i] holds from timeNs[i] to timeNs[i + 1]; the last row only marks the end. */
export interface StepFunction {
  readonly length: number;
  readonly timeNs: Float64Array;
  readonly value: Float64Array;
}

/** Of the whole process; undefined where the trace does not tell GOMAXPROCS. */
export function systemUtilisation(
  m: TraceMemory,
  w: GcWork,
  count: number,
): StepFunction | undefined {
  if (w.procs.length === 0 || !(m.endNs > m.startNs)) return undefined;
  const work = chosen(w, count, true);
  const stops = count & COUNT_STW ? w.gcStops : undefined;
  return sweepOver(m.startNs, m.endNs, w, work, stops, (busy, procs, stopped) =>
    stopped ? 0 : 1 - Math.min(busy, procs) / procs,
  );
}

/**
 * What a goroutine finds on each proc: 0 or 1. Dedicated workers do not count: they keep a proc for
 * themselves, so nobody waits behind them there. A proc that goes and comes back with GOMAXPROCS is two
 * functions, as in Go.
 */
export function procUtilisations(m: TraceMemory, w: GcWork, count: number): StepFunction[] {
  if (w.procs.length === 0 || !(m.endNs > m.startNs)) return [];
  const work = chosen(w, count, false);
  const stops = count & COUNT_STW ? w.gcStops : undefined;
  const procs = Math.max(...w.procs.count);
  const builders = Array.from({ length: procs }, () => new StretchesBuilder());
  for (let i = 0; i < work.length; i++) {
    const at = work.proc[i];
    if (at >= 0 && at < procs) builders[at].add(work.startNs[i], work.endNs[i], at, work.of[i]);
  }
  return builders.flatMap((b, at) => {
    const own = b.finish();
    return presence(w.procs, at, m.startNs, m.endNs).map(([from, to]) =>
      sweepOver(from, to, w, own, stops, (busy, _procs, stopped) => (stopped || busy > 0 ? 0 : 1)),
    );
  });
}

/** When GOMAXPROCS was large enough for this proc to be there. */
function presence(
  p: ProcCount,
  proc: number,
  startNs: number,
  endNs: number,
): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  let since = NaN;
  for (let i = 0; i < p.length; i++) {
    const t = i === 0 ? startNs : p.timeNs[i];
    if (p.count[i] > proc && Number.isNaN(since)) since = t;
    else if (p.count[i] <= proc && !Number.isNaN(since)) {
      if (t > since) out.push([since, t]);
      since = NaN;
    }
  }
  if (endNs > since) out.push([since, endNs]);
  return out;
}

/** The kinds of work asked for, in one list. */
function chosen(w: GcWork, count: number, withDedicated: boolean): Stretches {
  const out = new StretchesBuilder();
  const put = (s: Stretches, i: number) => out.add(s.startNs[i], s.endNs[i], s.proc[i], s.of[i]);
  if (count & COUNT_BACKGROUND)
    for (let i = 0; i < w.workers.length; i++) {
      const mode = w.workers.of[i];
      if (mode !== WORKER_IDLE && (withDedicated || mode !== WORKER_DEDICATED)) put(w.workers, i);
    }
  if (count & COUNT_ASSIST) for (let i = 0; i < w.assists.length; i++) put(w.assists, i);
  if (count & COUNT_SWEEP) for (let i = 0; i < w.sweeps.length; i++) put(w.sweeps, i);
  return out.finish();
}

/** Cost: a sort of starts and of ends, then one pass over both. */
function sweepOver(
  startNs: number,
  endNs: number,
  w: GcWork,
  work: Stretches,
  stops: Stretches | undefined,
  valueOf: (busy: number, procs: number, isStopped: boolean) => number,
): StepFunction {
  const starts = orderBy(work.startNs, work.length);
  const ends = orderBy(work.endNs, work.length);
  const stopStarts = stops === undefined ? new Int32Array() : orderBy(stops.startNs, stops.length);
  const stopEnds = stops === undefined ? new Int32Array() : orderBy(stops.endNs, stops.length);
  const time = new GrowingFloat64();
  const value = new GrowingFloat64();
  // Two kinds of work on one proc at once (a sweep within an assist) take that proc once.
  const onProc = new Int32Array(maxProc(work) + 2);
  let busy = 0;
  let stopped = 0;
  let procs = 0;
  let s = 0;
  let e = 0;
  let ss = 0;
  let se = 0;
  let p = 0;
  const at = (list: Int32Array, i: number, column: Float64Array | undefined): number =>
    i < list.length && column !== undefined ? column[list[i]] : Infinity;
  for (;;) {
    const next = Math.min(
      at(starts, s, work.startNs),
      at(ends, e, work.endNs),
      at(stopStarts, ss, stops?.startNs),
      at(stopEnds, se, stops?.endNs),
      p < w.procs.length ? w.procs.timeNs[p] : Infinity,
    );
    if (next === Infinity || next >= endNs) break;
    while (at(ends, e, work.endNs) === next) {
      const proc = work.proc[ends[e++]];
      // Work on an unknown proc takes one of its own.
      if (proc < 0 || --onProc[proc] === 0) busy -= 1;
    }
    while (at(starts, s, work.startNs) === next) {
      const proc = work.proc[starts[s++]];
      if (proc < 0 || onProc[proc]++ === 0) busy += 1;
    }
    while (at(stopEnds, se, stops?.endNs) === next) {
      stopped -= 1;
      se += 1;
    }
    while (at(stopStarts, ss, stops?.startNs) === next) {
      stopped += 1;
      ss += 1;
    }
    while (p < w.procs.length && w.procs.timeNs[p] === next) procs = w.procs.count[p++];
    if (procs === 0) continue;
    const from = Math.max(next, startNs);
    const v = valueOf(busy, procs, stopped > 0);
    // Before the start everything folds into the value that holds there.
    if (time.length > 0 && time.data[time.length - 1] === from) value.data[value.length - 1] = v;
    else if (time.length === 0 || value.data[value.length - 1] !== v) {
      time.push(from);
      value.push(v);
    }
  }
  time.push(endNs);
  value.push(0);
  return { length: time.length, timeNs: time.finish(), value: value.finish() };
}

function maxProc(s: Stretches): number {
  let most = -1;
  for (let i = 0; i < s.length; i++) most = Math.max(most, s.proc[i]);
  return most;
}
