import { expect, test } from "vitest";
import { byteUnit, bytes, grouped, inUnit, limits, percent, short, signed } from "./numbers.ts";

const MIB = 1024 * 1024;
const NARROW = "\u202f";
const MINUS = "\u2212";

test("three digits at most, thousands apart, no exponents", () => {
  expect([742, 41.4, 9.96, 6.14, 1, 0.5, 0.04, 0.001, 0, -3.2].map(short)).toEqual([
    "742",
    "41",
    "10",
    "6.1",
    "1",
    "0.5",
    "0.04",
    "<0.01",
    "0",
    `${MINUS}3.2`,
  ]);
  expect([short(1389), grouped(1_234_567), short(Infinity), short(-Infinity)]).toEqual([
    `1${NARROW}389`,
    `1${NARROW}234${NARROW}567`,
    "∞",
    `${MINUS}∞`,
  ]);
  expect([signed(61), signed(-3), signed(0), signed(0.2)]).toEqual([
    "+61",
    `${MINUS}3`,
    "0",
    "+0.2",
  ]);
});

test("a column has one unit; MiB reach far", () => {
  expect([500, 5000, 3 * MIB, 2048 * MIB, 300_000 * MIB].map((n) => byteUnit(n).name)).toEqual([
    "B",
    "KiB",
    "MiB",
    "MiB",
    "GiB",
  ]);
  expect(inUnit(1389 * MIB, byteUnit(1389 * MIB))).toBe(`1${NARROW}389`);
  expect(bytes(2048 * MIB)).toBe("2\u00a0GiB");
  expect(bytes(1475 * MIB)).toBe(`1${NARROW}475\u00a0MiB`);
});

test("an interval only where there is one", () => {
  const unit = byteUnit(MIB);
  expect(limits(375 * MIB, 431 * MIB, unit)).toBe("[375, 431]");
  expect(limits(5, 5, unit)).toBe("");
  expect(limits(5, Infinity, unit)).toBe("");
  expect(limits(Number.NaN, 4, unit)).toBe("");
});

test("per cent: almost all is not all, almost none is not none", () => {
  expect([0.5, 0.998, 0.9999, 1, 0.0004, 0, 0.02, 0.066].map(percent)).toEqual([
    "50",
    "99.8",
    "99.9",
    "100",
    "<0.1",
    "0",
    "2",
    "6.6",
  ]);
});
