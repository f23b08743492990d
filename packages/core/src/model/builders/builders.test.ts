import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ascii, findByte, findLastByte, parseDecimal, parseHex, startsWith } from "./ascii.ts";
import { ByteStrings } from "./byte-strings.ts";
import { CallStacksBuilder } from "./call-stacks.ts";
import { labelPairsAt } from "./go-quoted.ts";
import { GrowingBytes, GrowingFloat64, GrowingInt32 } from "./growing.ts";
import { IntLists } from "./int-lists.ts";
import { LabelsBuilder } from "./labels.ts";
import { LineSplitter } from "./lines.ts";

describe("growing arrays", () => {
  it("hold what was pushed, whatever the first capacity", () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 300 }), fc.nat(5), (list, capacity) => {
        const ints = new GrowingInt32(capacity);
        const doubles = new GrowingFloat64(capacity);
        for (const value of list) {
          ints.push(value);
          doubles.push(value / 2);
        }
        expect([...ints.finish()]).toEqual(list);
        expect([...doubles.finish()]).toEqual(list.map((value) => value / 2));
        const copy = new GrowingInt32(capacity);
        copy.append(ints.data, 0, ints.length);
        copy.append(ints.data, 0, ints.length);
        expect([...copy.finish()]).toEqual([...list, ...list]);
      }),
    );
  });

  it("bytes: short and long pieces", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (pieces) => {
        const bytes = new GrowingBytes(1);
        for (const piece of pieces) bytes.append(piece);
        bytes.push(7);
        expect([...bytes.finish()]).toEqual([...pieces.flatMap((piece) => [...piece]), 7]);
      }),
    );
  });
});

describe("ByteStrings", () => {
  it("decode many as they decode few, whatever bytes they are", () => {
    const lists = fc.array(fc.uint8Array({ maxLength: 6 }), { minLength: 70, maxLength: 90 });
    // Names as they are: ASCII alone, which is decoded at once.
    const ascii = fc.array(
      fc.string({ maxLength: 20 }).map((text) => new TextEncoder().encode(text)),
      {
        minLength: 70,
        maxLength: 90,
      },
    );
    fc.assert(
      fc.property(fc.oneof(lists, ascii), (list) => {
        const strings = new ByteStrings();
        const at = list.map((bytes) => strings.internBytes(bytes, 0, bytes.length));
        const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
        for (const [i, bytes] of list.entries()) {
          expect(strings.get(at[i])).toBe(decoder.decode(bytes));
        }
        const late = strings.intern("née");
        expect(strings.get(late)).toBe("née");
      }),
      { numRuns: 60 },
    );
  });

  it("equal strings get equal indices, in order of appearance, and come back", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 12 })), (list) => {
        const strings = new ByteStrings();
        const order = [""];
        for (const text of list) {
          const at = strings.intern(text);
          if (at === order.length) order.push(text);
          expect(order[at]).toBe(text);
        }
        expect(strings.length).toBe(order.length);
        expect(order.map((_, at) => strings.get(at))).toEqual(order);
      }),
    );
  });

  it("indices that do not exist give the empty string; a byte order mark is kept", () => {
    const strings = new ByteStrings();
    expect([strings.get(-1), strings.get(1), strings.get(NaN), strings.intern("")]).toEqual([
      "",
      "",
      "",
      0,
    ]);
    expect(strings.get(strings.intern("\ufeffx"))).toBe("\ufeffx");
  });

  it("many strings", () => {
    const strings = new ByteStrings();
    for (let round = 0; round < 2; round++) {
      for (let i = 1; i < 20_000; i++) expect(strings.intern(`name ${i}`)).toBe(i);
    }
  });
});

describe("IntLists", () => {
  it("interns by content, the empty list too", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer(), { maxLength: 4 }), { maxLength: 60 }),
        (lists) => {
          const interned = new IntLists();
          const keys: string[] = [];
          for (const list of lists) {
            const at = interned.intern(Int32Array.from(list), 0, list.length);
            if (at === keys.length) keys.push(String(list));
            expect(keys[at]).toBe(String(list));
          }
          expect(interned.length).toBe(keys.length);
          for (let i = 0; i < interned.length; i++) {
            const part = interned.data.data.slice(
              interned.start.data[i],
              interned.start.data[i + 1],
            );
            expect(part.join(",")).toBe(keys[i]);
          }
        },
      ),
    );
  });
});

describe("CallStacksBuilder", () => {
  it("shares functions, locations and stacks; addresses up to 2^53 are exact", () => {
    const strings = new ByteStrings();
    const builder = new CallStacksBuilder(strings);
    const name = strings.intern("f");
    const file = strings.intern("f.go");
    const high = 2 ** 52 + 0xfedcba98;
    const stacks = [7, 7, 8].map((line) => {
      for (const address of [high, 0]) {
        builder.beginLocation(address, -1);
        builder.line(name, name, file, 0, line);
        builder.line(name, name, file, 0, 1);
        builder.endLocation();
      }
      return builder.endStack();
    });
    const table = builder.finish();
    expect(stacks).toEqual([0, 0, 1]);
    expect(builder.stackCount).toBe(2);
    expect(table.functions.length).toBe(1);
    expect([...table.locations.address]).toEqual([high, 0, high, 0]);
    expect([...table.locations.lineStart]).toEqual([0, 2, 4, 6, 8]);
    expect([...table.locations.lineNumber]).toEqual([7, 1, 7, 1, 8, 1, 8, 1]);
    expect([...table.stacks.start]).toEqual([0, 2, 4]);
    expect([...table.stacks.location]).toEqual([0, 1, 2, 3]);
  });
});

