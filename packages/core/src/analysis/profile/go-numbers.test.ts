import { expect, it } from "vitest";
import { parseGoFloat, parseGoInt, toInt64 } from "./go-numbers.ts";

it.each([
  ["0.05", 0.05],
  [".5", 0.5],
  ["1e-3", 0.001],
  ["0x1p-4", 0.0625],
  ["-0x_1.8p1", -3],
  ["inf", Infinity],
  ["-Infinity", -Infinity],
  ["NaN", NaN],
  ["1e400", "range"],
  ["0x1", undefined],
  ["1_000", undefined],
  ["", undefined],
  ["-nan", undefined],
])("ParseFloat(%j) is %s", (text, expected) => {
  expect(parseGoFloat(text)).toBe(expected);
});

it.each([
  ["10", 10],
  ["010", 8],
  ["0o17", 15],
  ["-0x10", -16],
  ["+0b11", 3],
  ["1_000", 1000],
  ["0", 0],
  ["-0", 0],
  ["08", undefined],
  ["1__0", undefined],
  ["1_", undefined],
  ["x", undefined],
  ["9223372036854775808", "range"],
  ["-9223372036854775808", -(2 ** 63)],
])("ParseInt(%j, 0, 64) is %s", (text, expected) => {
  expect(parseGoInt(text)).toBe(expected);
});

it("int64 of what it does not hold is its least value", () => {
  expect([1.9, -1.9, 2 ** 63, Infinity, NaN].map(toInt64)).toEqual([
    1,
    -1,
    -(2 ** 63),
    -(2 ** 63),
    -(2 ** 63),
  ]);
});
