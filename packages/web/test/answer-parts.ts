// Building blocks of invented answers: quantities as sampling would know them, series, sites, flames.

import type { LedgerPart } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { Series, SeriesId } from "@heapwright/core/analysis/series/series.ts";
import type { Site, SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import type { Statement } from "@heapwright/core/model/message.ts";
import { type Quantity, counted, derived, estimated } from "@heapwright/core/model/quantity.ts";
import {
  type FlameInput,
  flameFromProfile,
  sampledLimits,
} from "@heapwright/core/pictures/flame-tree.ts";
import type {
  Answer,
  EvidenceRow,
  Missing,
  ProcessAnswer,
} from "@heapwright/core/verdict/answer.ts";
import { type StackRow, rowsFrom } from "./stacks.ts";

export const MIB = 1024 * 1024;
export const MINUTE = 60_000;
export const NOW = Date.UTC(2026, 10, 26, 3, 17, 16);

export const HEAP = "9f31c2aa";
export const TEXT = "5a8e02f7";
export const TRACE = "e2277b10";
export const SMAPS = "08c1aa5e";
export const GROUP = "b93f6610";

export function st(
  id: string,
  params: Statement["params"] = {},
  evidence: string[] = [],
): Statement {
  return { id, params, evidence };
}

/** `mib` of live bytes as sampling would know it: 2 samples a MiB at the default rate. */
export function sampled(mib: number, evidence: string): Quantity {
  const value = mib * MIB;
  const samples = Math.max(1, Math.round(mib * 2));
  const square = value ** 2 / samples;
  const { lo, hi } = sampledLimits(value, square, square);
  return estimated(value, lo, hi, "bytes", [evidence], "gc-cycle");
}

/** Deterministic noise in −1…1. */
function noise(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 31 - 1;
  };
}

interface SeriesSpec {
  readonly id: SeriesId;
  readonly unit?: Series["unit"];
  readonly points: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly evidence: string;
  readonly value: (fraction: number, random: () => number) => number;
}

export function series({ id, unit, points, fromMs, toMs, evidence, value }: SeriesSpec): Series {
  const random = noise(points * 7 + id.length);
  const time = Float64Array.from(
    { length: points },
    (_, i) => fromMs + ((toMs - fromMs) * i) / (points - 1),
  );
  return {
    id,
    unit: unit ?? "bytes",
    basis: "gc-cycle",
    clock: "wall",
    time,
    value: Float64Array.from(time, (_, i) => value(i / (points - 1), random)),
    cycle: Float64Array.from(time, (_, i) => i + 1),
    resolution: MIB,
    evidence: [evidence],
  };
}

export function flameOf(
  stacks: readonly (readonly [number, string])[],
  guilty: SourceLine | undefined,
): FlameInput {
  const rows: StackRow[] = stacks.map(([mib, stack]) => ({
    stack,
    bytes: mib * MIB,
    samples: Math.max(1, Math.round(mib * 2)),
  }));
  const columns = rowsFrom(rows);
  return flameFromProfile({
    stacks: columns.stacks,
    rows: rows.length,
    rowStack: columns.rowStack,
    types: [
      { id: "live-bytes", value: columns.bytes, samples: columns.samples },
      {
        id: "allocated-bytes",
        value: columns.bytes.map((b, i) => b * (2 + (i % 5) * 9)),
        samples: columns.samples.map((n, i) => n * (2 + (i % 5) * 9)),
      },
    ],
    isGuilty: (fn, file, line) =>
      guilty !== undefined &&
      fn === guilty.function &&
      file === guilty.file &&
      line === guilty.line,
    root: "all",
  });
}

interface SiteSpec {
  readonly at: SourceLine;
  readonly mib: number;
  readonly stacks?: number;
  readonly growth?: Quantity;
  readonly kept: number;
  readonly callers?: Site["callers"];
}

export function site(
  { at, mib, stacks = 1, growth, kept, callers = [] }: SiteSpec,
  key: string,
): Site {
  const evidence = `${HEAP}:stack:${key}`;
  const live = sampled(mib, evidence);
  const samples = Math.max(1, Math.round(mib * 2));
  const visible = Math.max(3, Math.sqrt(mib) * 1.4) * MIB;
  return {
    ...at,
    user: undefined,
    evidence,
    live,
    liveObjects: estimated(live.value / 1152, live.lo / 1152, live.hi / 1152, "count", [evidence]),
    samples,
    stacks,
    growth: growth ?? estimated(0, -visible / 2, visible, "bytes", [evidence], "gc-cycle"),
    visibleGrowth: visible,
    survival: estimated(kept, Math.max(0, kept - 0.02), Math.min(1, kept + 0.001), "fraction", [
      evidence,
    ]),
    allocRate: derived(live.value / 2400, live.lo / 2400, live.hi / 2400, "bytes/s", [evidence]),
    callers,
  };
}

export function grown(mib: number, lo: number, hi: number): Quantity {
  return estimated(mib * MIB, lo * MIB, hi * MIB, "bytes", [HEAP], "gc-cycle");
}

export const at = (fn: string, file: string, line: number): SourceLine => ({
  function: fn,
  file,
  line,
});

export const part = (
  name: LedgerPart["part"],
  mib: number,
  evidence: string,
  change?: number,
  note?: Statement,
): LedgerPart => ({
  part: name,
  bytes: counted(mib * MIB, "bytes", [evidence]),
  ...(change === undefined
    ? {}
    : { change: derived(change * MIB, change * MIB, change * MIB, "bytes", [evidence]) }),
  ...(note === undefined ? {} : { note }),
});

export const row = (
  id: string,
  kind: string,
  name: string,
  bytes: number,
  timeMs: number | undefined,
  cycle?: number,
): EvidenceRow => ({ id, kind, name, bytes, timeMs, cycle, complete: true, diagnostics: [] });

export const missing = (what: string): Missing => ({
  what,
  name: st(`missing.${what}`),
  wouldTell: st(`missing.${what}.tells`),
  get: st(`missing.${what}.get`, { origin: "http://HOST:PORT" }),
});

export function answerOf(first: ProcessAnswer, target: string, processes = [first]): Answer {
  const { key: _key, ...top } = first;
  return {
    schema: "heapwright.why/1",
    tool: { name: "heapwright", version: "0.1.0" },
    target,
    ...top,
    processes,
  };
}
