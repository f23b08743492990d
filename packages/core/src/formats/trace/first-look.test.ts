// The first look counts what the full order has; of less than the file it says no more than of all.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { oldTraces } from "../../../test/old-trace-reading.ts";
import { seededRandom } from "../../../test/random.ts";
import { goldenTraces } from "../../../test/trace-corpus.ts";
import { readOrdered } from "../../../test/trace-reading.ts";
import { traceVersion } from "./container.ts";
import { lookAt } from "./first-look.ts";
import type { FirstLook } from "../../model/tables/trace.ts";
import * as ev from "./spec.ts";
import { Uvarint } from "./uvarint.ts";
import { readContainer } from "./v1/container.ts";
import * as wire from "./v1/wire.ts";

const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/trace-analysis/", import.meta.url));
const recorded = ["user-stw-faulty", "user-stw-healthy"].map((name) => ({
  name,
  bytes: new Uint8Array(readFileSync(`${FIXTURES}${name}.trace`)),
  isSuccess: true,
}));
const traces = [...recorded, ...goldenTraces().filter((t) => t.isSuccess)].filter(({ bytes }) =>
  ev.GENERATION_VERSIONS.includes(traceVersion(bytes) ?? 0),
);

function looked(bytes: Uint8Array): FirstLook {
  const look = lookAt(bytes);
  if (look === undefined) throw new Error("no trace");
  return look;
}

describe("the first look at a trace", () => {
  it.each(traces)("counts what the order of $name has", ({ bytes }) => {
    const count = new Map<number, number>();
    let live: number | undefined;
    let goal: number | undefined;
    readOrdered(bytes, () => ({
      generation: () => undefined,
      events: (batch) => {
        for (let i = 0; i < batch.length; i++) {
          const type = batch.type[i] ?? 0;
          count.set(type, (count.get(type) ?? 0) + 1);
          if (type === ev.EV_HEAP_ALLOC) live = batch.arg0[i];
          if (type === ev.EV_HEAP_GOAL) goal = batch.arg0[i];
        }
      },
    }));
    const look = looked(bytes);
    expect(look.cycles).toBe(count.get(ev.EV_GC_BEGIN) ?? 0);
    expect(look.stops).toBe(count.get(ev.EV_STW_BEGIN) ?? 0);
    expect(look.assists).toBe(count.get(ev.EV_GC_MARK_ASSIST_BEGIN) ?? 0);
    // No goal at all is 0, or so large that its number is a code below 0.
    expect(look.heapGoalBytes).toBe(goal !== undefined && goal > 0 ? goal : undefined);
    expect(look.heapLiveBytes).toBe(live);
    expect(look.events).toBeGreaterThan(0);
  });

  it.each(traces)("of a part of $name says no more than of the whole", ({ bytes }) => {
    const whole = looked(bytes);
    const random = seededRandom(26);
    const cuts = Array.from({ length: 40 }, () => 16 + random.integer(bytes.length - 16));
    let before: FirstLook | undefined;
    for (const cut of cuts.sort((a, b) => a - b)) {
      const look = looked(bytes.subarray(0, cut));
      for (const name of ["events", "cycles", "stops", "assists"] as const) {
        expect(look[name]).toBeGreaterThanOrEqual(before?.[name] ?? 0);
        expect(look[name]).toBeLessThanOrEqual(whole[name]);
      }
      before = look;
    }
  });

  it.each(oldTraces())("counts the events of the old trace $name", ({ bytes }) => {
    const look = looked(bytes);
    const { counts } = readContainer(bytes, look.version, new Uvarint());
    expect(look.cycles).toBe(counts[wire.V1_GC_START]);
    expect(look.stops).toBe(counts[wire.V1_STW_START]);
    expect(look.assists).toBe(counts[wire.V1_GC_MARK_ASSIST_START]);
  });

  it("of broken bytes ends without a word", () => {
    const bytes = new Uint8Array(readFileSync(`${FIXTURES}user-stw-faulty.trace`));
    const random = seededRandom(7);
    const whole = looked(bytes);
    for (let turn = 0; turn < 200; turn++) {
      const damaged = bytes.slice();
      damaged[16 + random.integer(bytes.length - 16)] = random.integer(256);
      expect(lookAt(damaged)?.version).toBe(whole.version);
    }
    expect(lookAt(new Uint8Array(8))).toBeUndefined();
    expect(lookAt(new TextEncoder().encode("go 1.99 trace\0\0\0"))).toBeUndefined();
  });
});
