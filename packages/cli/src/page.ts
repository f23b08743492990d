// From views to the page's input: pictures, words and assets. Loaded only for --html and view.

import { createHash } from "node:crypto";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { View } from "@heapwright/core/analysis/view.ts";
import { timeToLimit } from "@heapwright/core/analysis/time-to-limit.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import { flameOfHeap } from "@heapwright/core/pictures/flame-of-heap.ts";
import { formatJson } from "@heapwright/core/report/json.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { formatText } from "@heapwright/core/report/text.ts";
import type { Answered } from "@heapwright/core/verdict/answer-of.ts";
import type { Answer } from "@heapwright/core/verdict/answer.ts";
import { summarizeTrace } from "@heapwright/core/report/trace/summary.ts";
import { webAssets } from "./web-assets.ts";
import { renderPage, type ProcessPictures, type SoFar } from "@heapwright/web/render/page.ts";
import { tracePictures } from "@heapwright/web/render/trace/pictures.ts";
import { ROOT_NAME, pageVoice } from "@heapwright/web/render/voice.ts";

export interface PageOptions {
  readonly lang: Lang;
  readonly isLive: boolean;
  readonly soFar?: SoFar;
}

/** Client script and style, built beside the bundle (dist/web) or, in development, from the sources. */
export function assets(): Promise<{ css: string; clientScript: string }> {
  return webAssets("client");
}

export async function pageOf(answered: Answered, options: PageOptions): Promise<string> {
  const { answer, views } = answered;
  const voice = voiceOf(options.lang);
  const byProcess = new Map<string, ProcessPictures>();
  for (const [i, p] of answer.processes.entries()) {
    const view = views[i];
    if (view !== undefined) byProcess.set(p.key, picturesOf(view, answer, i, options.lang));
  }
  const first = answer.processes[0];
  return renderPage({
    answer,
    ...pageVoice(options.lang),
    byProcess,
    ...(first === undefined ? {} : byProcess.get(first.key)),
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
    packedJson: options.isLive ? undefined : gzipSync(formatJson(answer, voice)).toString("base64"),
    savedMs: Date.now(),
  });
}

function picturesOf(view: View, answer: Answer, index: number, lang: Lang): ProcessPictures {
  const shown = view.sites?.shown;
  const guilty = answer.processes[index]?.verdicts.find((v) => v.fault)?.sites ?? [];
  return {
    flame: shown === undefined ? undefined : flameOfHeap(shown, guilty, ROOT_NAME[lang]),
    forecast: forecastOf(view),
    trace:
      view.trace === undefined
        ? undefined
        : tracePictures(
            view.trace,
            summarizeTrace(path.basename(view.trace.artefact.name), view.trace, undefined),
            guilty,
            lang,
            view.trace.others,
          ),
  };
}

/** When the peaks meet the limit, on the chart's clock. */
function forecastOf(view: View): ProcessPictures["forecast"] {
  const t = view.trends.marked;
  const peak = view.series.peak;
  const last = peak?.time[peak.time.length - 1];
  const limit = view.forecast.limit?.bytes;
  const next = view.forecast.nextPeak;
  if (t?.kind !== "line" || last === undefined || limit === undefined || next === undefined) {
    return undefined;
  }
  if (peak?.clock !== "wall") return undefined;
  const gogc = view.forecast.gogcPercent;
  const left = timeToLimit(limit, next, t.slope, gogc < 0 ? 1 : 1 + gogc / 100);
  if (left === undefined) return undefined;
  const at = (seconds: number) => last + seconds * 1000;
  return { of: "peak", crossMs: { value: at(left.value), lo: at(left.lo), hi: at(left.hi) } };
}
