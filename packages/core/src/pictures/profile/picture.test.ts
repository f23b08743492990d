import { describe, expect, test } from "vitest";
import type { JsonProfile } from "../../../test/pprof-json.ts";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { seededRandom } from "../../../test/random.ts";
import { aggregate } from "../../analysis/profile/aggregate.ts";
import { type CallTree, OTHER_FRAME } from "../../analysis/profile/call-tree.ts";
import { nodeTotals } from "../../analysis/profile/graph.ts";
import { loadProfile } from "../../analysis/profile/load.ts";
import { NodeIndex } from "../../analysis/profile/nodes.ts";
import type { Profile } from "../../analysis/profile/profile.ts";
import { stackWeights } from "../../analysis/profile/weights.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { callGraph } from "./call-graph.ts";
import { folded, foundIn, sandwichOf } from "./derived-views.ts";
import { layered } from "./layered.ts";
import { type FlameRows, leftHeavy, placeAt, visitRow } from "./left-heavy.ts";
import { profilePicture, type ProfilePicture, PICTURE_LIMITS } from "./picture.ts";
import { knownOf, rowSums, shadesOf, type TreeView, treeView, widthOf } from "./tree-view.ts";

const RATE = 512 * 1024;
const SIZES = [16, 64, 512, 4096, 1 << 20];

/** A heap profile of a program with recursion, inlined lines, several sizes a stack. */
function heap(seed: number, stacks: number, functions = 12): JsonProfile {
  const random = seededRandom(seed);
  const samples: { location_ids: number[]; values: number[]; num_labels: { bytes: number[] } }[] =
    [];
  const locations = Array.from({ length: functions * 3 }, (_, i) => ({
    id: i + 1,
    address: 4096 + i,
    lines: Array.from({ length: i % 5 === 0 ? 2 : i % 17 === 3 ? 0 : 1 }, (__, l) => ({
      function_id: ((i + l * 5) % functions) + 1,
      line: 10 + i + l,
    })),
  }));
  for (let s = 0; s < stacks; s++) {
    const depth = 1 + random.integer(14);
    const ids = Array.from(
      { length: depth },
      (_, d) => 1 + random.integer(d < 3 ? 4 : functions * 3),
    );
    for (let k = 0; k < 1 + random.integer(3); k++) {
      const size = SIZES[random.integer(SIZES.length)] ?? 16;
      const p = samplingProbability(size, RATE);
      const allocs = 1 + random.integer(9);
      const live = random.integer(allocs + 1);
      const scaled = (n: number): number[] => [Math.trunc(n / p), Math.trunc((n * size) / p)];
      samples.push({
        location_ids: ids.toReversed(),
        values: [...scaled(allocs), ...scaled(live)],
        num_labels: { bytes: [size] },
      });
    }
  }
  return {
    sample_types: [
      { type: "alloc_objects", unit: "count" },
      { type: "alloc_space", unit: "bytes" },
      { type: "inuse_objects", unit: "count" },
      { type: "inuse_space", unit: "bytes" },
    ],
    samples,
    locations,
    functions: Array.from({ length: functions }, (_, i) => ({
      id: i + 1,
      name: `example.com/app/p${i % 3}.f${i}`,
      filename: `/src/p${i % 3}/f${i}.go`,
    })),
    period_type: { type: "space", unit: "bytes" },
    period: RATE,
  };
}

const LIMITS = [PICTURE_LIMITS, { ...PICTURE_LIMITS, nodes: 40 }, { ...PICTURE_LIMITS, nodes: 1 }];
const SPACE = 3;

function difference(): Profile {
  return loadProfile({
    sources: [profileOfJson(heap(7, 120))],
    bases: [profileOfJson(heap(8, 90))],
    isDiffBase: true,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: undefined,
    naming: undefined,
    allFrames: true,
  });
}

/** cum by name and file, of go tool pprof's own graph. */
function pprofCum(profile: Profile, type: number): Map<string, number> {
  const shown = aggregate(profile, "filefunctions", false, false);
  const index = new NodeIndex(shown, { objectNames: false, trimPath: (path) => path });
  const totals = nodeTotals(shown, index, stackWeights(shown, { value: type, divisor: undefined }));
  const out = new Map<string, number>();
  for (let n = 0; n < index.length; n++) {
    if (index.name(n) !== "") out.set(`${index.name(n)}\n${index.file(n)}`, totals.cum[n]);
  }
  return out;
}

