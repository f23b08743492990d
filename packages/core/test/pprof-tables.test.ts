// The upstream tool's own table tests (units, filters, merging, …), as data in the conformance folder.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  filterByName,
  filterByTag,
  filterTags,
  labelUnits,
  parseTagRange,
  showFrom,
  tagTest,
} from "../src/analysis/profile/filter.ts";
import { scale } from "../src/analysis/profile/measurement.ts";
import { merge, scaleAll, setLabel, withCommonTypes } from "../src/analysis/profile/merge.ts";
import {
  ProfileError,
  profileOf,
  sampleAt,
  sampleCount,
  sampleIndexOf,
  type Profile,
} from "../src/analysis/profile/profile.ts";
import { removeUninteresting } from "../src/analysis/profile/prune.ts";
import { Regexp } from "../src/analysis/profile/regexp/regexp.ts";
import {
  packageOf,
  shorterFiles,
  shorterNames,
  shortFunctionName,
} from "../src/analysis/profile/short-names.ts";
import { addTagNodes } from "../src/analysis/profile/tag-nodes.ts";
import { baseRows, totalOf } from "../src/analysis/profile/weights.ts";
import { encodeProfile } from "../src/formats/pprof/encode.ts";
import { pprofFormat } from "../src/formats/pprof/format.ts";
import { detectFormat } from "../src/formats/registry.ts";
import { FormatError } from "../src/model/errors.ts";
import { escapeForDot } from "../src/report/pprof/dot.ts";
import { indentation, padRight } from "../src/report/pprof/weblist-page.ts";
import { corpus } from "./corpus.ts";
import { profileOfJson, stacksAsText, tableOfJson, type JsonProfile } from "./pprof-json.ts";
import { reportText } from "./pprof-reports.ts";
import { readWith } from "./profile-testkit.ts";

const FOLDER = corpus("pprof/google-pprof-tables");

interface Tables {
  readonly inputs: Readonly<Record<string, JsonProfile>>;
  // Each table has rows of its own shape; `rows<T>` below states it where it is used.
  readonly tables: Readonly<Record<string, readonly unknown[]>>;
}

/** Rows that only objects in memory can be, and no file. */
const CANNOT_BE: Readonly<Record<string, string>> = {
  "profile.TestNumLabelUnits/008":
    "two values with three units: a label of the format has one unit",
  "profile.TestSetNumLabel/002": "no report gives samples a number that their file does not have",
};

type Labels = Readonly<Record<string, readonly string[] | null>>;
type Numbers = Readonly<Record<string, readonly number[]>>;

/** One sample a row, with labels and nothing else. */
function withLabels(
  samples: readonly { labels?: Labels | undefined; numbers?: Numbers; units?: Labels }[],
): Profile {
  const present = (labels: Labels | undefined): Record<string, readonly string[]> =>
    Object.fromEntries(Object.entries(labels ?? {}).map(([key, values]) => [key, values ?? []]));
  return profileOfJson({
    sample_types: [{ type: "samples", unit: "count" }],
    samples: samples.map(({ labels, numbers, units }) => ({
      values: [1],
      labels: present(labels),
      num_labels: numbers ?? {},
      num_units: present(units),
    })),
  });
}

function regexp(source: string | null): Regexp | undefined {
  return source === null ? undefined : new Regexp(source);
}

function indexOrError(profile: Profile, wanted: string): number | "error" {
  try {
    return sampleIndexOf(profile, wanted);
  } catch (error) {
    if (error instanceof ProfileError) return "error";
    throw error;
  }
}

function valuesOf(profile: Profile): number[][] {
  return Array.from({ length: sampleCount(profile) }, (_, k) =>
    profile.values.map((column) => column[sampleAt(profile, k)]),
  );
}

/** What a row gave, and what it should give. */
type Compared = readonly [actual: unknown, expected: unknown];

interface Row {
  readonly id: string;
}

interface Check {
  readonly id: string;
  readonly compare: () => Compared;
}

function readTables(): Tables {
  if (FOLDER === undefined) return { inputs: {}, tables: {} };
  return JSON.parse(readFileSync(path.join(FOLDER, "tables.json"), "utf8"));
}

const data = readTables();
const checks: Check[] = [];

