// From views to the page's input: pictures, words and assets. Loaded only for --html and view.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { View } from "@heapwright/core/analysis/view.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import { formatJson } from "@heapwright/core/report/json.ts";
import { voiceOf, type Voice } from "@heapwright/core/report/say.ts";
import { formatText, verdictWord } from "@heapwright/core/report/text.ts";
import { timeToLimit } from "@heapwright/core/analysis/time-to-limit.ts";
import { flameOfHeap } from "@heapwright/core/pictures/flame-of-heap.ts";
import { trendOfSeries } from "@heapwright/core/pictures/trend-of-series.ts";
import type { Answered } from "@heapwright/core/verdict/answer-of.ts";
import type { Answer } from "@heapwright/core/verdict/answer.ts";
import {
  renderPage,
  type PageInput,
  type ProcessPictures,
  type SoFar,
} from "@heapwright/web/render/page.ts";

export interface PageOptions {
  readonly lang: "en" | "zh";
  readonly isLive: boolean;
  readonly soFar?: SoFar;
}

/** Client script and style, built beside the bundle (dist/web) or, in development, from the sources. */
async function assets(): Promise<{ css: string; clientScript: string }> {
  const read = (name: string) => readFile(new URL(`./web/${name}`, base()), "utf8");
  return { css: await read("client.css"), clientScript: await read("client.js") };
}

/** Chunks lie in dist/chunks, the entry in dist. */
function base(): string {
  const url = import.meta.url;
  return url.includes("/chunks/")
    ? new URL("../", url).href
    : url.includes("/src/")
      ? new URL("../dist/", url).href
      : new URL("./", url).href;
}

export async function pageOf(answered: Answered, options: PageOptions): Promise<string> {
  const voice = voiceOf(options.lang);
  const { answer, views } = answered;
  const byProcess = new Map<string, ProcessPictures>();
  answer.processes.forEach((p, i) => {
    const view = views[i];
    if (view !== undefined) byProcess.set(p.key, picturesOf(view, answer, i));
  });
  const first = answer.processes[0];
  const input: PageInput = {
    answer,
    lang: options.lang,
    byProcess,
    ...(first === undefined ? {} : byProcess.get(first.key)),
    say: (s) => voice.say(s),
    names: namesOf(voice),
    words: voice.words,
    ...(await assets()),
    hash: (text) => createHash("sha256").update(text, "utf8").digest("base64"),
    theme: "auto",
    isLive: options.isLive,
    soFar: options.soFar,
    text: formatText(answer, {
      voice,
      paint: (t) => t,
      top: 10,
      withEvidence: false,
      withLinking: false,
    }),
    json: options.isLive ? undefined : formatJson(answer, voice),
    savedMs: Date.now(),
  };
  return renderPage(input);
}

function namesOf(voice: Voice): PageInput["names"] {
  return {
    verdict: (v) => verdictWord(v, { voice }),
    status: (s) =>
      voice.say({ id: s === "fault" ? "status.high" : `status.${s}`, params: {}, evidence: [] }),
    part: (part) => voice.say({ id: `part.${part}`, params: {}, evidence: [] }),
    cause: (c) => voice.say({ id: `cause.${c}`, params: {}, evidence: [] }),
    diagnostic: (d) => describeDiagnostic(d, voice),
  };
}

function picturesOf(view: View, answer: Answer, index: number): ProcessPictures {
  const shown = view.sites?.shown;
  const guilty = answer.processes[index]?.verdicts.find((v) => v.fault)?.sites ?? [];
  const series = Object.values(view.series).filter((s) => s !== undefined);
  return {
    flame: shown === undefined ? undefined : flameOfHeap(shown, guilty, "all"),
    trends: series.map((s) => trendOfSeries(s)).filter((t) => t !== undefined),
    forecast: forecastOf(view),
  };
}

function forecastOf(view: View): ProcessPictures["forecast"] {
  const t = view.trends.marked;
  const peak = view.series.peak;
  const last = peak?.time[peak.time.length - 1];
  const limit = view.forecast.limit?.bytes;
  const next = view.forecast.nextPeak;
  if (
    t === undefined ||
    t.kind !== "line" ||
    last === undefined ||
    limit === undefined ||
    next === undefined ||
    peak?.clock !== "wall"
  )
    return undefined;
  const left = timeToLimit(
    limit,
    next,
    t.slope,
    view.forecast.gogcPercent < 0 ? 1 : 1 + view.forecast.gogcPercent / 100,
  );
  if (left === undefined) return undefined;
  return {
    of: "peak",
    crossMs: {
      value: last + left.value * 1000,
      lo: last + left.lo * 1000,
      hi: last + left.hi * 1000,
    },
  };
}
