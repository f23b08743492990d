import { describe, expect, test } from "vitest";
import { viewOf } from "../../../test/judged.ts";
import { artefact, cgroupV2, metrics, runtimeSample } from "../../../test/tables.ts";
import { MiB } from "../../model/units.ts";
import { percentile } from "./forecast.ts";

const START = 1_700_000_000_000;

const forecastOf = (o: {
  readonly marked: (i: number) => number;
  readonly gogc?: number;
  readonly stacksMiB?: number;
  readonly memLimitMiB?: number;
}) =>
  viewOf([
    artefact(
      "m.json",
      metrics(
        Array.from({ length: 40 }, (_, i) =>
          runtimeSample(
            {
              timeMs: START + i * 1000,
              numGC: i + 1,
              markedMiB: o.marked(i),
              objectsMiB: o.marked(i) * 1.3,
              gogc: o.gogc ?? 100,
              stacksMiB: o.stacksMiB ?? 0,
              unusedMiB: 3,
              metadataMiB: 6,
              bucketsMiB: 1,
            },
            undefined,
            o.memLimitMiB === undefined ? {} : { memLimitMiB: o.memLimitMiB },
          ),
        ),
      ),
    ),
    ...cgroupV2("c", { anonMiB: 150, maxMiB: 512 }),
  ]).forecast;

describe("forecast", () => {
  test("live × (1 + g) + roots × g + what is not heap", () => {
    const f = forecastOf({ marked: () => 100, stacksMiB: 10, gogc: 150 });
    // Goal 100 + 110 × 1.5 = 265; other = 3 unused + 10 stacks + 7 runtime.
    expect((f.nextPeak?.value ?? 0) / MiB).toBeCloseTo(285, 6);
    expect((f.other ?? 0) / MiB).toBeCloseTo(20, 6);
    expect(f.nextPeak?.lo).toBeLessThan(f.nextPeak?.value ?? 0);
    expect(f.nextPeak?.hi).toBeGreaterThan(f.nextPeak?.value ?? 0);
    expect(f.limit).toMatchObject({ source: "cgroup" });
  });

  test("the 95th percentile of live, not its mean and not one outlier", () => {
    const f = forecastOf({ marked: (i) => (i === 7 ? 400 : i % 10 === 0 ? 120 : 100) });
    expect((f.live95 ?? 0) / MiB).toBeCloseTo(120, 6);
    expect(percentile(Float64Array.of(), 0.95)).toBeUndefined();
  });

  test("floor of 4 MiB·g", () => {
    const peak = (gogc: number) =>
      (forecastOf({ marked: () => 0.5, gogc }).nextPeak?.value ?? 0) / MiB;
    expect(peak(100)).toBeCloseTo(4 + 10, 6);
    expect(peak(400)).toBeCloseTo(16 + 10, 6);
  });

  test("a memory limit lowers the goal, never below live", () => {
    const peak = (memLimitMiB: number) =>
      (forecastOf({ marked: () => 100, memLimitMiB }).nextPeak?.value ?? 0) / MiB;
    expect(peak(1000)).toBeCloseTo(210, 6);
    expect(peak(150)).toBeCloseTo(150, 6);
    expect(peak(60)).toBeCloseTo(110, 6);
  });

  test("GOGC=off: no peak without a limit, the limit with one", () => {
    expect(forecastOf({ marked: () => 100, gogc: 2 ** 64 }).nextPeak).toBeUndefined();
    const f = forecastOf({ marked: () => 100, gogc: 2 ** 64, memLimitMiB: 300 });
    expect((f.nextPeak?.value ?? 0) / MiB).toBeCloseTo(300, 6);
  });
});