/** The rows of one table, each of the shape that `compare` states. */
function each<T extends Row>(table: string, compare: (row: T) => Compared): void {
  const rows: readonly T[] = JSON.parse(JSON.stringify(data.tables[table] ?? []));
  for (const row of rows) checks.push({ id: row.id, compare: () => compare(row) });
}

each<{
  id: string;
  value: number;
  fromUnit: string;
  toUnit: string;
  wantValue: number;
  wantUnit: string;
}>("measurement.TestScale", ({ value, fromUnit, toUnit, wantValue, wantUnit }) => {
  const scaled = scale(value, fromUnit, toUnit);
  const isNear = Math.abs(scaled.value - wantValue) <= Math.abs(wantValue) * 1e-4;
  return [
    [scaled.unit, isNear],
    [wantUnit, true],
  ];
});

each<{
  id: string;
  profile: JsonProfile;
  focus: string | null;
  ignore: string | null;
  hide: string | null;
  show: string | null;
  wantFm: boolean;
  wantIm: boolean;
  wantHm: boolean;
  wantSm: boolean;
  wantSampleFuncs: readonly string[] | null;
}>("profile.TestFilterSamplesByName", (row) => {
  const { profile, matched } = filterByName(profileOfJson(row.profile), {
    focus: regexp(row.focus),
    ignore: regexp(row.ignore),
    hide: regexp(row.hide),
    show: regexp(row.show),
  });
  const wanted = {
    focus: row.wantFm,
    ignore: row.wantIm,
    hide: row.wantHm,
    show: row.wantSm,
  };
  return [
    [stacksAsText(profile), matched],
    [row.wantSampleFuncs ?? [], wanted],
  ];
});

each<{
  id: string;
  profile: JsonProfile;
  showFrom: string;
  wantMatch: boolean;
  wantSampleFuncs: readonly string[] | null;
}>("profile.TestShowFrom", (row) => {
  const { profile, matched } = showFrom(profileOfJson(row.profile), new Regexp(row.showFrom));
  return [
    [matched, stacksAsText(profile)],
    [row.wantMatch, row.wantSampleFuncs ?? []],
  ];
});

each<{
  id: string;
  sampleTypes: readonly string[];
  defaultSampleType: string;
  index: string;
  want: number;
  wantError: boolean;
}>("profile.TestSampleIndexByName", (row) => {
  const profile = profileOfJson({
    sample_types: row.sampleTypes.map((type) => ({ type, unit: "" })),
    default_sample_type: row.defaultSampleType,
  });
  return [indexOrError(profile, row.index), row.wantError ? "error" : row.want];
});

each<{ id: string; ps: readonly JsonProfile[]; want: readonly JsonProfile[] }>(
  "profile.TestCompatibilizeSampleTypes",
  ({ ps, want }) => {
    const got = withCommonTypes(ps.map(profileOfJson));
    const wanted = want.map(profileOfJson);
    const shown = (p: Profile): unknown => [p.sampleTypes, valuesOf(p), p.defaultSampleType];
    return [got.map(shown), wanted.map(shown)];
  },
);

each<{ id: string; profs: readonly JsonProfile[] }>("profile.TestIsFoldedMerge", ({ profs }) => {
  const parts = profs.map(profileOfJson);
  const merged = merge(parts);
  const folded = Array.from(merged.locations.isFolded);
  const total = (profile: Profile): number =>
    valuesOf(profile).reduce((sum, [first = 0]) => sum + first, 0);
  const all = parts.reduce((sum, part) => sum + total(part), 0);
  return [
    [folded.includes(0), folded.includes(1), total(merged)],
    [true, true, all],
  ];
});

each<{
  id: string;
  m1: Record<string, number | string>;
  m2: Record<string, number | string>;
  wantMerged: boolean;
}>("profile.TestMapMapping", ({ m1, m2, wantMerged }) => {
  const withMapping = (m: Record<string, number | string>): Profile =>
    profileOfJson({
      sample_types: [{ type: "samples", unit: "count" }],
      mappings: [
        {
          id: Number(m["ID"]),
          start: Number(m["Start"]),
          limit: Number(m["Limit"]),
          offset: Number(m["Offset"]),
          file: String(m["File"]),
          build_id: String(m["BuildID"]),
        },
      ],
    });
  const merged = merge([withMapping(m1), withMappingUsed(withMapping(m2))]);
  return [merged.mappings.length, wantMerged ? 1 : 2];
});

