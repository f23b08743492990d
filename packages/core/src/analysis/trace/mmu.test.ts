import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { Integrated, minimumUtilisation, worstWindows } from "./mmu.ts";
import { utilisationQuantiles } from "./utilisation-distribution.ts";
import type { StepFunction } from "./utilisation.ts";

function steps(list: readonly (readonly [timeNs: number, value: number])[]): StepFunction {
  return {
    length: list.length,
    timeNs: Float64Array.from(list, (x) => x[0]),
    value: Float64Array.from(list, (x) => x[1]),
  };
}

/** Sum over every step, for each left edge at which a minimum can lie. Obviously correct, and slow. */
function slowMean(f: StepFunction, from: number, to: number): number {
  let sum = 0;
  for (let i = 0; i + 1 < f.length; i++) {
    const overlap = Math.min(to, f.timeNs[i + 1]) - Math.max(from, f.timeNs[i]);
    if (overlap > 0) sum += overlap * f.value[i];
  }
  return sum / (to - from);
}

function slowEdges(f: StepFunction, windowNs: number): number[] {
  const first = f.timeNs[0];
  const last = Math.max(first, f.timeNs[f.length - 1] - windowNs);
  const all = [first, last, ...f.timeNs, ...f.timeNs.map((t) => t - windowNs)];
  return [...new Set(all)].filter((t) => t >= first && t <= last).sort((a, b) => a - b);
}

function slowMinimum(series: readonly StepFunction[], windowNs: number): number {
  return Math.min(
    ...series.flatMap((f) => {
      const w = Math.min(windowNs, f.timeNs[f.length - 1] - f.timeNs[0]);
      return slowEdges(f, w).map((t) => slowMean(f, t, t + w));
    }),
  );
}

/** Greedy by definition: every edge that is still allowed is looked at again for each window. */
function slowWorst(f: StepFunction, windowNs: number, atMost: number): number[] {
  const w = Math.min(windowNs, f.timeNs[f.length - 1] - f.timeNs[0]);
  const taken: number[] = [];
  const out: number[] = [];
  while (out.length < atMost) {
    const edges = [...slowEdges(f, w), ...taken.flatMap((t) => [t - windowNs, t + windowNs])]
      .filter((t) => t >= f.timeNs[0] && t <= Math.max(f.timeNs[0], f.timeNs[f.length - 1] - w))
      .filter((t) => taken.every((x) => Math.abs(x - t) >= windowNs))
      .sort((a, b) => a - b);
    let best: { readonly t: number; readonly mean: number } | undefined;
    for (const t of edges) {
      const mean = slowMean(f, t, t + w);
      if (best === undefined || mean < best.mean - 1e-12) best = { t, mean };
    }
    if (best === undefined) break;
    taken.push(best.t);
    out.push(best.mean);
  }
  return out;
}

/** Steps of 1/4 at whole times, so that sums are exact. */
const functionArb = (atMost: number) =>
  fc
    .array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 4 })), {
      minLength: 1,
      maxLength: atMost,
    })
    .map((list) => {
      let at = 5;
      const out: [number, number][] = [];
      for (const [length, quarters] of list) {
        out.push([at, quarters / 4]);
        at += length;
      }
      out.push([at, 0]);
      return steps(out);
    });

