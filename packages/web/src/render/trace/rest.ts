// Stops of the world by cause; sweeps, spans, CPU samples and waiting; goroutines, tasks and regions.

import type { AnnotatedPayer } from "@heapwright/core/analysis/trace/order/annotated-assists.ts";
import type { Waits } from "@heapwright/core/analysis/trace/order/scheduling.ts";
import type { PayerRow, TraceSummary } from "@heapwright/core/report/trace/summary.ts";
import { digits } from "@heapwright/core/report/wording.ts";
import { type Markup, markup } from "../../markup.ts";
import { grouped } from "../../numbers.ts";
import { cutName } from "../names.ts";
import { payerName } from "./assists.ts";
import { type TraceContext, duration, section, share, size } from "./context.ts";
import { nameCell, traceTable } from "./tables.ts";

export function stopsSection(ctx: TraceContext): Markup {
  const { own, terminal, pictures } = ctx;
  const { stops } = pictures.summary;
  if (stops.causes.length === 0)
    return section(ctx, "stops", own.stops, [], markup`<p class="unk">${terminal.noStop}</p>`);
  const us = (ns: number): string => digits(ns / 1e3);
  const causes = traceTable(
    ctx,
    own.stopsByCause,
    terminal.stopColumns,
    stops.causes.map((c) => ({
      numbers: [
        us(c.totalNs),
        us(c.pauseNs),
        grouped(c.count),
        us(c.medianNs),
        us(c.p99Ns),
        us(c.longestNs),
        us(c.stoppingNs),
      ],
      name: markup`<bdi>${cutName(c.reason, 80)}</bdi> <span class="note">${terminal.stopKinds[c.kind]}</span>`,
    })),
  );
  return section(
    ctx,
    "stops",
    own.stops,
    [],
    markup`<div class="tables">
      ${causes} ${payers(ctx, own.askedAt, stops.asked)}
      ${payers(ctx, own.lastToStop, stops.lastToStop)}
    </div>
    ${stops.lastToStop.length > 0 ? markup`<p class="note">${terminal.stopLastNote}</p>` : ""}`,
  );
}

function payers(ctx: TraceContext, title: string, rows: readonly PayerRow[]): Markup | undefined {
  if (rows.length === 0) return undefined;
  const { own } = ctx;
  return traceTable(
    ctx,
    title,
    [own.timeHead, own.countHead, own.longestHead, own.nameHead],
    rows.map((p) => ({
      numbers: [duration(ctx, p.wallNs), grouped(p.count), duration(ctx, p.longestNs)],
      name: payerName(ctx, p),
    })),
  );
}

/** undefined when the trace has none of them. */
export function restSection(ctx: TraceContext): Markup | undefined {
  const { own, terminal, pictures } = ctx;
  const { sweeps, spans, samples, waits } = pictures.summary;
  const blocks: Markup[] = [];
  const fact = (title: string, says: string): Markup =>
    markup`<div><p class="cap">${title}</p><p>${says}</p></div>`;
  const title = (text: string): string => (ctx.lang === "en" ? sentenceCase(text) : text);
  if (sweeps.count > 0) {
    const says = terminal.sweepFacts({
      count: grouped(sweeps.count),
      wall: duration(ctx, sweeps.wallNs),
      swept: size(ctx, sweeps.sweptBytes),
      reclaimed: size(ctx, sweeps.reclaimedBytes),
    });
    blocks.push(fact(title(terminal.sweeps), says));
  }
  if (spans.bytes > 0) {
    blocks.push(
      traceTable(
        ctx,
        title(terminal.pulls),
        terminal.pullColumns,
        spans.byGroup.map((g) => ({
          numbers: [size(ctx, g.bytesInMark), size(ctx, g.bytes), grouped(g.goroutines)],
          name: nameCell(ctx, g.name),
        })),
        { says: terminal.pullFacts(size(ctx, spans.bytes), size(ctx, spans.bytesInMark)) },
      ),
    );
  }
  if (samples !== null) {
    const classes = samples.classes
      .map(
        (c) =>
          `${c.class} ${share(ctx, c.share)} [${digits(100 * c.shareLo)}, ${digits(100 * c.shareHi)}]`,
      )
      .join(", ");
    const says = `${terminal.sampleFacts(grouped(samples.count))}: ${classes}`;
    blocks.push(fact(title(terminal.samples), says));
  }
  if (waits !== null) blocks.push(waitsTable(ctx, title(terminal.waits), waits));
  return blocks.length === 0
    ? undefined
    : section(ctx, "rest", own.rest, [], markup`<div class="tables">${blocks}</div>`);
}

