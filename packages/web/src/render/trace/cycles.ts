// The cycle table: the longest cycles open, with their bars; all of them folded.

import type { CycleCostBar, CycleHeapBar } from "@heapwright/core/pictures/cycle-bars.ts";
import { columnsOfRow } from "@heapwright/core/report/trace/cycle-columns.ts";
import type { CycleRow } from "@heapwright/core/report/trace/summary.ts";
import { type Markup, markup } from "../../markup.ts";
import { grouped } from "../../numbers.ts";
import { cutName } from "../names.ts";
import { percentOf } from "../tiers.ts";
import { type TraceContext, duration, section } from "./context.ts";

/** A row is about 250 bytes; more are left to the terminal. */
const MOST_ROWS = 5000;
/** Characters of a trigger in the folded table. */
const TRIGGER = 48;
const WAITED = 12;

/** The columns that hold anything: "waited" needs the full order. */
function columnsOf(ctx: TraceContext): readonly number[] {
  const { cycles } = ctx.pictures.summary;
  const isWaitKnown = cycles.some((c) => c.runnableNs !== null);
  return ctx.terminal.cycleColumns.map((_, i) => i).filter((i) => i !== WAITED || isWaitKnown);
}

function cellsOf(ctx: TraceContext, row: CycleRow, columns: readonly number[]): string[] {
  const all = columnsOfRow(row, (ns) => duration(ctx, ns), ctx.terminal.unknown);
  return columns.map((i) => (all[i] ?? "").replaceAll(" ", "\u00a0"));
}

const fill = (x: number, width: number, y: number, height: number, className: string): Markup =>
  markup`<rect class="${className}" x="${percentOf(x)}" y="${y}" width="${percentOf(width)}" height="${height}" />`;

function bars(heap: CycleHeapBar | undefined, cost: CycleCostBar | undefined): Markup {
  if (heap === undefined || cost === undefined) return markup``;
  const { marked, peak, goal } = heap;
  let at = 0;
  const costs = (["dedicated", "fractional", "idle", "assist"] as const).map((kind) => {
    const drawn = fill(at, cost[kind], 12, 6, `k-${kind}`);
    at += cost[kind];
    return cost[kind] > 0 ? drawn : "";
  });
  return markup`<svg class="cb" height="20" aria-hidden="true">
    ${peak === undefined ? "" : fill(0, peak, 1, 9, "k-peak")}
    ${marked === undefined ? "" : fill(0, marked, 1, 9, "k-marked")}
    ${goal === undefined ? "" : markup`<line class="goal" x1="${percentOf(goal)}" x2="${percentOf(goal)}" y1="-1" y2="12" />`}
    ${costs}
  </svg>`;
}

function key(ctx: TraceContext): Markup {
  const { own } = ctx;
  const swatch = (className: string, text: string): Markup =>
    markup`<span class="nw"><svg class="sw" width="10" height="10" aria-hidden="true"><rect width="10" height="10" class="${className}" /></svg>${text}</span> `;
  return markup`<p class="note keys">${own.barsSay} ${swatch("k-dedicated", own.dedicated)}${swatch("k-fractional", own.fractional)}${swatch("k-idle", own.idle)}${swatch("k-assist", own.assistsOf)}</p>`;
}

/** "heap MiB", then "goal": a column's words on their own, for a block. */
function heads(ctx: TraceContext, columns: readonly number[]): string[] {
  return columns.map((i) => ctx.terminal.cycleColumns[i] ?? "");
}

