// A draft to a ProfileTable: the profiles of one writer and one moment become its sample types.

import { profileKindOf, isDeltaOf } from "../../goruntime/profile-kind.ts";
import { FunctionInterner } from "../../model/builders/call-stacks.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import { COMPLETE } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { MappingColumns, ProfileTable, ValueType } from "../../model/tables/profile.ts";
import type { FunctionColumns, LocationColumns } from "../../model/tables/stacks.ts";
import type { Draft, ProfileDraft, RawValue } from "./draft.ts";
import * as names from "./names.ts";

/** Rows joined over the profiles of a group. */
interface Rows {
  readonly stack: Int32Array;
  readonly values: readonly Float64Array[];
  /** The profile and the sample there that a row was first seen in: whose labels it has. */
  readonly owner: Int32Array;
  readonly sample: Int32Array;
}

class TableMaker {
  readonly #draft: Draft;
  /** Attributes and names that point nowhere, and samples that do. */
  #lostRows = false;

  constructor(draft: Draft) {
    this.#draft = draft;
  }

  #string(index: number): number {
    const { stringAt } = this.#draft.dictionary;
    if (index >= 0 && index < stringAt.length) return stringAt.data[index];
    // A dictionary without strings has index 0 all the same: it means unset.
    if (index !== 0) this.#draft.log.add("otlp.string-missing", "damage", {});
    return 0;
  }

  #text(index: number): string {
    return this.#draft.strings.get(this.#string(index));
  }

  #valueText(value: RawValue): string {
    const { strings } = this.#draft;
    switch (value.kind) {
      case "text":
        return strings.get(value.text);
      case "index":
        return this.#text(value.index);
      case "number":
        return String(value.number);
      case "bool":
        return String(value.isTrue);
      case "list":
        return value.list.map((item) => this.#valueText(item)).join(" ");
      case "none":
        return "";
    }
  }

  /** Value of the attribute `key` among those at `indices`. */
  #find(indices: Iterable<number>, key: string): RawValue | undefined {
    const { attributes } = this.#draft.dictionary;
    for (const at of indices) {
      const attribute = attributes[at];
      if (attribute !== undefined && this.#text(attribute.key) === key) return attribute.value;
    }
    return undefined;
  }

  #findText(indices: Iterable<number>, key: string): string | undefined {
    const value = this.#find(indices, key);
    const text = value === undefined ? "" : this.#valueText(value);
    return text === "" ? undefined : text;
  }

  #valueType({ type, unit }: { type: number; unit: number }): ValueType {
    return { type: this.#text(type), unit: this.#text(unit) };
  }

  #functions(): { columns: FunctionColumns; rowOf: Int32Array } {
    const { dictionary } = this.#draft;
    const interner = new FunctionInterner();
    // Row 0 is the zero value, there or not: a line of an unknown function.
    const rowOf = new Int32Array(Math.max(dictionary.functionName.length, 1)).fill(-1);
    for (let i = 1; i < rowOf.length; i++) {
      rowOf[i] = interner.intern(
        this.#string(dictionary.functionName.data[i]),
        this.#string(dictionary.functionSystemName.data[i]),
        this.#string(dictionary.functionFile.data[i]),
        dictionary.functionStartLine.data[i],
      );
    }
    const isUnnamedUsed = dictionary.lineFunction.data
      .subarray(0, dictionary.lineFunction.length)
      .some((fn) => fn <= 0 || fn >= rowOf.length);
    if (isUnnamedUsed) rowOf[0] = interner.intern(0, 0, 0, 0);
    return { columns: interner.finish(), rowOf };
  }

  #mappings(): MappingColumns {
    const { dictionary } = this.#draft;
    const length = Math.max(dictionary.mappingStart.length - 1, 0);
    const file = new Int32Array(length);
    const buildId = new Int32Array(length);
    const flags = new Uint8Array(length);
    for (let i = 0; i < length; i++) {
      file[i] = this.#string(dictionary.mappingFile.data[i + 1]);
      const attributes = [...dictionary.mappingAttributes.of(i + 1)];
      for (const key of names.BUILD_IDS) {
        const found = this.#findText(attributes, key);
        if (found === undefined) continue;
        buildId[i] = this.#draft.strings.intern(found);
        break;
      }
      names.MAPPING_FLAGS.forEach((key, bit) => {
        const value = this.#find(attributes, key);
        if (value?.kind === "bool" && value.isTrue) flags[i] |= 1 << bit;
      });
    }
    return {
      length,
      start: dictionary.mappingStart.finish().slice(1),
      limit: dictionary.mappingLimit.finish().slice(1),
      offset: dictionary.mappingOffset.finish().slice(1),
      file,
      buildId,
      flags,
    };
  }

  /** Row i is location i + 1 of the file: 0 is its zero value. */
  #locations(functionRow: Int32Array, mappings: number): LocationColumns {
    const { dictionary } = this.#draft;
    const length = Math.max(dictionary.locationAddress.length - 1, 0);
    const mapping = new Int32Array(length);
    const isFolded = new Uint8Array(length);
    const lineStart = new Int32Array(length + 1);
    const first = length === 0 ? 0 : dictionary.locationLines.data[1];
    const lines = dictionary.lineFunction.length - first;
    const lineFunction = new Int32Array(lines);
    for (let i = 0; i < length; i++) {
      const at = dictionary.locationMapping.data[i + 1];
      if (at < 0 || at > mappings) this.#draft.log.add("otlp.mapping-missing", "warning", {});
      mapping[i] = at > 0 && at <= mappings ? at - 1 : -1;
      const folded = this.#find(dictionary.locationAttributes.of(i + 1), names.IS_FOLDED);
      if (folded?.kind === "bool" && folded.isTrue) isFolded[i] = 1;
      lineStart[i + 1] = dictionary.locationLines.data[i + 2] - first;
    }
    for (let i = 0; i < lines; i++) {
      const fn = dictionary.lineFunction.data[first + i];
      const isKnown = fn > 0 && fn < functionRow.length;
      if (!isKnown && fn !== 0) this.#draft.log.add("otlp.function-missing", "damage", {});
      lineFunction[i] = functionRow[isKnown ? fn : 0];
    }
    const lineColumn = dictionary.lineColumn.finish().slice(first);
    const address = dictionary.locationAddress.finish().slice(1);
    const wide = dictionary.wideAddress;
    return {
      length,
      address,
      mapping,
      lineStart,
      lineFunction,
      lineNumber: dictionary.lineNumber.finish().slice(first),
      ...(wide.size > 0 ? { bigAddress: new Map([...wide].map(([i, at]) => [i - 1, at])) } : {}),
      ...(lineColumn.some((column) => column > 0) ? { lineColumn } : {}),
      ...(isFolded.some((folded) => folded > 0) ? { isFolded } : {}),
    };
  }

  /** Stacks with all their locations there, by index of the file; −1 for the others. */
  #stacks(locations: number): { lists: IntLists; rowOf: Int32Array } {
    const { stacks } = this.#draft.dictionary;
    const lists = new IntLists();
    const count = Math.max(stacks.length, 1);
    const rowOf = new Int32Array(count).fill(-1);
    const scratch = new GrowingInt32();
    for (let i = 0; i < count; i++) {
      scratch.length = 0;
      let isWell = true;
      if (i < stacks.length) {
        for (const at of stacks.of(i)) {
          isWell &&= at > 0 && at <= locations;
          scratch.push(at - 1);
        }
      }
      if (isWell) rowOf[i] = lists.intern(scratch.data, 0, scratch.length);
    }
    return { lists, rowOf };
  }

  /**
   * Joins by what a sample is: stack, attributes and link. Equal samples of one profile stay apart, and
   * the k-th of one profile is the k-th of another.
   */
  #join(profiles: readonly ProfileDraft[], stackRow: Int32Array): Rows {
    const keys = new IntLists();
    const firstRow = new GrowingInt32();
    const nextRow = new GrowingInt32();
    const stack = new GrowingInt32();
    const owner = new GrowingInt32();
    const sampleOf = new GrowingInt32();
    const values = profiles.map(() => new GrowingFloat64());
    const scratch = new GrowingInt32();
    profiles.forEach((profile, p) => {
      /** Where the chain of a key goes on, for this profile: a row, or the key's first. */
      const reached = new Map<number, number>();
      for (let i = 0; i < profile.stack.length; i++) {
        const at = profile.stack.data[i];
        const row = at >= 0 && at < stackRow.length ? stackRow[at] : -1;
        if (row < 0) {
          this.#lostRows = true;
          this.#draft.log.add("otlp.sample-unresolved", "damage", {});
          continue;
        }
        scratch.length = 0;
        scratch.push(row);
        scratch.push(profile.link.data[i]);
        for (const attribute of profile.sampleAttributes.of(i)) scratch.push(attribute);
        const key = keys.intern(scratch.data, 0, scratch.length);
        if (key === firstRow.length) firstRow.push(-1);
        const before = reached.get(key);
        let found = before === undefined ? firstRow.data[key] : nextRow.data[before];
        if (found < 0) {
          found = stack.length;
          if (before === undefined) firstRow.data[key] = found;
          else nextRow.data[before] = found;
          stack.push(row);
          owner.push(p);
          sampleOf.push(i);
          nextRow.push(-1);
          for (const column of values) column.push(0);
        }
        reached.set(key, found);
        const value = profile.value.data[i];
        if (!Number.isSafeInteger(value)) {
          this.#draft.log.add("otlp.inexact-value", "warning", {});
        }
        values[p].data[found] = value;
      }
    });
    return {
      stack: stack.finish(),
      values: values.map((column) => column.finish()),
      owner: owner.finish(),
      sample: sampleOf.finish(),
    };
  }

  #labels(rows: Rows, profiles: readonly ProfileDraft[]): ProfileTable["labels"] {
    const { strings, dictionary, log } = this.#draft;
    const labels = new LabelsBuilder();
    const traceKey = strings.intern("trace_id");
    const spanKey = strings.intern("span_id");
    for (let row = 0; row < rows.stack.length; row++) {
      const profile = profiles[rows.owner[row]];
      const sample = rows.sample[row];
      for (const at of profile.sampleAttributes.of(sample)) {
        const attribute = dictionary.attributes[at];
        if (attribute === undefined) {
          log.add("otlp.attribute-missing", "damage", {});
          continue;
        }
        const key = this.#string(attribute.key);
        const unit = this.#string(attribute.unit);
        const { value } = attribute;
        if (value.kind === "number") labels.add(key, 0, value.number, unit);
        else labels.add(key, strings.intern(this.#valueText(value)), NaN, unit);
      }
      const link = profile.link.data[sample];
      if (link > 0 && link < dictionary.linkTrace.length) {
        labels.add(traceKey, dictionary.linkTrace.data[link], NaN, 0);
        labels.add(spanKey, dictionary.linkSpan.data[link], NaN, 0);
      } else if (link !== 0) log.add("otlp.attribute-missing", "damage", {});
      labels.endRow();
    }
    return labels.finish();
  }

  #comments(indices: readonly number[]): string[] {
    const value = this.#find(indices, names.COMMENT);
    if (value === undefined) return [];
    if (value.kind === "list") return value.list.map((item) => this.#valueText(item));
    return [this.#valueText(value)];
  }

  /** The profiles that are sample types of one: same writer, same moment, types that differ. */
  #group(): ProfileDraft[] {
    const [first] = this.#draft.profiles;
    const types = new Set<string>();
    const joined = this.#draft.profiles.filter((profile) => {
      const { type, unit } = this.#valueType(profile.sampleType);
      const name = `${type}/${unit}`;
      const isSame =
        profile.group === first.group &&
        profile.timeNanos === first.timeNanos &&
        profile.durationNanos === first.durationNanos &&
        !types.has(name);
      if (isSame) types.add(name);
      return isSame;
    });
    const others = this.#draft.profiles.length - joined.length;
    if (others > 0) this.#draft.log.add("otlp.more-profiles", "warning", { profiles: others });
    return joined;
  }

  table(fileName: string): ProfileTable {
    const { strings } = this.#draft;
    const profiles = this.#group();
    const [first] = profiles;
    const functions = this.#functions();
    const mappings = this.#mappings();
    const locations = this.#locations(functions.rowOf, mappings.length);
    const stacks = this.#stacks(locations.length);
    const rows = this.#join(profiles, stacks.rowOf);
    const sampleTypes = profiles.map(({ sampleType }) => this.#valueType(sampleType));
    const stated = first.scope.find(({ key }) => key === names.DEFAULT_TYPE);
    const statedDefault = stated === undefined ? "" : this.#valueText(stated.value);
    const defaultAt = sampleTypes.findIndex(({ type }) => type === statedDefault);
    const hasDuration = first.durationNanos > 0;
    const profileKind = profileKindOf({
      sampleTypes,
      statedDefault,
      hasDuration,
      name: fileName,
      leafNames: function* leaves() {
        for (const stack of rows.stack) {
          const from = stacks.lists.start.data[stack];
          if (from === stacks.lists.start.data[stack + 1]) continue;
          const at = stacks.lists.data.data[from];
          if (locations.lineStart[at] === locations.lineStart[at + 1]) continue;
          const fn = locations.lineFunction[locations.lineStart[at]];
          yield strings.get(functions.columns.name[fn]);
        }
      },
    });
    const isNegative = rows.values.some((column) => column.some((value) => value < 0));
    const attributes = first.attributes;
    const docUrl = this.#findText(attributes, names.DOC_URL);
    const dropFrames = this.#findText(attributes, names.DROP_FRAMES);
    const keepFrames = this.#findText(attributes, names.KEEP_FRAMES);
    const millions = first.timeNanos / 1_000_000n;
    return {
      kind: "profile",
      profileKind,
      encoding: "proto",
      strings,
      functions: functions.columns,
      locations,
      stacks: {
        length: stacks.lists.length,
        start: stacks.lists.start.finish(),
        location: stacks.lists.data.finish(),
      },
      rows: rows.stack.length,
      sampleTypes,
      defaultSampleType: defaultAt >= 0 ? defaultAt : sampleTypes.length - 1,
      ...(statedDefault === "" ? {} : { statedDefaultType: statedDefault }),
      values: rows.values,
      rowStack: rows.stack,
      labels: this.#labels(rows, profiles),
      mappings,
      periodType: first.periodType === undefined ? undefined : this.#valueType(first.periodType),
      period: first.period === 0 ? undefined : first.period,
      ...(first.timeNanos === 0n
        ? { timeMs: undefined }
        : {
            timeMs: Number(millions) + Number(first.timeNanos % 1_000_000n) / 1e6,
            timeNanos: first.timeNanos,
          }),
      durationNs: hasDuration ? first.durationNanos : undefined,
      isDelta: isDeltaOf(profileKind, hasDuration, isNegative),
      comments: this.#comments(attributes),
      memStats: undefined,
      ...(docUrl === undefined ? {} : { docUrl }),
      ...(dropFrames === undefined ? {} : { dropFrames }),
      ...(keepFrames === undefined ? {} : { keepFrames }),
    };
  }

  get lostRows(): boolean {
    return this.#lostRows;
  }
}