each<{ id: string; in: JsonProfile; want: string }>("profile.TestPrune", (row) => {
  const text = reportText(removeUninteresting(profileOfJson(row.in)), "-raw");
  const lines = (whole: string): string[] =>
    whole
      .trim()
      .split("\n")
      .map((line) => line.trim());
  return [lines(text), lines(row.want)];
});

each<{ id: string; p: JsonProfile; ratio: number; wantSamples: readonly (readonly number[])[] }>(
  "profile.TestScale",
  ({ p, ratio, wantSamples }) => {
    return [valuesOf(scaleAll(profileOfJson(p), ratio)), wantSamples];
  },
);

each<{
  id: string;
  samples: readonly { labels?: Labels }[];
  setKey: string;
  setVal: readonly string[];
  wantLabels: readonly Record<string, readonly string[]>[];
}>("profile.TestSetLabel", ({ samples, setKey, setVal, wantLabels }) => {
  const set = setLabel(withLabels(samples), setKey, setVal[0] ?? "");
  const labels = Array.from({ length: sampleCount(set) }, (_, row) => {
    const out: Record<string, string[]> = {};
    for (let i = set.labels.start[row]; i < set.labels.start[row + 1]; i++) {
      (out[set.strings.get(set.labels.key[i])] ??= []).push(set.strings.get(set.labels.str[i]));
    }
    return out;
  });
  return [labels, wantLabels];
});

for (const table of ["profile.TestNumLabelUnits", "driver.TestIdentifyNumLabelUnits"]) {
  each<{
    id: string;
    tagVals: readonly Numbers[];
    tagUnits: readonly (Labels | null)[];
    wantUnits: Record<string, string>;
    wantIgnoredUnits?: Record<string, string[]>;
    wantIgnoreErrCount?: number;
  }>(table, (row) => {
    const profile = withLabels(
      row.tagVals.map((numbers, i) => ({ numbers, units: row.tagUnits[i] ?? {} })),
    );
    const { units, ignored } = labelUnits(profile);
    const { wantIgnoredUnits, wantIgnoreErrCount } = row;
    return [
      [
        Object.fromEntries(units),
        wantIgnoredUnits === undefined ? undefined : Object.fromEntries(ignored),
        wantIgnoreErrCount === undefined ? undefined : ignored.size,
      ],
      [row.wantUnits, wantIgnoredUnits, wantIgnoreErrCount],
    ];
  });
}

each<{ id: string; labels: Labels; wantDiffBaseSample: boolean }>(
  "profile.TestDiffBaseSample",
  ({ labels, wantDiffBaseSample }) => {
    return [baseRows(withLabels([{ labels }]))?.(0) ?? false, wantDiffBaseSample];
  },
);

const tagMatches = (profile: Profile, filter: string, units: Record<string, string>): boolean => {
  const equals = filter.indexOf("=");
  const key = equals < 0 ? undefined : filter.slice(0, equals);
  const value = equals < 0 ? filter : filter.slice(equals + 1);
  const range = parseTagRange(value);
  const patterns = range === undefined ? value.split(",").map((part) => new Regexp(part)) : [];
  return tagTest(profile, { key, range, patterns }, new Map(Object.entries(units)))(0);
};
each<{ id: string; tags: Labels; value: string; want: boolean }>(
  "driver.TestTagFilter",
  ({ tags, value, want }) => {
    return [tagMatches(withLabels([{ labels: tags }]), value, {}), want];
  },
);
each<{
  id: string;
  tags: Numbers;
  identifiedUnits: Record<string, string> | null;
  value: string;
  want: boolean;
}>("driver.TestNumericTagFilter", ({ tags, identifiedUnits, value, want }) => {
  return [tagMatches(withLabels([{ numbers: tags }]), value, identifiedUnits ?? {}), want];
});

