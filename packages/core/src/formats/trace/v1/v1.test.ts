import { describe, expect, it } from "vitest";
import { corpus } from "../../../../test/corpus.ts";
import { oldTraces, readOldOrdered } from "../../../../test/old-trace-reading.ts";
import { checkScanAgainstOrder, isGo, memoryOf } from "../../../../test/old-trace-scan.ts";
import { seededRandom } from "../../../../test/random.ts";
import { bytesOf, checkChunks, readAll, TEST_CAP, utf8 } from "../../../../test/reading.ts";
import { filesBelow } from "../../../../test/system-fixtures.ts";
import { FormatError } from "../../../model/errors.ts";
import {
  METRIC_GOMAXPROCS,
  METRIC_HEAP_ALLOC,
  METRIC_HEAP_GOAL,
  RANGE_GC_MARK,
  RANGE_MARK_ASSIST,
  RANGE_STW,
  RANGE_SWEEP,
  type TraceMemory,
} from "../../../model/tables/trace.ts";
import * as ev from "../spec.ts";
import { traceFormat } from "../trace.ts";
import { sortedRows } from "./order.ts";
import * as wire from "./wire.ts";

const traces = oldTraces();

interface Span {
  readonly name: string;
  readonly startNs: number;
  readonly ns: number;
}

function spansOf({ ranges, stacks }: TraceMemory): Span[] {
  const names = new Map([
    [RANGE_GC_MARK, "GC concurrent mark phase"],
    [RANGE_SWEEP, "GC incremental sweep"],
    [RANGE_MARK_ASSIST, "GC mark assist"],
  ]);
  return Array.from({ length: ranges.length }, (_, row) => {
    const startNs = ranges.startNs[row] ?? Number.NaN;
    expect(ranges.flags[row]).toBe(0);
    return {
      name:
        ranges.kind[row] === RANGE_STW
          ? `stop-the-world (${stacks.strings.get(ranges.reason[row] ?? 0)})`
          : (names.get(ranges.kind[row] ?? 0) ?? "?"),
      startNs,
      ns: (ranges.endNs[row] ?? Number.NaN) - startNs,
    };
  });
}

function tally(names: readonly string[]): Record<string, number> {
  const count: Record<string, number> = {};
  for (const name of names) count[name] = (count[name] ?? 0) + 1;
  return count;
}

const GO_STATES = ["Undetermined", "NotExist", "Runnable", "Running", "Waiting", "Syscall"];
const PROC_STATES = ["Undetermined", "NotExist", "Running", "Idle"];
const isProc = (type: number): boolean => type >= ev.EV_PROC_START && type <= ev.EV_PROC_STATUS;

