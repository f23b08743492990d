import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListedFunction } from "@heapwright/core/analysis/profile/listing.ts";
import { listingText, type ListingView, type Token } from "@heapwright/core/report/listing.ts";
import { highlightGo } from "./highlight-go.ts";
import { listingTable } from "./listing.ts";

const SHOP = readFileSync(
  new URL("../../../core/test/fixtures/pprof/shop.go.txt", import.meta.url),
  "utf8",
).split("\n");

const textOf = (tokens: readonly Token[]): string => tokens.map(({ text }) => text).join("");

function kindsOf(line: string): [string, string][] {
  const tokens = highlightGo(["package p", "", "func f() {", line, "}"], "a.go")?.[3] ?? [];
  return tokens
    .filter(({ text }) => text.trim() !== "")
    .map(({ text, kind }) => [text.trim(), kind]);
}

describe("Go source as tokens", () => {
  it("loses no character, whatever the source is", () => {
    for (const lines of [
      SHOP,
      ["", "", "x"],
      [""],
      [],
      ["package p // \u202e 世界 😀", "`", "raw", "`"],
    ]) {
      expect(highlightGo(lines, "x.go")?.map(textOf)).toEqual(lines);
    }
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "binary" }).map((s) => s.replace(/\n/g, " "))),
        (lines) => {
          expect(highlightGo(lines, "x.go")?.map(textOf)).toEqual(lines);
        },
      ),
    );
  });

  it("knows keywords, types, calls, literals and comments", () => {
    expect(kindsOf('\tfor i := 0; i < 10; i++ { keep(p.Get("a"), int64(i)) } // why')).toEqual(
      expect.arrayContaining([
        ["for", "keyword"],
        ["10", "number"],
        ["keep", "call"],
        ["Get", "call"],
        ['"a"', "string"],
        ["// why", "comment"],
      ]),
    );
    expect(kindsOf("\tvar m map[string]*Store = nil")).toEqual(
      expect.arrayContaining([
        ["var", "keyword"],
        ["Store", "type"],
        ["nil", "number"],
      ]),
    );
  });

  it("a comment or a raw string over lines is one kind on each of them", () => {
    const tokens = highlightGo(["package p", "/* a", " b */", "var x = `c", "d`"], "x.go") ?? [];
    expect(tokens[1]).toEqual([{ text: "/* a", kind: "comment" }]);
    expect(tokens[2]).toEqual([{ text: " b */", kind: "comment" }]);
    expect(tokens[4]).toEqual([{ text: "d`", kind: "string" }]);
  });

  it("other languages and enormous files stay plain", () => {
    expect(highlightGo(["int main() {}"], "main.cc")).toBeUndefined();
    expect(highlightGo(["x".repeat(5 * 1024 ** 2)], "x.go")).toBeUndefined();
  });
});

const HOSTILE = '<img src=x onerror=alert(1)>"&\u202e';

const FUNCTION: ListedFunction = {
  name: `main.${HOSTILE}`,
  file: "main.go",
  startLine: 2,
  flat: 10,
  cum: 40,
  source: { path: "main.go", lines: ["package main", "func f() {", `\treturn "${HOSTILE}"`, "}"] },
  doubts: ["starts-elsewhere"],
  lines: [
    { line: 2, text: "func f() {", flat: 0, cum: 0, nodes: [] },
    { line: 3, text: `\treturn "${HOSTILE}"`, flat: 10, cum: 40, nodes: [0] },
    { line: 4, text: "}", flat: 0, cum: 0, nodes: [] },
  ],
};

const VIEW: ListingView = {
  lang: "en",
  value: (value) => `${value} B`,
  total: 80,
  percent: (fraction) => `${fraction * 100} %`,
  interval: (line) => (line.cum === 0 ? undefined : { cum: [30, 55] }),
  highlight: highlightGo,
};

describe("a listing on the page", () => {
  it("names and source are text, never markup", () => {
    const html = listingTable(FUNCTION, VIEW).toString();
    expect(html).not.toContain("<img");
    expect(html).not.toContain("\u202e");
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).toContain('<span class="tok-keyword">return</span>');
    expect(html).toContain("40 B [30 B, 55 B]");
    expect(html).toContain('data-cost="5"');
    expect(html).toContain("50 % of the total");
    expect(html).toContain("probably another version of the file");
  });

  it("says the same as the terminal, in Chinese too", () => {
    const text = listingText(FUNCTION, { ...VIEW, lang: "zh" }).join("\n");
    const html = listingTable(FUNCTION, { ...VIEW, lang: "zh" }).toString();
    for (const word of ["自身 10 B", "累计 40 B", "占总量", "很可能是文件的另一个版本"]) {
      expect(text).toContain(word);
      expect(html).toContain(word);
    }
  });
});
