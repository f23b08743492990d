import { existsSync } from "node:fs";
import fc from "fast-check";
import * as oracle from "pprof-format";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  cutPositions,
  decoded,
  filesBelow,
  fixture,
  fixtureNames,
  fixtureText,
  labelsOf,
  linesOf,
  outcome,
  profileOf,
  readWith,
  refusal,
  spell,
} from "../../../test/profile-testkit.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { encodeProfile } from "./encode.ts";
import { pprofFormat } from "./format.ts";

const PROTO = /\.pb\.gz$/;
const NAMES = fixtureNames("pprof", PROTO);

function read(bytes: Uint8Array, name = "input"): ReadResult {
  return readWith(pprofFormat, bytes, { name });
}

function readFixture(name: string): { result: ReadResult; table: ProfileTable } {
  const result = read(fixture(`pprof/${name}`), name);
  return { result, table: profileOf(result) };
}

/** The other decoder gives int64 above 2^53 as unsigned bigint. */
const oracleNumber = (value: number | bigint): number =>
  typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : value;

/** The table in the terms of the other decoder, for comparison as a whole. */
function asOracleSees(table: ProfileTable): unknown[] {
  const rows: unknown[] = [];
  const locations = Array.from({ length: table.locations.length }, (_, at) =>
    JSON.stringify([table.locations.address[at], linesOf(table, at)]),
  );
  for (let row = 0; row < table.rows; row++) {
    const stack = table.rowStack[row];
    const at = table.stacks.location.subarray(
      table.stacks.start[stack],
      table.stacks.start[stack + 1],
    );
    rows.push([
      table.values.map((column) => column[row]),
      Array.from(at, (location) => locations[location]),
      // The other decoder cannot tell a stated 0 from the empty string.
      labelsOf(table, row).map((label) => label.replace(/=$/, "=0")),
    ]);
  }
  return rows;
}

function oracleRows(bytes: Uint8Array): unknown[] {
  const profile = oracle.Profile.decode(bytes);
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] ?? "";
  const functions = new Map(profile.function.map((fn) => [String(fn.id), fn]));
  const locations = new Map(
    profile.location.map((location) => {
      const lines = location.line.map((line) => {
        const fn = functions.get(String(line.functionId));
        if (fn === undefined) throw new Error(`no function ${line.functionId}`);
        return `${text(fn.name)} ${text(fn.filename)}:${oracleNumber(line.line)}`;
      });
      return [String(location.id), JSON.stringify([Number(location.address), lines])];
    }),
  );
  return profile.sample.map((sample) => [
    sample.value.map(oracleNumber),
    sample.locationId.map((id) => locations.get(String(id))),
    sample.label.map(({ key, str, num, numUnit }) => {
      const unit = oracleNumber(numUnit) === 0 ? "" : ` ${text(numUnit)}`;
      const value = oracleNumber(str) === 0 ? `${oracleNumber(num)}` : text(str);
      return `${text(key)}=${value}${unit}`;
    }),
  ]);
}