describe.skipIf(traces.length === 0)("old traces (needs the go-trace corpus)", () => {
  it("orders them into the events that Go's reader counts", () => {
    expect(traces.length).toBeGreaterThanOrEqual(4);
    for (const { name, bytes, facts } of traces) {
      const transitions: string[] = [];
      const reasons: string[] = [];
      let last = 0;
      const reader: ReturnType<typeof readOldOrdered> = readOldOrdered(bytes, {
        generation: () => {},
        events: (batch) => {
          for (let i = 0; i < batch.length; i++) {
            const type = batch.type[i] ?? 0;
            if (isProc(type)) {
              transitions.push(
                `proc ${PROC_STATES[batch.from[i] ?? 9]}->${PROC_STATES[batch.to[i] ?? 9]}`,
              );
            } else if (isGo(type)) {
              transitions.push(
                `goroutine ${GO_STATES[batch.from[i] ?? 9]}->${GO_STATES[batch.to[i] ?? 9]}`,
              );
            }
            if (type === ev.EV_GO_BLOCK || type === ev.EV_GO_STOP) {
              reasons.push(String(batch.text0[i]));
            }
            last = batch.timeNs[i] ?? 0;
          }
        },
      });
      expect(reader.fault, name).toBeUndefined();
      expect(reader.missing, name).toBe(0);
      expect(reader.events, name).toBe(facts.exp_reader.events);
      expect(tally(transitions), name).toEqual(facts.exp_reader.transitions);
      const named = tally(reasons.map((index) => reader.interner.strings.get(Number(index))));
      delete named[""];
      expect(named, name).toEqual(facts.exp_reader.block_reasons);
      expect(last, name).toBe(facts.exp_reader.last_time);
    }
  });

  it("scans the ranges, metrics and samples that Go's readers count", () => {
    for (const { name, bytes, facts } of traces) {
      const memory = memoryOf(bytes);
      const spans = spansOf(memory);
      expect(tally(spans.map((span) => span.name)), name).toEqual(facts.exp_reader.range_begins);
      for (const [kind, ns] of Object.entries(facts.exp_reader.range_total_ns)) {
        const own = spans.filter((span) => span.name === kind);
        const total = own.reduce((sum, span) => sum + span.ns, 0);
        // Go moves an event that is not later than the one before by 1 ns; here none is moved.
        expect(Math.abs(total - ns), `${name} ${kind}`).toBeLessThanOrEqual(2 * own.length);
      }
      const metrics = Array.from(memory.metrics.metric);
      const count = (metric: number): number => metrics.filter((m) => m === metric).length;
      const wanted = facts.exp_reader.metric_count;
      expect(count(METRIC_HEAP_ALLOC)).toBe(wanted["/memory/classes/heap/objects:bytes"]);
      expect(count(METRIC_HEAP_GOAL)).toBe(wanted["/gc/heap/goal:bytes"]);
      // Go's converter takes the first one as the end of the start, and drops it.
      expect(count(METRIC_GOMAXPROCS)).toBe((wanted["/sched/gomaxprocs:threads"] ?? 0) + 1);
      expect(memory.samples.length).toBe(facts.exp_reader.cpu_samples);
      expect(memory.labels.length).toBe(facts.exp_reader.events_by_kind["Label"] ?? 0);
    }
  });

  it("has the stops of the world to the ns", () => {
    let stops = 0;
    for (const { name, bytes, facts } of traces) {
      const spans = spansOf(memoryOf(bytes)).filter(({ name: kind }) => kind.startsWith("stop-"));
      if (facts.stw !== undefined) {
        expect(spans.length, name).toBe(facts.stw.stw_events);
        for (const [at, { start_ns, duration_ns, type }] of Object.entries(
          facts.stw.sorted_by_start,
        )) {
          expect(spans[Number(at)], name).toEqual({
            name: `stop-the-world (GC ${type})`,
            startNs: start_ns,
            ns: duration_ns,
          });
          stops += 1;
        }
      }
      for (const [kind, count] of Object.entries(facts.stw_count ?? {})) {
        const own = spans.filter((span) => span.name === `stop-the-world (GC ${kind})`);
        expect(own.length, name).toBe(count);
        expect(own.reduce((sum, { ns }) => sum + ns, 0)).toBe(facts.stw_total_ns?.[kind]);
        stops += count;
      }
    }
    expect(stops).toBeGreaterThan(500);
  });

  it("has the mark phases and assists of Go 1.19's own parser", () => {
    for (const { bytes, facts } of traces) {
      if (facts.gc_count === undefined) continue;
      const spans = spansOf(memoryOf(bytes));
      const total = (kind: string): number[] => {
        const own = spans.filter(({ name }) => name === kind);
        return [own.length, own.reduce((sum, { ns }) => sum + ns, 0)];
      };
      expect(total("GC concurrent mark phase")).toEqual([facts.gc_count, facts.gc_total_ns]);
      expect(total("GC mark assist")).toEqual([
        facts.mark_assist_count,
        facts.mark_assist_total_ns,
      ]);
    }
  });

  it("finds proc by proc what the full order has", () => {
    for (const trace of traces) checkScanAgainstOrder(trace);
  });

  it("is the same however the input is cut into chunks", () => {
    const small = traces.filter(({ bytes }) => bytes.length < 100_000);
    expect(small.length).toBeGreaterThan(0);
    for (const { bytes } of small) checkChunks(traceFormat, bytes);
  });

  it("says what a cut took away, wherever it is", () => {
    const random = seededRandom(3);
    let withoutClock = 0;
    let withoutStacks = 0;
    for (const { name, bytes } of traces) {
      for (let turn = 0; turn < 60; turn++) {
        // Half of the cuts in the stacks, which come last.
        const from = turn % 2 === 0 ? 16 : Math.trunc(bytes.length * 0.9);
        const at = from + random.integer(bytes.length - from);
        try {
          const { diagnostics, completeness } = readAll(traceFormat, bytes.subarray(0, at));
          expect(completeness.complete, `${name} cut at ${at}`).toBe(false);
          const codes = diagnostics.filter((d) => d.severity === "damage").map((d) => d.code);
          expect(codes.length).toBeGreaterThan(0);
          if (codes.includes("trace.old-no-clock")) withoutClock += 1;
          if (codes.includes("trace.missing-ids")) withoutStacks += 1;
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }
    expect(withoutClock).toBeGreaterThan(50);
    expect(withoutStacks).toBeGreaterThan(10);
  }, 120_000);

  it("survives flipped bits", () => {
    const random = seededRandom(5);
    let damaged = 0;
    for (const { bytes } of traces) {
      for (let turn = 0; turn < 25; turn++) {
        const copy = bytes.slice();
        const at = 16 + random.integer(bytes.length - 16);
        copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(8));
        try {
          damaged += readAll(traceFormat, copy).diagnostics.length > 0 ? 1 : 0;
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
        const reader = readOldOrdered(copy, { generation: () => {}, events: () => {} });
        if (reader.fault !== undefined) expect(reader.events).toBe(0);
      }
    }
    expect(damaged).toBeGreaterThan(20);
  }, 120_000);
});

describe("old traces that nothing real has", () => {
  const old = (...events: readonly (readonly number[])[]): Uint8Array => {
    const numbers = events.flat();
    const bytes = new Uint8Array(16 + numbers.length);
    bytes.set(utf8("go 1.19 trace\0\0\0"));
    bytes.set(numbers, 16);
    return bytes;
  };
  const BATCH = wire.V1_BATCH | (1 << 6);

  it("refuses what holds no batch", () => {
    expect(() => readAll(traceFormat, old())).toThrow("expected a batch of events, found 16 bytes");
    expect(() => readAll(traceFormat, old([wire.V1_GO_END, 1]))).toThrow("P has no batches yet");
  });

  it("tells how many events there are when no time can be told", () => {
    const bytes = old(
      [BATCH, 0, 1],
      [wire.V1_GC_START | (2 << 6), 1, 0, 0],
      [wire.V1_PROC_STOP, 1],
    );
    const { table, diagnostics, completeness } = readAll(traceFormat, bytes);
    expect(table).toMatchObject({ kind: "trace", memory: undefined });
    expect(completeness.complete).toBe(false);
    expect(diagnostics[0]).toMatchObject({
      code: "trace.old-no-clock",
      params: { events: 2, cycles: 1, stops: 0, assists: 0 },
    });
  });

  it("scans what cannot be put in order, and says so", () => {
    // A goroutine leaves a call that it never was seen to enter, as after a call from C.
    const bytes = old(
      [BATCH, 0, 1, wire.V1_GO_SYS_EXIT | (3 << 6), 4, 1, 5, 1, 2],
      [wire.V1_HEAP_ALLOC | (1 << 6), 1, 77, wire.V1_FREQUENCY, 100],
    );
    const { diagnostics } = readAll(traceFormat, bytes);
    expect(diagnostics).toMatchObject([
      {
        code: "trace.old-no-order",
        params: { reason: "no consistent ordering of events possible" },
      },
    ]);
    expect(memoryOf(bytes).metrics.value).toEqual(Float64Array.of(77));
    const reader = readOldOrdered(bytes, { generation: () => {}, events: () => {} });
    expect(reader.fault?.message).toBe("no consistent ordering of events possible");
    expect(reader.events).toBe(0);
  });

  it("keeps the rest when a batch has a broken event", () => {
    const bytes = old(
      [BATCH, 0, 1, wire.V1_HEAP_ALLOC, 1, wire.V1_PROC_STOP, 1],
      [BATCH, 1, 1, wire.V1_HEAP_ALLOC | (1 << 6), 1, 9, wire.V1_FREQUENCY, 100],
    );
    const { diagnostics } = readAll(traceFormat, bytes);
    expect(diagnostics.map((d) => d.code)).toEqual([
      "trace.old-broken-events",
      "trace.old-no-order",
    ]);
    expect(diagnostics[0]?.params["bytes"]).toBe(4);
    expect(memoryOf(bytes).metrics.value).toEqual(Float64Array.of(9));
  });

  it("sorts moved rows in as a stable sort does", () => {
    const random = seededRandom(9);
    for (let turn = 0; turn < 200; turn++) {
      const time = Float64Array.from({ length: 40 }, (_, i) => Math.trunc(i / 3));
      const moved: number[] = [];
      for (let i = 0; i < 40; i++) {
        if (random.integer(4) > 0) continue;
        time[i] = random.integer(14);
        moved.push(i);
      }
      const wanted = Array.from(time.keys()).toSorted(
        (a, b) => (time[a] ?? 0) - (time[b] ?? 0) || a - b,
      );
      expect([...sortedRows(time, 40, moved)]).toEqual(wanted);
    }
  });

  const fuzz = corpus("go-trace/gotraceui-fuzz");
  it.skipIf(fuzz === undefined)("bears the fuzz inputs", () => {
    let inputs = 0;
    for (const path of filesBelow(fuzz ?? "")) {
      if (!path.endsWith(".bin")) continue;
      const bytes = bytesOf(path);
      const reader = readOldOrdered(bytes, { generation: () => {}, events: () => {} });
      expect(reader.fault !== undefined || reader.events > 0, path).toBe(true);
      try {
        readAll(traceFormat, bytes, path, [], TEST_CAP);
      } catch (error) {
        expect(error, path).toBeInstanceOf(FormatError);
      }
      inputs += 1;
    }
    expect(inputs).toBe(8);
  });
});
