import { expect, test } from "vitest";
import { estimated } from "../model/quantity.ts";
import { intervalScale } from "./interval-scale.ts";

const q = (value: number, lo: number, hi: number) => estimated(value, lo, hi, "bytes", []);

test("one scale from 0 to the largest upper limit", () => {
  const { max, marks } = intervalScale([q(300, 280, 320), q(40, 30, 50), undefined]);
  expect(max).toBe(320);
  expect(marks[0]).toEqual({ at: 300 / 320, lo: 280 / 320, hi: 1, isCut: false });
  expect(marks[1]?.at).toBe(40 / 320);
  expect(marks[2]).toBeUndefined();
});

test("a lower bound runs off the scale, a given scale cuts", () => {
  const { marks } = intervalScale([q(100, 100, Infinity), q(50, 40, 60)]);
  expect(marks[0]).toEqual({ at: 1, lo: 1, hi: 1, isCut: true });
  expect(intervalScale([q(50, 40, 60)], 45).marks[0]).toMatchObject({ at: 1, hi: 1, isCut: true });
  expect(intervalScale([q(Number.NaN, 0, 0)]).marks).toEqual([undefined]);
  expect(intervalScale([]).max).toBe(1);
});