describe("fixtures recorded with Go 1.22, 1.26 and 1.27", () => {
  it.each(NAMES)("%s is detected, whole, and the same as pprof-format reads it", (name) => {
    const bytes = fixture(`pprof/${name}`);
    expect(pprofFormat.detect(bytes.subarray(0, 65536), name)).toEqual({
      format: "pprof",
      strength: "certain",
    });
    const { result, table } = readFixture(name);
    expect(result.completeness.complete).toBe(true);
    expect(result.diagnostics.filter(({ severity }) => severity !== "note")).toEqual([]);
    expect(asOracleSees(table)).toEqual(oracleRows(bytes));
  });

  it.each([
    ["heap", "heap", false],
    ["heap-delta", "heap", true],
    ["allocs", "allocs", false],
    ["goroutine", "goroutine", false],
    ["goroutine-delta", "goroutine", true],
    ["mutex", "mutex", false],
    ["block", "block", false],
    ["threadcreate", "threadcreate", false],
    ["cpu", "cpu", false],
  ])("%s is of kind %s, delta: %s, without help from its name", (file, kind, isDelta) => {
    for (const version of ["go1.22", "go1.26", "go1.27"]) {
      const table = profileOf(read(fixture(`pprof/${version}.${file}.pb.gz`), "x"));
      expect([version, table.profileKind, table.isDelta]).toEqual([version, kind, isDelta]);
    }
  });

  it("goroutineleak is a kind of its own", () => {
    expect(readFixture("go1.27.goroutineleak.pb.gz").table.profileKind).toBe("goroutineleak");
  });

  it("a heap states its types, rate, time and no duration", () => {
    const { table } = readFixture("go1.26.heap.pb.gz");
    expect(table.sampleTypes).toEqual([
      { type: "alloc_objects", unit: "count" },
      { type: "alloc_space", unit: "bytes" },
      { type: "inuse_objects", unit: "count" },
      { type: "inuse_space", unit: "bytes" },
    ]);
    expect(table.periodType).toEqual({ type: "space", unit: "bytes" });
    expect(table.period).toBe(524288);
    expect(table.defaultSampleType).toBe(3);
    expect(table.timeMs).toBeCloseTo(Date.UTC(2026, 10, 26, 7, 26, 20, 282) + 0.58905, 3);
    expect(table.durationNs).toBeUndefined();
    expect(table.memStats).toBeUndefined();
    expect(table.mappings.length).toBe(5);
    expect(table.strings.get(table.mappings.file[0])).toBe("/srv/shop/shop-1.26.8");
    expect(table.strings.get(table.mappings.buildId[0])).toMatch(/^[0-9a-f]{40}$/);
    // [vsyscall] lies above 2^53 and is page aligned: exact all the same.
    expect(table.mappings.start[4]).toBe(0xffffffffff600000);
  });

  it("allocs names alloc_space as its default; ?seconds=N states a duration", () => {
    expect(readFixture("go1.27.allocs.pb.gz").table.defaultSampleType).toBe(1);
    const allocs = readFixture("go1.27.allocs-delta.pb.gz").table;
    expect([allocs.profileKind, allocs.isDelta, allocs.defaultSampleType]).toEqual([
      "allocs",
      true,
      3,
    ]);
    const delta = readFixture("go1.27.heap-delta.pb.gz").table;
    expect(delta.durationNs).toBeGreaterThan(2e9);
    expect(Math.min(...delta.values[3])).toBeLessThan(0);
  });

  it("goroutine labels: quoted text, and the empty string is not zero", () => {
    const { table } = readFixture("go1.26.goroutine.pb.gz");
    const seen = new Set<string>();
    for (let row = 0; row < table.rows; row++) {
      for (const label of labelsOf(table, row)) seen.add(label);
    }
    const note = 'note=a "quoted", value}\n\u00e9\u4e16';
    expect([...seen].toSorted()).toEqual(["empty=", "handler=/orders", "handler=list", note]);
  });
});

/** The part of `go tool pprof -raw` between the types and the mappings, from a table. */
function rawText(table: ProfileTable): string {
  const { locations, functions, strings, stacks, labels } = table;
  const number = new Map<number, number>();
  const order: number[] = [];
  const lines: string[] = [];
  for (let row = 0; row < table.rows; row++) {
    const stack = table.rowStack[row];
    let ids = "";
    for (let i = stacks.start[stack]; i < stacks.start[stack + 1]; i++) {
      const at = stacks.location[i];
      if (!number.has(at)) {
        order.push(at);
        number.set(at, order.length);
      }
      ids += `${number.get(at)} `;
    }
    const values = table.values.map((column) => String(column[row]).padStart(10));
    lines.push(` ${values.join(" ")}: ${ids}`);
    const texts: string[] = [];
    const numbers: string[] = [];
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = strings.get(labels.key[i]);
      if (labels.str[i] !== 0) texts.push(`${key}:[${strings.get(labels.str[i])}]`);
      else if (labels.num[i] > 0) numbers.push(`${key}:[${labels.num[i]}]`);
    }
    if (texts.length > 0) lines.push(`                ${texts.toSorted().join(" ")}`);
    if (numbers.length > 0) lines.push(`                ${numbers.toSorted().join(" ")}`);
  }
  lines.push("Locations");
  for (const at of order) {
    const mapping = locations.mapping[at] < 0 ? "" : `M=${locations.mapping[at] + 1} `;
    // 2^64 − 1 is the one address here that a double cannot hold.
    const address =
      locations.address[at] >= 2 ** 64 ? 2n ** 64n - 1n : BigInt(locations.address[at]);
    let head = `${String(number.get(at)).padStart(6)}: 0x${address.toString(16)} ${mapping}`;
    if (locations.lineStart[at] === locations.lineStart[at + 1]) lines.push(head);
    for (let i = locations.lineStart[at]; i < locations.lineStart[at + 1]; i++) {
      const fn = locations.lineFunction[i];
      const place = `${strings.get(functions.file[fn])}:${locations.lineNumber[i]}`;
      const start = `s=${functions.startLine[fn]}`;
      lines.push(`${head}${strings.get(functions.name[fn])} ${place}:0 ${start}`);
      head = "             ";
    }
  }
  return lines.join("\n");
}

