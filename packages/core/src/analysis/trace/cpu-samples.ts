// CPU samples by what the memory side of the runtime was doing: allocating, assisting, marking, sweeping.
// Only in traces that were recorded beside a CPU profile (100 samples a second of CPU by default).
//
// Shares of few samples are loose: each carries a Wilson interval, which covers sampling alone.

import { framesOf, functionName } from "../../model/stack-frames.ts";
import { estimated, type Quantity } from "../../model/quantity.ts";
import type { TraceMemory } from "../../model/tables/trace.ts";
import { Payers, type Payer, type StackPlaces } from "./payers.ts";

export type SampleClass = "assist" | "sweep" | "mark" | "scavenge" | "malloc" | "grow" | "other";

/**
 * The first class that has one of its functions anywhere in the stack wins: an assist runs within
 * mallocgc, and is told apart from it. Names: Go src/runtime mgcmark.go, mgcsweep.go, mgc.go,
 * mgcscavenge.go, malloc.go, slice.go (1.22–1.27).
 */
const CLASSES: readonly (readonly [SampleClass, RegExp])[] = [
  ["assist", /^runtime\.(gcAssistAlloc\d?|deductAssistCredit|gcParkAssist)$/],
  ["mark", /^runtime\.(gcBgMarkWorker|gcDrain\w*|gcMarkDone|gcMarkTermination)(\.|$)/],
  ["sweep", /^runtime\.(bgsweep|sweepone|deductSweepCredit|\(\*sweepLocked\)\.sweep)(\.|$)/],
  ["scavenge", /^runtime\.(bgscavenge|\(\*pageAlloc\)\.scavenge\w*)(\.|$)/],
  ["malloc", /^runtime\.(mallocgc\w*|mallocPanic|newobject|persistentalloc)$/],
  ["grow", /^runtime\.(growslice\w*|makeslice\w*|makemap\w*|slicebytetostring|concatstrings?\d?)$/],
];

export interface SampleShare {
  readonly class: SampleClass;
  readonly samples: number;
  readonly share: Quantity;
}

export interface SampleAnalysis {
  readonly samples: number;
  readonly classes: readonly SampleShare[];
  /** Samples that allocate, grow or assist, by the service's own line; one count is one sample. */
  readonly byLine: readonly Payer[];
}

export function analyzeSamples(
  m: TraceMemory,
  places: StackPlaces,
  evidence: readonly string[],
): SampleAnalysis | undefined {
  const s = m.samples;
  if (s.length === 0) return undefined;
  const counts = new Map<SampleClass, number>();
  const classOf = new Map<number, SampleClass>();
  const byLine = new Payers();
  for (let i = 0; i < s.length; i++) {
    const stack = s.stack[i];
    let c = classOf.get(stack);
    if (c === undefined) {
      c = classify(m, stack);
      classOf.set(stack, c);
    }
    counts.set(c, (counts.get(c) ?? 0) + 1);
    if (c !== "malloc" && c !== "grow" && c !== "assist") continue;
    const at = places.of(stack);
    if (at !== undefined) byLine.add(at.own, stack, 1, 1);
  }
  return {
    samples: s.length,
    classes: [...counts]
      .map(([c, n]) => ({ class: c, samples: n, share: wilson(n, s.length, evidence) }))
      .sort((a, b) => b.samples - a.samples),
    byLine: byLine.finish(),
  };
}

function classify(m: TraceMemory, stack: number): SampleClass {
  if (stack < 0) return "other";
  const names = framesOf(m.stacks, stack).functions.map((f) => functionName(m.stacks, f));
  for (const [c, pattern] of CLASSES) if (names.some((n) => pattern.test(n))) return c;
  return "other";
}

function wilson(k: number, n: number, evidence: readonly string[]): Quantity {
  const z = 1.96;
  const p = k / n;
  const d = 1 + (z * z) / n;
  const mid = (p + (z * z) / (2 * n)) / d;
  const half = (z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))) / d;
  return estimated(p, Math.max(0, mid - half), Math.min(1, mid + half), "fraction", evidence);
}
