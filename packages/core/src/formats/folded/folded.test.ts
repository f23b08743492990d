import { describe, expect, it } from "vitest";
import { profileOf, readWith, refusal, spell, stackOf } from "../../../test/profile-testkit.ts";
import type { ReadResult } from "../../model/format.ts";
import { detectFormat } from "../registry.ts";
import { encodeFolded } from "./encode.ts";
import { foldedFormat } from "./format.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): ReadResult => readWith(foldedFormat, utf8(text));
const codes = (result: ReadResult): string[] => result.diagnostics.map(({ code }) => code);

const PLAIN = `# collapsed
main;serve;alloc 42
main;serve;(*T[int]).f 12 7

main 1
`;

describe("one number", () => {
  it("frames are root first, blanks belong to the names", () => {
    const result = read(PLAIN);
    const table = profileOf(result);
    expect(table.sampleTypes).toEqual([{ type: "samples", unit: "count" }]);
    expect([...table.values[0]]).toEqual([42, 7, 1]);
    expect(stackOf(table, table.rowStack[0])).toEqual([["alloc :0"], ["serve :0"], ["main :0"]]);
    expect(stackOf(table, table.rowStack[1])[0]).toEqual(["(*T[int]).f 12 :0"]);
    expect(result.completeness.complete).toBe(true);
    expect(codes(result)).toEqual(["folded.no-end-mark"]);
    expect(table.isDelta).toBe(false);
  });

  it("a sign makes it a difference", () => {
    const table = profileOf(read("a;b +5\na;c -3\na 0\n"));
    expect([...table.values[0]]).toEqual([5, -3, 0]);
    expect(table.isDelta).toBe(true);
  });

  it("fractions and exponents are kept and said to be inexact", () => {
    const result = read("a;b 1.5\na;c 2e3\n");
    expect([...profileOf(result).values[0]]).toEqual([1.5, 2000]);
    expect(codes(result)).toContain("folded.inexact-value");
  });

  it("an address is a location without a name", () => {
    const table = profileOf(read("main;0x401abc 5\nmain;0x 5\n"));
    expect(table.locations.address[table.stacks.location[0]]).toBe(0x401abc);
    expect(stackOf(table, table.rowStack[0])[0]).toEqual([]);
    expect(stackOf(table, table.rowStack[1])[0]).toEqual(["0x :0"]);
  });
});

describe("no number", () => {
  const named = (text: string): ReadResult =>
    readWith(foldedFormat, utf8(text), { name: "cpu.folded" });

  it("each line is one sample, where the file's name says what it is", () => {
    const text = "# stacks\nmain;foo;bar\nmain;包 x;f \nmain;foo;bar\n";
    expect(detectFormat(utf8(text), "cpu.folded")?.format.id).toBe("folded");
    expect(detectFormat(utf8(text), "list.csv")).toBeUndefined();
    const result = named(text);
    const table = profileOf(result);
    expect([...table.values[0]]).toEqual([1, 1, 1]);
    expect(stackOf(table, table.rowStack[1])).toEqual([["f :0"], ["包 x :0"], ["main :0"]]);
    expect(codes(result)).toEqual(["folded.uncounted", "folded.no-end-mark"]);
  });

  it("a line with a number among them is no such line, and the other way round", () => {
    const result = named("main;foo\nmain;bar 5\n");
    expect(codes(result)).toContain("folded.row-malformed");
    expect(codes(named("main;foo 5\nmain;bar\n"))).toContain("folded.row-malformed");
  });

  it("cut within a line it says so", () => {
    expect(codes(named("main;foo\nmain;b"))).toContain("folded.unterminated");
  });
});