describe("go tool pprof -raw", () => {
  it.each(fixtureNames("pprof", /\.raw\.txt$/))("%s says the same of every row", (name) => {
    const text = fixtureText(`pprof/${name}`);
    const from = text.indexOf("\n", text.indexOf("Samples:\n") + 9) + 1;
    const expected = text.slice(from, text.indexOf("\nMappings"));
    const { table } = readFixture(name.replace(".raw.txt", ".pb.gz"));
    expect(rawText(table)).toBe(expected);
  });
});

const corpora = corpus("pprof");
const PUBLIC =
  corpora === undefined
    ? []
    : filesBelow(corpora)
        .filter(isProto)
        .map((path) => path.slice(corpora.length + 1));
const at = (name: string): string => `${corpora ?? ""}/${name}`;

/** Neither reports nor legacy texts. */
function isProto(path: string): boolean {
  return (
    !/\/(?:expected|golden|testdata|google-pprof-legacy)\//.test(path) &&
    /(?:\.pb(?:\.gz(?:\.fixed)?)?|\.pprof|\/(?:heap|heap_delta|phlaredb_heap|profile_\w+))$/.test(
      path,
    )
  );
}

interface Fact {
  readonly error?: string;
  readonly samples: number;
  readonly locations: number;
  readonly functions: number;
  readonly mappings: number;
  readonly sample_types: readonly {
    readonly type: string;
    readonly unit: string;
    readonly sum: number;
    readonly nonzero_samples: number;
  }[];
}

describe.skipIf(corpora === undefined)("public profiles (skipped without the corpora)", () => {
  it("finds the profiles of all five collections", () => {
    expect(PUBLIC.length).toBeGreaterThan(25);
  });

  it.each(PUBLIC)("%s", (name) => {
    const path = at(name);
    const bytes = decoded(path);
    expect(pprofFormat.detect(bytes.subarray(0, 65536), path)?.format).toBe("pprof");
    const result = read(bytes, path);
    const table = profileOf(result);
    expect(result.diagnostics.filter(({ severity }) => severity === "damage")).toEqual([]);
    expect(sameText(asOracleSees(table), oracleRows(bytes))).toBe("same");
    // And what the reference implementation counted in it.
    const folder = path.slice(0, path.lastIndexOf("/"));
    const facts = summaryFor(folder, path);
    if (facts === undefined) return;
    expect(table.rows).toBe(facts.samples);
    expect(table.locations.length).toBe(facts.locations);
    expect(table.mappings.length).toBe(facts.mappings);
    const sums = table.values.map((column) => column.reduce((sum, value) => sum + value, 0));
    expect(sums).toEqual(facts.sample_types.map(({ sum }) => sum));
    expect(table.sampleTypes).toEqual(facts.sample_types.map(({ type, unit }) => ({ type, unit })));
  });

  it.each(PUBLIC)("%s encodes and reads back the same", (name) => {
    const path = at(name);
    const result = read(decoded(path), path);
    const again = read(encodeProfile(profileOf(result)), path);
    const expected = spell({ ...result, diagnostics: again.diagnostics });
    expect(sameText([spell(again)], [expected])).toBe("same");
  });
});

/** vitest's own comparison takes seconds on a hundred thousand rows. */
function sameText(left: readonly unknown[], right: readonly unknown[]): string {
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const a = JSON.stringify(left[i]);
    const b = JSON.stringify(right[i]);
    if (a !== b) return `row ${i}: ${a.slice(0, 2000)} against ${b.slice(0, 2000)}`;
  }
  return "same";
}

function summaryFor(folder: string, path: string): Fact | undefined {
  for (const base of [folder, folder.slice(0, folder.lastIndexOf("/"))]) {
    const summary = `${base}/summary.json`;
    if (!existsSync(summary)) continue;
    const all: unknown = JSON.parse(new TextDecoder().decode(decoded(summary)));
    const fact = lookUp(all, path.slice(base.length + 1));
    if (fact !== undefined) return fact;
  }
  return undefined;
}