export function openCycles(ctx: TraceContext): Markup {
  const { own, pictures, terminal } = ctx;
  const { cycles } = pictures.summary;
  const columns = columnsOf(ctx);
  const names = heads(ctx, columns);
  const last = names.length - 1;
  const rows = pictures.longest.map((index, k) => {
    const row = cycles[index];
    if (row === undefined) return "";
    const cells = cellsOf(ctx, row, columns);
    const trigger = cells[last] ?? "";
    return markup`<tr>
      <th scope="row" class="n">${cells[0] ?? ""}</th>
      ${cells.slice(1, 3).map((c, i) => markup`<td class="n" data-l="${names[i + 1] ?? ""}">${c}</td>`)}
      <td class="bars">${bars(pictures.bars.heap[k], pictures.bars.cost[k])}</td>
      ${cells.slice(3, last).map((c, i) => markup`<td class="n" data-l="${names[i + 3] ?? ""}">${c}</td>`)}
      <td class="tr"><code title="${cutName(trigger, 400)}"><bdi>${cutName(trigger, 80).replaceAll("\u00a0\u00a0", " ")}</bdi></code></td>
    </tr>`;
  });
  const isCut = pictures.longest.some((i) => cycles[i]?.isCut === true);
  return markup`<div class="tw">
    <table class="tt cyc">
      <caption>${own.longest(grouped(rows.length))}</caption>
      <thead>
        <tr>
          ${names.slice(0, 3).map((h) => markup`<th scope="col" class="n">${h}</th>`)}
          <th scope="col" class="bars">${own.bars}</th>
          ${names.slice(3, last).map((h) => markup`<th scope="col" class="n">${h}</th>`)}
          <th scope="col">${names[last] ?? ""}</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
    ${key(ctx)}
    ${isCut ? markup`<p class="note">* ${terminal.lowerBound}</p>` : ""}
  </div>`;
}

/** Some eight sheets: with more the longest cycles have to do on paper. */
const ROWS_ON_PAPER = 400;

/** Without classes and labels of cells: there may be thousands. */
function allCycles(ctx: TraceContext, command: string): Markup {
  const { own, terminal, pictures } = ctx;
  const { cycles } = pictures.summary;
  if (cycles.length <= pictures.longest.length) return markup``;
  const columns = columnsOf(ctx);
  const rows = cycles.slice(0, MOST_ROWS).map((row) => {
    const cells = cellsOf(ctx, row, columns);
    const trigger = (cells.pop() ?? "").replaceAll("\u00a0\u00a0", " ");
    const [first = "", ...rest] = cells;
    return markup`<tr><th scope="row">${first}</th>${rest.map((c) => markup`<td>${c}</td>`)}<td><bdi>${cutName(trigger, TRIGGER)}</bdi></td></tr>
`;
  });
  const left = cycles.length - rows.length;
  const isCut = cycles.some((c) => c.isCut);
  const paper = rows.length <= ROWS_ON_PAPER ? " paper" : "";
  return markup`<details class="nums${paper}" id="${ctx.prefix}all-cycles">
    <summary>${own.allCycles(grouped(cycles.length))}</summary>
    <table class="cyc-all">
      <caption class="vh">${own.allCycles(grouped(cycles.length))}</caption>
      <thead><tr>${heads(ctx, columns).map((h) => markup`<th scope="col">${h}</th>`)}</tr></thead>
      <tbody>${rows}</tbody>
    </table>
    ${isCut ? markup`<p class="note">* ${terminal.lowerBound}</p>` : ""}
    ${left > 0 ? markup`<p class="note">${own.moreRows(grouped(left), command)}</p>` : ""}
  </details>`;
}

export function cyclesSection(ctx: TraceContext, command: string): Markup {
  const { own, terminal, pictures } = ctx;
  const { gc, cycles } = pictures.summary;
  if (cycles.length === 0)
    return section(ctx, "cycles", own.cycles, [], markup`<p class="unk">${terminal.noCycle}</p>`);
  const parts = terminal
    .parts({
      dedicated: duration(ctx, gc.dedicatedNs),
      fractional: duration(ctx, gc.fractionalNs),
      assist: duration(ctx, gc.assistNs),
      ending: duration(ctx, gc.endingNs),
      stop: duration(ctx, gc.stopNs),
      idle: duration(ctx, gc.idleNs),
    })
    .replace(/ {2,}(?=[(（])/g, " ")
    .replace(/ {2,}/g, ", ");
  return section(
    ctx,
    "cycles",
    own.cycles,
    [parts],
    markup`${openCycles(ctx)} ${allCycles(ctx, command)}`,
  );
}
