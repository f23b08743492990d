// The scan of each thread's own events and the full order give the same numbers. Times of the order are
// forced to rise, and an event that waits for another thread's is set after it, so single times may
// differ by some µs; sums of many hardly do.

import { existsSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { orderedTrace } from "../../../test/memory-of-order.ts";
import { bytesOf, readAll } from "../../../test/reading.ts";
import { goldenTraces } from "../../../test/trace-corpus.ts";
import { MiB } from "../../model/units.ts";
import { traceFormat } from "../../formats/trace/trace.ts";
import { framesOf, functionName } from "../../model/stack-frames.ts";
import type { TraceMemory } from "../../model/tables/trace.ts";
import { analyzeTrace, type TraceAnalysis } from "./trace-analysis.ts";

const RECORDED = fileURLToPath(new URL("../../../../../lab/out/traces/", import.meta.url));
/** What a test may take; larger recordings are for benchmarks. */
const MOST_BYTES = 1.5e6;

function recordings(): string[] {
  if (!existsSync(RECORDED)) return [];
  return readdirSync(RECORDED).flatMap((release) =>
    readdirSync(RECORDED + release)
      // With every object in it, more than one event falls into each ns: there the order's times drift.
      .filter((name) => name.endsWith(".trace") && !name.startsWith("alloc-free"))
      .map((name) => `${RECORDED}${release}/${name}`)
      .filter((path) => statSync(path).size < MOST_BYTES),
  );
}

/** Flat list of named numbers; rows of the table and stacks are numbered differently and left out. */
function numbers(value: unknown, name: string, out: Map<string, number>): Map<string, number> {
  if (typeof value === "number") out.set(name, value);
  else if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const list: Iterable<unknown> = value instanceof DataView ? [] : Object.values(value);
    let i = 0;
    for (const each of list) numbers(each, `${name}[${i++}]`, out);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      if (key === "row" || key === "triggerStack" || key === "stack" || key === "cpuOfRow")
        continue;
      // Among equals either goroutine may be named, and lists of payers change places.
      // An event that waits for another thread's is set after it in the order, which shortens what follows:
      // with many blocking system calls running times differ, and with them the shares of them.
      if (/runningNs|ofRunning|assistOfMutator/.test(key)) continue;
      if (key === "byStack" || key.startsWith("last") || key === "byLine") continue;
      numbers(each, `${name}.${key}`, out);
    }
  }
  return out;
}

function compare(scan: TraceAnalysis, order: TraceAnalysis): string[] {
  const wrong: string[] = [];
  const events = scan.memory.events;
  const of = (a: TraceAnalysis) =>
    numbers({ cycles: a.cycles, share: a.share, stops: a.stops, sweeps: a.sweeps }, "", new Map());
  const b = of(order);
  for (const [name, x] of of(scan)) {
    const y = b.get(name) ?? NaN;
    // Spans taken within one tick of the clock come in either order; these programs take up to 1 MiB at once.
    const isHeap = /heap|peak|marked|overshoot|reclaimed/i.test(name);
    const slack = isHeap ? 1.1 * MiB : 16 + events / 500 + 0.03 * Math.abs(y);
    const isShare = name.includes(".of");
    if (Number.isNaN(x) && Number.isNaN(y)) continue;
    if (!(Math.abs(x - y) <= (isShare ? 1e-4 : slack)))
      wrong.push(`${name}: scan ${x}, order ${y}`);
  }
  return wrong;
}

/** Where each goroutine was when it had to give up its proc; equal times come in either order. */
function preemptions(m: TraceMemory): string[] {
  const { length, goroutine, stack } = m.preemptions;
  return Array.from({ length }, (_, i) => {
    const { functions, lines } = framesOf(m.stacks, stack[i]);
    return `g${goroutine[i]} ${functions.map((f, k) => `${functionName(m.stacks, f)}:${lines[k]}`).join(" ")}`;
  }).sort();
}

describe("scan and full order", () => {
  const golden = goldenTraces().filter((g) => g.isSuccess);
  it.skipIf(golden.length === 0)("agree on the traces of golang.org/x/exp", () => {
    let compared = 0;
    let preempted = 0;
    for (const { name, bytes } of golden) {
      const { table } = readAll(traceFormat, bytes, name);
      if (table.kind !== "trace") throw new Error(table.kind);
      const scan = analyzeTrace(table);
      const order = analyzeTrace({ ...table, memory: orderedTrace(bytes).memory });
      // Some hold one instant only.
      if (scan === undefined || order === undefined) continue;
      expect(compare(scan, order), name).toEqual([]);
      expect(preemptions(scan.memory), name).toEqual(preemptions(order.memory));
      preempted += scan.memory.preemptions.length;
      expect(scan.assists.count, name).toBe(order.assists.count);
      // Two spans taken within one tick of the clock change places, and with them one rise.
      expect(scan.pulls.bytes / order.pulls.bytes || 1, name).toBeCloseTo(1, 2);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(3);
    expect(preempted).toBeGreaterThan(0);
  });

  const paths = recordings();
  it.skipIf(paths.length === 0)(
    "agree on the recordings of lab/traces",
    () => {
      for (const path of paths) {
        const bytes = bytesOf(path);
        const { table } = readAll(traceFormat, bytes, path);
        if (table.kind !== "trace") throw new Error(table.kind);
        const scan = analyzeTrace(table);
        const order = analyzeTrace({ ...table, memory: orderedTrace(bytes).memory });
        if (scan === undefined || order === undefined) continue;
        expect(compare(scan, order), path).toEqual([]);
        expect(preemptions(scan.memory), path).toEqual(preemptions(order.memory));
      }
    },
    600_000,
  );
});
