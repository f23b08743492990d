// What goes out comes back: every table that pprof's encoder can state, through each format that is
// written. Formats that hold less are compared in what they hold (each FORMAT.md says what that is).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cutPositions,
  fixture,
  fixtureNames,
  outcome,
  profileOf,
  readWith,
  spell,
} from "../../test/profile-testkit.ts";
import { rawText } from "../analysis/profile/raw-text.ts";
import { CallStacksBuilder } from "../model/builders/call-stacks.ts";
import { ByteStrings } from "../model/builders/byte-strings.ts";
import { LabelsBuilder } from "../model/builders/labels.ts";
import { FormatError } from "../model/errors.ts";
import type { Format, ReadResult } from "../model/format.ts";
import type { ProfileTable } from "../model/tables/profile.ts";
import type { LocationColumns } from "../model/tables/stacks.ts";
import { encodeFolded, foldedName } from "./folded/encode.ts";
import { foldedFormat } from "./folded/format.ts";
import { encodeOtlp } from "./otlp/encode.ts";
import { otlpFormat } from "./otlp/format.ts";
import { encodeProfile } from "./pprof/encode.ts";
import { pprofFormat } from "./pprof/format.ts";
import { detectFormat } from "./registry.ts";
import { encodeSpeedscope } from "./speedscope/encode.ts";
import { speedscopeFormat } from "./speedscope/format.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const dump = (table: ProfileTable): string => Array.from(rawText(table)).join("");
const joined = (parts: Iterable<string>): Uint8Array => utf8(Array.from(parts).join(""));

function readBack(format: Format, bytes: Uint8Array): ReadResult {
  const detected = detectFormat(bytes.subarray(0, 65536), "input");
  expect(detected?.format.id).toBe(format.id);
  const result = readWith(format, bytes);
  expect(result.diagnostics.filter(({ severity }) => severity === "damage")).toEqual([]);
  return result;
}

/** Everything but what depends on the way a table was read. */
function content(table: ProfileTable): string {
  return [
    dump(table),
    spell({ table, diagnostics: [], completeness: { complete: true, lowerBounds: false } }),
    JSON.stringify([table.dropFrames, table.keepFrames, table.statedDefaultType, table.isDelta]),
  ].join("\n");
}

const NAMES = [
  "main.main",
  "a;b",
  "operator new",
  "包.函数",
  "f 12",
  "x.(*T[go.shape.struct { A int; B int }]).M",
  "",
];
const FILES = ["", "/srv/main.go", "C:\\x y.go"];

const line = fc.record({
  name: fc.constantFrom(...NAMES),
  system: fc.constantFrom("", "_Z1fv"),
  file: fc.constantFrom(...FILES),
  start: fc.integer({ min: 0, max: 900 }),
  line: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
});
const location = fc.record({
  address: fc.constantFrom(0, 1, 0x401000, 2 ** 40 + 5),
  mapping: fc.integer({ min: -1, max: 1 }),
  lines: fc.array(line, { maxLength: 3 }),
});
const label = fc.record({
  key: fc.constantFrom("bytes", "k", "钥"),
  value: fc.oneof(
    fc.record({ text: fc.constantFrom("v", "", "a b") }),
    fc.record({ number: fc.maxSafeInteger(), unit: fc.constantFrom("", "bytes", "ms") }),
  ),
});
const value = fc.oneof(fc.constant(0), fc.integer({ min: -50, max: 2 ** 31 }), fc.maxSafeInteger());
const TYPE_SETS = [
  [
    ["samples", "count"],
    ["cpu", "nanoseconds"],
  ],
  [
    ["alloc_objects", "count"],
    ["alloc_space", "bytes"],
    ["inuse_objects", "count"],
    ["inuse_space", "bytes"],
  ],
  [["x", "y"]],
] as const;