function lookUp(all: unknown, key: string): Fact | undefined {
  if (typeof all !== "object" || all === null || !(key in all)) return undefined;
  const facts: Record<string, Fact | undefined> = { ...all };
  const fact = facts[key];
  return fact?.error === undefined ? fact : undefined;
}

describe("the encoder", () => {
  it.each(NAMES)("%s reads back the same", (name) => {
    const { result, table } = readFixture(name);
    const again = read(encodeProfile(table), name);
    expect(spell(again)).toBe(spell(result));
  });

  it("refuses raw heap counts, which a message would state as scaled", () => {
    const { table } = readFixture("go1.26.heap.pb.gz");
    expect(() => encodeProfile({ ...table, encoding: "text" })).toThrow(RangeError);
  });
});

describe("chunks", () => {
  it.each(NAMES)("%s is the same wherever it is cut into chunks", (name) => {
    const bytes = fixture(`pprof/${name}`);
    const whole = spell(read(bytes, name));
    for (const chunks of [[1], [7], [1, 100, 3], [4096]]) {
      expect(spell(readWith(pprofFormat, bytes, { name, chunks }))).toBe(whole);
    }
  });
});

const sumOf = (table: ProfileTable): number[] =>
  table.values.map((column) => column.reduce((sum, value) => sum + Math.abs(value), 0));

