import fc from "fast-check";
import { expect, test } from "vitest";
import { StringTableBuilder } from "../model/strings.ts";
import type { CallStacks } from "../model/tables/stacks.ts";
import {
  boxColumn,
  certainty,
  columnOutline,
  foldFlame,
  guiltyColumns,
  guiltyValue,
  layoutFlame,
} from "./flame-boxes.ts";
import { boxForms, boxLabel } from "./flame-labels.ts";
import { type FlameInput, flameFromProfile, sampledLimits, valuesWithout } from "./flame-tree.ts";
import { textWidth } from "./text-width.ts";

/** One stack per row, callers first: "main.main:1 api.Serve:30 store.Add:88". File is the package. */
function stacksOf(rows: readonly string[]): CallStacks {
  const strings = new StringTableBuilder();
  const names: string[] = [];
  const lines: { fn: number; line: number }[] = [];
  const start = [0];
  const location: number[] = [];
  for (const row of rows) {
    for (const frame of row.split(" ").toReversed()) {
      const [name = "", line = "0"] = frame.split(":");
      let fn = names.indexOf(name);
      if (fn < 0) fn = names.push(name) - 1;
      location.push(lines.push({ fn, line: Number(line) }) - 1);
    }
    start.push(location.length);
  }
  const ints = (list: readonly number[]): Int32Array => Int32Array.from(list);
  return {
    strings,
    functions: {
      length: names.length,
      name: ints(names.map((n) => strings.intern(n))),
      systemName: ints(names.map((n) => strings.intern(n))),
      file: ints(names.map((n) => strings.intern(`${n.split(".")[0] ?? ""}.go`))),
      startLine: new Int32Array(names.length),
    },
    locations: {
      length: lines.length,
      address: new Float64Array(lines.length),
      mapping: new Int32Array(lines.length).fill(-1),
      lineStart: Int32Array.from({ length: lines.length + 1 }, (_, i) => i),
      lineFunction: ints(lines.map((l) => l.fn)),
      lineNumber: ints(lines.map((l) => l.line)),
    },
    stacks: { length: rows.length, start: ints(start), location: ints(location) },
  };
}

interface Row {
  readonly stack: string;
  readonly value: number;
  readonly samples?: number;
}

function flameOf(
  rows: readonly Row[],
  guilty?: { readonly function: string; readonly line: number },
): FlameInput {
  return flameFromProfile({
    stacks: stacksOf(rows.map((r) => r.stack)),
    rows: rows.length,
    rowStack: Int32Array.from(rows, (_, i) => i),
    types: [
      {
        id: "live-bytes",
        value: Float64Array.from(rows, (r) => r.value),
        samples: Float64Array.from(rows, (r) => r.samples ?? r.value),
      },
    ],
    isGuilty: (fn, _file, line) => fn === guilty?.function && line === guilty.line,
    root: "all",
  });
}

const named = (t: FlameInput, node: number): string => t.strings[t.name[node]];

/** Boxes as "frames joined by /", with their values, callers first. */
function boxesOf(t: FlameInput, unfolded = false): string[] {
  const boxes = foldFlame(t, unfolded);
  const value = boxColumn(boxes, t.values[0].value);
  return Array.from({ length: boxes.length }, (_, b) => {
    const frames = Array.from(boxes.frame.slice(boxes.frameStart[b], boxes.frameStart[b + 1]));
    return `${frames.map((n) => named(t, n)).join("/")} ${value[b]}`;
  });
}

const LEAK: readonly Row[] = [
  { stack: "http.serve:1 mux.route:2 api.Login:3 store.Add:88", value: 400 },
  { stack: "http.serve:1 mux.route:2 api.Login:3 store.Add:81 token.New:31", value: 10 },
  { stack: "http.serve:1 mux.route:2 api.Refresh:5 store.Add:88", value: 100 },
  { stack: "main.main:9 cache.Put:51", value: 44, samples: 1 },
];
const ADD = { function: "store.Add", line: 88 };

