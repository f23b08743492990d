// `heapwright show` as JSON (schema heapwright.show/1, docs/schema/show-1.schema.json; changes only add).
// Unknown is null and never 0. Fractions are 0–1, values are in the unit of the sample type.

import { basePath } from "../../analysis/profile/go-format.ts";
import type { Certain } from "../../analysis/profile/node-certainty.ts";
import { commonKind } from "../../analysis/profile/source-facts.ts";
import type { Json } from "../json.ts";
import type { Voice } from "../say.ts";
import type { ShownEdge, ShownNode, ShownPlace, ShowView } from "./view.ts";

export interface ShowJsonExtras {
  /** What was lost in reading, as sentences. */
  readonly damage: readonly string[];
  /** What was odd about the flags, as sentences. */
  readonly warnings: readonly string[];
}

function number(value: number | undefined): Json {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

function text(value: string | undefined): Json {
  return value === undefined || value === "" ? null : value;
}

function certain({ value, lo, hi, samples }: Certain): Json {
  return { value: number(value), lo: number(lo), hi: number(hi), samples: number(samples) };
}

function placed(place: ShownPlace | undefined): { readonly [key: string]: Json } {
  return {
    file: text(place?.file),
    line: place === undefined || place.line === 0 ? null : place.line,
    otherLines: place === undefined ? null : place.others,
  };
}

function edges(list: readonly ShownEdge[] | undefined): Json {
  if (list === undefined) return null;
  return list.map(({ name, value, share, isInline }) => ({
    function: name,
    value: certain(value),
    fraction: number(share),
    inline: isInline,
  }));
}

function node(shown: ShownNode): Json {
  return {
    function: shown.name,
    ...placed(shown.place),
    inline: shown.inline === "" ? "no" : shown.inline === "(inline)" ? "yes" : "partly",
    flat: certain(shown.flat),
    flatFraction: number(shown.flatShare),
    cum: certain(shown.cum),
    cumFraction: number(shown.cumShare),
    callers: edges(shown.callers),
    callees: edges(shown.callees),
  };
}

function time(nanos: bigint): Json {
  const ms = Number(nanos / 1_000_000n);
  return nanos === 0n || Math.abs(ms) > 8.64e15 ? null : new Date(ms).toISOString();
}

export function showJson(view: ShowView, voice: Voice, extras: ShowJsonExtras): Json {
  const { profile, sources, counts } = view;
  const kind = commonKind(sources);
  const cycle = sources.length === 1 ? sources[0].cycle : undefined;
  const first = profile.mappings.length > 0 ? profile.mappings.buildId[0] : 0;
  return {
    schema: "heapwright.show/1",
    files: sources.map((source) => ({
      name: source.name,
      kind: source.kind,
      goVersion: text(source.goVersion),
      difference: source.isDelta,
      period: number(source.period),
      time: source.timeMs === undefined ? null : new Date(source.timeMs).toISOString(),
      numGC: number(source.numGC),
    })),
    kind,
    program: text(basePath(view.title)),
    buildId: text(first === 0 ? undefined : profile.strings.get(first)),
    time: time(profile.timeNanos),
    durationNs: profile.durationNanos === 0 ? null : profile.durationNanos,
    period: {
      type: text(profile.periodType.type),
      unit: text(profile.periodType.unit),
      value: profile.period === 0 ? number(sources[0]?.period) : profile.period,
    },
    comments: profile.comments,
    sampleTypes: profile.sampleTypes.map(({ type, unit }) => ({ type, unit })),
    sampleType: view.sampleType,
    unit: view.sampleUnit,
    // The GC cycle whose end the live columns show; null unknown, 0 before there is one.
    cycle: view.sampleType.startsWith("inuse_") ? number(cycle) : null,
    samples: {
      basis: counts.basis,
      reason: counts.reason,
      rate: number(counts.rate),
      unverifiedRows: counts.unverifiedRows,
    },
    rows: view.rows,
    stacks: view.stacks,
    total: certain(view.total),
    fractionsOf: view.base,
    filters: view.filters,
    left: view.left === undefined ? null : certain(view.left),
    leftFraction: view.left === undefined ? null : number(view.leftShare),
    sort: view.sort,
    nodes: view.nodes.map(node),
    hiddenNodes: view.hidden,
    hiddenFlat: view.hiddenFlat === undefined ? null : certain(view.hiddenFlat),
    framelessFlat: view.frameless === undefined ? null : certain(view.frameless),
    notes: view.notes.map((note) => ({
      id: note.id,
      params: noteParams(note.params),
      text: voice.say(note),
    })),
    damage: extras.damage,
    warnings: extras.warnings,
  };
}

function noteParams(params: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [
      key,
      typeof value === "number" ? number(value) : String(value),
    ]),
  );
}
