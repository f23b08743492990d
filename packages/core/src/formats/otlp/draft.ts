// What a file of OTLP profiles holds, as columns: the dictionary's tables and the samples of each
// profile. Both forms, protocol buffers and JSON, fill it; table.ts makes the table of it.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { DiagnosticLog } from "../../model/diagnostic.ts";

/** Lists of indices: list i is data [start[i], start[i+1]). */
export class IndexLists {
  readonly data = new GrowingInt32();
  readonly start = new GrowingInt32();

  constructor() {
    this.start.push(0);
  }

  get length(): number {
    return this.start.length - 1;
  }

  end(): void {
    this.start.push(this.data.length);
  }

  *of(list: number): Generator<number> {
    for (let i = this.start.data[list]; i < this.start.data[list + 1]; i++) yield this.data.data[i];
  }
}

/** An attribute's value; `text` and items of `list` are indices of the draft's strings. */
export type AttributeValue =
  | { readonly kind: "none" }
  | { readonly kind: "text"; readonly text: number }
  | { readonly kind: "number"; readonly number: number }
  | { readonly kind: "bool"; readonly isTrue: boolean }
  | { readonly kind: "list"; readonly list: readonly AttributeValue[] };

/** Indices of the draft's strings. */
export interface Attribute {
  readonly key: number;
  readonly value: AttributeValue;
  readonly unit: number;
}

/** All indices are those of the file; −1 where it names something no list can have. */
export class DictionaryDraft {
  /** Index in `Draft.strings` of each string of the file. */
  readonly stringAt = new GrowingInt32();
  readonly mappingStart = new GrowingFloat64();
  readonly mappingLimit = new GrowingFloat64();
  readonly mappingOffset = new GrowingFloat64();
  readonly mappingFile = new GrowingInt32();
  readonly mappingAttributes = new IndexLists();
  readonly locationMapping = new GrowingInt32();
  readonly locationAddress = new GrowingFloat64();
  readonly wideAddress = new Map<number, bigint>();
  /** Lines of location i are [locationLines[i], locationLines[i+1]). */
  readonly locationLines = new GrowingInt32();
  readonly locationAttributes = new IndexLists();
  readonly lineFunction = new GrowingInt32();
  readonly lineNumber = new GrowingInt32();
  readonly lineColumn = new GrowingInt32();
  readonly functionName = new GrowingInt32();
  readonly functionSystemName = new GrowingInt32();
  readonly functionFile = new GrowingInt32();
  readonly functionStartLine = new GrowingInt32();
  /** Hexadecimal ids as indices of the draft's strings. */
  readonly linkTrace = new GrowingInt32();
  readonly linkSpan = new GrowingInt32();
  readonly attributes: RawAttribute[] = [];
  readonly stacks = new IndexLists();

  constructor() {
    this.locationLines.push(0);
  }
}

/** Before the strings are known: key and unit are indices of the file. */
export interface RawAttribute {
  readonly key: number;
  readonly unit: number;
  readonly value: RawValue;
}

export type RawValue = AttributeValue | { readonly kind: "index"; readonly index: number };

/** An attribute of a scope, whose key is a text in the file. */
export interface ScopeAttribute {
  readonly key: string;
  readonly value: RawValue;
}

export class ProfileDraft {
  /** Which process and which writer: profiles of two groups are never joined. */
  readonly group: number;
  readonly scope: readonly ScopeAttribute[];
  sampleType = { type: 0, unit: 0 };
  periodType: { type: number; unit: number } | undefined;
  period = 0;
  timeNanos = 0n;
  durationNanos = 0;
  readonly attributes: number[] = [];
  readonly stack = new GrowingInt32();
  readonly link = new GrowingInt32();
  readonly value = new GrowingFloat64();
  readonly sampleAttributes = new IndexLists();

  constructor(group: number, scope: readonly ScopeAttribute[]) {
    this.group = group;
    this.scope = scope;
  }
}

export class Draft {
  readonly strings = new ByteStrings();
  readonly log = new DiagnosticLog();
  readonly dictionary = new DictionaryDraft();
  readonly profiles: ProfileDraft[] = [];
  groups = 0;

  /** A sample whose observations are added up; without values each time stamp counts 1. */
  sampleValue(sum: number, values: number, timestamps: number): number {
    if (timestamps > 0) this.log.add("otlp.timestamps-dropped", "note", {});
    return values === 0 ? timestamps : sum;
  }
}