test("paths with the same functions are one node; a line stands below its function", () => {
  const t = flameOf(LEAK);
  expect(t.values[0].value[0]).toBe(554);
  const lines = Array.from({ length: t.length }, (_, i) => i).filter((i) => t.isLine[i] === 1);
  expect(lines.map((i) => [named(t, i), t.values[0].value[i]])).toEqual([
    ["store.go:88", 400],
    ["token.go:31", 10],
    ["store.go:88", 100],
    ["cache.go:51", 44],
  ]);
});

test("chains that say one thing are one box, and the root stays alone", () => {
  expect(boxesOf(flameOf(LEAK))).toEqual([
    "all 554",
    "http.serve/mux.route 510",
    "api.Login/store.Add 410",
    "store.go:88 400",
    "token.New/token.go:31 10",
    "api.Refresh/store.Add/store.go:88 100",
    "main.main/cache.Put/cache.go:51 44",
  ]);
  expect(boxesOf(flameOf(LEAK), true).length).toBe(flameOf(LEAK).length);
});

test("a line is guilty, not the function that allocates elsewhere too", () => {
  const t = flameOf(LEAK, ADD);
  const guilty = Array.from({ length: t.length }, (_, i) => i).filter((i) => t.isGuilty[i] === 1);
  expect(guilty.map((i) => named(t, i))).toEqual(["store.go:88", "store.go:88"]);
});

test("a guilty caller is marked where all of its node is that call", () => {
  const mark = (rows: readonly Row[]): number =>
    flameOf(rows, { function: "api.Login", line: 3 }).isGuilty.reduce((a, b) => a + b, 0);
  expect(mark([{ stack: "api.Login:3 store.Add:88", value: 1 }])).toBe(1);
  expect(
    mark([
      { stack: "api.Login:3 store.Add:88", value: 1 },
      { stack: "api.Login:4 store.Add:88", value: 1 },
    ]),
  ).toBe(0);
});

test("a frame without symbols is its address; a leaf without a line has no line node", () => {
  const stacks = stacksOf(["main.main:0"]);
  const t = flameFromProfile({
    stacks: {
      ...stacks,
      locations: {
        ...stacks.locations,
        lineStart: Int32Array.of(0, 0),
        address: Float64Array.of(0x4a3bc0),
      },
    },
    rows: 1,
    rowStack: Int32Array.of(0),
    types: [{ id: "live-objects", value: Float64Array.of(5), samples: undefined }],
    root: "all",
  });
  expect([t.length, named(t, 1)]).toEqual([2, "0x4a3bc0"]);
  expect(t.values[0].lo[1]).toBeNaN();
  expect(flameOf([{ stack: "main.main:0", value: 3 }]).isLine.includes(1)).toBe(false);
});

test("intervals follow from samples; large objects are known better", () => {
  const MIB = 1024 * 1024;
  // 2 samples a MiB of small objects: 40 MiB ± 22 % (the reference table).
  const small = sampledLimits(40 * MIB, (40 * MIB) ** 2 / 80, (40 * MIB) ** 2 / 80);
  expect((small.hi / (40 * MIB) - 1) * 100).toBeGreaterThan(20);
  expect((small.hi / (40 * MIB) - 1) * 100).toBeLessThan(25);
  const certain = sampledLimits(40 * MIB, (40 * MIB) ** 2 / 10, 0);
  expect(certain).toEqual({ lo: 40 * MIB, hi: 40 * MIB });
  expect(sampledLimits(5, Number.NaN, 1).lo).toBeNaN();
});

test("certainty by the wider half of the interval, one sample apart", () => {
  expect([
    certainty(100, 95, 106, 900),
    certainty(100, 85, 118, 100),
    certainty(100, 60, 145, 20),
    certainty(100, 10, 300, 3),
    certainty(100, 2, 500, 1),
    certainty(100, 99, 101, 1),
    certainty(100, Number.NaN, Number.NaN, Number.NaN),
  ]).toEqual([4, 3, 2, 1, 0, 4, 1]);
});