describe("two numbers", () => {
  it("are before and after", () => {
    const table = profileOf(read("a;b 31 33\na;c 0 2\n"));
    expect(table.sampleTypes.map(({ type }) => type)).toEqual(["before", "after"]);
    expect(table.defaultSampleType).toBe(1);
    expect(table.values.map((column) => [...column])).toEqual([
      [31, 0],
      [33, 2],
    ]);
  });

  it("with a sign the second is a difference, in every row", () => {
    const table = profileOf(read("a;b 31 +2\na;c 5 -5\na;d 7 0\n"));
    expect(table.values.map((column) => [...column])).toEqual([
      [31, 5, 7],
      [33, 0, 7],
    ]);
  });

  it("a row with one number only is lost and counted", () => {
    const result = read("a;b 31 33\na;c 5\n");
    expect(profileOf(result).rows).toBe(1);
    expect(codes(result)).toContain("folded.row-malformed");
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });
});

describe("damage", () => {
  it("cut at any byte is an error, says so, or was cut between two lines", () => {
    const whole = utf8(PLAIN);
    for (let cut = 0; cut < whole.length; cut++) {
      const isBetween = cut === 0 || whole[cut - 1] === 10;
      if (profileRows(whole.subarray(0, cut)) === undefined) continue;
      const result = readWith(foldedFormat, whole.subarray(0, cut));
      expect([cut, result.completeness.complete]).toEqual([cut, isBetween]);
    }
  });

  it("the same in chunks of any size", () => {
    const bytes = utf8(PLAIN);
    for (const chunks of [[1], [3, 7]]) {
      expect(spell(readWith(foldedFormat, bytes, { chunks }))).toBe(spell(read(PLAIN)));
    }
  });

  it("more than the cap is said", () => {
    const result = readWith(foldedFormat, utf8(PLAIN), { maxBytes: 34 });
    expect(codes(result)).toContain("folded.too-large");
  });

  it("no line with a number is refused", () => {
    expect(refusal(() => read("a;b\nc;d\n"))).toContain("a number");
  });
});

function profileRows(bytes: Uint8Array): number | undefined {
  try {
    return profileOf(readWith(foldedFormat, bytes)).rows;
  } catch {
    return undefined;
  }
}

describe("detection", () => {
  it.each([
    ["folded lines", PLAIN, "x", "folded"],
    ["single frames by name", "main 5\nother 6\n", "cpu.folded", "folded"],
    ["single frames without a name", "main 5\nother 6\n", "x", undefined],
    ["a log with semicolons", "a;b 5 started\nc;d 6\n", "x", undefined],
    ["prometheus", '# TYPE a counter\na{x="1;2"} 5\n', "x", "prometheus"],
    ["binary", "a;b\u0001 5\n", "x", undefined],
  ])("%s", (_, text, name, id) => {
    expect(detectFormat(utf8(text), name)?.format.id).toBe(id);
  });
});

describe("a first line that is longer than others", () => {
  const line = (frames: number): string =>
    `${Array.from({ length: frames }, (_, i) => `com.example.service.Handler$${i}.call`).join(";")} 5\n`;
  const detected = (text: string, name: string): string | undefined =>
    detectFormat(utf8(text).subarray(0, 65_536), name)?.format.id;

  it("within what detection sees", () => {
    expect(detected(`${line(1200)}main;f 3\n`, "x")).toBe("folded");
  });

  it("beyond it, where the file's name says what it is", () => {
    const text = `${line(5000)}main;f 3\n`;
    expect(detected(text, "cpu.folded")).toBe("folded");
    expect(detected(text, "x")).toBeUndefined();
    expect(profileOf(read(text)).rows).toBe(2);
    expect(detected(`\u0001${text}`, "cpu.folded")).toBeUndefined();
  });
});

describe("writing", () => {
  it("adds up equal stacks in order of first use and leaves out what is 0", () => {
    const table = profileOf(read("main;f 1\nmain;g 4\nmain;f 2\nmain;h 5\nmain;h -5\n"));
    expect(Array.from(encodeFolded(table)).join("")).toBe("main;f 3\nmain;g 4\n");
  });
});
