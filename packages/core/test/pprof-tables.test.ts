// The upstream tool's own table tests (units, filters, merging, …), as data in the conformance folder.

import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  filterByName,
  labelUnits,
  parseTagRange,
  showFrom,
  tagTest,
} from "../src/analysis/profile/filter.ts";
import { scale } from "../src/analysis/profile/measurement.ts";
import { merge, scaleAll, setLabel, withCommonTypes } from "../src/analysis/profile/merge.ts";
import {
  ProfileError,
  sampleAt,
  sampleCount,
  sampleIndexOf,
  type Profile,
} from "../src/analysis/profile/profile.ts";
import { removeUninteresting } from "../src/analysis/profile/prune.ts";
import { Regexp } from "../src/analysis/profile/regexp/regexp.ts";
import { shortFunctionName } from "../src/analysis/profile/short-names.ts";
import { addTagNodes } from "../src/analysis/profile/tag-nodes.ts";
import { baseRows, totalOf } from "../src/analysis/profile/weights.ts";
import { escapeForDot } from "../src/report/pprof/dot.ts";
import { corpus } from "./corpus.ts";
import { profileOfJson, stacksAsText, type JsonProfile } from "./pprof-json.ts";
import { reportText } from "./pprof-reports.ts";

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
