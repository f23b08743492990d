import { expect, test } from "vitest";
import { excursionsOf } from "./excursions.ts";

function found(
  lines: readonly (readonly number[])[],
  more: { readonly restartAt?: number; readonly variance?: number } = {},
) {
  const n = lines[0]?.length ?? 0;
  const of = (line: number, list: readonly number[]) => ({
    line,
    live: Float64Array.from(list),
    variance: new Float64Array(n).fill(more.variance ?? 0.1),
  });
  const all = Array.from({ length: n }, (_, i) => lines.reduce((sum, l) => sum + (l[i] ?? 0), 0));
  const starts = all.map((_, i) => i === 0 || i === more.restartAt);
  return excursionsOf([...lines.map((l, i) => of(i, l)), of(-1, all)], starts).map((e) => [
    e.from,
    e.to,
    e.line,
  ]);
}

const steady = [40, 41, 40, 39, 40, 41, 40, 40, 39, 40];

test("a snapshot, or two, far above both neighbours, at its line", () => {
  expect(found([steady, [0, 0, 0, 50, 0, 0, 0, 0, 0, 0]])).toEqual([[3, 4, 1]]);
  expect(found([steady, [0, 0, 0, 50, 52, 0, 0, 0, 0, 0]])).toEqual([[3, 5, 1]]);
  // Of which a part stays: the rest is seen as a step.
  expect(found([steady, [0, 0, 0, 50, 9, 9, 9, 9, 9, 9]])).toEqual([[3, 4, 1]]);
});

test("a step that stays, both ends, a rhythm, noise and trifles are none", () => {
  expect(found([steady, [0, 0, 0, 50, 50, 50, 50, 50, 50, 50]])).toEqual([]);
  expect(found([steady, [50, 0, 0, 0, 0, 0, 0, 0, 0, 50]])).toEqual([]);
  expect(found([steady, [0, 50, 0, 50, 0, 50, 0, 50, 0, 50]])).toEqual([]);
  expect(found([steady, [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]])).toEqual([]);
  expect(found([steady, [0, 0, 0, 50, 0, 0, 0, 0, 0, 0]], { variance: 200 })).toEqual([]);
  expect(found([[40, 90, 40, 40]])).toEqual([]);
});

test("none spans a restart", () => {
  const list = [0, 0, 0, 50, 0, 0, 0, 0, 0, 0];
  expect(found([steady, list], { restartAt: 3 })).toEqual([]);
  expect(found([steady, list], { restartAt: 4 })).toEqual([]);
});