interface Drawn {
  readonly types: (typeof TYPE_SETS)[number];
  readonly rows: readonly {
    readonly stack: readonly number[];
    readonly values: readonly number[];
    readonly labels: readonly {
      readonly key: string;
      readonly value:
        | { readonly text: string }
        | { readonly number: number; readonly unit: string };
    }[];
  }[];
  readonly locations: readonly {
    readonly address: number;
    readonly mapping: number;
    readonly lines: readonly {
      readonly name: string;
      readonly system: string;
      readonly file: string;
      readonly start: number;
      readonly line: number;
    }[];
  }[];
  readonly comments: readonly string[];
  readonly time: bigint;
  readonly duration: number;
  readonly period: number;
  readonly stated: boolean;
  /** Columns of lines, folded and wide addresses. */
  readonly rich: boolean;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  types: fc.constantFrom(...TYPE_SETS),
  locations: fc.array(location, { minLength: 1, maxLength: 6 }),
  rows: fc.array(
    fc.record({
      stack: fc.array(fc.nat(5), { maxLength: 5 }),
      values: fc.array(value, { minLength: 4, maxLength: 4 }),
      labels: fc.array(label, { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  comments: fc.array(fc.constantFrom("hello", "# 注释", "two\nlines"), { maxLength: 2 }),
  time: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  duration: fc.nat(10 ** 9),
  period: fc.integer({ min: 1, max: 10 ** 9 }),
  stated: fc.boolean(),
  rich: fc.boolean(),
});

function enriched(locations: LocationColumns): LocationColumns {
  return {
    ...locations,
    bigAddress: new Map(Array.from(locations.address, (at, i) => [i, 2n ** 64n - 1n - BigInt(at)])),
    address: locations.address.map((at) => Number(2n ** 64n - 1n - BigInt(at))),
    lineColumn: locations.lineNumber.map((_, i) => i % 3),
    isFolded: Uint8Array.from(locations.address, (_, i) => i % 2),
  };
}

/** The table of a draw: through the builder, and once through pprof, which settles kind and delta. */
function tableOf(draw: Drawn, clamp: (value: number) => number = (v) => v): ProfileTable {
  const strings = new ByteStrings();
  const stacks = new CallStacksBuilder(strings);
  const labels = new LabelsBuilder();
  const rowStack = new Int32Array(draw.rows.length);
  draw.rows.forEach((row, i) => {
    for (const at of row.stack) {
      const { address, mapping, lines } = draw.locations[at % draw.locations.length];
      stacks.beginLocation(address, mapping);
      for (const l of lines) {
        const name = strings.intern(l.name);
        const system = l.system === "" ? name : strings.intern(l.system);
        stacks.line(name, system, strings.intern(l.file), l.start, l.line);
      }
      stacks.endLocation();
    }
    rowStack[i] = stacks.endStack();
    for (const { key, value: of } of row.labels) {
      if ("text" in of) labels.add(strings.intern(key), strings.intern(of.text), NaN, 0);
      else labels.add(strings.intern(key), 0, of.number, strings.intern(of.unit));
    }
    labels.endRow();
  });
  const built = stacks.finish();
  const sampleTypes = draw.types.map(([type, unit]) => ({ type, unit }));
  const millis = Number(draw.time / 1_000_000n) + Number(draw.time % 1_000_000n) / 1e6;
  const table: ProfileTable = {
    kind: "profile",
    profileKind: "other",
    encoding: "proto",
    ...built,
    locations: draw.rich ? enriched(built.locations) : built.locations,
    rows: draw.rows.length,
    sampleTypes,
    defaultSampleType: draw.stated ? 0 : sampleTypes.length - 1,
    ...(draw.stated ? { statedDefaultType: sampleTypes[0].type } : {}),
    values: sampleTypes.map((_, k) => Float64Array.from(draw.rows, (row) => clamp(row.values[k]))),
    rowStack,
    labels: labels.finish(),
    mappings: {
      length: 2,
      start: Float64Array.of(0x400000, 0xffffffffff600000),
      limit: Float64Array.of(0x800000, 2 ** 64),
      offset: Float64Array.of(0x1000, 0),
      file: Int32Array.of(strings.intern("/srv/app"), 0),
      buildId: Int32Array.of(strings.intern("abc123"), 0),
      flags: Uint8Array.of(15, 2),
    },
    periodType: { type: "space", unit: "bytes" },
    period: draw.period,
    timeMs: draw.time === 0n ? undefined : millis,
    ...(draw.time === 0n ? {} : { timeNanos: draw.time }),
    durationNs: draw.duration === 0 ? undefined : draw.duration,
    isDelta: false,
    comments: draw.comments,
    dropFrames: "runtime\\..*",
    keepFrames: "runtime\\.panic",
    docUrl: "https://example.com/doc",
    memStats: undefined,
  };
  return profileOf(readWith(pprofFormat, encodeProfile(table)));
}

function addressName({ bigAddress, address }: LocationColumns, at: number): string {
  return `0x${BigInt(bigAddress?.get(at) ?? address[at]).toString(16)}`;
}

/** Frame names, root first, with the values of each column summed. */
function folded(table: ProfileTable, nameOf: (name: string) => string): Map<string, number[]> {
  const sums = new Map<string, number[]>();
  for (let row = 0; row < table.rows; row++) {
    const names: string[] = [];
    const stack = table.rowStack[row];
    for (let i = table.stacks.start[stack]; i < table.stacks.start[stack + 1]; i++) {
      const at = table.stacks.location[i];
      const from = table.locations.lineStart[at];
      const to = table.locations.lineStart[at + 1];
      if (from === to) names.push(addressName(table.locations, at));
      for (let l = from; l < to; l++) {
        const fn = table.locations.lineFunction[l];
        names.push(nameOf(table.strings.get(table.functions.name[fn])));
      }
    }
    const key = JSON.stringify(names);
    const sum = sums.get(key) ?? table.values.map(() => 0);
    table.values.forEach((column, k) => (sum[k] += column[row]));
    sums.set(key, sum);
  }
  return sums;
}

describe("pprof", () => {
  it("any table comes back whole", () => {
    fc.assert(
      fc.property(drawn, (draw) => {
        const table = tableOf(draw);
        const again = profileOf(readBack(pprofFormat, encodeProfile(table)));
        expect(content(again)).toBe(content(table));
      }),
      { numRuns: 150 },
    );
  });
});

describe("OTLP", () => {
  it("any table comes back whole", () => {
    fc.assert(
      fc.property(drawn, (draw) => {
        const table = tableOf(draw);
        const again = profileOf(readBack(otlpFormat, encodeOtlp(table)));
        expect(content(again)).toBe(content(table));
      }),
      { numRuns: 150 },
    );
  });

  it.each(fixtureNames("pprof", /\.pb\.gz$/))("%s comes back whole", (name) => {
    const table = profileOf(readWith(pprofFormat, fixture(`pprof/${name}`), { name }));
    const bytes = encodeOtlp(table);
    expect(detectFormat(bytes.subarray(0, 65536), name)?.format.id).toBe("otlp");
    const result = readWith(otlpFormat, bytes, { name });
    expect(result.completeness.complete).toBe(true);
    expect(content(profileOf(result))).toBe(content(table));
  });

  it("cut at any byte is an error or says so", () => {
    const table = profileOf(readWith(pprofFormat, fixture("pprof/go1.26.mutex.pb.gz")));
    const bytes = encodeOtlp(table);
    for (const cut of cutPositions(bytes.length, 300)) {
      if (cut === bytes.length) continue;
      const result = outcome(() => readWith(otlpFormat, bytes.subarray(0, cut)));
      if (result instanceof FormatError) continue;
      expect([cut, result.completeness.complete]).toEqual([cut, false]);
    }
  });
});

describe("speedscope", () => {
  it("keeps frames, files, lines and all sample types of any table without negatives", () => {
    fc.assert(
      fc.property(drawn, (draw) => {
        const table = tableOf(draw, Math.abs);
        const again = profileOf(readBack(speedscopeFormat, joined(encodeSpeedscope(table))));
        expect(again.sampleTypes).toEqual(table.sampleTypes);
        expect(again.defaultSampleType).toBe(table.defaultSampleType);
        expect(again.values).toEqual(table.values);
        expect(folded(again, (name) => name)).toEqual(folded(table, (name) => name));
        expect(again.comments).toEqual(table.comments.slice(0, 1));
      }),
      { numRuns: 150 },
    );
  });

  it("refuses negative values with a reason", () => {
    const table = profileOf(readWith(pprofFormat, fixture("pprof/go1.27.heap-delta.pb.gz")));
    expect(() => Array.from(encodeSpeedscope(table))).toThrow(/negative/);
  });
});

describe("folded", () => {
  it("keeps names and sums of a sample type of any table", () => {
    fc.assert(
      fc.property(drawn, (draw) => {
        const table = tableOf(draw, (v) => v % 1000);
        const bytes = joined(encodeFolded(table, 0));
        const expected = [...folded(table, foldedName)]
          .map(([names, sums]): [string, number] => [
            names === "[]" || names === '[""]' ? '["[unknown]"]' : names,
            sums[0],
          ])
          .filter(([, sum]) => sum !== 0);
        if (bytes.length === 0) {
          expect(expected).toEqual([]);
          return;
        }
        const text = new TextDecoder().decode(bytes);
        // Leaves that end with a number are the documented exception; one row without decides.
        fc.pre(
          text.split("\n").some((l) => l !== "" && !/ \d+ -?\d+$/.test(l)) &&
            !/^[^\n]* \d+ -?\d+\n/.test(text),
        );
        const again = profileOf(readWith(foldedFormat, bytes));
        const found = [...folded(again, (name) => name)].map(([names, sums]): [string, number] => [
          names,
          sums[0],
        ]);
        expect(new Map(found)).toEqual(new Map(merge(expected)));
      }),
      { numRuns: 150 },
    );
  });
});

/** ";" in a name becomes ":", so that two stacks may become one. */
function merge(rows: readonly (readonly [string, number])[]): [string, number][] {
  const sums = new Map<string, number>();
  for (const [names, sum] of rows) sums.set(names, (sums.get(names) ?? 0) + sum);
  return [...sums];
}