function sumOfOwn(tree: CallTree, width: number, at: number): number {
  let sum = 0;
  for (let i = at; i < tree.own.length; i += width) sum += tree.own[i];
  return sum;
}

function frameOf(picture: ProfilePicture, key: string): number {
  return picture.names.findIndex((name, i) => `${name}\n${picture.files[i]}` === key);
}

describe("trees", () => {
  test.each(LIMITS)("hold every value exactly, with at most $nodes nodes", (limits) => {
    for (const profile of [profileOfJson(heap(1, 200)), difference()]) {
      const picture = profilePicture(profile, SPACE, limits);
      for (const tree of [picture.down, picture.up]) {
        for (const { at } of picture.series) {
          expect(sumOfOwn(tree, picture.width, at)).toBe(picture.total[at]);
        }
        let others = 0;
        for (let i = 0; i < tree.length; i++) {
          if (i > 0) expect(tree.parent[i]).toBeLessThan(i);
          if (tree.frame[i] === OTHER_FRAME) others += 1;
        }
        expect(tree.length - others).toBeLessThanOrEqual(limits.nodes + 1);
        expect(tree.isWhole).toBe(others === 0);
      }
    }
  });

  test("open the heaviest nodes: none that stays shut is heavier than one that was opened", () => {
    const profile = profileOfJson(heap(2, 300));
    for (const nodes of [20, 60, 200]) {
      const picture = profilePicture(profile, SPACE, { ...PICTURE_LIMITS, nodes });
      const { parent, frame, length } = picture.down;
      const views = picture.types.map((_, t) => treeView(picture, picture.down, t));
      const isOpen = new Uint8Array(length);
      const isShut = new Uint8Array(length);
      for (let i = 1; i < length; i++) {
        if (frame[i] === OTHER_FRAME) isShut[parent[i]] = 1;
        else isOpen[parent[i]] = 1;
      }
      const weight = (i: number): number =>
        views.reduce((sum, v) => sum + widthOf(v, i) / widthOf(v, 0), 0);
      const all = Array.from({ length }, (_, i) => i);
      const opened = all.filter((i) => isOpen[i] === 1).map(weight);
      const shut = all.filter((i) => isShut[i] === 1 && isOpen[i] === 0).map(weight);
      expect(shut.length).toBeGreaterThan(0);
      expect(Math.max(...shut)).toBeLessThanOrEqual(Math.min(...opened) * (1 + 1e-9));
    }
  });

  test("an other says how many stacks it holds", () => {
    const picture = profilePicture(profileOfJson(heap(3, 150)), SPACE, {
      ...PICTURE_LIMITS,
      nodes: 1,
    });
    const { down } = picture;
    let stacks = 0;
    for (let i = 0; i < down.length; i++) stacks += down.stacks[i];
    expect(stacks).toBe(picture.stacks);
  });

  test("a frame's line is known where it is one, and 0 where there are several", () => {
    const picture = profilePicture(
      profileOfJson({
        sample_types: [{ type: "inuse_space", unit: "bytes" }],
        locations: [
          { id: 1, lines: [{ function_id: 1, line: 5 }] },
          { id: 2, lines: [{ function_id: 1, line: 6 }] },
          { id: 3, lines: [{ function_id: 2, line: 9 }] },
        ],
        functions: [
          { id: 1, name: "main.a", filename: "a.go" },
          { id: 2, name: "main.b", filename: "b.go" },
        ],
        samples: [
          { location_ids: [3, 1], values: [10] },
          { location_ids: [3, 2], values: [20] },
        ],
      }),
      0,
    );
    const lines = new Map(
      Array.from(picture.down.frame, (f, i) => [picture.names[f], picture.down.line[i]]),
    );
    expect(lines.get("main.a")).toBe(0);
    expect(lines.get("main.b")).toBe(9);
    expect(Array.from(picture.lines.line)).toEqual([9]);
  });
});

