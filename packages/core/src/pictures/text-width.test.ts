import fc from "fast-check";
import { expect, test } from "vitest";
import { cutMiddle, safeHead, safeTail, textWidth } from "./text-width.ts";

test("widths grow with text, size and weight", () => {
  expect(textWidth("", 12)).toBe(0);
  expect(textWidth("mm", 12)).toBeGreaterThan(textWidth("ii", 12));
  expect(textWidth("中文", 12)).toBe(24);
  expect(textWidth("live 742", 12, true)).toBeGreaterThan(textWidth("live 742", 12));
});

const LONE_SURROGATE = /\p{Cs}/u;

test("a cut text fits, keeps both ends and never splits a character", () => {
  expect(cutMiddle("short", 400, 12)).toBe("short");
  expect(cutMiddle("session.(*Store).Add", 80, 11)).toMatch(/^sess.*….*Add$/);
  expect(cutMiddle("session.(*Store).Add", 10, 11)).toBeUndefined();
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.integer({ min: 0, max: 300 }),
      (text, px) => {
        const cut = cutMiddle(text, px, 11);
        if (cut === undefined) return;
        expect(textWidth(cut, 11)).toBeLessThanOrEqual(px);
        expect(cut).not.toMatch(LONE_SURROGATE);
      },
    ),
    { seed: 3 },
  );
});

test("ends of a text around surrogate pairs", () => {
  expect(safeHead("a😀b", 2)).toBe("a");
  expect(safeHead("a😀b", 3)).toBe("a😀");
  expect(safeTail("a😀b", 2)).toBe("b");
  expect(safeTail("a😀b", 3)).toBe("😀b");
  expect(safeTail("abc", 0)).toBe("");
});
