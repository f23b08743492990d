import fc from "fast-check";
import { expect, test } from "vitest";
import { placeLabels } from "./labels.ts";

const wish = (x0: number, weight: number, ...widths: number[]) => ({
  x0,
  x1: x0 + 10,
  widths,
  weight,
});

test("the heavier label stands by its thing; one between goes up if its leader is free", () => {
  const placed = placeLabels([wish(0, 3, 18), wish(25, 1, 60), wish(32, 2, 60)], 400, 2);
  expect(placed).toEqual([
    { of: 0, form: 0, x: 0, row: 0 },
    { of: 1, form: 0, x: 25, row: 1 },
    { of: 2, form: 0, x: 32, row: 0 },
  ]);
  // Here the leader would run through the first label.
  expect(placeLabels([wish(0, 3, 60), wish(30, 2, 60)], 400, 2).map((p) => p.of)).toEqual([0]);
});

test("a label at the right edge ends there, and a shorter form is tried first on each row", () => {
  expect(placeLabels([wish(95, 1, 50)], 100, 1)).toEqual([{ of: 0, form: 0, x: 50, row: 0 }]);
  expect(placeLabels([wish(0, 1, 500, 80)], 100, 1)).toEqual([{ of: 0, form: 1, x: 0, row: 0 }]);
  expect(placeLabels([wish(0, 1, 500)], 100, 2)).toEqual([]);
});

test("labels never touch, and no leader runs through one", () => {
  const arbitrary = fc.array(
    fc.record({
      x0: fc.double({ min: 0, max: 600, noNaN: true }),
      widths: fc.array(fc.double({ min: 1, max: 300, noNaN: true }), {
        minLength: 1,
        maxLength: 3,
      }),
      weight: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(arbitrary, fc.integer({ min: 1, max: 3 }), (list, rows) => {
      const wishes = list.map((w) => ({ ...w, x1: w.x0 }));
      const placed = placeLabels(wishes, 600, rows);
      const spans = placed.map((p) => {
        const width = wishes[p.of].widths[p.form];
        return { ...p, from: p.x, to: p.x + width, lead: wishes[p.of].x0 };
      });
      for (const a of spans) {
        expect(a.from).toBeGreaterThanOrEqual(0);
        expect(a.to).toBeLessThanOrEqual(600 + 1e-9);
        for (const b of spans) {
          if (a === b) continue;
          if (a.row === b.row) expect(a.to <= b.from || b.to <= a.from).toBe(true);
          if (a.row > b.row) expect(a.lead < b.from || a.lead > b.to).toBe(true);
        }
      }
    }),
    { seed: 9 },
  );
});