describe("cut files", () => {
  it.each(NAMES)("%s cut anywhere is an error or says what is missing", (name) => {
    const bytes = fixture(`pprof/${name}`);
    const whole = profileOf(read(bytes, name));
    for (const at of cutPositions(bytes.length, 400)) {
      const cut = outcome(() => read(bytes.subarray(0, at), name));
      if (cut instanceof FormatError) continue;
      const warned = cut.diagnostics.filter(({ severity }) => severity !== "note");
      if (cut.completeness.complete) {
        // The message has no end mark: behind the string table a cut between two fields loses the
        // time or the period, never a row.
        const table = profileOf(cut);
        expect([at, table.rows, sumOf(table)]).toEqual([at, whole.rows, sumOf(whole)]);
        if (table.period !== whole.period) expect(warned.length).toBeGreaterThan(0);
      } else {
        expect(warned.length).toBeGreaterThan(0);
      }
    }
  });

  it("tells how much was read, and that sums are lower bounds", () => {
    // google/pprof's own encoder writes the strings before the time: a cut there keeps most rows.
    const bytes = fixture("pprof/go1.26.heap-delta.pb.gz");
    const table = profileOf(read(bytes));
    const cut = outcome(() => read(bytes.subarray(0, Math.floor(bytes.length * 0.8))));
    if (cut instanceof FormatError) throw cut;
    const part = profileOf(cut);
    expect(part.rows).toBeLessThan(table.rows);
    expect(part.rows).toBeGreaterThan(0);
    expect(cut.completeness).toMatchObject({ complete: false, lowerBounds: true });
    expect(cut.completeness.fraction).toBeGreaterThan(0.7);
    expect(cut.diagnostics.map(({ code }) => code)).toContain("pprof.sample-unresolved");
  });

  it("a file whose names are all lost is refused with the share that was read", () => {
    const bytes = fixture("pprof/go1.26.heap.pb.gz");
    expect(refusal(() => read(bytes.subarray(0, 600)))).toMatch(
      /names of the sample types .* found 0 strings \(9\d % of/,
    );
  });
});

/** Bytes of a message field, and of a number field. */
const field = (at: number, ...content: number[]): number[] => [
  at * 8 + 2,
  content.length,
  ...content,
];
const value = (at: number, ...varint: number[]): number[] => [at * 8, ...varint];
const text = (string: string): number[] => field(6, ...new TextEncoder().encode(string));
const bytesOf = (...parts: number[][]): Uint8Array => new Uint8Array(parts.flat());

const TYPES = field(1, ...value(1, 1), ...value(2, 2));
const STRINGS = [text(""), text("things"), text("count"), text("f")].flat();
const FUNCTION = field(5, ...value(1, 1), ...value(2, 3));
const LOCATION = field(4, ...value(1, 1), ...field(4, ...value(1, 1), ...value(2, 9)));
const sample = (...content: number[]): number[] => field(2, ...content);
const PERIOD = [...field(11, ...value(1, 1), ...value(2, 2)), ...value(12, 1)];
const PACKED = sample(...field(1, 1), ...field(2, 5));

function codes(result: ReadResult | FormatError): string[] {
  if (result instanceof FormatError) throw result;
  return result.diagnostics.map(({ code, severity, count }) => `${severity} ${code} ${count}`);
}

describe("wire forms", () => {
  it("repeated numbers packed or not, and both in one message", () => {
    const unpacked = sample(...value(1, 1), ...value(2, 5), ...value(1, 1));
    const mixed = sample(...field(1, 1), ...value(1, 1), ...field(2, 5));
    const table = profileOf(read(bytesOf(TYPES, unpacked, mixed, LOCATION, FUNCTION, STRINGS)));
    expect([...table.values[0]]).toEqual([5, 5]);
    expect([...table.rowStack]).toEqual([0, 0]);
    expect(table.stacks.location).toEqual(Int32Array.of(0, 0));
  });

  it("negative values are ten-byte two's complement and make a delta", () => {
    const minus = [0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    const least = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
    const result = read(
      bytesOf(
        TYPES,
        sample(...field(1, 1), ...field(2, ...minus)),
        sample(...field(1, 1), ...field(2, ...least)),
        LOCATION,
        FUNCTION,
        STRINGS,
      ),
    );
    const table = profileOf(result);
    expect([...table.values[0]]).toEqual([-5, -(2 ** 63)]);
    expect(table.isDelta).toBe(true);
    // −2^63 happens to be exact as a double; the rule is about the range, not the luck.
    expect(codes(result)).toContain("warning pprof.inexact-value 1");
  });

  it("ids of any size keep apart: 2^53 and 2^53 + 1, 2^64 − 1", () => {
    const big = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    const next = [0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    const last = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    const location = (id: number[], line: number): number[] =>
      field(4, ...value(1, ...id), ...field(4, ...value(1, 1), ...value(2, line)));
    const table = profileOf(
      read(
        bytesOf(
          TYPES,
          sample(...field(1, ...next, ...last, ...big), ...field(2, 1)),
          location(big, 1),
          location(next, 2),
          location(last, 3),
          FUNCTION,
          STRINGS,
        ),
      ),
    );
    const lines = Array.from(table.stacks.location, (at) => linesOf(table, at)[0]);
    expect(lines).toEqual(["f :2", "f :3", "f :1"]);
  });

  it("later strings may come before or after what refers to them", () => {
    const first = read(bytesOf(STRINGS, TYPES, FUNCTION, LOCATION, PACKED));
    const last = read(bytesOf(PACKED, LOCATION, FUNCTION, TYPES, STRINGS));
    expect(asOracleSees(profileOf(first))).toEqual(asOracleSees(profileOf(last)));
  });

  it("functions that are equal in all four fields are one row, and so are equal strings", () => {
    const twin = field(5, ...value(1, 2), ...value(2, 4));
    const other = field(4, ...value(1, 2), ...field(4, ...value(1, 2), ...value(2, 9)));
    const table = profileOf(
      read(bytesOf(TYPES, PACKED, LOCATION, other, FUNCTION, twin, STRINGS, text("f"))),
    );
    expect(table.functions.length).toBe(1);
    expect(table.locations.lineFunction).toEqual(Int32Array.of(0, 0));
  });

  it("unknown fields are skipped and named; fields of the format are kept", () => {
    const result = read(
      bytesOf(
        TYPES,
        PACKED,
        field(4, ...value(1, 2), ...value(3, 7), ...value(5, 1)),
        field(4, ...value(1, 1), ...field(4, ...value(1, 1), ...value(2, 9), ...value(3, 12))),
        FUNCTION,
        field(3, ...value(1, 1), ...value(5, 4), ...value(7, 1), ...value(10, 1)),
        STRINGS,
        text("g"),
        PERIOD,
        value(7, 3),
        value(8, 4),
        value(13, 3),
        field(13, 4, 3),
        value(15, 3),
        [0xa5, 0x01, 1, 2, 3, 4],
        [0xa1, 0x01, 1, 2, 3, 4, 5, 6, 7, 8],
      ),
    );
    const table = profileOf(result);
    expect(table).toMatchObject({
      dropFrames: "f",
      keepFrames: "g",
      comments: ["f", "g", "f"],
      docUrl: "f",
    });
    expect([...(table.mappings.flags ?? [])]).toEqual([9]);
    expect([...(table.locations.lineColumn ?? [])]).toEqual([12]);
    expect([...(table.locations.isFolded ?? [])]).toEqual([1, 0]);
    expect(codes(result)).toContain("note pprof.unknown-field 2");
    expect(result.completeness.complete).toBe(true);
    const again = read(encodeProfile(table));
    expect(spell(again)).toBe(spell({ ...result, diagnostics: again.diagnostics }));
  });
});

describe("damage that is not a cut (CheckValid of google/pprof)", () => {
  const sound = bytesOf(TYPES, PACKED, PACKED, LOCATION, FUNCTION, STRINGS, PERIOD);

  it.each([
    ["no sample types", bytesOf(PACKED, LOCATION, FUNCTION, STRINGS), /expected sample types/],
    ["a first string that is not empty", bytesOf(TYPES, text("x")), /empty first string/],
    ["no string table", bytesOf(TYPES, PACKED, LOCATION, FUNCTION), /names of the sample types/],
    ["location id 0", bytesOf(TYPES, PACKED, field(4), FUNCTION, STRINGS), /location ids/],
    ["an id twice", bytesOf(TYPES, PACKED, LOCATION, LOCATION, FUNCTION, STRINGS), /location ids/],
    ["a function twice", bytesOf(TYPES, LOCATION, FUNCTION, FUNCTION, STRINGS), /function ids/],
    ["a mapping without id", bytesOf(TYPES, field(3), STRINGS), /mapping ids/],
    ["two profiles", bytesOf([...sound], value(9, 1), [...sound], value(9, 2)), /one time_nanos/],
    ["two profiles without times", bytesOf([...sound], [...sound]), /ids that are distinct/],
    ["only samples of unknown location", bytesOf(TYPES, PACKED, STRINGS), /1 samples, none/],
    ["nothing", bytesOf(), /found nothing/],
  ])("%s is refused", (_, bytes, message) => {
    expect(refusal(() => read(bytes))).toMatch(message);
  });

  it.each([
    ["an unknown location", sample(...field(1, 7), ...field(2, 5)), "pprof.sample-unresolved"],
    [
      "two values for one type",
      sample(...field(1, 1), ...field(2, 5, 5)),
      "pprof.sample-value-count",
    ],
    ["no value", sample(...field(1, 1)), "pprof.sample-value-count"],
    [
      "a label of an unknown string",
      sample(...field(1, 1), ...field(2, 5), ...field(3, 8, 99)),
      "pprof.sample-unresolved",
    ],
    [
      "a varint across the end of its list",
      sample(...field(1, 0x81), ...field(2, 5)),
      "pprof.sample-malformed",
    ],
    ["a length past its end", [0x12, 2, 0x0a, 9], "pprof.sample-malformed"],
    ["a value as text", sample(...field(1, 1), 0x15, 1, 2, 3, 4), "pprof.sample-malformed"],
  ])("a sample with %s takes no row and is counted", (_, bad, code) => {
    const result = read(bytesOf(TYPES, PACKED, bad, PACKED, LOCATION, FUNCTION, STRINGS, PERIOD));
    const table = profileOf(result);
    expect(table.rows).toBe(2);
    expect([...table.values[0]]).toEqual([5, 5]);
    expect(table.labels.start).toEqual(Int32Array.of(0, 0, 0));
    expect(codes(result)).toEqual([`damage ${code} 1`]);
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });

  it("a location whose line names no function takes its samples with it", () => {
    const bare = field(4, ...value(1, 2), ...field(4, ...value(2, 9)));
    const gone = sample(...field(1, 1, 2), ...field(2, 3));
    const result = read(bytesOf(TYPES, PACKED, gone, LOCATION, bare, FUNCTION, STRINGS, PERIOD));
    expect(profileOf(result).rows).toBe(1);
    expect(codes(result)).toEqual([
      "damage pprof.location-unresolved 1",
      "damage pprof.sample-unresolved 1",
    ]);
  });

  it("a broken message in the middle does not take the rest with it", () => {
    const broken = field(4, ...value(1, 2), 0x22, 40);
    const result = read(bytesOf(TYPES, PACKED, broken, LOCATION, FUNCTION, STRINGS, PERIOD));
    expect(profileOf(result).rows).toBe(1);
    expect(codes(result)).toEqual(["damage pprof.message-malformed 1"]);
  });

  it("bytes after the end are named and nothing is taken from them", () => {
    for (const tail of [
      [0, 0, 0],
      [0x7f, 1],
      [0x0c],
      [0x1b, 0xff],
      new Array<number>(12).fill(0xff),
    ]) {
      const result = read(bytesOf([...sound], tail));
      expect(spell({ ...result, diagnostics: [], completeness: read(sound).completeness })).toBe(
        spell(read(sound)),
      );
      expect(result.diagnostics.map(({ severity }) => severity)).toEqual(["damage"]);
      expect(result.diagnostics[0]?.where).toEqual({ offset: sound.length });
      expect(result.completeness.fraction).toBeCloseTo(sound.length / (sound.length + tail.length));
    }
  });

  it("many wide rows are not believed: memory stays near the size of the file", () => {
    const types = Array.from({ length: 2000 }, () => TYPES).flat();
    const samples = Array.from({ length: 3000 }, () => sample()).flat();
    const result = outcome(() =>
      read(bytesOf(types, samples, PACKED, LOCATION, FUNCTION, STRINGS)),
    );
    expect(result).toBeInstanceOf(FormatError);
  });

  it("a file above the cap is refused, not cut", () => {
    const capped = { maxBytes: 10, chunks: [4] };
    expect(refusal(() => readWith(pprofFormat, sound, capped))).toContain("at most 10 bytes");
  });
});

describe("kinds that need more than the types", () => {
  const contention = (leaf: string): Uint8Array =>
    bytesOf(
      field(1, ...value(1, 1), ...value(2, 2)),
      field(1, ...value(1, 3), ...value(2, 4)),
      sample(...field(1, 1), ...field(2, 1, 9)),
      LOCATION,
      field(5, ...value(1, 1), ...value(2, 5)),
      ["", "contentions", "count", "delay", "nanoseconds", leaf].flatMap(text),
    );

  it.each([
    ["sync.(*Mutex).Unlock", "x", "mutex"],
    ["sync.(*RWMutex).RUnlock", "block.pb.gz", "mutex"],
    ["runtime._LostContendedRuntimeLock", "x", "mutex"],
    ["runtime.unlock", "x", "mutex"],
    ["sync.(*Mutex).Lock", "mutex.pb.gz", "block"],
    ["runtime.chanrecv1", "x", "block"],
    ["runtime.selectgo", "x", "block"],
    ["sync.(*WaitGroup).Wait", "x", "block"],
    ["main.f", "a/mutex.pb.gz", "mutex"],
    ["main.f", "mutex/block-1.pb.gz", "block"],
    ["main.f", "x", "other"],
  ])("contention at %s in %s is %s", (leaf, name, kind) => {
    expect(profileOf(read(contention(leaf), name)).profileKind).toBe(kind);
  });
});

describe("detection", () => {
  it.each([
    ["nothing", ""],
    ["HTML", "<!DOCTYPE html><html><body>404</body></html>"],
    ["JSON", '{"resourceProfiles": []}'],
    ["a heap text", "heap profile: 13: 1595680 [47130736: 2584596557304] @ heap/1048576\n"],
    ["a plain line", "\n\nUnknown profile\n"],
    ["a log", "2026/11/26 10:00:01 worker stops\n"],
    ["a trace", "go 1.26 trace\0\0\0\u0001"],
    ["digits", "2222222222222222222222222222222222222222222222222222222222222222222222222"],
  ])("%s is not a profile", (_, content) => {
    expect(pprofFormat.detect(new TextEncoder().encode(content), "heap.pb.gz")).toBeUndefined();
  });

  it("printable text is never a profile", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 400 }), (content) => {
        const bytes = new TextEncoder().encode(content.replaceAll(/[\0-\x08\x0e-\x1f]/g, " "));
        expect(pprofFormat.detect(bytes, "x")).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  it("random bytes are refused, by the detector and by the reader, without a crash", () => {
    let claimed = 0;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 600 }), (bytes) => {
        if (pprofFormat.detect(bytes, "x") !== undefined) claimed += 1;
        outcome(() => read(bytes));
      }),
      { numRuns: 2000 },
    );
    expect(claimed).toBe(0);
  });

  it("the head of a large profile is enough, wherever it ends", () => {
    const bytes = fixture("pprof/go1.27.goroutine.pb.gz");
    for (const at of cutPositions(bytes.length, 1000)) {
      if (at < 64) continue;
      expect([at, pprofFormat.detect(bytes.subarray(0, at), "x")?.format]).toEqual([at, "pprof"]);
    }
  });

  it("a profile damaged behind a sound beginning is still ours, so that it is reported", () => {
    const bytes = fixture("pprof/go1.26.allocs.pb.gz").slice();
    bytes.fill(0xff, 900, 1000);
    expect(pprofFormat.detect(bytes, "x")).toEqual({ format: "pprof", strength: "likely" });
    const result = outcome(() => read(bytes));
    expect(result).toBeInstanceOf(FormatError);
  });
});

