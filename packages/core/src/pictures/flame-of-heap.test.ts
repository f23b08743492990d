import { expect, test } from "vitest";
import { SampledMemory, memoryInterval } from "../analysis/stats/heap-sampling.ts";
import { StringTableBuilder } from "../model/strings.ts";
import type { CallStacks } from "../model/tables/stacks.ts";
import { flameOfHeap } from "./flame-of-heap.ts";

const RATE = 512 * 1024;
const MIB = 1024 * 1024;

/** `main.main` at lines 1, 2, 3, one stack each. */
function threeLines(): CallStacks {
  const strings = new StringTableBuilder();
  const name = strings.intern("main.main");
  const file = strings.intern("main.go");
  return {
    strings,
    functions: {
      length: 1,
      name: Int32Array.of(name),
      systemName: Int32Array.of(name),
      file: Int32Array.of(file),
      startLine: Int32Array.of(0),
    },
    locations: {
      length: 3,
      address: new Float64Array(3),
      mapping: new Int32Array(3).fill(-1),
      lineStart: Int32Array.of(0, 1, 2, 3),
      lineFunction: Int32Array.of(0, 0, 0),
      lineNumber: Int32Array.of(1, 2, 3),
    },
    stacks: { length: 3, start: Int32Array.of(0, 1, 2, 3), location: Int32Array.of(0, 1, 2) },
  };
}

test("bytes and intervals are those of the table of sites", () => {
  const size = Float64Array.of(64, 1024, 4 * MIB);
  const inuse = Float64Array.of(90, 0, 3);
  const allocs = Float64Array.of(100, 50, 3);
  const flame = flameOfHeap(
    {
      snapshot: { profile: threeLines() },
      rows: {
        rows: 3,
        rate: RATE,
        size,
        allocs,
        inuse,
        stack: Int32Array.of(0, 1, 2),
        counts: "exact",
        maxResidual: 0,
      },
    },
    [{ function: "main.main", file: "main.go", line: 3 }],
    "all",
  );
  expect(flame.values.map((v) => v.id)).toEqual([
    "live-bytes",
    "live-objects",
    "allocated-bytes",
    "allocated-objects",
  ]);
  const live = flame.values[0];
  const nodeOf = (line: string): number =>
    Array.from({ length: flame.length }, (_, i) => i).findIndex(
      (i) => flame.strings[flame.name[i]] === line,
    );
  for (const [row, line] of [
    [0, "main.go:1"],
    [2, "main.go:3"],
  ] as const) {
    const bucket = new SampledMemory();
    bucket.add(inuse[row], size[row], RATE);
    const wanted = memoryInterval(bucket).bytes;
    const node = nodeOf(line);
    expect(live.value[node]).toBeCloseTo(wanted.value, 3);
    expect(live.hi[node]).toBeCloseTo(wanted.hi, 3);
    expect(live.samples[node]).toBe(inuse[row]);
  }
  const whole = new SampledMemory();
  for (let r = 0; r < 3; r++) whole.add(inuse[r], size[r], RATE);
  expect(live.value[0]).toBeCloseTo(memoryInterval(whole).bytes.value, 3);
  expect(live.lo[0]).toBeCloseTo(memoryInterval(whole).bytes.lo, 3);
  expect(live.hi[0]).toBeCloseTo(memoryInterval(whole).bytes.hi, 3);
  // Objects of 4 MiB are sampled almost for certain: + 4 %, where three small ones would have + 190 %.
  expect(live.hi[nodeOf("main.go:3")] / (12 * MIB)).toBeLessThan(1.05);
  expect(flame.isGuilty[nodeOf("main.go:3")]).toBe(1);
  expect(flame.isGuilty[nodeOf("main.go:1")]).toBe(0);
});

test("a profile without live memory shows what was allocated; nothing at all shows nothing", () => {
  const rows = (inuse: number, allocs: number) => ({
    snapshot: { profile: threeLines() },
    rows: {
      rows: 3,
      rate: RATE,
      size: new Float64Array(3).fill(512),
      allocs: new Float64Array(3).fill(allocs),
      inuse: new Float64Array(3).fill(inuse),
      stack: Int32Array.of(0, 1, 2),
      counts: "exact",
      maxResidual: 0,
    } as const,
  });
  expect(flameOfHeap(rows(0, 4), [], "all").values.map((v) => v.id)).toEqual([
    "allocated-bytes",
    "allocated-objects",
  ]);
  expect(flameOfHeap(rows(0, 0), [], "all")).toMatchObject({ values: [], length: 1 });
});