describe("LabelsBuilder", () => {
  it("drops the labels of a row that is not kept", () => {
    const labels = new LabelsBuilder();
    labels.add(1, 2, NaN, 0);
    labels.endRow();
    labels.add(3, 0, 5, 6);
    labels.dropRow();
    labels.endRow();
    labels.add(7, 0, 8, 9);
    labels.endRow();
    const { start, key, num } = labels.finish();
    expect([...start]).toEqual([0, 1, 1, 2]);
    expect([...key]).toEqual([1, 7]);
    expect([...num]).toEqual([NaN, 8]);
  });
});

function linesOf(text: string, chunks: readonly number[], limit = 1000): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter(
    {
      line: (bytes, from, to, ended, overlong) => {
        const content = new TextDecoder().decode(bytes.subarray(from, to));
        lines.push(
          `${splitter.number}${ended ? "" : " open"}${overlong ? " long" : ""}:${content}`,
        );
      },
    },
    limit,
  );
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = chunks[i % chunks.length] ?? 1;
    splitter.push(bytes.slice(at, at + size));
    at += size;
  }
  splitter.end();
  expect(splitter.offset).toBe(bytes.length);
  return lines;
}

describe("LineSplitter", () => {
  it("lines, their numbers and an open end", () => {
    expect(linesOf("a\n\nb\r\nc", [100])).toEqual(["1:a", "2:", "3:b", "4 open:c"]);
    expect(linesOf("a\n", [1])).toEqual(["1:a"]);
    expect(linesOf("", [1])).toEqual([]);
  });

  it("does not depend on the chunks, nor does the limit", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r", "\u00e9"), maxLength: 80 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 12 }),
        (text, chunks, limit) => {
          expect(linesOf(text, chunks, limit)).toEqual(linesOf(text, [1000], limit));
          const lines = text.split("\n");
          if (lines.at(-1) === "") lines.pop();
          expect(linesOf(text, chunks).map((line) => line.replace(/^\d+[^:]*:/, ""))).toEqual(
            lines.map((line) => line.replace(/\r$/, "")),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("keeps the beginning of an overlong line and says so", () => {
    expect(linesOf("abcdef\ngh\n", [4], 3)).toEqual(["1 long:abc", "2:gh"]);
    expect(linesOf("abcdef", [1], 3)).toEqual(["1 open long:abc"]);
  });
});

describe("numbers in bytes", () => {
  const decimal = (text: string): number => parseDecimal(ascii(text), 0, text.length);
  const hex = (text: string): number => parseHex(ascii(text), 0, text.length);

  it("decimal and hexadecimal, and nothing else", () => {
    expect(["0", "-12", "9007199254740991"].map(decimal)).toEqual([0, -12, 9007199254740991]);
    expect(["", "-", "1x", " 1", "+1", "1.0"].map(decimal)).toEqual(new Array(6).fill(NaN));
    expect(["0x0", "0xfF", "0x1fffffffffffff"].map(hex)).toEqual([0, 255, Number.MAX_SAFE_INTEGER]);
    expect(["", "0x", "ff", "0xg", "0X1"].map(hex)).toEqual(new Array(5).fill(NaN));
  });

  it("finds bytes within bounds only", () => {
    const bytes = ascii("a:b:c");
    expect([findByte(bytes, 58, 0, 5), findByte(bytes, 58, 2, 3)]).toEqual([1, -1]);
    expect([findLastByte(bytes, 58, 0, 5), findLastByte(bytes, 58, 2, 3)]).toEqual([3, -1]);
    expect(startsWith(bytes, 2, 4, ascii("b:"))).toBe(true);
    expect(startsWith(bytes, 2, 3, ascii("b:"))).toBe(false);
  });
});

describe("label sets as Go prints them", () => {
  it("reads what %q writes", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 });
    const quote = (value: string): string => {
      let out = "";
      for (const char of value) {
        const code = char.codePointAt(0) ?? 0;
        if (char === '"' || char === "\\") out += `\\${char}`;
        else if (code >= 32 && code < 127) out += char;
        else if (code < 128) out += `\\x${code.toString(16).padStart(2, "0")}`;
        else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, "0")}`;
        else out += `\\U${code.toString(16).padStart(8, "0")}`;
      }
      return `"${out}"`;
    };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text), { maxLength: 4 }),
        fc.boolean(),
        (pairs, blank) => {
          const inner = pairs
            .map(([k, v]) => `${quote(k)}:${blank ? " " : ""}${quote(v)}`)
            .join(", ");
          const printed = `x{${inner}}y`;
          expect(labelPairsAt(printed, 1)).toEqual({ pairs, next: printed.length - 1 });
        },
      ),
    );
  });

  it.each([
    '{"a',
    '{"a"',
    '{"a":',
    '{"a":"b"',
    '{"a":"b",}',
    '{"a":"\\x1"}',
    '{"\\U00110000":"b"}',
    "a",
    "",
  ])("%s is not whole", (text) => expect(labelPairsAt(text, 0)).toBeUndefined());
});