/** "WHO TAKES SPANS" is a heading of the terminal; here the label column has its own capitals. */
function sentenceCase(text: string): string {
  return text.startsWith("CPU")
    ? `CPU${text.slice(3).toLowerCase()}`
    : text.slice(0, 1) + text.slice(1).toLowerCase();
}

function waitsTable(
  ctx: TraceContext,
  caption: string,
  { inMark, outside, mostRunnable }: NonNullable<TraceSummary["waits"]>,
): Markup {
  const { terminal } = ctx;
  const [, ...columns] = terminal.waitColumns;
  const row = (name: string, w: Waits) => ({
    numbers: [
      grouped(w.count),
      duration(ctx, w.medianNs),
      duration(ctx, w.p99Ns),
      duration(ctx, w.longestNs),
      duration(ctx, w.totalNs),
    ],
    name,
  });
  return traceTable(
    ctx,
    caption,
    [...columns, ctx.own.nameHead],
    [row(terminal.inMark, inMark), row(terminal.outside, outside)],
    { says: terminal.mostRunnable(grouped(mostRunnable)) },
  );
}

/** Only where the whole order was asked for. */
export function goroutinesSection(ctx: TraceContext): Markup | undefined {
  const { own, terminal, pictures } = ctx;
  const { goroutines } = pictures.summary;
  if (goroutines === null) return undefined;
  const table = traceTable(
    ctx,
    own.goroutines,
    terminal.goroutineColumns,
    goroutines.map((g) => ({
      numbers: [
        grouped(g.goroutines),
        duration(ctx, g.executingNs),
        duration(ctx, g.schedWaitNs),
        duration(
          ctx,
          Object.values(g.blockNs).reduce((a, b) => a + b, 0),
        ),
        duration(ctx, g.syscallNs + g.syscallBlockNs),
        duration(ctx, g.assistNs),
        duration(ctx, g.sweepNs),
      ],
      name: nameCell(ctx, g.name),
    })),
    { isHidden: true },
  );
  return section(ctx, "goroutines", own.goroutines, [], table);
}

export function tasksSection(ctx: TraceContext): Markup | undefined {
  const { own, terminal, pictures } = ctx;
  const { tasks, regions } = pictures.summary;
  if (tasks === null || regions === null) return undefined;
  if (![...tasks, ...regions].some((row) => row.name !== ""))
    return section(ctx, "tasks", own.tasks, [], markup`<p class="unk">${terminal.noTasks}</p>`);
  const table = (caption: string, rows: readonly AnnotatedPayer[]): Markup | undefined =>
    rows.length === 0
      ? undefined
      : traceTable(
          ctx,
          ctx.lang === "en" ? sentenceCase(caption) : caption,
          terminal.annotatedColumns,
          rows.map((r) => ({
            numbers: [
              grouped(r.count),
              duration(ctx, r.wallNs),
              duration(ctx, r.longestNs),
              grouped(r.assists),
              duration(ctx, r.assistWallNs),
              share(ctx, r.worstShare),
            ],
            name: r.name === "" ? "–" : markup`<bdi>${cutName(r.name, 80)}</bdi>`,
          })),
        );
  return section(
    ctx,
    "tasks",
    own.tasks,
    [],
    markup`<div class="tables">
      ${table(terminal.tasks, tasks)} ${table(terminal.regions, regions)}
    </div>`,
  );
}
