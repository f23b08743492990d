// The trace within a process's page: the chart, the head of the cycle table, the flame of assists. The
// whole is `heapwright trace FILE --html FILE`.

import { type Markup, markup } from "../../markup.ts";
import { grouped } from "../../numbers.ts";
import { type Context, heading } from "../context.ts";
import { cutName } from "../names.ts";
import { commandBlock } from "../verdict.ts";
import { assistFlame } from "./assists.ts";
import { type TraceContext, duration, share, traceContext } from "./context.ts";
import { openCycles } from "./cycles.ts";
import { timelineFigure } from "./timeline.ts";

const PLOT = 150;

export function traceOfProcess(process: Context): Markup | undefined {
  const { trace } = process.pictures;
  if (trace === undefined) return undefined;
  const ctx = traceContext(process, process.input, trace);
  const { own, labels } = ctx;
  const { file, gc, assists } = trace.summary;
  const block = (title: string, says: string, content: Markup): Markup =>
    markup`<div class="row">
      <div>
        ${heading(process, 2, title, "cap")} ${says === "" ? "" : markup`<p class="say">${says}</p>`}
      </div>
      <div>${content}</div>
    </div>`;
  const chart = trace.timeline === undefined ? "" : timelineFigure(ctx, trace.timeline, PLOT);
  const others = trace.others > 0 ? ` ${own.others(grouped(trace.others))}.` : "";
  return markup`<section id="${ctx.prefix}trace">
    <div class="row">
      <div>
        ${heading(process, 1, own.trace)}
        <p class="say">${gcShareSays(ctx)}</p>
        <p class="say i">
          ${own.traceOf(cutName(file.name, 60))}, ${duration(ctx, file.seconds * 1e9)}.${others}
        </p>
      </div>
      <div>${chart}</div>
    </div>
    ${gc.cycles === 0 ? "" : block(own.cycles, "", openCycles(ctx))}
    ${trace.flame === undefined ? "" : block(own.assists, own.assistSum(labels.assists(grouped(assists.count)), duration(ctx, assists.wallNs)), assistFlame(ctx, trace.flame))}
    <div class="row">
      <div></div>
      <div>
        <p class="note">${own.whole}</p>
        ${commandBlock({ labels }, `heapwright trace ${shellWord(file.name)} --html trace.html`)}
      </div>
    </div>
  </section>`;
}

/** The sentence the terminal begins with. */
export function gcShareSays(ctx: TraceContext): string {
  const { gc } = ctx.pictures.summary;
  const { terminal } = ctx;
  if (gc.cycles === 0) return terminal.noCycle;
  const running = share(ctx, gc.ofRunning);
  return gc.ofCapacity === null
    ? terminal.shareUnknown(running)
    : terminal.share({ capacity: share(ctx, gc.ofCapacity), running });
}

/** A file's name as one word of a shell. */
export function shellWord(name: string): string {
  return /^[\w./:@%+=,-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
