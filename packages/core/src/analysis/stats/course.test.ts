import { describe, expect, test } from "vitest";
import { flatTail, jumpsOf, type Levels } from "./course.ts";

const QUIET = { factor: 1, degrees: Infinity };

/** Exact levels, as of large objects that are all sampled. */
function levels(list: readonly number[], sampling = 0): Levels {
  const change = Float64Array.from(list.slice(1), (x, i) => x - (list[i] ?? 0));
  return {
    start: list[0] ?? 0,
    change,
    sampling: change.map(() => sampling),
    moving: change.map((c) => Math.abs(c)),
    seconds: new Float64Array(change.length).fill(30),
    each: 1,
  };
}

describe("jumps", () => {
  test("doublings go on as long as the next is not overdue", () => {
    expect(jumpsOf(levels([4, 4, 8, 8, 8, 16, 16, 16, 16]), 1)).toEqual({
      at: [1, 4],
      goesOn: true,
      quiet: 3,
    });
    // Twice the last gap and a step later a steady table would have doubled.
    const long = [4, 4, 8, 8, 16, 16, 16, 16, 16, 16, 16, 16];
    expect(jumpsOf(levels(long), 1)?.goesOn).toBe(false);
  });

  test("one jump alone does not go on; two that only add may be chance", () => {
    expect(jumpsOf(levels([8, 8, 16, 16, 16, 16]), 1)).toEqual({
      at: [1],
      goesOn: false,
      quiet: 3,
    });
    expect(jumpsOf(levels([8, 8, 10, 10, 12, 12]), 1)).toBeUndefined();
    // Four levels in order are one case of 24; not so among ten places.
    expect(jumpsOf(levels([8, 8, 10, 10, 12, 12, 14]), 1)?.goesOn).toBe(true);
    expect(jumpsOf(levels([8, 8, 10, 10, 12, 12, 14]), 10)).toBeUndefined();
  });

  test("what comes back is no growth, but a copied table is", () => {
    expect(jumpsOf(levels([8, 16, 8, 16, 8, 16]), 1)).toBeUndefined();
    expect(jumpsOf(levels([8, 16, 32, 4, 4, 4]), 1)).toBeUndefined();
    // The old table of 8 is there beside the new one of 16, and so on.
    expect(jumpsOf(levels([8, 8, 24, 16, 16, 16, 48, 32, 32]), 1)).toMatchObject({
      at: [1, 5],
      goesOn: true,
    });
  });

  test("sampling explains small jumps", () => {
    expect(jumpsOf(levels([4, 4, 8, 8, 8, 16, 16], 100), 1)).toBeUndefined();
    expect(jumpsOf(levels([], 0), 1)).toBeUndefined();
    expect(jumpsOf(levels([5, 5, 5]), 1)).toBeUndefined();
  });
});

describe("a flat tail", () => {
  test("is one in which the earlier rate would have been seen", () => {
    const filled = flatTail(levels([0, 20, 40, 60, 80, 80, 80, 80, 80]), QUIET);
    expect(filled).toMatchObject({ from: expect.any(Number) });
    expect(filled?.upper).toBeLessThan((filled?.earlier ?? 0) / 2);
  });

  test("is none where growth goes on, where it is short, or where it says nothing", () => {
    expect(flatTail(levels([0, 10, 20, 30, 40, 50, 60, 70]), QUIET)).toBeUndefined();
    expect(flatTail(levels([0, 20, 40, 60, 80, 80, 80]), QUIET)).toBeUndefined();
    // Two samples in four steps: three quiet ones are nothing new.
    expect(flatTail(levels([0, 1, 1, 2, 2, 2, 2, 2]), QUIET)).toBeUndefined();
    // The noise of the rest is as large as the growth.
    const noisy = { factor: 60, degrees: 4 };
    expect(flatTail(levels([0, 20, 40, 60, 80, 80, 80, 80, 80]), noisy)).toBeUndefined();
  });
});
