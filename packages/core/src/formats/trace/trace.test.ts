import { describe, expect, it } from "vitest";
import { bytesOf, checkChunks, checkCuts, readAll, TEST_CAP, utf8 } from "../../../test/reading.ts";
import { corpus } from "../../../test/corpus.ts";
import { seededRandom } from "../../../test/random.ts";
import { filesBelow } from "../../../test/system-fixtures.ts";
import { goldenTraces } from "../../../test/trace-corpus.ts";
import { FormatError } from "../../model/errors.ts";
import {
  RANGE_GC_MARK,
  RANGE_MARK_ASSIST,
  RANGE_STARTED_BEFORE,
  RANGE_STW,
  RANGE_SWEEP,
  RANGE_UNFINISHED,
  type TraceMemory,
} from "../../model/tables/trace.ts";
import { traceFormat } from "./trace.ts";

const HEADER = utf8("go 1.26 trace\0\0\0");
const golden = goldenTraces();

function memoryOf(bytes: Uint8Array): TraceMemory {
  const { table } = readAll(traceFormat, bytes);
  if (table.kind !== "trace" || table.memory === undefined) throw new Error("no memory");
  return table.memory;
}

describe("trace header", () => {
  it("refuses headers that nothing reads, by name", () => {
    for (const version of [5, 7, 8, 9, 10]) {
      const bytes = new Uint8Array(100);
      bytes.set(utf8(`go 1.${version} trace`));
      expect(traceFormat.detect(bytes, "x")?.strength).toBe("certain");
      expect(() => readAll(traceFormat, bytes)).toThrow(
        `expected a trace of Go 1.11 or later, found the header "go 1.${version} trace"`,
      );
    }
    for (const version of [20, 24, 27, 28]) {
      const bytes = utf8(`go 1.${version} trace\0\0\0`);
      expect(() => readAll(traceFormat, bytes)).toThrow(`found the header "go 1.${version} trace"`);
    }
  });

  it("refuses anything shorter or other", () => {
    expect(traceFormat.detect(HEADER, "x")?.strength).toBe("certain");
    for (let at = 0; at < HEADER.length; at++) {
      expect(traceFormat.detect(HEADER.subarray(0, at), "x")).toBeUndefined();
      expect(() => readAll(traceFormat, HEADER.subarray(0, at))).toThrow(FormatError);
    }
    expect(() => readAll(traceFormat, HEADER)).toThrow("expected a whole generation");
    expect(traceFormat.detect(utf8("go 1.26 trace of my code"), "x")).toBeUndefined();
    expect(traceFormat.detect(utf8("go 2.26 trace\0\0\0"), "x")).toBeUndefined();
  });
});

describe.skipIf(golden.length === 0)("traces of x/exp (needs the go-trace corpus)", () => {
  it("has the ranges and metrics that Go's reader counts", () => {
    const kinds = new Map([
      ["GC concurrent mark phase", RANGE_GC_MARK],
      ["GC incremental sweep", RANGE_SWEEP],
      ["GC mark assist", RANGE_MARK_ASSIST],
    ]);
    let ranges = 0;
    for (const { name, bytes, isSuccess, reader } of golden) {
      if (!isSuccess) continue;
      const { ranges: got, metrics, stacks } = memoryOf(bytes);
      const count = new Map<string, number>();
      const total = new Map<string, number>();
      for (let row = 0; row < got.length; row++) {
        const kind =
          got.kind[row] === RANGE_STW
            ? `stop-the-world (${stacks.strings.get(got.reason[row] ?? 0)})`
            : ([...kinds].find(([, value]) => value === got.kind[row])?.[0] ?? "?");
        const flags = got.flags[row] ?? 0;
        if ((flags & RANGE_STARTED_BEFORE) === 0) count.set(kind, (count.get(kind) ?? 0) + 1);
        const ns = (got.endNs[row] ?? Number.NaN) - (got.startNs[row] ?? Number.NaN);
        if ((flags & RANGE_UNFINISHED) === 0) total.set(kind, (total.get(kind) ?? 0) + ns);
      }
      expect(Object.fromEntries(count), name).toEqual(reader.range_begins);
      for (const [kind, ns] of Object.entries(reader.range_total_ns)) {
        // Go moves an event that is not later than the one before by 1 ns; here none is moved.
        const most = 64 * got.length;
        expect(Math.abs((total.get(kind) ?? 0) - ns), `${name} ${kind}`).toBeLessThanOrEqual(most);
      }
      const values = Object.values(reader.metric_count).reduce((sum, n) => sum + n, 0);
      expect(metrics.length, name).toBe(values);
      for (let row = 1; row < metrics.length; row++) {
        expect(metrics.timeNs[row]).toBeGreaterThanOrEqual(metrics.timeNs[row - 1] ?? 0);
      }
      ranges += got.length;
    }
    expect(ranges).toBeGreaterThan(0);
  });

  it("is the same however the input is cut into chunks", () => {
    const sound = golden.filter((trace) => trace.isSuccess);
    expect(sound.length).toBeGreaterThan(0);
    for (const { bytes } of sound) checkChunks(traceFormat, bytes);
  });

  it("says what a cut took away, at every byte", () => {
    for (const { bytes, isSuccess, name } of golden) {
      if (!isSuccess || bytes.length > 1000) continue;
      checkCuts(traceFormat, bytes, name, {
        // Before 1.26 a trace ends where it ends; the note says so.
        isUndetectable: (_, result) =>
          result.diagnostics.some((d) => d.code === "trace.no-end-mark"),
      });
    }
  });

  it("survives cuts and flipped bits at random places", () => {
    const random = seededRandom(11);
    for (const { bytes, isSuccess } of golden) {
      for (let turn = 0; turn < 500; turn++) {
        const copy = bytes.slice(0, bytes.length);
        const at = 16 + random.integer(bytes.length - 16);
        copy[at] = (copy[at] ?? 0) ^ (1 << random.integer(8));
        for (const input of isSuccess ? [copy, bytes.subarray(0, at)] : [copy]) {
          try {
            readAll(traceFormat, input);
          } catch (error) {
            expect(error).toBeInstanceOf(FormatError);
          }
        }
      }
    }
  });

  const folder = corpus("go-trace");
  it.skipIf(folder === undefined)("gives a table or a FormatError for every file", () => {
    let traces = 0;
    for (const path of filesBelow(folder ?? "")) {
      const bytes = bytesOf(path);
      if (traceFormat.detect(bytes.subarray(0, 65_536), path) === undefined) continue;
      try {
        const { table } = readAll(traceFormat, bytes, path, [], TEST_CAP);
        expect(table, path).toMatchObject({ kind: "trace", bytes: bytes.length });
      } catch (error) {
        expect(error, path).toBeInstanceOf(FormatError);
      }
      traces += 1;
    }
    expect(traces).toBeGreaterThan(20);
  });
});
