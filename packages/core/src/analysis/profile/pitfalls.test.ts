import { describe, expect, test } from "vitest";
import { heapTable, type HeapParts, type SampledRow } from "../../../test/sampled-heap.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { voiceOf } from "../../report/say.ts";
import { pitfallMessages } from "./pitfall-messages.ts";
import { pitfallsOf } from "./pitfalls.ts";
import { profileOf } from "./profile.ts";
import { sampleCounts } from "./sample-counts.ts";
import { sourceFacts, type SourceFacts } from "./source-facts.ts";

const LIVE = 3;
const ALLOCATED = 1;

interface Asked {
  readonly value?: number;
  readonly isMean?: boolean;
  readonly oneSampleNodes?: number;
  readonly sources?: readonly Partial<SourceFacts>[];
}

function notesOf(table: ProfileTable, asked: Asked = {}): string[] {
  const profile = profileOf(table);
  const sources = (asked.sources ?? [{}]).map((facts) => ({
    ...sourceFacts("heap.pb.gz", table, undefined),
    ...facts,
  }));
  const value = asked.value ?? LIVE;
  const notes = pitfallsOf({
    profile,
    sources,
    value,
    counts: sampleCounts(profile, sources, value, asked.isMean ?? false),
    oneSampleNodes: asked.oneSampleNodes ?? 0,
  });
  for (const lang of ["en", "zh"] as const) {
    for (const note of notes) {
      const text = voiceOf(lang).say(note);
      expect(text).not.toMatch(/undefined|NaN|\[object/);
      expect(text).not.toContain("\n");
    }
  }
  return notes.map(({ id }) => id);
}

const row = (stack: readonly string[], more: Partial<SampledRow> = {}): SampledRow => ({
  stack,
  size: 64,
  allocs: 30,
  inuse: 20,
  ...more,
});
const heap = (rows: readonly SampledRow[] = [row(["f", "main.main"])], parts?: HeapParts) =>
  heapTable(rows, parts);

/** A sound heap in which nothing misleads but its age. */
const SOUND = ["show.cycle-unknown"];

function deep(frames: number, root: string): string[] {
  return [...Array.from({ length: frames - 1 }, (_, i) => `p.f${i}`), root];
}

test("a sound heap: only its age", () => {
  expect(notesOf(heap())).toEqual(SOUND);
  expect(notesOf(heap(), { value: ALLOCATED })).toEqual([]);
});

describe("each note, when it applies and when not", () => {
  const cpu = heap([row(["f"])], {
    table: {
      profileKind: "cpu",
      sampleTypes: [
        { type: "samples", unit: "count" },
        { type: "cpu", unit: "nanoseconds" },
      ],
      values: [Float64Array.of(3), Float64Array.of(3e7)],
      period: 1e7,
    },
  });
  const of = (profileKind: ProfileTable["profileKind"]) =>
    heap(undefined, { table: { profileKind } });
  const named = (name: string) => heap([row([name, "main.main"])]);
  /** Nothing of it is live. */
  const freed = (name: string) =>
    heap([row([name, "main.main"], { inuse: 0 }), row(["p.f", "main.main"])]);
  /** The outermost function of a cut stack is called elsewhere. */
  const cutAt = (frames: number, root: string) =>
    heap([row(deep(frames, root)), row(["p.f0", "p.called", "main.main"])]);

  const cases: readonly (readonly [
    keyof typeof pitfallMessages,
    () => string[],
    () => string[],
  ])[] = [
    ["show.empty", () => notesOf(heap([])), () => notesOf(heap())],
    [
      "show.empty-contention",
      () => notesOf(heap([], { table: { profileKind: "block" } })),
      () => notesOf(heap([])),
    ],
    // Without a sample nothing tells whether it is a block or a mutex profile.
    [
      "show.empty-contention",
      () =>
        notesOf(
          heap([], {
            table: {
              profileKind: "other",
              sampleTypes: [
                { type: "contentions", unit: "count" },
                { type: "delay", unit: "nanoseconds" },
              ],
            },
          }),
          { value: 1 },
        ),
      () => notesOf(heap([], { table: { profileKind: "cpu" } })),
    ],
    [
      "show.empty-leak",
      () => notesOf(heap([], { table: { profileKind: "goroutineleak" } })),
      () => notesOf(heap([], { table: { profileKind: "goroutine" } })),
    ],
    // Nothing was allocated, or nothing that a finished cycle tells of: only the second is likely.
    [
      "show.empty-difference",
      () => notesOf(heap([], { durationNs: 1e9 })),
      () => notesOf(heap([])),
    ],
    [
      "show.rate-zero",
      () => notesOf(heap(undefined, { table: { period: 0 } })),
      () => notesOf(heap()),
    ],
    [
      "show.rate-not-stated",
      () => notesOf(heap(), { sources: [{ period: undefined }] }),
      () => notesOf(heap()),
    ],
    [
      "show.rate",
      () => notesOf(heap(undefined, { rate: 65_536 })),
      () => notesOf(heap(undefined, { rate: 524_288 })),
    ],
    [
      "show.rates-differ",
      () => notesOf(heap(), { sources: [{ period: 4096 }, {}] }),
      () => notesOf(heap(), { sources: [{}, {}] }),
    ],
    [
      "show.every-object",
      () => notesOf(heap(undefined, { rate: 1 })),
      () => notesOf(heap(undefined, { rate: 2 })),
    ],
    ["show.all-counted", () => notesOf(of("goroutine")), () => notesOf(heap())],
    ["show.cpu-samples", () => notesOf(cpu, { value: 1 }), () => notesOf(heap())],
    ["show.contention", () => notesOf(of("block")), () => notesOf(of("goroutine"))],
    [
      "show.contention-fraction",
      () => notesOf(heap(undefined, { table: { profileKind: "mutex", period: 5 } })),
      () => notesOf(heap(undefined, { table: { profileKind: "mutex", period: 1 } })),
    ],
    ["show.other-kind", () => notesOf(of("other")), () => notesOf(heap())],
    ["show.objects", () => notesOf(heap(), { value: 2 }), () => notesOf(heap())],
    ["show.averages", () => notesOf(heap(), { isMean: true }), () => notesOf(heap())],
    [
      "show.no-gc-yet",
      () => notesOf(heap([row(["f", "main.main"], { inuse: 30 })])),
      () => notesOf(heap([row(["f", "main.main"], { allocs: 2, inuse: 2 })])),
    ],
    [
      "show.cycle-passed",
      () => notesOf(heap(), { sources: [{ cycle: 41 }] }),
      () => notesOf(heap(), { sources: [{ cycle: 41 }], value: ALLOCATED }),
    ],
    [
      "show.cycle-unknown",
      () => notesOf(heap()),
      () => notesOf(heap(), { sources: [{ cycle: 41 }] }),
    ],
    ["show.one-sample", () => notesOf(heap(), { oneSampleNodes: 2 }), () => notesOf(heap())],
    [
      "show.tiny-allocator",
      () => notesOf(heap([row(["f"], { size: 16 }), row(["g"])])),
      () => notesOf(heap([row(["f"], { size: 24 }), row(["g"])])),
    ],
    [
      "show.no-sizes",
      () => notesOf(heap(undefined, { withoutSizes: true })),
      () => notesOf(heap(undefined, { scale: 0.337 })),
    ],
    ["show.not-whole", () => notesOf(heap(undefined, { scale: 0.337 })), () => notesOf(heap())],
    [
      "show.delta",
      () => notesOf(heap(undefined, { table: { isDelta: true, durationNs: 1e9 } })),
      () => notesOf(heap()),
    ],
    [
      "show.delta-sums",
      () => notesOf(heap(undefined, { table: { isDelta: true, durationNs: 1 } }), { value: 1 }),
      () => notesOf(heap(undefined, { table: { isDelta: true, durationNs: 1 } })),
    ],
    [
      "show.delta-sums",
      () =>
        notesOf(
          heap(undefined, {
            table: {
              profileKind: "mutex",
              isDelta: true,
              durationNs: 1,
              sampleTypes: ["contentions", "delay"].map((type) => ({ type, unit: "count" })),
            },
          }),
          { value: 1 },
        ),
      () => notesOf(of("mutex")),
    ],
    [
      "show.delta-counts",
      () =>
        notesOf(
          heap(undefined, {
            table: {
              profileKind: "goroutine",
              isDelta: true,
              durationNs: 1,
              sampleTypes: [{ type: "goroutine", unit: "count" }],
            },
          }),
          { value: 0 },
        ),
      () => notesOf(of("goroutine")),
    ],
    [
      "show.inconsistent",
      () =>
        notesOf(
          heap([row(["f"], { allocs: 1, inuse: 5 })], { table: { isDelta: true, durationNs: 1 } }),
        ),
      () => notesOf(heap(undefined, { table: { isDelta: true, durationNs: 1 } })),
    ],
    [
      "show.negative",
      () => notesOf(heap([row(["f"], { inuse: -5 })], { table: { isDelta: true } })),
      () => notesOf(heap([row(["f"], { inuse: -5 })], { table: { isDelta: true, durationNs: 1 } })),
    ],
    ["show.merged", () => notesOf(heap(), { sources: [{}, {}] }), () => notesOf(heap())],
    [
      "show.programs-differ",
      () => notesOf(heap(), { sources: [{ program: "etcd" }, { program: "caddy" }] }),
      // A text does not say of what it is.
      () => notesOf(heap(), { sources: [{ program: "etcd" }, { program: undefined }] }),
    ],
    [
      "show.kinds-differ",
      () => notesOf(heap(), { sources: [{}, { kind: "goroutine" }] }),
      () => notesOf(heap(), { sources: [{}, {}] }),
    ],
    // A heap and allocations hold the same, and both are counted.
    [
      "show.kinds-differ",
      () => notesOf(heap(), { sources: [{ kind: "allocs" }, { kind: "cpu" }] }),
      () => notesOf(heap(), { sources: [{ kind: "allocs" }, { kind: "heap" }] }),
    ],
    // A stack as deep whose outermost function starts a goroutine is not cut, nor is a shallow one.
    [
      "show.truncated-stacks",
      () => notesOf(cutAt(32, "p.called")),
      () => notesOf(cutAt(32, "p.start")),
    ],
    [
      "show.truncated-stacks",
      () => notesOf(cutAt(127, "p.called")),
      () => notesOf(cutAt(60, "p.called")),
    ],
    // What is in no number of the column that is shown misleads nobody.
    [
      "show.truncated-stacks",
      () => notesOf(cutAt(128, "p.called"), { value: ALLOCATED }),
      () =>
        notesOf(
          heap([row(deep(128, "p.called"), { inuse: 0 }), row(["p.f0", "p.called", "main.main"])]),
        ),
    ],
    // Stacks of thread creation are padded with nameless frames to the depth at which Go cuts.
    [
      "show.truncated-stacks",
      () => notesOf(cutAt(30, "p.called")),
      () => notesOf(heap([row(["p.f", ...Array.from({ length: 31 }, () => "")])])),
    ],
    [
      "show.shared-generics",
      () => notesOf(named("p.Map[go.shape.int]")),
      () => notesOf(named("p.index[0")),
    ],
    [
      "show.shared-generics",
      () => notesOf(freed("p.Map[go.shape.int]"), { value: ALLOCATED }),
      () => notesOf(freed("p.Map[go.shape.int]")),
    ],
    [
      "show.closure-names",
      () => notesOf(freed("p.glob..func1"), { value: ALLOCATED }),
      () => notesOf(freed("p.glob..func1")),
    ],
    [
      "show.closure-names",
      () => notesOf(named("p.glob..func1")),
      () => notesOf(named("p.F.func1")),
    ],
    [
      "show.maps-leaf",
      () => notesOf(heap([row(["internal/runtime/maps.newTable", "p.f"])])),
      () => notesOf(heap([row(["p.f", "internal/runtime/maps.newTable"])])),
    ],
    [
      "show.no-names",
      () => {
        const table = heap();
        const none = new Int32Array(0);
        const functions = { length: 0, name: none, systemName: none, file: none, startLine: none };
        const lineFunction = table.locations.lineFunction.map(() => -1);
        return notesOf({ ...table, functions, locations: { ...table.locations, lineFunction } });
      },
      // Goroutines without a stack have no addresses either.
      () => notesOf(heap([row([])])),
    ],
  ];

  test.each(cases)("%s", (id, applies, appliesNot) => {
    expect(applies()).toContain(id);
    expect(appliesNot()).not.toContain(id);
  });

  test("none is without a case", () => {
    expect([...new Set(cases.map(([id]) => id))].toSorted()).toEqual(
      Object.keys(pitfallMessages).toSorted(),
    );
  });
});

describe("the cycle that a file shows", () => {
  const facts = (numGC: number, numForcedGC: number) =>
    sourceFacts("h", { ...heap(), memStats: { numGC, numForcedGC } }, undefined).cycle;

  test("one before the last; the last when all were forced; unknown when some were", () => {
    expect(facts(12, 0)).toBe(11);
    expect(facts(12, 12)).toBe(12);
    expect(facts(12, 3)).toBeUndefined();
    expect(facts(1, 0)).toBe(0);
    expect(facts(1, 1)).toBe(1);
    expect(sourceFacts("h", heap(), undefined).cycle).toBeUndefined();
  });
});

test("the Go release in the paths of the runtime", () => {
  const of = (file: string) => {
    const table = heap();
    const at = table.functions.file[0];
    const { strings } = table;
    const renamed = {
      length: strings.length,
      get: (i: number) => (i === at ? file : strings.get(i)),
    };
    return sourceFacts("h", { ...table, strings: renamed }, undefined).goVersion;
  };
  expect(of("/home/dev/sdk/go1.26.8/src/runtime/malloc.go")).toBe("go1.26.8");
  expect(
    of("/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64/src/runtime/proc.go"),
  ).toBe("go1.27.3");
  expect(of("/usr/local/go/src/runtime/malloc.go")).toBeUndefined();
  expect(of("/home/me/go1.20-notes/src/app/main.go")).toBeUndefined();
});
