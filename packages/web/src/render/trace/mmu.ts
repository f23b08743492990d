// Minimum mutator utilisation as a curve, and the worst place of each window as a table.

import type { MmuCurve } from "@heapwright/core/pictures/mmu-curve.ts";
import { type Markup, markup } from "../../markup.ts";
import { points } from "../growth-chart.ts";
import { type TextAt, putTexts } from "../growth-labels.ts";
import { percentOf, perTier } from "../tiers.ts";
import { type TraceContext, duration, section, share, worstId } from "./context.ts";
import { traceTable } from "./tables.ts";

const TOP = 10;
const PLOT = 130;
const AXIS = 22;

function curveFigure(ctx: TraceContext, curve: MmuCurve): Markup {
  const { own, pictures } = ctx;
  const yOf = (fraction: number): number => TOP + PLOT * (1 - fraction);
  const said = (pictures.summary.mmu ?? [])
    .map((row) => own.mmuPoint(duration(ctx, row.windowNs), share(ctx, row.utilisation)))
    .join(", ");
  const zero = curve.zeroUpToNs > 0 ? own.mmuZero(duration(ctx, curve.zeroUpToNs)) : "";
  const ticks = (width: number): TextAt[] =>
    curve.ticks.map((t) => ({
      x: t.at,
      y: TOP + PLOT + 16,
      className: "s",
      anchor: t.at > 0.97 ? "end" : t.at < 0.03 ? "start" : "middle",
      dx: 0,
      forms: width < 200 ? [] : [duration(ctx, t.value)],
    }));
  const path = points({ x: curve.x, y: curve.utilisation }, PLOT);
  return markup`<figure class="fig">
    <svg
      class="ch"
      height="${TOP + PLOT + AXIS}"
      role="img"
      aria-label="${own.mmuChart({ points: said, zero: zero === "" ? "" : ` ${zero}.` })}"
    >
      <svg y="${TOP}" width="100%" height="${PLOT}" viewBox="0 0 1000 ${PLOT}" preserveAspectRatio="none" class="plot" aria-hidden="true">
        <path class="under" d="${path}L1000 ${PLOT}L0 ${PLOT}Z" />
        <path class="v main" d="${path}" />
      </svg>
      ${[0.5, 1].map((f) => markup`<line class="rule" x1="0" x2="100%" y1="${yOf(f)}" y2="${yOf(f)}" />`)}
      <line class="axis" x1="0" x2="100%" y1="${yOf(0)}" y2="${yOf(0)}" />
      ${curve.ticks.map((t) => markup`<line class="axis" x1="${percentOf(t.at)}" x2="${percentOf(t.at)}" y1="${yOf(0)}" y2="${yOf(0) + 4}" />`)}
      ${perTier(({ width }) => markup`${putTexts(ticks(width), width)}`)}
      ${[0.5, 1].map((f) => markup`<text x="0" y="${yOf(f) + (f === 1 ? 12 : -4)}" class="s h">${share(ctx, f)}</text>`)}
    </svg>
    <figcaption class="note">${own.windowHead}${zero === "" ? "" : `; ${zero}`}</figcaption>
  </figure>`;
}

/** To the place in the timeline, which shows it by style alone once it is the page's target. */
function worstLink(ctx: TraceContext, windowNs: number, atNs: number): Markup {
  const at = `${(atNs / 1e9).toFixed(3)}\u00a0s`;
  if (ctx.pictures.timeline === undefined) return markup`${at}`;
  return markup`<a href="#${worstId(ctx, windowNs)}" aria-label="${ctx.own.showWorst(duration(ctx, windowNs), at)}">${at}</a>`;
}

export function mmuSection(ctx: TraceContext): Markup {
  const { own, terminal, pictures } = ctx;
  const { mmu } = pictures.summary;
  if (mmu === null)
    return section(ctx, "mmu", own.mmu, [], markup`<p class="unk">${terminal.mmuUnknown}</p>`);
  const [window = "", least = "", worst = ""] = terminal.mmuColumns;
  const table = traceTable(
    ctx,
    own.mmu,
    [least, worst, window],
    mmu.map((row) => ({
      numbers: [
        share(ctx, row.utilisation),
        row.worstAtNs === null ? terminal.unknown : worstLink(ctx, row.windowNs, row.worstAtNs),
      ],
      name: duration(ctx, row.windowNs),
    })),
    { isHidden: true },
  );
  const curve = pictures.mmu === undefined ? "" : curveFigure(ctx, pictures.mmu);
  return section(ctx, "mmu", own.mmu, [own.mmuSays], markup`${curve} ${table}`);
}
