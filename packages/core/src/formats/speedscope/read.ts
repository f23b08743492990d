// Profiles of a document to one table.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { GrowingFloat64 } from "../../model/builders/growing.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { ProfileTable, ValueType } from "../../model/tables/profile.ts";
import { profileKindOf } from "../../goruntime/profile-kind.ts";
import { isRecord, readDocument } from "./document.ts";
import type { Document, EventedProfile, SampledProfile } from "./document.ts";
import { EXPORTER } from "./names.ts";
import { RowStacks, StackTrie } from "./stacks.ts";

/** One profile as nodes and weights. */
interface Rows {
  readonly node: Int32Array;
  readonly weight: Float64Array;
}

/** Weights a table cannot hold exactly are kept as they are: pprof alone wants whole numbers. */
class ProfileRows {
  readonly #trie: StackTrie;
  readonly #frames: number;
  readonly #log: DiagnosticLog;

  constructor(trie: StackTrie, frames: number, log: DiagnosticLog) {
    this.#trie = trie;
    this.#frames = frames;
    this.#log = log;
  }

  #isFrame(value: unknown): value is number {
    return (
      typeof value === "number" && Number.isInteger(value) && value >= 0 && value < this.#frames
    );
  }

  sampled({ samples, weights }: SampledProfile): Rows {
    const node = new Int32Array(samples.length);
    const weight = new Float64Array(samples.length);
    if (samples.length !== weights.length) {
      this.#log.add("speedscope.weights-missing", "damage", {
        samples: samples.length,
        weights: weights.length,
      });
    }
    samples.forEach((sample, i) => {
      const value = weights[i];
      const at = Array.isArray(sample) ? this.#node(sample) : -1;
      if (at < 0 || typeof value !== "number" || !Number.isFinite(value)) {
        this.#log.add("speedscope.sample-malformed", "damage", { samples: samples.length });
        node[i] = -1;
        return;
      }
      node[i] = at;
      weight[i] = value;
    });
    return { node, weight };
  }

  /** Root first in the file; −1 when a frame is none. */
  #node(sample: readonly unknown[]): number {
    let node = 0;
    for (const frame of sample) {
      if (!this.#isFrame(frame)) return -1;
      node = this.#trie.child(node, frame);
    }
    return node;
  }

  /** The time between two events belongs to the stack that is open then; one row a stack. */
  evented({ events, startValue, endValue }: EventedProfile): Rows {
    const weights = new GrowingFloat64();
    const rowOf = new Map<number, number>();
    const nodes: number[] = [];
    let node = 0;
    let last = startValue;
    const spend = (until: number): void => {
      if (until <= last) return;
      let row = rowOf.get(node);
      if (row === undefined) {
        row = nodes.length;
        rowOf.set(node, row);
        nodes.push(node);
        weights.push(0);
      }
      weights.data[row] += until - last;
      last = until;
    };
    events.forEach((event) => {
      const { type, at, frame } = isRecord(event) ? event : {};
      const isWell = typeof at === "number" && at >= last && this.#isFrame(frame);
      if (!isWell || (type !== "O" && type !== "C")) {
        this.#log.add("speedscope.event-malformed", "damage", { events: events.length });
        return;
      }
      spend(at);
      if (type === "O") node = this.#trie.child(node, frame);
      else if (this.#trie.frame(node) === frame) node = this.#trie.parent(node);
      else this.#log.add("speedscope.event-malformed", "damage", { events: events.length });
    });
    spend(endValue);
    if (node !== 0) this.#log.add("speedscope.frames-open", "damage", {});
    return { node: Int32Array.from(nodes), weight: weights.finish() };
  }
}

/** Our own files state type and unit of each sample type as the name of a profile. */
function ownTypes(document: Document): ValueType[] | undefined {
  if (document.exporter !== EXPORTER) return undefined;
  const types: ValueType[] = [];
  for (const { name } of document.profiles) {
    const slash = name.lastIndexOf("/");
    if (slash < 0) return undefined;
    types.push({ type: name.slice(0, slash), unit: name.slice(slash + 1) });
  }
  return types;
}