test("icicle: larger first, small ones together, zoom to full width with its callers above", () => {
  const t = flameOf([
    { stack: "a.A:1", value: 60 },
    { stack: "b.B:1", value: 38 },
    ...Array.from({ length: 4 }, (_, i) => ({ stack: `z.Z${i}:1`, value: 0.5 })),
  ]);
  const boxes = foldFlame(t);
  const value = boxColumn(boxes, t.values[0].value);
  const all = layoutFlame(boxes.parent, value, { zoom: 0, least: 0.01, rows: 10 });
  expect(all.rects.map((r) => [r.box < 0 ? `${r.count} smaller` : r.value, r.x, r.width])).toEqual([
    [100, 0, 1],
    [60, 0, 0.6],
    [38, 0.6, 0.38],
    ["4 smaller", 0.98, expect.closeTo(0.02)],
  ]);
  const b = all.rects.find((r) => r.value === 38)?.box ?? 0;
  const zoomed = layoutFlame(boxes.parent, value, { zoom: b, least: 0.01, rows: 10 });
  expect(zoomed.rects.map((r) => [r.box, r.x, r.width, r.row])).toEqual([
    [0, 0, 1, 0],
    [b, 0, 1, 1],
  ]);
});

test("what was not carried along still takes its place", () => {
  const parent = Int32Array.of(-1, 0);
  const layout = layoutFlame(parent, Float64Array.of(100, 60), {
    zoom: 0,
    least: 0.01,
    rows: 5,
    pruned: Int32Array.of(7, 0),
  });
  expect(layout.rects[2]).toMatchObject({ box: -1, count: 7, x: 0.6, width: 0.4 });
});

test("rows beyond the last are counted, not drawn", () => {
  const t = flameOf([{ stack: "a.A:1 b.B:2 c.C:3 d.D:4", value: 5 }]);
  const boxes = foldFlame(t, true);
  const value = boxColumn(boxes, t.values[0].value);
  expect(layoutFlame(boxes.parent, value, { zoom: 0, least: 0, rows: 2 })).toMatchObject({
    rows: 2,
    deeper: 1,
  });
});

test("guilty stacks: each column from where it parts from the others", () => {
  const t = flameOf(LEAK, ADD);
  const boxes = foldFlame(t);
  const value = boxColumn(boxes, t.values[0].value);
  const columns = guiltyColumns(boxes, value);
  const names = columns.map((c) => c.boxes.map((b) => named(t, boxes.frame[boxes.frameStart[b]])));
  expect(names).toEqual([["api.Login", "store.go:88"], ["api.Refresh"]]);
  expect(guiltyValue(boxes, value)).toBe(500);
  const layout = layoutFlame(boxes.parent, value, { zoom: 0, least: 0, rows: 10 });
  const outline = columnOutline(layout, columns[0]);
  // Down the right side in steps, up the left: eight corners of two boxes.
  expect(outline.map((p) => p.row)).toEqual([2, 3, 3, 4, 4, 3, 3, 2]);
  expect(outline[0].x).toBeGreaterThan(outline[2].x);
  expect(outline.slice(4).every((p) => p.x === 0)).toBe(true);
});

test("leaving a site out takes it from all its callers, and its noise too", () => {
  const t = flameOf(LEAK, ADD);
  const rest = valuesWithout(t.values[0], t.parent, (n) => t.isGuilty[n] === 1);
  expect(rest.value[0]).toBeCloseTo(54);
  const plain = flameOf(LEAK.filter((r) => !r.stack.endsWith("Add:88")));
  expect(rest.samples[0]).toBe(plain.values[0].samples[0]);
  expect(rest.lo[0]).toBeCloseTo(plain.values[0].lo[0], 6);
  expect(rest.hi[0]).toBeCloseTo(plain.values[0].hi[0], 6);
});

const arbitraryRows = fc.array(
  fc.record({
    stack: fc
      .array(fc.tuple(fc.constantFrom("a.A", "b.B", "c.C"), fc.integer({ min: 0, max: 2 })), {
        minLength: 1,
        maxLength: 6,
      })
      .map((frames) => frames.map(([fn, line]) => `${fn}:${line}`).join(" ")),
    value: fc.double({ min: -5, max: 1e6, noNaN: true }),
    samples: fc.integer({ min: 0, max: 50 }),
  }),
  { maxLength: 20 },
);

