import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { Profile } from "pprof-format";
import { describe, expect, test } from "vitest";
import { corpus } from "../../test/corpus.ts";
import { recoverRawCounts } from "./raw-counts.ts";

/** What runtime/pprof writes for n samples of `size` bytes (scaleHeapSample, Go 1.26). */
function written(count: number, size: number, rate: number): number {
  if (count === 0) return 0;
  if (rate <= 1) return count * size;
  return Math.trunc(count * size * (1 / (1 - Math.exp(-size / rate))));
}

describe("recoverRawCounts", () => {
  test("undoes what Go writes, for any counts, sizes and rates; deltas too", () => {
    const row = fc.record({
      count: fc.integer({ min: -5000, max: 2_000_000 }),
      size: fc.oneof(fc.integer({ min: 8, max: 4096 }), fc.integer({ min: 1, max: 1 << 28 })),
    });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 1, maxLength: 40 }),
        fc.constantFrom(1, 16, 512, 4096, 65_536, 524_288, 8_388_608),
        (rows, rate) => {
          const got = recoverRawCounts(
            rows.map(({ count, size }) => written(count, size, rate)),
            rows.map(({ size }) => size),
            rate,
          );
          expect([...got.counts]).toEqual(rows.map(({ count }) => count));
          expect(got.verified).toBe(true);
          expect(got.basis).toBe(rate === 1 ? "exact" : "sampled");
        },
      ),
      { seed: 21, numRuns: 400 },
    );
  });

  test("a sum of three profiles is still whole", () => {
    const values = [7, 1, 40].map((n) => written(n, 48, 512)).reduce((a, b) => a + b, 0);
    const got = recoverRawCounts([values], [48], 512);
    expect(got.counts[0]).toBe(48);
    expect(got.verified).toBe(true);
  });

  test("a profile that was scaled on its way is not verified", () => {
    const rate = 524_288;
    const sizes = Array.from({ length: 200 }, (_, i) => 16 * (i + 1));
    const values = sizes.map((size, i) => Math.trunc(written(i + 1, size, rate) / 60));
    const got = recoverRawCounts(values, sizes, rate);
    expect(got.verified).toBe(false);
    expect(got.unverifiedRows).toBeGreaterThan(180);
    expect(got.counts[59]).toBeCloseTo(1, 2);
    expect(got.counts[29]).toBeCloseTo(0.5, 2);
  });

  test("rows without a size fall back to space/R and are named", () => {
    const rate = 524_288;
    const got = recoverRawCounts([0, written(3, 64, rate), 10 * rate], [0, 64, Number.NaN], rate);
    expect([...got.counts]).toEqual([0, 3, 10]);
    expect(got).toMatchObject({ verified: false, unverifiedRows: 1, firstUnverifiedRow: 2 });
  });

  test("rate 0 is unscaled, no rate is unknown and not 0", () => {
    expect(recoverRawCounts([192], [64], 0)).toMatchObject({ basis: "unscaled", verified: true });
    const unknown = recoverRawCounts([192], [64], undefined);
    expect(unknown).toMatchObject({ basis: "unknown-rate", verified: false, unverifiedRows: 1 });
    expect(unknown.counts[0]).toBeNaN();
    expect(recoverRawCounts([], [], 524_288)).toMatchObject({ verified: true, unverifiedRows: 0 });
  });
});

const folders = [
  "pprof/parca",
  "pprof/parca/many",
  "pprof/datadog-go-profiler-notes",
  "pprof/pyroscope",
];
const found = folders.map((name) => corpus(name));

test.skipIf(found.some((path) => path === undefined))(
  "real heap profiles: each labelled row is a whole number of samples (skipped without corpora)",
  () => {
    let rows = 0;
    let whole = 0;
    let worst = 0;
    for (const folder of found) {
      if (folder === undefined) continue;
      for (const name of readdirSync(folder)) {
        if (!/\.(pb\.gz|pprof)$/.test(name)) continue;
        const bytes = readFileSync(`${folder}/${name}`);
        const profile = Profile.decode(bytes[0] === 0x1f ? gunzipSync(bytes) : bytes);
        const text = (index: number | bigint): string =>
          profile.stringTable.strings[Number(index)] ?? "";
        if (text(profile.periodType?.type ?? 0) !== "space") continue;
        profile.sampleType.forEach((type, column) => {
          if (text(type.type) !== "alloc_space") return;
          const values: number[] = [];
          const sizes: number[] = [];
          for (const sample of profile.sample) {
            const label = sample.label.find(({ key }) => text(key) === "bytes");
            if (label === undefined) continue;
            values.push(Number(sample.value[column]));
            sizes.push(Number(label.num));
          }
          const got = recoverRawCounts(values, sizes, Number(profile.period));
          rows += values.length;
          whole += values.length - got.unverifiedRows;
          worst = Math.max(worst, got.maxResidual);
        });
      }
    }
    expect(rows).toBeGreaterThan(3000);
    expect(whole).toBe(rows);
    expect(worst).toBeLessThan(1e-4);
  },
);