describe("minimum mutator utilisation", () => {
  it("equals the slow computation for any function and window", () => {
    fc.assert(
      fc.property(
        fc.array(functionArb(200), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 3000 }),
        (list, windowNs) => {
          const fast = minimumUtilisation(
            list.map((f) => new Integrated(f)),
            windowNs,
          );
          expect(fast).toBeCloseTo(slowMinimum(list, windowNs), 10);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("the worst windows are disjoint, and as bad as the slow ones", () => {
    fc.assert(
      fc.property(
        functionArb(60),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 6 }),
        (f, windowNs, atMost) => {
          const fast = worstWindows([new Integrated(f)], windowNs, atMost);
          const slow = slowWorst(f, windowNs, atMost);
          expect(fast.length).toBe(slow.length);
          fast.forEach((x, i) => expect(x.utilisation).toBeCloseTo(slow[i], 9));
          for (const a of fast)
            for (const b of fast)
              if (a !== b) expect(Math.abs(a.startNs - b.startNs)).toBeGreaterThanOrEqual(windowNs);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("no window gives 0, one longer than the function its mean, no function nothing", () => {
    const f = [
      new Integrated(
        steps([
          [0, 1],
          [10, 0.5],
          [20, 0],
        ]),
      ),
    ];
    expect(minimumUtilisation(f, 0)).toBe(0);
    expect(minimumUtilisation(f, 1e12)).toBe(0.75);
    expect(minimumUtilisation([], 10)).toBeNaN();
    expect(worstWindows([], 10, 3)).toEqual([]);
  });

  const folder = corpus("go-trace");
  it.skipIf(folder === undefined)("gives the table of Go's own test", () => {
    const table: {
      readonly utilisation_changes: readonly (readonly [number, number])[];
      readonly relative_tolerance: number;
      readonly rows: readonly {
        readonly window_ns: number;
        readonly mmu: number;
        readonly worst: readonly number[];
      }[];
    } = JSON.parse(readFileSync(join(folder ?? "", "go-1.19-canned", "mmu_table.json"), "utf8"));
    const f = [new Integrated(steps(table.utilisation_changes))];
    expect(table.rows.length).toBeGreaterThan(4);
    for (const row of table.rows) {
      expect(minimumUtilisation(f, row.window_ns), `${row.window_ns}`).toBeCloseTo(row.mmu, 7);
      expect(worstWindows(f, row.window_ns, 2).map((x) => x.utilisation)).toEqual(
        row.worst.map((x) => expect.closeTo(x, 7)),
      );
    }
  });

  it("a million steps take no longer than a glance", () => {
    let seed = 7;
    const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    const list: [number, number][] = [];
    let at = 0;
    for (let i = 0; i < 1_000_000; i++) {
      list.push([at, (i & 1) === 0 ? 1 : next() < 0.01 ? 0 : 0.5]);
      at += 1000 + Math.floor(next() * 20_000);
    }
    list.push([at, 0]);
    const f = new Integrated(steps(list));
    let looks = 0;
    const stepAt = f.stepAt.bind(f);
    f.stepAt = (t) => {
      looks += 1;
      return stepAt(t);
    };
    for (const w of [1e4, 1e5, 1e6, 1e7, 1e8, 1e9]) minimumUtilisation([f], w);
    // What would be looked at by brute force: two edges per step and window.
    expect(looks).toBeLessThan((2 * 6 * 1_000_000) / 2);
  });
});

describe("distribution of mutator utilisation", () => {
  it("agrees with counting windows on a fine grid", () => {
    fc.assert(
      fc.property(
        functionArb(12),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 0.01, 0.25, 0.5, 0.9, 1),
        (f, windowNs, q) => {
          const end = f.timeNs[f.length - 1] - windowNs;
          const start = f.timeNs[0];
          if (end <= start) return;
          const [x] = utilisationQuantiles([new Integrated(f)], windowNs, [q]);
          const n = 4000;
          let atMost = 0;
          let below = 0;
          for (let i = 0; i < n; i++) {
            const t = start + ((i + 0.5) / n) * (end - start);
            const mean = slowMean(f, t, t + windowNs);
            if (mean <= x + 1e-6) atMost += 1;
            if (mean < x - 1e-3) below += 1;
          }
          expect(atMost / n).toBeGreaterThanOrEqual(q - 0.01);
          expect(below / n).toBeLessThanOrEqual(q + 0.01);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("its lowest quantile is the minimum", () => {
    fc.assert(
      fc.property(functionArb(60), fc.integer({ min: 1, max: 900 }), (f, windowNs) => {
        const series = [new Integrated(f)];
        const [least] = utilisationQuantiles(series, windowNs, [0]);
        expect(least).toBeCloseTo(minimumUtilisation(series, windowNs), 9);
      }),
    );
  });
});
