// Traces for the page, as the memory scan gives them: a service whose assists are held up, one without a
// cycle, one with names that would be markup, and one with as many rows as a page has to bear.

import {
  analyzeTrace,
  type TraceAnalysis,
} from "@heapwright/core/analysis/trace/trace-analysis.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { summarizeTrace, type OrderFindings } from "@heapwright/core/report/trace/summary.ts";
import { MS, SEC, US, traceOf, type RangeSpec, type TraceSpec } from "./trace-table.ts";
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
  const t = analyzeTrace(traceOf(spec));
  if (t === undefined) throw new Error("no analysis");
  return t;
}

const RUNTIME =
  "runtime.mallocgc@/go/src/runtime/malloc.go:1000;runtime.gcAssistAlloc@/go/src/runtime/mgcmark.go:500";

const stackOf = (line: number, between = ""): string =>
  `app/api.handle@/src/app/api/handle.go:7;${between}app/api.encode@/src/app/api/encode.go:${line};${RUNTIME}`;

interface Service {
  readonly cycles: number;
  readonly everyNs: number;
  readonly assists: number;
  readonly stack: (of: number) => string;
}

/** A cycle every `everyNs` marks for 4 ms between two stops of 20 and 30 µs, with assists in it. */
function service({ cycles, everyNs, assists, stack }: Service): TraceSpec {
  const ranges: RangeSpec[] = [];
  const heap: { at: number; bytes: number }[] = [];
  for (let c = 0; c < cycles; c++) {
    const at = c * everyNs + MS;
    ranges.push(
      { kind: "mark", from: at, to: at + 4 * MS, g: 10, stack: stack(c) },
      { kind: "stw", from: at + 10 * US, to: at + 30 * US, g: 10, reason: "GC sweep termination" },
      { kind: "stw", from: at + 3.99 * MS, to: at + 4.02 * MS, reason: "GC mark termination" },
    );
    for (let i = 0; i < assists; i++) {
      const from = at + (0.1 + (i * 3) / assists) * MS;
      ranges.push({
        kind: "assist",
        from,
        to: from + (2 / assists) * MS,
        g: i % 2 === 0 ? 10 : 900,
        stack: stack(c + i),
      });
    }
    heap.push(
      { at: at - 10, bytes: 90e6 + (c % 7) * 1e6 },
      { at: at + 3 * MS, bytes: 104e6 },
      { at: at + 3.995 * MS, bytes: 50e6 },
    );
  }
  const to = cycles * everyNs;
  return {
    to,
    procs: 2,
    ranges,
    heap,
    goals: [{ at: 1, bytes: 100e6 }],
    runs: [{ g: 10, from: 0, to }],
  };
}

/** Two lines that pay, a stop that the program asked for. */
export function busy(cycles = 30): TraceSpec {
  const spec = service({
    cycles,
    everyNs: 100 * MS,
    assists: 2,
    stack: (i) => stackOf(i % 2 === 0 ? 42 : 51),
  });
  const from = 50 * MS;
  const asked = { kind: "stw", from, to: from + 8 * MS, g: 10, reason: "read mem stats" } as const;
  return { ...spec, ranges: [...spec.ranges, { ...asked, stack: stackOf(9) }] };
}

export const idle: TraceSpec = {
  to: SEC,
  procs: 0,
  ranges: [],
  runs: [{ g: 10, from: 0, to: SEC }],
  heap: [{ at: MS, bytes: 5e6 }],
  goals: [],
};

export function hostileTrace(): TraceSpec {
  const evil = HOSTILE.map((name) => `${name}@/src/${name}.go:3;`).join("");
  const spec = service({
    cycles: 4,
    everyNs: 100 * MS,
    assists: 2,
    stack: (i) => stackOf(51 + i, evil),
  });
  const stop = { kind: "stw", from: 90 * MS, to: 91 * MS, reason: HOSTILE[0] ?? "" } as const;
  return { ...spec, ranges: [...spec.ranges, stop] };
}

/** 5 000 cycles and 100 000 assists. */
export function large(): TraceSpec {
  return service({
    cycles: 5000,
    everyNs: 10 * MS,
    assists: 20,
    stack: (i) => stackOf(100 + (i % 40)),
  });
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
