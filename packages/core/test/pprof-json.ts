// Profiles written as JSON in the conformance data, as tables and as profiles of the engine.

import { LabelsBuilder } from "../src/model/builders/labels.ts";
import { IntLists } from "../src/model/builders/int-lists.ts";
import { StringTableBuilder } from "../src/model/strings.ts";
import type { ProfileTable, ValueType } from "../src/model/tables/profile.ts";
import { profileOf, sampleAt, sampleCount, type Profile } from "../src/analysis/profile/profile.ts";

export interface JsonProfile {
  readonly sample_types?: readonly ValueType[];
  readonly default_sample_type?: string;
  readonly samples?: readonly {
    readonly location_ids?: readonly number[];
    readonly values: readonly number[];
    readonly labels?: Readonly<Record<string, readonly string[]>>;
    readonly num_labels?: Readonly<Record<string, readonly number[]>>;
    readonly num_units?: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly mappings?: readonly {
    readonly id: number;
    readonly start?: number;
    readonly limit?: number;
    readonly offset?: number;
    readonly file?: string;
    readonly build_id?: string;
    readonly has_functions?: boolean;
    readonly has_filenames?: boolean;
    readonly has_line_numbers?: boolean;
    readonly has_inline_frames?: boolean;
  }[];
  readonly locations?: readonly {
    readonly id: number;
    readonly mapping_id?: number;
    readonly address?: number;
    readonly is_folded?: boolean;
    readonly lines?: readonly {
      readonly function_id?: number;
      readonly line?: number;
      readonly column?: number;
    }[];
  }[];
  readonly functions?: readonly {
    readonly id: number;
    readonly name?: string;
    readonly system_name?: string;
    readonly filename?: string;
    readonly start_line?: number;
  }[];
  readonly drop_frames?: string;
  readonly keep_frames?: string;
  readonly time_nanos?: number;
  readonly duration_nanos?: number;
  readonly period_type?: ValueType;
  readonly period?: number;
  readonly comments?: readonly string[];
  readonly doc_url?: string;
}

export function tableOfJson(json: JsonProfile): ProfileTable {
  const strings = new StringTableBuilder();
  const text = (value: string | undefined): number => strings.intern(value ?? "");
  const functions = json.functions ?? [];
  const locations = json.locations ?? [];
  const mappings = json.mappings ?? [];
  const samples = json.samples ?? [];
  const sampleTypes = json.sample_types ?? [];
  const rowOf = (list: readonly { readonly id: number }[]): Map<number, number> =>
    new Map(list.map(({ id }, i) => [id, i]));
  const functionRow = rowOf(functions);
  const locationRow = rowOf(locations);
  const mappingRow = rowOf(mappings);
  const stacks = new IntLists();
  const labels = new LabelsBuilder();
  const rowStack = Int32Array.from(samples, (sample) => {
    const list = Int32Array.from(sample.location_ids ?? [], (id) => locationRow.get(id) ?? -1);
    for (const [key, values] of Object.entries(sample.labels ?? {})) {
      for (const value of values) labels.add(text(key), text(value), NaN, 0);
    }
    for (const [key, values] of Object.entries(sample.num_labels ?? {})) {
      const units = sample.num_units?.[key] ?? [];
      values.forEach((value, i) => labels.add(text(key), 0, value, text(units[i])));
    }
    labels.endRow();
    return stacks.intern(list, 0, list.length);
  });
  const lines = locations.flatMap((location) => location.lines ?? []);
  const lineStart = new Int32Array(locations.length + 1);
  locations.forEach((location, i) => {
    lineStart[i + 1] = lineStart[i] + (location.lines ?? []).length;
  });
  const bit = (has: boolean | undefined, value: number): number => (has === true ? value : 0);
  const stated = json.default_sample_type ?? "";
  const time = json.time_nanos ?? 0;
  return {
    kind: "profile",
    profileKind: "other",
    encoding: "proto",
    strings,
    functions: {
      length: functions.length,
      name: Int32Array.from(functions, (f) => text(f.name)),
      systemName: Int32Array.from(functions, (f) => text(f.system_name)),
      file: Int32Array.from(functions, (f) => text(f.filename)),
      startLine: Int32Array.from(functions, (f) => f.start_line ?? 0),
    },
    locations: {
      length: locations.length,
      id: Float64Array.from(locations, ({ id }) => id),
      address: Float64Array.from(locations, ({ address }) => address ?? 0),
      mapping: Int32Array.from(locations, (l) => mappingRow.get(l.mapping_id ?? 0) ?? -1),
      isFolded: Uint8Array.from(locations, (l) => (l.is_folded === true ? 1 : 0)),
      lineStart,
      lineFunction: Int32Array.from(lines, (l) => functionRow.get(l.function_id ?? 0) ?? -1),
      lineNumber: Int32Array.from(lines, ({ line }) => line ?? 0),
      lineColumn: Int32Array.from(lines, ({ column }) => column ?? 0),
    },
    mappings: {
      length: mappings.length,
      id: Float64Array.from(mappings, ({ id }) => id),
      start: Float64Array.from(mappings, ({ start }) => start ?? 0),
      limit: Float64Array.from(mappings, ({ limit }) => limit ?? 0),
      offset: Float64Array.from(mappings, ({ offset }) => offset ?? 0),
      file: Int32Array.from(mappings, ({ file }) => text(file)),
      buildId: Int32Array.from(mappings, (m) => text(m.build_id)),
      flags: Uint8Array.from(
        mappings,
        (m) =>
          bit(m.has_functions, 1) |
          bit(m.has_filenames, 2) |
          bit(m.has_line_numbers, 4) |
          bit(m.has_inline_frames, 8),
      ),
    },
    stacks: {
      length: stacks.length,
      start: stacks.start.finish(),
      location: stacks.data.finish(),
    },
    rows: samples.length,
    sampleTypes,
    defaultSampleType: sampleTypes.length - 1,
    ...(stated === "" ? {} : { statedDefaultType: stated }),
    values: sampleTypes.map((_, t) => Float64Array.from(samples, ({ values }) => values[t] ?? 0)),
    rowStack,
    labels: labels.finish(),
    periodType: json.period_type,
    period: json.period,
    timeMs: time === 0 ? undefined : time / 1e6,
    ...(time === 0 ? {} : { timeNanos: BigInt(time) }),
    durationNs: json.duration_nanos,
    isDelta: false,
    comments: json.comments ?? [],
    memStats: undefined,
    ...(json.drop_frames === undefined ? {} : { dropFrames: json.drop_frames }),
    ...(json.keep_frames === undefined ? {} : { keepFrames: json.keep_frames }),
    ...(json.doc_url === undefined ? {} : { docUrl: json.doc_url }),
  };
}

export function profileOfJson(json: JsonProfile): Profile {
  return profileOf(tableOfJson(json));
}

/** "leaf … root: value" of each sample, functions only: the notation of the upstream tests. */
export function stacksAsText(profile: Profile): string[] {
  const { stacks, locations, functions, strings } = profile;
  const out: string[] = [];
  for (let k = 0; k < sampleCount(profile); k++) {
    const row = sampleAt(profile, k);
    const s = profile.stack[row];
    const names: string[] = [];
    for (let i = stacks.from[s]; i < stacks.to[s]; i++) {
      const location = stacks.location[i];
      if (locations.isHidden?.[location] === 1) continue;
      for (let line = locations.lineStart[location]; line < locations.lineEnd[location]; line++) {
        names.push(strings.get(functions.name[locations.lineFunction[line]]));
      }
    }
    out.push(`${names.join(" ")}: ${profile.values[0][row]}`);
  }
  return out;
}