describe("views", () => {
  const pictures = (): ProfilePicture[] =>
    LIMITS.flatMap((limits) => [
      profilePicture(profileOfJson(heap(4, 180)), SPACE, limits),
      profilePicture(difference(), SPACE, limits),
    ]);

  test("children lie within their parent, and what they hold is no more than it", () => {
    for (const picture of pictures()) {
      for (const tree of [picture.down, picture.up]) {
        for (let type = 0; type < picture.types.length; type++) {
          const view = treeView(picture, tree, type);
          const flame = leftHeavy(view);
          const below = new Float64Array(view.length);
          for (let i = 1; i < view.length; i++) {
            below[view.parent[i]] += widthOf(view, i);
            const place = flame.place[i];
            if (place < 0) {
              expect(widthOf(view, i)).toBe(0);
              continue;
            }
            const up = flame.place[view.parent[i]];
            expect(flame.x0[place]).toBeGreaterThanOrEqual(flame.x0[up]);
            expect(flame.x1[place]).toBeLessThanOrEqual(flame.x1[up]);
            expect(flame.row[i]).toBe(flame.row[view.parent[i]] + 1);
          }
          for (let i = 0; i < view.length; i++)
            expect(below[i]).toBeLessThanOrEqual(widthOf(view, i));
        }
      }
    }
  });

  test("bottom-up and top-down have the same total, that of the profile", () => {
    for (const picture of pictures()) {
      for (let type = 0; type < picture.types.length; type++) {
        const down = treeView(picture, picture.down, type);
        const up = treeView(picture, picture.up, type);
        expect(up.plus.value[0]).toBe(down.plus.value[0]);
        const total = rowSums(picture, picture.total, 0, type);
        expect(down.plus.value[0]).toBe(total.plus.value[0]);
        expect(down.minus?.value[0]).toBe(total.minus?.value[0]);
      }
    }
  });

  test("rows are in order of x, without overlap", () => {
    for (const picture of pictures()) {
      const flame = leftHeavy(treeView(picture, picture.down, SPACE));
      for (let r = 0; r < flame.rows; r++) {
        for (let p = flame.start[r] + 1; p < flame.start[r + 1]; p++) {
          expect(flame.x0[p]).toBeGreaterThanOrEqual(flame.x1[p - 1]);
        }
      }
    }
  });

  test("what is drawn of a row is all of it, each box once, runs exact", () => {
    const picture = profilePicture(profileOfJson(heap(5, 400)), SPACE);
    const flame = leftHeavy(treeView(picture, picture.down, SPACE));
    const whole = flame.x1[0];
    for (const least of [0, whole / 3000, whole / 100, whole / 5]) {
      for (let r = 0; r < flame.rows; r++) {
        let next = flame.start[r];
        visitRow(flame, r, 0, whole, least, (place, last, x0, x1) => {
          expect(place).toBe(next);
          expect([x0, x1]).toEqual([flame.x0[place], flame.x1[last]]);
          if (last > place) {
            for (let p = place; p <= last; p++)
              expect(flame.x1[p] - flame.x0[p]).toBeLessThanOrEqual(least);
          }
          next = last + 1;
        });
        expect(next).toBe(flame.start[r + 1]);
      }
    }
  });

  test("a part of a row is found by its ends, and a place by a point", () => {
    const picture = profilePicture(profileOfJson(heap(5, 400)), SPACE);
    const flame = leftHeavy(treeView(picture, picture.down, SPACE));
    const random = seededRandom(3);
    const seen = (r: number, from: number, to: number): number[] => {
      const out: number[] = [];
      visitRow(flame, r, from, to, 0, (place) => out.push(place));
      return out;
    };
    const slow = (f: FlameRows, r: number, from: number, to: number): number[] =>
      Array.from({ length: f.start[r + 1] - f.start[r] }, (_, i) => f.start[r] + i).filter(
        (p) => f.x1[p] > from && f.x0[p] < to,
      );
    for (let k = 0; k < 200; k++) {
      const r = random.integer(flame.rows);
      const a = random.uniform() * flame.x1[0];
      const b = a + random.uniform() * (flame.x1[0] - a);
      expect(seen(r, a, b)).toEqual(slow(flame, r, a, b));
      const at = slow(flame, r, a, a + 1e-9)[0] ?? -1;
      expect(placeAt(flame, r, a)).toBe(at);
    }
  });

  test("the table's cum, and the sandwich of each function, are go tool pprof's", () => {
    const profile = profileOfJson(heap(6, 250));
    for (const limits of LIMITS) {
      const picture = profilePicture(profile, SPACE, limits);
      for (let type = 0; type < picture.types.length; type++) {
        const view = treeView(picture, picture.down, type);
        for (const [key, cum] of pprofCum(profile, type)) {
          const frame = frameOf(picture, key);
          const row = picture.frames.frame.indexOf(frame);
          expect(row).toBeGreaterThanOrEqual(0);
          const whole = rowSums(picture, picture.frames.cum, row, type);
          expect(whole.plus.value[0]).toBe(cum);
          const { callers, callees } = sandwichOf(view, frame, whole);
          for (const side of [callers, callees]) {
            expect(side.plus.value[0]).toBeCloseTo(cum, 3);
            const below = new Float64Array(side.length);
            for (let i = 1; i < side.length; i++) below[side.parent[i]] += side.plus.value[i];
            for (let i = 0; i < side.length; i++) {
              expect(below[i]).toBeLessThanOrEqual(side.plus.value[i] + 1e-6);
            }
          }
        }
      }
    }
  });

  test("a recursive function counts once, from its outermost place", () => {
    const picture = profilePicture(
      profileOfJson({
        sample_types: [{ type: "cpu", unit: "nanoseconds" }],
        locations: [1, 2, 3].map((id) => ({ id, lines: [{ function_id: id, line: id }] })),
        functions: ["main", "walk", "leaf"].map((name, i) => ({ id: i + 1, name, filename: "" })),
        // main → walk → leaf → walk
        samples: [{ location_ids: [2, 3, 2, 1], values: [8] }],
      }),
      0,
    );
    const view = treeView(picture, picture.down, 0);
    const walk = picture.names.indexOf("walk");
    const { callers, callees } = sandwichOf(view, walk, undefined);
    const chain = (side: TreeView): string[] => Array.from(side.frame, (f) => picture.names[f]);
    expect(chain(callees)).toEqual(["walk", "leaf", "walk"]);
    expect(chain(callers)).toEqual(["walk", "main"]);
    expect(callees.plus.value[0]).toBe(8);
  });

  test("folding keeps every row's width and loses no frame", () => {
    for (const picture of pictures()) {
      const view = treeView(picture, picture.down, SPACE);
      const { view: made, box } = folded(view);
      let frames = 0;
      for (let b = 0; b < made.length; b++) frames += 1 + made.folded[b];
      let wide = 0;
      for (let i = 0; i < view.length; i++) {
        if (widthOf(view, i) === 0) continue;
        wide += 1;
        expect(widthOf(made, box[i])).toBe(widthOf(view, i));
      }
      expect(frames).toBeGreaterThanOrEqual(wide);
      expect(frames).toBeLessThanOrEqual(view.length);
    }
  });

  test("a search counts nested matches once", () => {
    const picture = profilePicture(profileOfJson(heap(9, 200)), SPACE);
    const view = treeView(picture, picture.down, SPACE);
    const every = new Uint8Array(picture.names.length).fill(1);
    expect(foundIn(view, every).plus).toBe(view.plus.value[0]);
    const cum = pprofCum(profileOfJson(heap(9, 200)), SPACE);
    for (const [key, value] of cum) {
      const one = new Uint8Array(picture.names.length);
      one[frameOf(picture, key)] = 1;
      expect(foundIn(view, one).plus).toBe(value);
    }
  });
});

