import { describe, expect, test } from "vitest";
import { derived, estimated } from "../model/quantity.ts";
import { MiB } from "../model/units.ts";
import { padEnd, shorten, width, wrap } from "./columns.ts";
import { digits, printable, wordingOf } from "./wording.ts";

const en = wordingOf("en");
const zh = wordingOf("zh");
const q = (value: number, lo: number, hi: number, unit: Parameters<typeof estimated>[3]) =>
  estimated(value, lo, hi, unit, []);

describe("digits", () => {
  test.each([
    [0, "0"],
    [0.004, "0"],
    [1.039, "1.04"],
    [1.1, "1.1"],
    [9.996, "10"],
    [12.34, "12.3"],
    [99.96, "100"],
    [1327.4, "1 327"],
    [-3.456, "−3.46"],
    [Infinity, "∞"],
  ])("%d is %s", (x, text) => expect(digits(x)).toBe(text));
});

describe("a value takes the unit in which it lies between 1 and 1 000", () => {
  test.each([
    [q(1.04 * MiB, 0.97 * MiB, 1.11 * MiB, "bytes/s"), "1.04 MiB/s [0.97, 1.11]"],
    [q(-0.01 * MiB, -14.9 * MiB, 14.8 * MiB, "bytes/s"), "−0.01 MiB/s [−14.9, 14.8]"],
    [q(0.02 * MiB, 0.01 * MiB, 0.03 * MiB, "bytes/s"), "1.2 MiB/min [0.6, 1.8]"],
    [q(742 * MiB, 700 * MiB, 800 * MiB, "bytes"), "742 MiB [700, 800]"],
    [q(0.98, 0.82, 1.18, "fraction"), "98 % [82, 118]"],
    [q(0.25, 0.2, 0.3, "1/s"), "15/min [12, 18]"],
    [q(5520, 5160, 5940, "s"), "1 h 32 min [1 h 26 min, 1 h 39 min]"],
  ])("%#", (quantity, text) => expect(en.full(quantity)).toBe(text));

  test("a bound says so", () => {
    const bound = { ...derived(0.12, 0.12, 1, "fraction", []), grade: "bound" as const };
    expect(en.full(bound)).toBe("≥ 12 %");
  });

  test("Chinese units", () => expect(zh.value(q(2 * MiB, 1, 3, "bytes/s"))).toBe("2 MiB/秒"));
});

describe("durations", () => {
  test.each([
    [0.25, "250 ms"],
    [42, "42 s"],
    [540, "9 min"],
    [5520, "1 h 32 min"],
    [86_399, "24 h"],
    [86_400 * 6 + 4 * 3600, "6 d 4 h"],
    [86_400 * 40, "40 d"],
  ])("%d s is %s", (s, text) => expect(en.duration(s)).toBe(text));
});

describe("symbols are text", () => {
  test("control characters and bidirectional overrides are shown, not obeyed", () => {
    expect(printable("a\u001b[31mb\u202Ec\nd\u009b")).toBe("a\\u{1b}[31mb\\u{202e}c\\u{a}d\\u{9b}");
  });
  test("names of any script stay", () =>
    expect(printable("订单.(*Store).Add[…]")).toBe("订单.(*Store).Add[…]"));
});

test("less than a hundredth of a core is no 0 cores", () => {
  const q = {
    value: 0.00145,
    lo: 0,
    hi: 0.0055,
    unit: "cores",
    grade: "estimated",
    basis: "none",
    evidence: [],
  } as const;
  expect(wordingOf("en").full(q)).toBe("1.45 millicores [0, 5.5]");
  expect(wordingOf("zh").value(q)).toBe("1.45 毫核");
  expect(wordingOf("en").value({ ...q, value: 0.07 })).toBe("0.07 cores");
});

describe("columns", () => {
  test("wide characters take two", () => expect(width("堆a")).toBe(3));
  test("padding counts columns", () => expect(padEnd("堆", 4)).toBe("堆  "));
  test("wrapping keeps every word and the width", () => {
    const text = "marked heap grows 1.04 MiB/s straight over 42 GC cycles and never stops";
    const lines = wrap(text, 30, "  ");
    expect(Math.max(...lines.map(width))).toBeLessThanOrEqual(30);
    expect(lines.map((l) => l.trim()).join(" ")).toBe(text);
  });
  test("a word longer than the line stands alone", () =>
    expect(wrap(`a ${"x".repeat(50)} b`, 20, "")).toEqual(["a", "x".repeat(50), "b"]));
  test("shortened names keep their end", () =>
    expect(shorten("github.com/acme/orders/session/store.go:88", 20)).toMatch(
      /^github?.*…store\.go:88$|…/,
    ));
});
