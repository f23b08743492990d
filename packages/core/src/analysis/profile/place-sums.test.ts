import fc from "fast-check";
import { expect, test } from "vitest";
import { placeSums } from "./place-sums.ts";

const LOCATIONS = 12;

const input = fc
  .record({
    places: fc.array(fc.array(fc.nat({ max: 6 }), { maxLength: 3 }), {
      minLength: LOCATIONS,
      maxLength: LOCATIONS,
    }),
    stacks: fc.array(fc.array(fc.nat({ max: LOCATIONS - 1 }), { maxLength: 600 }), {
      minLength: 1,
      maxLength: 40,
    }),
    width: fc.integer({ min: 1, max: 11 }),
    seed: fc.nat(),
  })
  .map(({ places, stacks, width, seed }) => ({
    places,
    stacks,
    width,
    // Whole numbers, so that no order of adding matters; many zeros, as rows of profiles have.
    data: Float64Array.from({ length: stacks.length * width }, (_, i) =>
      Math.max(0, ((i * 7919 + seed) % 23) - 9),
    ),
  }));

function listsOf(lists: readonly (readonly number[])[]): { start: Int32Array; of: Int32Array } {
  const start = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => (start[i + 1] = start[i] + list.length));
  return { start, of: Int32Array.from(lists.flat()) };
}

test("a stack's numbers are added once to each place that occurs in it", () => {
  fc.assert(
    fc.property(input, ({ places, stacks, width, data }) => {
      const { start, of: place } = listsOf(places);
      const { start: bounds, of: location } = listsOf(stacks);
      // Every other stack, the last first: rows need not be in the order of stacks.
      const stack = Int32Array.from(stacks.keys())
        .filter((s) => s % 2 === 0)
        .reverse();
      const sums = placeSums(
        { length: stacks.length, from: bounds.subarray(0, -1), to: bounds.subarray(1), location },
        { length: 7, start, place },
        { stack, width, data },
      );
      const expected = new Float64Array(7 * width);
      stack.forEach((s, row) => {
        for (const p of new Set((stacks[s] ?? []).flatMap((l) => places[l] ?? []))) {
          for (let f = 0; f < width; f++) expected[p * width + f] += data[row * width + f];
        }
      });
      expect(sums).toEqual(expected);
    }),
  );
});
