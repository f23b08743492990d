// An independent reading of intact gctrace lines, for tests: one regular expression, no automaton.

import { gunzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import type { ReadResult } from "../src/model/format.ts";
import {
  GC_FORCED,
  GC_LEAK_CHECK,
  GC_REPAIRED,
  GC_UNSOUND,
} from "../src/model/tables/gc-cycles.ts";
import type { GcSegment, GcTraceTable } from "../src/model/tables/gc-cycles.ts";
import { gctrace } from "../src/formats/gctrace/index.ts";

const LINE =
  /^gc (\d+) @(\d+\.\d{3})s (\d+)%( \(checking for goroutine leaks\))?: ([\d.+]+) ms clock, ([\d.+/]+) ms cpu, (\d+)->(\d+)->(\d+) MB, (\d+) MB goal, (?:(\d+) MB stacks, (\d+) MB globals, )?(\d+) P( \(forced\))?$/;

export interface TrueCycle {
  readonly number: number;
  readonly line: string;
  readonly figures: Readonly<Record<string, number>>;
}

export function readTruth(text: string): TrueCycle[] {
  const cycles: TrueCycle[] = [];
  for (const line of text.split("\n")) {
    const m = LINE.exec(line);
    if (m === null) continue;
    const clock = (m[5] ?? "").split("+").map((x) => Math.round(Number(x) * 1e6));
    const cpu = (m[6] ?? "").split(/[+/]/).map((x) => Math.round(Number(x) * 1e6));
    const mb = (text: string | undefined): number =>
      text === undefined ? Number.NaN : Number(text) * 1048576;
    const five = clock.length === 5;
    const flags = (m[14] === undefined ? 0 : GC_FORCED) | (m[4] === undefined ? 0 : GC_LEAK_CHECK);
    const goal = Number(m[10]) > 4e12 ? Number.POSITIVE_INFINITY : mb(m[10]);
    cycles.push({
      number: Number(m[1]),
      line,
      figures: {
        number: Number(m[1]),
        startSec: Number(m[2]),
        cpuFractionSinceStart: Number(m[3]) / 100,
        sweepTermNs: clock[0] ?? Number.NaN,
        markNs: five
          ? (clock[1] ?? 0) + (clock[2] ?? 0) + (clock[3] ?? 0)
          : (clock[1] ?? Number.NaN),
        markTermNs: clock.at(-1) ?? Number.NaN,
        sweepTermCpuNs: cpu[0] ?? Number.NaN,
        assistCpuNs: cpu.at(-4) ?? Number.NaN,
        workerCpuNs: five ? (cpu[1] ?? 0) + (cpu[2] ?? 0) + (cpu[4] ?? 0) : (cpu[2] ?? Number.NaN),
        idleCpuNs: cpu.at(-2) ?? Number.NaN,
        markTermCpuNs: cpu.at(-1) ?? Number.NaN,
        heapStartBytes: mb(m[7]),
        heapEndBytes: mb(m[8]),
        markedBytes: mb(m[9]),
        goalBytes: goal,
        stacksBytes: mb(m[11]),
        globalsBytes: mb(m[12]),
        procs: Number(m[13]),
        flags,
      },
    });
  }
  return cycles;
}

/** The figures of one row in the form of `TrueCycle.figures`; sizes floored to MiB. */
export function figuresOf(segment: GcSegment, i: number): Record<string, number> {
  const c = segment.cycles;
  const floor = (x: number | undefined): number =>
    x === undefined || !Number.isFinite(x) ? (x ?? Number.NaN) : Math.floor(x / 1048576) * 1048576;
  return {
    number: c.number[i] ?? Number.NaN,
    startSec: c.startSec[i] ?? Number.NaN,
    cpuFractionSinceStart: c.cpuFractionSinceStart[i] ?? Number.NaN,
    sweepTermNs: c.sweepTermNs[i] ?? Number.NaN,
    markNs: c.markNs[i] ?? Number.NaN,
    markTermNs: c.markTermNs[i] ?? Number.NaN,
    sweepTermCpuNs: c.sweepTermCpuNs[i] ?? Number.NaN,
    assistCpuNs: c.assistCpuNs[i] ?? Number.NaN,
    workerCpuNs: c.workerCpuNs[i] ?? Number.NaN,
    idleCpuNs: c.idleCpuNs[i] ?? Number.NaN,
    markTermCpuNs: c.markTermCpuNs[i] ?? Number.NaN,
    heapStartBytes: floor(c.heapStartBytes[i]),
    heapEndBytes: floor(c.heapEndBytes[i]),
    markedBytes: floor(c.markedBytes[i]),
    goalBytes: floor(c.goalBytes[i]),
    stacksBytes: floor(c.stacksBytes[i]),
    globalsBytes: floor(c.globalsBytes[i]),
    procs: c.procs[i] ?? Number.NaN,
    flags: (c.flags[i] ?? 0) & (GC_FORCED | GC_LEAK_CHECK),
  };
}

export interface Comparison {
  readonly truth: number;
  readonly exact: number;
  readonly flagged: number;
  readonly absent: number;
  readonly repaired: number;
  /** Sound rows that differ from the truth, or that the truth does not have: must be empty. */
  readonly wrong: readonly string[];
}

function same(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean {
  return Object.keys(a).every((k) => {
    const x = a[k] ?? Number.NaN;
    const y = b[k] ?? Number.NaN;
    return Object.is(x, y) || Math.abs(x - y) < 1e-9 * Math.max(1, Math.abs(x));
  });
}

/** Compares with the truth of one process, or of several (by number and start time). */
export function compare(table: GcTraceTable, truth: readonly TrueCycle[]): Comparison {
  const left = new Map<string, TrueCycle[]>();
  for (const t of truth) {
    const key = `${t.number}`;
    left.set(key, [...(left.get(key) ?? []), t]);
  }
  let exact = 0;
  let flagged = 0;
  let repaired = 0;
  const wrong: string[] = [];
  for (const segment of table.segments) {
    for (let i = 0; i < segment.cycles.length; i++) {
      const row = figuresOf(segment, i);
      const same_ = left.get(`${row["number"]}`) ?? [];
      if (((segment.cycles.flags[i] ?? 0) & GC_UNSOUND) !== 0) {
        flagged += 1;
        continue;
      }
      const hit = same_.findIndex((t) => same(t.figures, row));
      if (hit < 0) {
        wrong.push(`${JSON.stringify(row)} but ${same_.map((t) => t.line).join(" | ")}`);
        continue;
      }
      same_.splice(hit, 1);
      exact += 1;
      if (((segment.cycles.flags[i] ?? 0) & GC_REPAIRED) !== 0) repaired += 1;
    }
  }
  return {
    truth: truth.length,
    exact,
    flagged,
    absent: truth.length - exact - flagged,
    repaired,
    wrong,
  };
}

export function readBytes(path: string): Uint8Array {
  const bytes = readFileSync(path);
  return path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
}

export function readWhole(bytes: Uint8Array, chunk = bytes.length, maxBytes = 2 ** 28): ReadResult {
  const reader = gctrace.open({ name: "test.log", maxBytes });
  for (let at = 0; at < bytes.length; at += Math.max(chunk, 1)) {
    reader.push(bytes.subarray(at, at + Math.max(chunk, 1)));
  }
  return reader.end();
}

export function tableOf(result: ReadResult): GcTraceTable {
  if (result.table.kind !== "gctrace") throw new Error(`got a ${result.table.kind} table`);
  return result.table;
}
