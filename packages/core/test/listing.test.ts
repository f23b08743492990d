// Listings of a recorded profile beside its source, and of made ones.

import { describe, expect, it } from "vitest";
import { functionListing, splitSource } from "../src/analysis/profile/listing.ts";
import { profileOf, type Profile } from "../src/analysis/profile/profile.ts";
import { pprofFormat } from "../src/formats/pprof/format.ts";
import { listingRows, listingText, sourceText, type ListingView } from "../src/report/listing.ts";
import { tableOfJson } from "./pprof-json.ts";
import { MADE_HEAP } from "./pprof-made.ts";
import { loaded, reportText } from "./pprof-reports.ts";
import { fixture, fixtureText } from "./profile-testkit.ts";

const SHOP = { path: "/src/shop/main.go", lines: splitSource(fixtureText("pprof/shop.go.txt")) };
const MEASURE = { value: 3, divisor: undefined };

function heap(): Profile {
  const reader = pprofFormat.open({ name: "heap", maxBytes: 1 << 24 });
  reader.push(fixture("pprof/go1.26.heap.pb.gz"));
  const { table } = reader.end();
  if (table.kind !== "profile") throw new Error("no profile");
  return loaded([profileOf(table)]);
}

const VIEW: ListingView = {
  lang: "en",
  value: (value) => `${(value / 1024).toFixed(1)} KiB`,
  total: 0,
  percent: String,
};

describe("a listing", () => {
  it("has the values of pprof -list at each line, and the line's text", () => {
    const { functions } = functionListing(heap(), {
      measure: MEASURE,
      matches: (name) => name === "main.fill",
      source: (file) => (file.endsWith("shop/main.go") ? SHOP : undefined),
    });
    expect(functions).toHaveLength(1);
    const [fill] = functions;
    // `pprof -list` of the same file finds no source here, but peek says what the function has.
    const peek = /^ *(\S+) +\S+% +\S+% +(\S+) +\S+% +\| main\.fill$/m.exec(
      reportText(heap(), "-peek=^main.fill$", "-unit=bytes"),
    );
    expect([fill.flat, fill.cum]).toEqual(
      [peek?.[1], peek?.[2]].map((text) => Number.parseInt(text ?? "", 10)),
    );
    expect(fill.doubts).toEqual([]);
    expect(fill.lines[0].text).toMatch(/^func fill\(/);
    expect(fill.lines[0].line).toBe(fill.startLine);
    const weighing = fill.lines.filter(({ cum }) => cum !== 0);
    expect(weighing.length).toBeGreaterThan(0);
    for (const { line, text } of weighing) expect(text).toBe(SHOP.lines[line - 1]);
  });

  it("without source lists the lines that have samples", () => {
    const { functions } = functionListing(heap(), {
      measure: MEASURE,
      matches: (name) => name.startsWith("main."),
      source: () => undefined,
    });
    for (const fn of functions) {
      expect(fn.lines.every(({ flat, cum }) => flat !== 0 || cum !== 0)).toBe(true);
      expect(fn.lines.every(({ text }) => text === undefined)).toBe(true);
      expect(listingText(fn, VIEW).join("\n")).toContain("is not here: --source DIR");
    }
    const cums = functions.map(({ cum }) => cum);
    expect(cums).toEqual(cums.toSorted((a, b) => b - a));
  });

  it("source of another version is told", () => {
    const short = { path: "main.go", lines: ["package main", "", "// nothing"] };
    const { functions } = functionListing(heap(), {
      measure: MEASURE,
      matches: (name) => name === "main.fill",
      source: () => short,
    });
    expect(functions[0].doubts).toEqual(["too-short", "starts-elsewhere"]);
    const moved = { path: "main.go", lines: ["// one line more", "// and another", ...SHOP.lines] };
    const other = functionListing(heap(), {
      measure: MEASURE,
      matches: (name) => name === "main.fill",
      source: () => moved,
    });
    expect(other.functions[0].doubts).toEqual(["starts-elsewhere"]);
  });

  it("a function that recurs counts a sample once in its sum", () => {
    const profile = profileOf(
      tableOfJson({
        sample_types: [{ type: "space", unit: "bytes" }],
        functions: [{ id: 1, name: "main.walk", filename: "walk.go", start_line: 1 }],
        locations: [
          { id: 1, address: 1, lines: [{ function_id: 1, line: 2 }] },
          { id: 2, address: 2, lines: [{ function_id: 1, line: 3 }] },
        ],
        samples: [
          { location_ids: [2, 1, 1], values: [100] },
          { location_ids: [1], values: [7] },
        ],
      }),
    );
    const { functions } = functionListing(profile, {
      measure: { value: 0, divisor: undefined },
      matches: () => true,
      source: () => undefined,
    });
    expect(functions[0]).toMatchObject({ flat: 107, cum: 107 });
    expect(functions[0].lines.map(({ line, flat, cum }) => [line, flat, cum])).toEqual([
      [2, 7, 107],
      [3, 100, 100],
    ]);
  });

  it("functions of one name in several files, and names of other languages, stand apart", () => {
    const { functions } = functionListing(profileOf(tableOfJson(MADE_HEAP)), {
      measure: { value: 1, divisor: undefined },
      matches: (name) => name === "main.leaf",
      source: () => undefined,
    });
    expect(functions.map(({ file }) => file).toSorted()).toEqual([
      "/home/dev/orders/main.go",
      "/home/dev/orders/other.go",
    ]);
  });
});

describe("a listing as text", () => {
  const fn = functionListing(heap(), {
    measure: MEASURE,
    matches: (name) => name === "main.main",
    source: () => SHOP,
    margin: 20,
  }).functions[0];

  it("folds what has no samples, says how much, and loses no line", () => {
    const rows = listingRows(fn, { ...VIEW, around: 2 });
    const folded = rows.reduce((sum, row) => sum + (row.kind === "folded" ? row.count : 0), 0);
    expect(folded).toBeGreaterThan(1);
    expect(rows.filter(({ kind }) => kind === "line").length + folded).toBe(fn.lines.length);
    const text = listingText(fn, { ...VIEW, around: 2 });
    expect(text.some((line) => /⋮ {2}\d+ lines without samples$/.test(line))).toBe(true);
    expect(text.every((line) => line === line.trimEnd())).toBe(true);
  });

  it("columns stand under their heads, with intervals too", () => {
    const text = listingText(fn, {
      ...VIEW,
      interval: ({ cum }) => (cum === 0 ? undefined : { cum: [1024, 4096] }),
    });
    const head = text.find((line) => /flat +cum +line/.test(line)) ?? "";
    const numberEnd = head.length;
    for (const line of text.slice(text.indexOf(head) + 1)) {
      expect(line.slice(0, numberEnd)).toMatch(/\d$/);
    }
    expect(text.join("\n")).toContain("[1.0 KiB, 4.0 KiB]");
  });

  it("source cannot move the cursor or turn the direction of writing", () => {
    expect(sourceText("\ta\tb")).toBe("    a   b");
    expect(sourceText("x\u001b[31my\u202ez\r")).toBe("x\\u{1b}[31my\\u{202e}z\\u{d}");
  });
});