each<{
  id: string;
  tagroot: readonly string[] | null;
  tagleaf: readonly string[] | null;
  outputUnit: string;
  rootm: boolean;
  leafm: boolean;
  wantSampleFuncs: readonly string[];
}>("driver.TestAddLabelNodesMatchBooleans", (row) => {
  const input = data.inputs["driver.TestAddLabelNodesMatchBooleans"];
  const { profile, rootMatched, leafMatched } = addTagNodes(
    profileOfJson(input),
    row.tagroot ?? [],
    row.tagleaf ?? [],
    row.outputUnit,
  );
  const { stacks, locations, functions, strings } = profile;
  const texts = Array.from({ length: sampleCount(profile) }, (_, k) => {
    const frames: string[] = [];
    const s = profile.stack[k];
    // Root first, and inside a location as it stands there: upstream's notation.
    for (let i = stacks.to[s] - 1; i >= stacks.from[s]; i--) {
      const location = stacks.location[i];
      for (let line = locations.lineStart[location]; line < locations.lineEnd[location]; line++) {
        const fn = locations.lineFunction[line];
        frames.push(`${strings.get(functions.name[fn])}(${strings.get(functions.file[fn])})`);
      }
    }
    return `${frames.join(";")} ${profile.values[0][k]}`;
  });
  return [
    [rootMatched, leafMatched, texts],
    [row.rootm, row.leafm, row.wantSampleFuncs],
  ];
});

each<{ id: string; name: string; want: string }>(
  "graph.TestShortenFunctionName",
  ({ name, want }) => {
    return [shortFunctionName(name), want];
  },
);
each<{ id: string; input: readonly string[]; want: readonly string[] }>(
  "graph.TestEscapeForDot",
  ({ input, want }) => {
    return [input.map(escapeForDot), want];
  },
);
each<{ id: string; desc: string; prof: JsonProfile; wantTotal: number }>(
  "report.TestComputeTotal",
  ({ prof, wantTotal }) => {
    // The rows state no column; upstream's callback takes the second value in both.
    return [totalOf(profileOfJson(prof), { value: 1, divisor: undefined }), wantTotal];
  },
);

/** A text profile with one address, read by whatever format it is. */
function readText(text: string): Profile {
  const bytes = Buffer.from(text);
  const found = detectFormat(bytes, "table");
  if (found === undefined) throw new Error("no format claims it");
  const { table } = readWith(found.format, bytes);
  if (table.kind !== "profile") throw new Error("no profile");
  return profileOf(table);
}

each<{
  id: string;
  entry: string;
  want: { Start: number; Limit: number; Offset: number; File: string; BuildID: string } | null;
}>("profile.TestParseMappingEntry", ({ entry, want }) => {
  const address = (want?.Start ?? 0x7f5e5435e000) + 16;
  const { mappings, strings } = readText(
    `heap profile: 1: 1 [1: 1] @ heap_v2/1\n1: 1 [1: 1] @ 0x${address.toString(16)}\n` +
      `MAPPED_LIBRARIES:\n${entry}\n`,
  );
  const got = {
    Start: mappings.start[0],
    Limit: mappings.limit[0],
    Offset: mappings.offset[0],
    File: strings.get(mappings.file[0]),
    BuildID: strings.get(mappings.buildId[0]),
  };
  if (want === null) return [got.File, ""];
  const { Limit, File, BuildID } = want;
  // In a whole profile the first mapping of a program linked at 0x400000 is taken to begin there.
  const isMain = want.Start - want.Offset === 0x40_0000;
  const [Start, Offset] = isMain ? [0x40_0000, 0] : [want.Start, want.Offset];
  return [got, { Start, Limit, Offset, File, BuildID }];
});

each<{ id: string; include: string; count: number; em: boolean; im: boolean }>(
  "profile.TestTagFilter",
  ({ include, count, im }) => {
    const key = { key: undefined, range: undefined, patterns: [new Regexp(include)] };
    const profile = withLabels([{ labels: { tag: ["a", "b"] } }, { labels: {} }]);
    const filtered = filterByTag(profile, tagTest(profile, key, new Map()), undefined);
    return [
      [sampleCount(filtered.profile), filtered.focused],
      [count, im],
    ];
  },
);

each<{ id: string; in: string; typ: string }>("profile.TestParseGoCount", (row) => {
  // The row is a header alone; a row of counts behind it makes a profile that names the type.
  const { sampleTypes } = readText(
    `${row.in.trimStart()}999 @ 0x1000\n#\t0xfff\tmain.f+0x1\tf.go:1\n`,
  );
  return [sampleTypes.map(({ type }) => type), [row.typ]];
});

each<{ id: string; labels: Labels; key: string; value: string; wantHasLabel: boolean }>(
  "profile.TestHasLabel",
  ({ labels, key, value, wantHasLabel }) => {
    const pattern = { key, range: undefined, patterns: [new Regexp(`^${value}$`)] };
    return [tagTest(withLabels([{ labels }]), pattern, new Map())(0), wantHasLabel];
  },
);

