// What every legacy reader fills: rows, stacks, mappings; and the table of it.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { GrowingFloat64 } from "../../model/builders/growing.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import { ProcMapsBuilder } from "../../model/builders/proc-maps.ts";
import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { ProfileKind, ProfileTable, ValueType } from "../../model/tables/profile.ts";
import { AddressStacks } from "./addresses.ts";
import { legacyFrames } from "./drop-frames.ts";

export class LegacyDraft {
  readonly strings = new ByteStrings();
  readonly stacks = new AddressStacks();
  readonly labels = new LabelsBuilder();
  readonly maps = new ProcMapsBuilder();
  readonly log = new DiagnosticLog();
  readonly kind: ProfileKind;
  sampleTypes: readonly ValueType[] = [];
  periodType: ValueType | undefined;
  period: number | undefined;
  durationNs: number | undefined;
  /** The leaf may be listed twice (AddressStacks.finish). */
  leafTwice = false;
  /** Rows were lost, or may have been: sums are lower bounds. */
  lostRows = false;
  /** Where there is a denominator: bytes read of all. */
  fraction: number | undefined;
  readonly #columns: GrowingFloat64[] = [];

  constructor(kind: ProfileKind) {
    this.kind = kind;
  }

  /** Values of the row whose addresses were added to `stacks`, one a sample type. */
  endRow(...values: readonly number[]): void {
    values.forEach((value, i) => {
      if (!Number.isSafeInteger(value)) this.log.add("pprof-legacy.inexact-value", "warning");
      this.#columns[i] ??= new GrowingFloat64();
      this.#columns[i].push(value);
    });
    this.stacks.endRow();
    this.labels.endRow();
  }

  /** Locations that the list behind the rows ought to name and does not. */
  unresolved(locations: number): void {
    if (locations > 0) {
      this.log.add("pprof-legacy.location-unresolved", "damage", { locations });
    }
  }

  /** Adds to the first value of the last row; false when there is none. */
  addToLast(value: number): boolean {
    const column = this.#columns[0];
    if (column === undefined || column.length === 0) return false;
    column.data[column.length - 1] += value;
    return true;
  }

  malformedRow(line: number): void {
    this.lostRows = true;
    this.log.add("pprof-legacy.row-malformed", "damage", {}, { line });
  }

  cut(line: number): void {
    this.lostRows = true;
    this.log.add("pprof-legacy.cut", "damage", {}, { line });
  }

  /** @throws FormatError without a sample type or a usable row. */
  finish(): ReadResult {
    if (this.sampleTypes.length === 0) {
      throw new FormatError("pprof-legacy", {
        expected: "what the samples count",
        found: "none of it (no resolution is stated)",
      });
    }
    if (this.stacks.rows === 0 && this.lostRows) {
      throw new FormatError("pprof-legacy", { expected: "rows", found: "none that can be read" });
    }
    const { stacks, rowStack } = this.stacks.finish(this.strings, { leafTwice: this.leafTwice });
    const { address, mapping } = stacks.locations;
    const mappings = this.maps.finish(this.strings, address, mapping);
    const { stripsAddresses } = this;
    const locations = stripsAddresses ? withoutAddresses(stacks.locations) : stacks.locations;
    const table: ProfileTable = {
      kind: "profile",
      profileKind: this.kind,
      encoding: "proto",
      ...stacks,
      locations,
      rows: this.stacks.rows,
      sampleTypes: this.sampleTypes,
      defaultSampleType: this.sampleTypes.length - 1,
      values: this.sampleTypes.map((_, i) => this.#columns[i]?.finish() ?? new Float64Array(0)),
      rowStack,
      labels: this.labels.finish(),
      mappings,
      periodType: this.periodType,
      period: this.period,
      timeMs: undefined,
      durationNs: this.durationNs,
      isDelta: false,
      comments: [],
      ...legacyFrames(this.sampleTypes),
      memStats: undefined,
    };
    const fraction = this.fraction === undefined ? {} : { fraction: this.fraction };
    return {
      table,
      diagnostics: this.log.list(),
      completeness: this.log.isDamaged
        ? { complete: false, lowerBounds: this.lostRows, ...fraction }
        : COMPLETE,
    };
  }

  /** Java's addresses are serial numbers: none is a place in memory. */
  stripsAddresses = false;
}

function withoutAddresses(locations: ProfileTable["locations"]): ProfileTable["locations"] {
  const { bigAddress: _, ...rest } = locations;
  return { ...rest, address: new Float64Array(locations.length) };
}