describe("certainty", () => {
  test("limits hold the value, shades follow them", () => {
    const picture = profilePicture(profileOfJson(heap(10, 300)), SPACE);
    const view = treeView(picture, picture.down, SPACE);
    const shade = shadesOf(view);
    const seen = new Set<number>();
    for (let i = 0; i < view.length; i++) {
      const { net, lo, hi, samples } = knownOf(view, i);
      if (net === 0) continue;
      seen.add(shade[i]);
      expect(lo).toBeLessThanOrEqual(net);
      expect(hi).toBeGreaterThanOrEqual(net);
      expect(Math.abs(samples - Math.round(samples))).toBeLessThan(1e-9);
      const half = Math.max(hi - net, net - lo) / net;
      // The fast limits may differ in the last per cent around a step.
      if (shade[i] === 4) expect(half).toBeLessThan(0.103);
      if (shade[i] === 3) expect(half).toBeLessThan(0.206);
      if (shade[i] === 2) expect(half).toBeLessThan(0.515);
      if (shade[i] === 0) expect(samples).toBe(1);
      if (samples < 3 && half > 0.11) expect(shade[i]).toBeLessThan(2);
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  test("a goroutine profile is counted: no interval", () => {
    const picture = profilePicture(
      profileOfJson({
        sample_types: [{ type: "goroutine", unit: "count" }],
        locations: [{ id: 1, lines: [{ function_id: 1, line: 1 }] }],
        functions: [{ id: 1, name: "main.main" }],
        samples: [{ location_ids: [1], values: [5] }],
        period: 1,
      }),
      0,
    );
    const known = knownOf(treeView(picture, picture.down, 0), 0);
    expect([known.lo, known.net, known.hi]).toEqual([5, 5, 5]);
  });

  test("without counts there is no interval, and the shade says so", () => {
    const json = heap(11, 30);
    const picture = profilePicture(profileOfJson({ ...json, period: 0 }), SPACE);
    expect(picture.types[SPACE].basis).toBe("unknown");
    const view = treeView(picture, picture.down, SPACE);
    expect(knownOf(view, 0).lo).toBeNaN();
    expect(shadesOf(view)[0]).toBe(1);
  });

  test("a difference says grew or shrank only where the interval does not hold zero", () => {
    const picture = profilePicture(difference(), SPACE);
    const view = treeView(picture, picture.down, SPACE);
    const shade = shadesOf(view);
    const seen = new Set<number>();
    for (let i = 0; i < view.length; i++) {
      if (widthOf(view, i) === 0) continue;
      const { lo, hi, net } = knownOf(view, i);
      seen.add(shade[i]);
      const slack = 0.02 * (hi - lo);
      if (shade[i] === 5) expect(lo).toBeGreaterThan(-slack);
      else if (shade[i] === 6) expect(hi).toBeLessThan(slack);
      else expect(lo < slack && hi > -slack).toBe(true);
      expect(net).toBeLessThanOrEqual(hi);
    }
    expect(seen.has(7)).toBe(true);
  });
});

describe("call graph", () => {
  test("an edge between two functions is what go tool pprof's is", () => {
    const picture = profilePicture(profileOfJson(heap(12, 200)), SPACE);
    const view = treeView(picture, picture.down, SPACE);
    const frames = Array.from(picture.frames.frame);
    const { edges, notCarried } = callGraph(view, frames, 1e6);
    expect(notCarried).toBe(0);
    // All frames are shown, so nothing is passed over.
    expect(edges.some((e) => e.isResidual)).toBe(false);
    const slow = new Map<string, number>();
    for (let i = 0; i < view.length; i++) {
      const row = picture.down.ownRow[i];
      if (row < 0) continue;
      const path: number[] = [];
      for (let n = i; n > 0; n = view.parent[n]) path.push(view.frame[n]);
      path.reverse();
      const at = picture.series.find((s) => s.type === SPACE)?.at ?? 0;
      const value = picture.down.own[row * picture.width + at];
      const once = new Set<string>();
      for (let k = 1; k < path.length; k++) {
        if (path[k] !== path[k - 1]) once.add(`${path[k - 1]}>${path[k]}`);
      }
      for (const key of once) slow.set(key, (slow.get(key) ?? 0) + value);
    }
    for (const { from, to, plus } of edges) {
      expect(plus).toBe(slow.get(`${frames[from]}>${frames[to]}`));
    }
    const least = widthOf(view, 0) * 0.001;
    expect(edges.length).toBe([...slow.values()].filter((v) => v > least).length);
  });

  test("callers stand above callees, boxes of a layer do not touch, edges meet their boxes", () => {
    const random = seededRandom(5);
    for (let k = 0; k < 30; k++) {
      const n = 2 + random.integer(25);
      const nodes = Array.from({ length: n }, () => ({
        width: 60 + random.integer(120),
        height: 40,
      }));
      const edges = Array.from({ length: 2 * n }, () => ({
        from: random.integer(n),
        to: random.integer(n),
        weight: random.uniform(),
      })).filter(({ from, to }) => from !== to);
      const { x, y, points, width, height } = layered(nodes, edges);
      for (let a = 0; a < n; a++) {
        expect(x[a] - nodes[a].width / 2).toBeGreaterThanOrEqual(-1e-6);
        expect(x[a] + nodes[a].width / 2).toBeLessThanOrEqual(width + 1e-6);
        expect(y[a] + 20).toBeLessThanOrEqual(height + 1e-6);
        for (let b = a + 1; b < n; b++) {
          if (y[a] !== y[b]) continue;
          expect(Math.abs(x[a] - x[b])).toBeGreaterThanOrEqual(
            (nodes[a].width + nodes[b].width) / 2,
          );
        }
      }
      edges.forEach(({ from, to }, e) => {
        expect(points[e][0]).toBeCloseTo(x[from], 6);
        expect(points[e].at(-2)).toBeCloseTo(x[to], 6);
        expect(Math.abs((points[e][1] ?? 0) - y[from])).toBeCloseTo(20, 6);
        expect(y[from]).not.toBe(y[to]);
      });
      const noCycle = edges.filter(({ from, to }) => from < to);
      const free = layered(nodes, noCycle);
      for (const { from, to } of noCycle) expect(free.y[from]).toBeLessThan(free.y[to]);
    }
  });
});
