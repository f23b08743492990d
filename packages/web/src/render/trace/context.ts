// What every section of a trace is rendered with, on a page of its own or within a process's.

import type { Lang, Wording } from "@heapwright/core/model/message.ts";
import { type TraceWords, traceWords } from "@heapwright/core/report/trace/words.ts";
import { digits } from "@heapwright/core/report/wording.ts";
import { TRACE_LABELS, type TraceLabels } from "../../trace-words.ts";
import { type Markup, type Value, markup } from "../../markup.ts";
import { type Context, heading } from "../context.ts";
import type { TracePictures } from "./pictures.ts";

export interface TraceContext extends Pick<Context, "labels" | "prefix" | "level"> {
  readonly lang: Lang;
  readonly words: Wording;
  readonly own: TraceLabels;
  /** Words that the terminal has too. */
  readonly terminal: TraceWords;
  readonly pictures: TracePictures;
}

export function traceContext(
  base: Pick<Context, "labels" | "prefix" | "level">,
  voice: { readonly lang: Lang; readonly words: Wording },
  pictures: TracePictures,
): TraceContext {
  return {
    labels: base.labels,
    prefix: base.prefix,
    level: base.level,
    lang: voice.lang,
    words: voice.words,
    own: TRACE_LABELS[voice.lang],
    terminal: traceWords(voice.lang),
    pictures,
  };
}

/** As the terminal writes it: µs below a millisecond. Number and unit stay together. */
export function duration(ctx: TraceContext, ns: number | null): string {
  if (ns === null || Number.isNaN(ns)) return ctx.terminal.unknown;
  const text = ns > 0 && ns < 1e6 ? `${digits(ns / 1e3)} µs` : ctx.words.duration(ns / 1e9);
  return text.replaceAll(" ", "\u00a0");
}

export function share(ctx: TraceContext, fraction: number | null): string {
  return fraction === null || Number.isNaN(fraction)
    ? ctx.terminal.unknown
    : `${digits(100 * fraction)}\u00a0%`;
}

export function part(ctx: TraceContext, of: number, whole: number): string {
  return share(ctx, whole > 0 ? of / whole : null);
}

/** Whole size in a sentence. */
export function size(ctx: TraceContext, bytes: number): string {
  return ctx.words.bytes(bytes).replaceAll(" ", "\u00a0");
}

/** Of the worst window of a length, where the timeline marks it. */
export function worstId(ctx: TraceContext, windowNs: number): string {
  return `${ctx.prefix}worst-${windowNs / 1e3}us`;
}

/** A section with its label at the side. */
export function section(
  ctx: TraceContext,
  id: string,
  title: string,
  says: readonly (Value | undefined)[],
  content: Value,
): Markup {
  return markup`<section id="${ctx.prefix}${id}">
    <div class="row">
      <div>
        ${heading(ctx, 1, title)}
        ${says.filter((s) => s !== undefined && s !== "").map((s) => markup`<p class="say">${s}</p>`)}
      </div>
      <div>${content}</div>
    </div>
  </section>`;
}
