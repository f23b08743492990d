import { expect, test } from "vitest";
import { amountUnit, amountWithLimits, totalWithLimits } from "./amounts.ts";

const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

test("a count that rounds to nothing has no sign", () => {
  const { of } = amountUnit("count", 7);
  expect([-0.4, -0.5, 0, 0.4, -1, -1234].map((v) => plain(of(v)))).toEqual([
    "0",
    "−1",
    "0",
    "0",
    "−1",
    "−1 234",
  ]);
  const known = { plus: 3, minus: 1, net: 2, lo: -0.2, hi: 7.3, samples: 4 };
  expect(amountWithLimits("count", known, true)).toBe("+2 [0, 7]");
});

test("a total of no samples is at most what can stay unseen; of a difference nothing is said", () => {
  const none = { plus: 0, minus: 0, net: 0, lo: 0, hi: 1.5 * 1024 ** 2, samples: 0 };
  expect(plain(totalWithLimits("bytes", none, false))).toBe("0 MiB [0, 1.5]");
  expect(plain(totalWithLimits("bytes", { ...none, lo: -none.hi }, true))).toBe("0 B");
  // A row of a list, where it would stand at every line.
  expect(plain(amountWithLimits("bytes", none, false))).toBe("0 B");
  expect(plain(totalWithLimits("count", { ...none, hi: Number.NaN }, false))).toBe("0");
  const counted = { plus: 5, minus: 0, net: 5, lo: 5, hi: 5, samples: Number.NaN };
  expect(totalWithLimits("count", counted, false)).toBe("5");
});
