// Traces for the page, as the memory scan gives them: a service whose assists are held up, one without a
// cycle, one with names that would be markup, and one with as many rows as a page has to bear.

import {
  analyzeTrace,
  type TraceAnalysis,
} from "@heapwright/core/analysis/trace/trace-analysis.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { summarizeTrace, type OrderFindings } from "@heapwright/core/report/trace/summary.ts";
import type { Frame } from "../../core/test/tables.ts";
import {
  MS,
  SEC,
  servedTrace,
  traceTable,
  US,
  type TraceSpec,
} from "../../core/test/trace-tables.ts";
import {
  renderAssistFlamePage,
  renderTracePage,
  type TracePageInput,
} from "../src/render/trace/page.ts";
import { type TracePictures, tracePictures } from "../src/render/trace/pictures.ts";
import { pageVoice } from "../src/render/voice.ts";
import { HOSTILE, NOW } from "./answers.ts";
import { clientAssets, hash } from "./harness.ts";

export function analysisOf(spec: TraceSpec): TraceAnalysis {
  const t = analyzeTrace(traceTable(spec));
  if (t === undefined) throw new Error("no analysis");
  return t;
}

const stackOf = (line: number, extra: readonly Frame[] = []): Frame[] => [
  ["runtime.gcAssistAlloc", "/go/src/runtime/mgcmark.go", 500],
  ["runtime.mallocgc", "/go/src/runtime/malloc.go", 1000],
  ["app/api.encode", "/src/app/api/encode.go", line],
  ...extra,
  ["app/api.handle", "/src/app/api/handle.go", 7],
];

/** Many cycles with assists on two lines, a stop that the program asked for, and GC stops of 20 µs. */
export function busy(cycles = 30): TraceSpec {
  const served = servedTrace({ cycles, assistMs: 2 });
  const more = (served.ranges ?? [])
    .filter((r) => r.kind === "assist")
    .map((r) => ({ ...r, from: r.from + 100 * US, g: 900, stack: stackOf(51) }));
  return {
    ...served,
    ranges: [
      ...(served.ranges ?? []),
      ...more,
      {
        kind: "stw",
        from: 50 * MS,
        to: 58 * MS,
        g: 3,
        reason: "read mem stats",
        stack: stackOf(9),
      },
    ],
  };
}

export const idle: TraceSpec = { to: SEC, heap: [{ at: MS, bytes: 5e6 }], gomaxprocs: [] };

export function hostileTrace(): TraceSpec {
  const spec = busy(4);
  const evil = HOSTILE.map((name): Frame => [name, `/src/${name}.go`, 3]);
  return {
    ...spec,
    ranges: [
      ...(spec.ranges ?? []).map((r) =>
        r.stack === undefined ? r : { ...r, stack: [...evil, ...r.stack] },
      ),
      { kind: "stw", from: 90 * MS, to: 91 * MS, g: 3, reason: HOSTILE[0] ?? "" },
    ],
  };
}

/** 5 000 cycles and 100 000 assists. */
export function large(): TraceSpec {
  const cycles = 5000;
  const every = 10 * MS;
  const lines = Array.from({ length: 6 }, (_, i) => stackOf(100 + i));
  const ranges: NonNullable<TraceSpec["ranges"]>[number][] = [];
  const heap: { at: number; bytes: number }[] = [];
  for (let c = 0; c < cycles; c++) {
    const at = c * every + MS;
    const stack = lines[c % lines.length] ?? [];
    ranges.push(
      { kind: "mark", from: at, to: at + 4 * MS, g: 5, stack },
      { kind: "stw", from: at + 10 * US, to: at + 30 * US, reason: "GC sweep termination" },
      { kind: "stw", from: at + 3.97 * MS, to: at + 4.02 * MS, reason: "GC mark termination" },
    );
    for (let i = 0; i < 20; i++) {
      const from = at + (0.1 + i * 0.15) * MS;
      const own = lines[(c + i) % lines.length] ?? [];
      ranges.push({ kind: "assist", from, to: from + 0.1 * MS, g: 100 + i, stack: own });
    }
    heap.push(
      { at: at - 10, bytes: 90e6 + (c % 7) * 1e6 },
      { at: at + 3 * MS, bytes: 104e6 },
      { at: at + 4 * MS, bytes: 50e6 },
    );
  }
  return { to: cycles * every, procs: 2, ranges, heap, goals: [{ at: 1, bytes: 100e6 }] };
}

const waits = { count: 12, totalNs: 4e6, medianNs: 2e5, p99Ns: 1e6, longestNs: 2e6 };
const annotated = {
  count: 12,
  wallNs: 5e8,
  longestNs: 9e7,
  assists: 40,
  assistWallNs: 6e7,
  assistCpuNs: 2e7,
  worstShare: 0.4,
};

/** What --goroutines and --tasks add. */
export function ordered(cycles: number, name = "checkout"): OrderFindings {
  return {
    scheduling: {
      inMark: waits,
      outside: waits,
      markPartNs: 3e6,
      mostRunnable: 7,
      cycleDelayNs: new Float64Array(cycles).fill(3e5),
    },
    goroutines: [
      {
        name: "app/api.handle",
        goroutines: 9,
        executingNs: 4e8,
        schedWaitNs: 2e7,
        syscallNs: 1e6,
        syscallBlockNs: 0,
        blockNs: new Map([["chan receive", 3e8]]),
        totalNs: 1e9,
        unknownNs: 0,
        assistNs: 6e7,
        sweepNs: 1e6,
        stwNs: 0,
      },
    ],
    tasks: [{ name, ...annotated }],
    regions: [{ name: "encode", ...annotated }],
  };
}

export function picturesOf(
  spec: TraceSpec,
  lang: Lang = "en",
  order?: (cycles: number) => OrderFindings,
  name = "app.trace",
): TracePictures {
  const t = analysisOf(spec);
  const summary = summarizeTrace(name, t, order?.(t.cycles.length));
  const guilty = [{ function: "app/api.encode", file: "/src/app/api/encode.go", line: 51 }];
  return tracePictures(t, summary, guilty, lang);
}

async function inputOf(
  pictures: TracePictures,
  lang: Lang,
  more: Partial<TracePageInput>,
): Promise<TracePageInput> {
  const { script, css } = await clientAssets();
  return {
    ...pageVoice(lang),
    css,
    clientScript: script,
    hash,
    theme: "auto",
    savedMs: NOW + 4000,
    text: "app.trace\n  as in the terminal\n",
    pictures,
    verdicts: [],
    damage: [],
    target: "app.trace",
    version: "0.1.0",
    ...more,
  };
}

export async function tracePage(
  pictures: TracePictures,
  lang: Lang = "en",
  more: Partial<TracePageInput> = {},
): Promise<string> {
  return renderTracePage(await inputOf(pictures, lang, more));
}

export async function flamePage(pictures: TracePictures, lang: Lang = "en"): Promise<string> {
  return renderAssistFlamePage(await inputOf(pictures, lang, {}));
}