/** @param stop where the input ended or broke off, of `total` bytes; undefined when it was whole. */
export function tableOf(
  draft: Draft,
  fileName: string,
  stop: { readonly offset: number; readonly total: number } | undefined,
): ReadResult {
  const at = stop === undefined ? {} : { offset: stop.offset };
  if (draft.profiles.length === 0) {
    throw new FormatError("otlp", { ...at, expected: "a profile", found: "none" });
  }
  if (draft.dictionary.stringAt.length === 0) {
    throw new FormatError("otlp", { ...at, expected: "a dictionary", found: "none" });
  }
  const maker = new TableMaker(draft);
  const table = maker.table(fileName);
  if (table.rows === 0 && maker.lostRows) {
    throw new FormatError("otlp", { ...at, expected: "stacks of the samples", found: "none" });
  }
  const diagnostics = draft.log.list();
  const hasMore = diagnostics.some(({ code }) => code === "otlp.more-profiles");
  const fraction = stop === undefined ? {} : { fraction: stop.offset / stop.total };
  const isWhole = !draft.log.isDamaged && !hasMore;
  return {
    table,
    diagnostics,
    completeness: isWhole
      ? COMPLETE
      : { complete: false, lowerBounds: maker.lostRows || stop !== undefined, ...fraction },
  };
}
