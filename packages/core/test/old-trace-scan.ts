// The memory scan of old traces against their full order.

import { expect } from "vitest";
import * as ev from "../src/formats/trace/spec.ts";
import { traceFormat } from "../src/formats/trace/trace.ts";
import { rowsOfSlices } from "../src/model/builders/slice-parts.ts";
import { METRIC_GOMAXPROCS, type TraceMemory } from "../src/model/tables/trace.ts";
import { type OldTrace, readOldOrdered } from "./old-trace-reading.ts";
import { readAll } from "./reading.ts";

export const isGo = (type: number): boolean => type >= ev.EV_GO_CREATE && type <= ev.EV_GO_STATUS;

export function memoryOf(bytes: Uint8Array): TraceMemory {
  const { table } = readAll(traceFormat, bytes);
  if (table.kind !== "trace" || table.memory === undefined) throw new Error("no memory");
  return table.memory;
}

/** Ranges, metrics, labels and time on a proc, both ways. */
export function checkScanAgainstOrder({ name, bytes }: Pick<OldTrace, "name" | "bytes">): void {
  const memory = memoryOf(bytes);
  const running = new Map<number, number>();
  const since = new Map<number, number>();
  const begins = new Map<number, number>();
  let values = 0;
  let maxNs = 0;
  const reader = readOldOrdered(bytes, {
    generation: () => {},
    events: (batch) => {
      for (let i = 0; i < batch.length; i++) {
        const type = batch.type[i] ?? 0;
        begins.set(type, (begins.get(type) ?? 0) + 1);
        if (type === ev.EV_HEAP_ALLOC || type === ev.EV_HEAP_GOAL) values += batch.arg0[i] ?? 0;
        const now = batch.timeNs[i] ?? 0;
        maxNs = Math.max(maxNs, now);
        if (!isGo(type)) continue;
        const g = batch.arg0[i] ?? 0;
        if (batch.from[i] === 3) {
          running.set(g, (running.get(g) ?? 0) + now - (since.get(g) ?? Number.NaN));
          since.delete(g);
        }
        if (batch.to[i] === 3) since.set(g, now);
      }
    },
  });
  expect(reader.fault, name).toBeUndefined();
  for (const [g, from] of since) running.set(g, (running.get(g) ?? 0) + maxNs - from);
  const kinds = [ev.EV_GC_BEGIN, ev.EV_STW_BEGIN, ev.EV_GC_SWEEP_BEGIN, ev.EV_GC_MARK_ASSIST_BEGIN];
  for (const [kind, type] of kinds.entries()) {
    const rows = Array.from(memory.ranges.kind).filter((k) => k === kind).length;
    expect(rows, `${name} ${type}`).toBe(begins.get(type) ?? 0);
  }
  expect(memory.labels.length, name).toBe(begins.get(ev.EV_GO_LABEL) ?? 0);
  expect(memory.samples.length, name).toBe(begins.get(ev.EV_CPU_SAMPLE) ?? 0);
  let scanned = 0;
  for (let row = 0; row < memory.metrics.length; row++) {
    if (memory.metrics.metric[row] !== METRIC_GOMAXPROCS) scanned += memory.metrics.value[row] ?? 0;
  }
  // Values of 2^53 and more are ids to the order, and stand apart.
  if (values >= 0 && scanned < 2 ** 53) expect(scanned, name).toBe(values);
  const own = new Map<number, number>();
  for (const { goroutine: g, startNs, endNs, state } of rowsOfSlices(memory.slices)) {
    expect(endNs).toBeGreaterThanOrEqual(startNs);
    if (state === 0) own.set(g, (own.get(g) ?? 0) + endNs - startNs);
  }
  const total = (map: ReadonlyMap<number, number>): number =>
    [...map.values()].reduce((sum, ns) => sum + ns, 0);
  expect(
    [...own.keys()].toSorted((a, b) => a - b),
    name,
  ).toEqual([...running.keys()].toSorted((a, b) => a - b));
  // The order spends 1 ns on each call that did not block, and moves equal times by 1 ns each.
  expect(Math.abs(total(own) - total(running)), name).toBeLessThanOrEqual(reader.events);
}