test("for any profile: sums hold, boxes partition the nodes, rects stay inside their caller", () => {
  fc.assert(
    fc.property(arbitraryRows, fc.boolean(), (rows, unfolded) => {
      const t = flameOf(rows);
      const { value } = t.values[0];
      const sum = rows.reduce((a, r) => a + Math.max(0, r.value), 0);
      expect(value[0]).toBeCloseTo(sum, 4);
      const children = new Float64Array(t.length);
      for (let i = 1; i < t.length; i++) {
        expect(t.parent[i]).toBeLessThan(i);
        children[t.parent[i]] += value[i];
      }
      for (let i = 0; i < t.length; i++)
        expect(children[i]).toBeLessThanOrEqual(value[i] * (1 + 1e-9));
      const boxes = foldFlame(t, unfolded);
      expect(Array.from(boxes.frame).sort((a, b) => a - b)).toEqual(
        Array.from({ length: t.length }, (_, i) => i),
      );
      const perBox = boxColumn(boxes, value);
      const { rects } = layoutFlame(boxes.parent, perBox, { zoom: 0, least: 0.001, rows: 50 });
      for (const r of rects) {
        if (r.row === 0) continue;
        const up = rects.find((o) => o.box === r.under);
        if (up === undefined) throw new Error("a rect must stand below its caller");
        expect(up.row).toBe(r.row - 1);
        expect(r.x).toBeGreaterThanOrEqual(up.x - 1e-9);
        expect(r.x + r.width).toBeLessThanOrEqual(up.x + up.width + 1e-9);
      }
    }),
    { seed: 6, numRuns: 200 },
  );
});

test("short form before truncation", () => {
  const frame = (name: string) => ({ name, isLine: false });
  const line = { name: "store.go:88", isLine: true };
  expect(boxForms([frame("net/http.(*conn).serve")])).toEqual([
    "http.(*conn).serve",
    "(*conn).serve",
    "serve",
  ]);
  expect(boxForms([frame("a/s.(*Store).Add"), line])).toEqual([
    "s.(*Store).Add  store.go:88",
    "(*Store).Add  store.go:88",
    "Add  store.go:88",
    "Add",
    ":88",
  ]);
  expect(boxForms([line])).toEqual(["store.go:88", ":88"]);
  expect(boxForms([frame("x/a.A"), frame("x/b.B"), frame("x/c.(*T).C")])).toEqual([
    "a.A › ⋯1 › c.(*T).C",
    "a.A › ⋯1 › (*T).C",
    "a.A › ⋯1 › C",
    "⋯2 c.(*T).C",
    "⋯2 (*T).C",
    "⋯2 C",
    "C",
  ]);
  expect(boxForms([])).toEqual([]);
});

test("a label fits its box, or there is none; hostile names take no time", () => {
  const name = `a.${"x".repeat(10_000)}`;
  for (const px of [0, 5, 20, 60, 200, 900]) {
    for (const frames of [[{ name, isLine: false }], [{ name: "b.(*B).Do", isLine: false }]]) {
      const label = boxLabel(frames, px, 11);
      if (label !== undefined) expect(textWidth(label, 11)).toBeLessThanOrEqual(px);
    }
  }
  expect(boxLabel([{ name: "b.(*B).Do", isLine: false }], 5, 11)).toBeUndefined();
});

test("many rows: built and laid out without quadratic cost", () => {
  const rows = Array.from({ length: 20_000 }, (_, i) => ({
    stack: `main.main:1 p${i % 50}.F:${i % 7} q.G${i % 900}:${i % 13} r.H${i}:3`,
    value: 1 + (i % 17),
  }));
  const t = flameOf(rows);
  expect(t.length).toBeGreaterThan(20_000);
  const boxes = foldFlame(t);
  const value = boxColumn(boxes, t.values[0].value);
  const layout = layoutFlame(boxes.parent, value, { zoom: 0, least: 0.0015, rows: 40 });
  expect(layout.rects.length).toBeLessThan(2_000);
});