const UNIT_TYPES: Readonly<Record<string, ValueType>> = {
  none: { type: "samples", unit: "count" },
  bytes: { type: "space", unit: "bytes" },
};

function typeOf(unit: string): ValueType {
  return Object.hasOwn(UNIT_TYPES, unit)
    ? (UNIT_TYPES[unit] ?? { type: unit, unit })
    : { type: "time", unit };
}

interface Columns {
  readonly types: readonly ValueType[];
  readonly column: readonly number[];
  /** The profiles list the same stacks in the same order: row i of one is row i of all. */
  readonly areOneList: boolean;
}

function columnsOf(document: Document, all: readonly Rows[]): Columns {
  const own = ownTypes(document);
  if (own !== undefined) {
    const [first] = all;
    const areOneList = all.every(
      ({ node }) =>
        node.length === first.node.length && node.every((at, i) => at === first.node[i]),
    );
    return { types: own, column: own.map((_, i) => i), areOneList };
  }
  const types: ValueType[] = [];
  const column = document.profiles.map(({ unit }) => {
    const type = typeOf(unit);
    const known = types.findIndex((other) => other.unit === type.unit);
    return known >= 0 ? known : types.push(type) - 1;
  });
  return { types, column, areOneList: false };
}

export function readSpeedscope(text: string, fileName: string): ReadResult {
  const log = new DiagnosticLog();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new FormatError("speedscope", {
      expected: "one JSON document",
      found: "JSON that is cut or damaged",
    });
  }
  const document = readDocument(json, log);
  const trie = new StackTrie();
  const reader = new ProfileRows(trie, document.frames.length, log);
  const all = document.profiles.map((profile) =>
    profile.type === "sampled" ? reader.sampled(profile) : reader.evented(profile),
  );
  const { types, column, areOneList } = columnsOf(document, all);
  const stacks = new RowStacks(trie);
  const strings = new ByteStrings();
  const labels = new LabelsBuilder();
  const values = types.map(() => new GrowingFloat64());
  // Threads and the like: the name of its profile tells a row's from another's.
  const nameKey = document.profiles.length > types.length ? strings.intern("profile") : 0;
  let isNegative = false;
  for (let p = 0; p < (areOneList ? 1 : all.length); p++) {
    const { node, weight } = all[p];
    const name = nameKey === 0 ? 0 : strings.intern(document.profiles[p].name);
    for (let i = 0; i < node.length; i++) {
      if (node[i] < 0) continue;
      if (!stacks.push(node[i])) {
        log.add("speedscope.too-deep", "damage", {});
        continue;
      }
      values.forEach((to, k) => {
        const value = areOneList ? all[k].weight[i] : k === column[p] ? weight[i] : 0;
        if (value < 0) isNegative = true;
        to.push(value);
      });
      if (nameKey !== 0) labels.add(nameKey, name, NaN, 0);
      labels.endRow();
    }
  }
  const active = column[Math.min(Math.max(document.active, 0), column.length - 1)];
  const table: ProfileTable = {
    kind: "profile",
    profileKind: profileKindOf({
      sampleTypes: types,
      statedDefault: types[active].type,
      hasDuration: false,
      name: fileName,
      leafNames: () => [],
    }),
    encoding: "proto",
    ...stacks.finish(strings, document.frames),
    rows: stacks.rowStack.length,
    sampleTypes: types,
    defaultSampleType: active,
    values: values.map((to) => to.finish()),
    rowStack: stacks.rowStack.finish(),
    labels: labels.finish(),
    mappings: {
      length: 0,
      start: new Float64Array(0),
      limit: new Float64Array(0),
      offset: new Float64Array(0),
      file: new Int32Array(0),
      buildId: new Int32Array(0),
    },
    periodType: undefined,
    period: undefined,
    timeMs: undefined,
    durationNs: undefined,
    isDelta: isNegative,
    comments: document.name === "" ? [] : [document.name],
    memStats: undefined,
  };
  const completeness = log.isDamaged ? { complete: false, lowerBounds: true } : COMPLETE;
  return { table, diagnostics: log.list(), completeness };
}
