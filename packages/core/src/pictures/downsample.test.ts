import fc from "fast-check";
import { expect, test } from "vitest";
import { downsample } from "./downsample.ts";

test("keeps first, last and every extreme of a long series", () => {
  const n = 50_000;
  const time = Float64Array.from({ length: n }, (_, i) => i);
  const value = Float64Array.from(time, (t) => Math.sin(t / 900));
  value[31_234] = 50;
  value[7] = -50;
  const few = downsample({ time, value }, 100);
  expect(few.time.length).toBeLessThanOrEqual(400);
  expect([few.time[0], few.time[few.time.length - 1]]).toEqual([0, n - 1]);
  expect([Math.min(...few.value), Math.max(...few.value)]).toEqual([-50, 50]);
});

test("a short series stays as it is, less what is not finite", () => {
  const few = downsample(
    { time: Float64Array.of(1, 2, Number.NaN, 4), value: Float64Array.of(5, Infinity, 6, 7) },
    10,
  );
  expect([Array.from(few.time), Array.from(few.value)]).toEqual([
    [1, 4],
    [5, 7],
  ]);
});

test("every point that comes back was there, in the same order", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double(), fc.double()), { maxLength: 300 }), (points) => {
      const time = Float64Array.from(points, (p) => p[0]);
      const value = Float64Array.from(points, (p) => p[1]);
      const few = downsample({ time, value }, 4);
      let at = 0;
      for (let i = 0; i < few.time.length; i++) {
        while (!(time[at] === few.time[i] && value[at] === few.value[i])) at++;
        at++;
      }
      expect(at).toBeLessThanOrEqual(points.length);
    }),
    { seed: 4 },
  );
});