each<{
  id: string;
  removeKey: string;
  samples: readonly { num_labels?: Numbers; num_units?: Labels }[];
  wantValues: readonly Numbers[];
  wantUnits: readonly Labels[];
}>("profile.TestRemoveNumLabel", ({ samples, removeKey, wantValues, wantUnits }) => {
  const before = withLabels(
    samples.map(({ num_labels, num_units }) => ({
      ...(num_labels === undefined ? {} : { numbers: num_labels }),
      ...(num_units === undefined ? {} : { units: num_units }),
    })),
  );
  const { profile } = filterTags(before, undefined, new Regexp(`^${removeKey}$`));
  const { labels, strings } = profile;
  const values: Record<string, number[]>[] = [];
  const units: Record<string, string[]>[] = [];
  for (let k = 0; k < sampleCount(profile); k++) {
    const row = sampleAt(profile, k);
    const [numbers, names]: [Record<string, number[]>, Record<string, string[]>] = [{}, {}];
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = strings.get(labels.key[i]);
      (numbers[key] ??= []).push(labels.num[i]);
      (names[key] ??= []).push(strings.get(labels.unit[i]));
    }
    values.push(numbers);
    units.push(names);
  }
  return [
    [values, units],
    [wantValues, wantUnits],
  ];
});

each<{ id: string; name: string; expect: string }>("report.TestPackageName", (row) => [
  packageOf(row.name),
  row.expect,
]);
each<{ id: string; in: string; out: readonly string[] }>("report.TestShortNames", (row) => [
  shorterNames(row.in),
  row.out,
]);
each<{ id: string; in: string; out: readonly string[] }>("report.TestFileNameSuffixes", (row) => [
  shorterFiles(row.in),
  row.out,
]);
each<{ id: string; str: string; wantIndent: number }>("report.TestIndentation", (row) => [
  indentation(row.str),
  row.wantIndent,
]);
each<{ id: string; in: string; pad: number; expect: string }>("report.TestRightPad", (row) => [
  padRight(row.in, row.pad),
  row.expect,
]);

/** What a reader says of a profile that is made wrong in the row's way: refused, or damage. */
const MUTATIONS: Readonly<Record<string, JsonProfile>> = {
  "sample_types removed": {
    sample_types: [],
    locations: [{ id: 1, address: 1 }],
    samples: [{ location_ids: [1], values: [] }],
  },
  "a line without function appended to location 0": {
    sample_types: [{ type: "cpu", unit: "count" }],
    locations: [{ id: 1, address: 1, lines: [{ function_id: 0, line: 7 }] }],
    samples: [{ location_ids: [1], values: [1] }],
  },
};

each<{ id: string; mutation: string }>("profile.TestCheckValid", ({ mutation }) => {
  const json = MUTATIONS[mutation] ?? {};
  try {
    const { diagnostics } = readWith(pprofFormat, encodeProfile(tableOfJson(json)));
    const isTold = diagnostics.some(({ severity }) => severity === "damage");
    return [isTold, true];
  } catch (error) {
    return [error instanceof FormatError, true];
  }
});

describe("google/pprof's table tests", () => {
  it("are here to compare with", (context) => {
    if (FOLDER === undefined) {
      context.skip("the conformance data (pprof/google-pprof-tables) is not here");
    }
    expect(checks.length).toBeGreaterThan(100);
  });

  it.for(checks)("$id", ({ id, compare }, context) => {
    const why = CANNOT_BE[id];
    if (why !== undefined) context.skip(why);
    const [actual, expected] = compare();
    expect(actual).toEqual(expected);
  });
});

/** A mapping is merged only when a sample uses it. */
function withMappingUsed(profile: Profile): Profile {
  return {
    ...profile,
    locations: {
      ...profile.locations,
      length: 1,
      id: Float64Array.of(1),
      address: Float64Array.of(profile.mappings.start[0]),
      mapping: Int32Array.of(0),
      isFolded: Uint8Array.of(0),
      lineStart: Int32Array.of(0),
      lineEnd: Int32Array.of(0),
    },
    stacks: { length: 1, from: Int32Array.of(0), to: Int32Array.of(1), location: Int32Array.of(0) },
    stack: Int32Array.of(0),
    values: [Float64Array.of(1)],
    labels: { ...profile.labels, start: Int32Array.of(0, 0) },
  };
}