describe("flipped bytes", () => {
  it.each(["go1.26.heap.pb.gz", "go1.27.heap-delta.pb.gz"])("%s never hangs or crashes", (name) => {
    const bytes = fixture(`pprof/${name}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        (changes) => {
          const copy = bytes.slice();
          for (const [at, byte] of changes) copy[at] = byte;
          const result = outcome(() => read(copy));
          if (result instanceof FormatError) return;
          const table = profileOf(result);
          for (const column of table.values) expect(column.length).toBe(table.rows);
          expect(table.rowStack.length).toBe(table.rows);
          spell(result);
        },
      ),
      { numRuns: 1500 },
    );
  });
});

/** Profiles of any shape, written by the other encoder. */
const anyProfile = fc
  .record({
    names: fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" }), {
      minLength: 1,
      maxLength: 6,
    }),
    locations: fc.array(
      fc.array(fc.tuple(fc.nat(9), fc.nat(5000)), { minLength: 1, maxLength: 3 }),
      { minLength: 1, maxLength: 8 },
    ),
    types: fc.integer({ min: 1, max: 4 }),
    samples: fc.array(
      fc.record({
        stack: fc.array(fc.nat(20), { maxLength: 12 }),
        values: fc.array(fc.maxSafeInteger(), { minLength: 4, maxLength: 4 }),
        labels: fc.array(
          fc.tuple(fc.nat(9), fc.oneof(fc.nat(9), fc.maxSafeInteger()), fc.boolean()),
          { maxLength: 2 },
        ),
      }),
      { minLength: 1, maxLength: 20 },
    ),
    stride: fc.constantFrom(1, 1, 3, 1000, 2 ** 40),
  })
  .map(({ names, locations, types, samples, stride }) => {
    const table = new oracle.StringTable();
    const name = (at: number): number => table.dedup(names[at % names.length] ?? "f");
    const id = (at: number): number => (at + 1) * stride;
    return new oracle.Profile({
      stringTable: table,
      sampleType: Array.from({ length: types }, (_, i) =>
        oracle.ValueType.create({ type: table.dedup(`t${i}`), unit: table.dedup("count") }),
      ),
      function: names.map((_, i) =>
        oracle.Function.create({ id: id(i), name: name(i), systemName: name(i) }),
      ),
      location: locations.map((lines, i) =>
        oracle.Location.create({
          id: id(i),
          address: i * 64,
          line: lines.map(([fn, line]) => ({ functionId: id(fn % names.length), line })),
        }),
      ),
      sample: samples.map(({ stack, values, labels }) =>
        oracle.Sample.create({
          locationId: stack.map((at) => id(at % locations.length)),
          value: values.slice(0, types),
          label: labels.map(([key, content, isText]) =>
            isText
              ? { key: name(key), str: name(content) }
              : { key: name(key), num: content, numUnit: name(key) },
          ),
        }),
      ),
    });
  });

describe("properties", () => {
  it("any profile reads as the other decoder reads it, and encodes back to the same", () => {
    fc.assert(
      fc.property(anyProfile, (profile) => {
        const bytes = new Uint8Array(profile.encode());
        const result = read(bytes);
        expect(asOracleSees(profileOf(result))).toEqual(oracleRows(bytes));
        const encoded = encodeProfile(profileOf(result));
        expect(spell(read(encoded))).toBe(spell(result));
        expect(oracleRows(encoded)).toEqual(oracleRows(bytes));
      }),
      { numRuns: 300 },
    );
  });
});
