// Goroutine summaries and mutator utilisation against what Go's own packages make of the same trace.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { orderedTrace, orderNames } from "../../../test/memory-of-order.ts";
import { goldenTraces } from "../../../test/trace-corpus.ts";
import { Integrated, minimumUtilisation, worstWindows } from "./mmu.ts";
import { GoroutineSummary } from "./order/goroutine-summary.ts";
import { analyzeTrace } from "./trace-analysis.ts";
import { COUNT_ASSIST, COUNT_STW, COUNT_SWEEP, systemUtilisation } from "./utilisation.ts";

interface Oracle {
  readonly groups: Readonly<
    Record<
      string,
      {
        readonly goroutines: number;
        readonly execNs: number;
        readonly schedWaitNs: number;
        readonly syscallNs: number;
        readonly syscallBlockNs: number;
        readonly totalNs: number;
        readonly blockNs: Readonly<Record<string, number>>;
        readonly rangeNs: Readonly<Record<string, number>>;
      }
    >
  >;
  readonly utilisation: Readonly<
    Record<
      string,
      readonly { readonly ns: number; readonly mmu: number; readonly worst: readonly number[] }[]
    >
  >;
}

const COUNTS: Readonly<Record<string, number>> = {
  stw: COUNT_STW,
  assist: COUNT_ASSIST,
  sweep: COUNT_SWEEP,
  "stw+assist+sweep": COUNT_STW | COUNT_ASSIST | COUNT_SWEEP,
};

describe("Go's own analysis of the same trace", () => {
  for (const name of ["go122-gc-stress", "go122-annotations-stress"]) {
    const golden = goldenTraces().find((g) => g.name.startsWith(name));
    const oracle: Oracle = JSON.parse(
      readFileSync(
        new URL(`../../../test/fixtures/trace-analysis/${name}.json`, import.meta.url),
        "utf8",
      ),
    );

    it.skipIf(golden === undefined)(`${name}: goroutines by start function`, () => {
      if (golden === undefined) return;
      let summary: GoroutineSummary | undefined;
      orderedTrace(golden.bytes, (interner) => {
        summary = new GoroutineSummary(orderNames(interner));
        return [summary];
      });
      const groups = summary?.finish().groups ?? [];
      expect(groups.map((g) => g.name).toSorted()).toEqual(Object.keys(oracle.groups).toSorted());
      for (const g of groups) {
        const o = oracle.groups[g.name];
        expect(g, g.name).toMatchObject({
          goroutines: o?.goroutines,
          executingNs: o?.execNs,
          schedWaitNs: o?.schedWaitNs,
          syscallNs: o?.syscallNs,
          syscallBlockNs: o?.syscallBlockNs,
          totalNs: o?.totalNs,
          assistNs: o?.rangeNs["GC mark assist"] ?? 0,
          sweepNs: o?.rangeNs["GC incremental sweep"] ?? 0,
        });
        expect(Object.fromEntries(g.blockNs), g.name).toEqual(o?.blockNs);
      }
    });

    it.skipIf(golden === undefined)(`${name}: minimum mutator utilisation`, () => {
      if (golden === undefined) return;
      const { memory } = orderedTrace(golden.bytes);
      const a = analyzeTrace({ kind: "trace", version: "go 1.22", bytes: 0, memory });
      if (a === undefined) throw new Error("no analysis");
      for (const [what, rows] of Object.entries(oracle.utilisation)) {
        const steps = systemUtilisation(memory, a.work, COUNTS[what] ?? 0);
        const series = steps === undefined ? [] : [new Integrated(steps)];
        for (const row of rows) {
          // This recording of 5 ms begins within assists; Go lets those reach back to the first GOMAXPROCS event.
          const slack = what.includes("assist") ? 0.005 : row.ns >= 1e7 ? 1e-3 : 1e-5;
          const mine = minimumUtilisation(series, row.ns);
          expect(Math.abs(mine - row.mmu), `${what} ${row.ns}: ${mine} ${row.mmu}`).toBeLessThan(
            slack,
          );
          const worst = worstWindows(series, row.ns, 1)[0]?.utilisation ?? NaN;
          expect(Math.abs(worst - (row.worst[0] ?? NaN)), `${what} ${row.ns}`).toBeLessThan(slack);
        }
      }
    });
  }
});
