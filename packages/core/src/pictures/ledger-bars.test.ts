import fc from "fast-check";
import { expect, test } from "vitest";
import type { Ledger, ProcessPart } from "../analysis/ledger/ledger.ts";
import { counted, derived, estimated } from "../model/quantity.ts";
import { ledgerPicture } from "./ledger-bars.ts";

const PARTS: readonly ProcessPart[] = ["live", "since-gc", "free", "native", "unexplained"];

function ledger(values: readonly (number | undefined)[], more: Partial<Ledger> = {}): Ledger {
  const known = values.filter((v) => v !== undefined);
  return {
    of: "process",
    total:
      known.length === values.length
        ? counted(
            known.reduce((a, b) => a + b, 0),
            "bytes",
            [],
          )
        : undefined,
    parts: values.map((v, i) => ({
      part: PARTS[i % PARTS.length],
      bytes: v === undefined ? undefined : counted(v, "bytes", []),
    })),
    beside: [],
    limit: undefined,
    skewSec: undefined,
    nextPeak: undefined,
    peakSeen: undefined,
    notes: [],
    ...more,
  };
}

test("two ledgers share one scale that ends at the limit", () => {
  const limit = counted(2048, "bytes", []);
  const { bars, max, limitAt } = ledgerPicture([
    ledger([642, 402, 214, 4, 8]),
    ledger([1376, 61], {
      of: "container",
      limit,
      nextPeak: derived(1475, 1460, 1495, "bytes", []),
    }),
  ]);
  expect([max, limitAt]).toEqual([2048, 1]);
  expect(bars[0].segments.map((s) => s.width * max)).toEqual([642, 402, 214, 4, 8]);
  expect(bars[0].end * max).toBe(1270);
  expect(bars[1].marks).toEqual([
    expect.objectContaining({
      kind: "next-peak",
      at: 1475 / 2048,
      lo: 1460 / 2048,
      hi: 1495 / 2048,
    }),
  ]);
  expect(bars[0].isOpen).toBe(false);
});

test("a limit far above everything is left out of the scale, but kept as a number", () => {
  const picture = ledgerPicture([ledger([100, 20], { limit: counted(64_000, "bytes", []) })]);
  expect(picture.limitAt).toBeUndefined();
  expect(picture.limit).toBe(64_000);
  expect(picture.bars[0].end).toBeGreaterThan(0.8);
});

test("a peak above the limit still fits, and the limit stands before the end", () => {
  const { limitAt, max } = ledgerPicture([
    ledger([900], { limit: counted(1000, "bytes", []), nextPeak: counted(1600, "bytes", []) }),
  ]);
  expect(max).toBe(1600);
  expect(limitAt).toBe(0.625);
});

test("unknown is open, not nothing", () => {
  const { bars } = ledgerPicture([ledger([388, undefined, undefined])]);
  expect(bars[0]).toMatchObject({ isOpen: true, total: undefined, unknown: ["since-gc", "free"] });
  expect(bars[0].end).toBeCloseTo(0.4);
});

test("an estimate brings the limits of its edge; a lower bound has none above", () => {
  const base = ledger([100, 50]);
  const { bars, max } = ledgerPicture([
    { ...base, parts: [{ part: "live", bytes: estimated(100, 80, 130, "bytes", []) }] },
    {
      ...base,
      parts: [
        { part: "live", bytes: { ...estimated(100, 100, Infinity, "bytes", []), grade: "bound" } },
      ],
    },
  ]);
  expect([bars[0].segments[0].edgeLo * max, bars[0].segments[0].edgeHi * max]).toEqual([
    80,
    expect.closeTo(130),
  ]);
  expect(bars[1].segments[0].edgeHi * max).toBeCloseTo(100);
});

test("whatever the numbers, places lie between 0 and 1 and parts follow each other", () => {
  const size = fc.oneof(
    fc.double({ noNaN: false }),
    fc.double({ min: 0, max: 1e13, noNaN: true }),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 12 }), size, (values, limit) => {
      const { bars, max } = ledgerPicture([
        ledger(values, limit === undefined ? {} : { limit: counted(limit, "bytes", []) }),
      ]);
      expect(max).toBeGreaterThan(0);
      let at = 0;
      for (const s of bars[0].segments) {
        expect(s.from).toBeCloseTo(at, 6);
        expect(s.width >= 0 && s.edgeLo >= 0 && s.edgeHi <= 1).toBe(true);
        at = s.from + s.width;
      }
      expect(at).toBeLessThanOrEqual(1 + 1e-9);
    }),
    { seed: 2 },
  );
});

test("nothing at all is still a picture", () => {
  expect(ledgerPicture([])).toMatchObject({ bars: [], limit: undefined });
  expect(ledgerPicture([ledger([0, 0])]).bars[0].end).toBe(0);
});
