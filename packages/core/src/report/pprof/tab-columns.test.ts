// What Go's text/tabwriter (Go 1.26) makes of the same text, with AlignRight and padding 1.

import { expect, it } from "vitest";
import { rightAligned } from "./tab-columns.ts";

it("aligns cells of neighbouring lines and leaves the last one of a line", () => {
  expect(rightAligned("key:\t total\n \t10:\t a\n \t1:\t b\n\n")).toBe(
    " key: total\n      10: a\n       1: b\n\n",
  );
});

it("ends a cell or a line where a name holds a tab or a line end", () => {
  expect(rightAligned(" \t1:\t a\tb\n \t100:\t c\n")).toBe("     1:  ab\n   100: c\n");
  expect(rightAligned(" \t1:\t a\nb\n \t100:\t c\n")).toBe("   1: a\nb\n   100: c\n");
});

it("takes what stands between two bytes 0xff as it is, and to the end if there is one only", () => {
  expect(rightAligned("\udcffa\tb\udcff\t1\nx\t2\n")).toBe(" \udcffa\tb\udcff1\n   x2\n");
  expect(rightAligned("a\t\udcff1\nlong\t2\n")).toBe(" a\udcff1\nlong\t2\n");
});
