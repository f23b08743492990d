// What one cycle's numbers must satisfy among themselves, whatever the program does. Used to choose
// between ways to put a torn line together and to reject one that was put together wrongly.

import {
  F_CLOCK,
  F_CPU,
  F_CPU_PERCENT,
  F_GOAL,
  F_HEAP_END,
  F_HEAP_START,
  F_MARKED,
  F_NUMBER,
  F_PROCS,
} from "./grammar.ts";

// runtime/mgc.go keeps at most 2^20 MiB × 2^24 of address space on any port; more is not a heap.
const MAX_HEAP_MB = 2 ** 32;
const MAX_PROCS = 2 ** 20;
/**
 * GOGC=off without a memory limit: the goal is the largest uint64 (Go ≤ 1.18), or the largest int64
 * less the limit's headroom: 8796093022206 (1.19, 1.20), 8532210231537 (3 %, from 1.21), in MB.
 */
const NO_GOAL_FROM_MB = 2 ** 42;
const NO_GOAL_TO_MB = 2 ** 44;

function at(values: readonly number[], field: number): number {
  return values[field] ?? Number.NaN;
}

export function isNoGoal(mb: number): boolean {
  return mb >= NO_GOAL_FROM_MB && mb < NO_GOAL_TO_MB;
}

/** No printed number lies outside the range its field can have; NaN is not known yet. */
export function isPossible(values: readonly number[]): boolean {
  const isHeap = (mb: number): boolean => !(mb >= MAX_HEAP_MB);
  return (
    !(at(values, F_NUMBER) < 1 || at(values, F_NUMBER) >= 2 ** 31) &&
    !(at(values, F_CPU_PERCENT) > 100) &&
    isHeap(at(values, F_HEAP_START)) &&
    isHeap(at(values, F_HEAP_END)) &&
    isHeap(at(values, F_MARKED)) &&
    (isHeap(at(values, F_GOAL)) || isNoGoal(at(values, F_GOAL))) &&
    !(at(values, F_PROCS) < 1 || at(values, F_PROCS) > MAX_PROCS)
  );
}

/** The printed ms stand for [x, x + step): fmtNSAsMS cuts, it does not round. */
function stepMs(x: number): number {
  if (x >= 10) return 1;
  if (x >= 1) return 0.1;
  return x >= 0.1 ? 0.01 : 0.001;
}

function isMultiple(clockMs: number, cpuMs: number, procs: number): boolean {
  // Half a microsecond of slack for decimal fractions in binary.
  const slack = 0.0005;
  const cpuHigh = cpuMs + stepMs(cpuMs) + slack;
  const low = procs * clockMs - slack;
  const high = procs * (clockMs + stepMs(clockMs)) + slack;
  return cpuHigh >= low && cpuMs <= high;
}

/** The numbers of the two stop-the-world phases, ms as printed. */
export interface StoppedPhases {
  readonly clockStartMs: number;
  readonly clockEndMs: number;
  readonly cpuStartMs: number;
  readonly cpuEndMs: number;
  readonly procs: number;
}

const MAX_FACTOR = 1024;

/**
 * The CPU time of both stop-the-world phases is their wall time × the Ps that were stopped, one
 * factor for both, at most the P count (work.stwprocs in gcStart). Go 1.5 to 1.27.
 * @returns every factor that fits, none when the numbers contradict each other.
 */
export function stoppedProcs(s: StoppedPhases): number[] {
  const fits: number[] = [];
  for (let p = 1; p <= s.procs && p <= MAX_FACTOR; p++) {
    if (isMultiple(s.clockStartMs, s.cpuStartMs, p) && isMultiple(s.clockEndMs, s.cpuEndMs, p)) {
      fits.push(p);
    }
  }
  return fits;
}

export function stoppedPhases(values: readonly number[]): StoppedPhases {
  const isGo15 = !Number.isNaN(at(values, F_CLOCK + 3));
  return {
    clockStartMs: at(values, F_CLOCK),
    clockEndMs: at(values, F_CLOCK + (isGo15 ? 4 : 2)),
    cpuStartMs: at(values, F_CPU),
    cpuEndMs: at(values, F_CPU + (isGo15 ? 6 : 4)),
    procs: at(values, F_PROCS),
  };
}
