// Ledgers as bars: segments, the room that is left, peaks and the site of the verdict, with labels that
// never touch.

import type { Ledger } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import type { Quantity } from "@heapwright/core/model/quantity.ts";
import { position } from "@heapwright/core/pictures/go-names.ts";
import { placeLabels } from "@heapwright/core/pictures/labels.ts";
import type {
  LedgerBar,
  LedgerMark,
  LedgerPicture,
} from "@heapwright/core/pictures/ledger-bars.ts";
import { textWidth } from "@heapwright/core/pictures/text-width.ts";
import type { CauseId } from "@heapwright/core/rules/causes.ts";
import { type Markup, markup } from "../markup.ts";
import { type ByteUnit, inUnit, limits, percent } from "../numbers.ts";
import type { Context } from "./context.ts";
import { amount } from "./ledger-table.ts";
import { type Tier, percentOf, perTier } from "./tiers.ts";
import { leadVerdict } from "./verdict.ts";

const FONT = 12;
/** px from the top of a bar's block. */
const TITLE_Y = 12;
const NEAR_Y = 31;
const BAR_Y = 37;
const BAR_H = 26;
const BELOW_Y = BAR_Y + BAR_H + 17;
const BELOW_STEP = 15;

const KEEPS = new Set<CauseId>(["heap-leak", "context-leak", "timer-leak"]);

interface Guilty {
  readonly live: Quantity;
  readonly at: string;
}

/**
 * What the verdict's first line holds: its own row of the table of sites, or the rows of library lines
 * that allocate for it. Of several rows only the sum is known, without an interval.
 */
function guiltySite(ctx: Context): Guilty | undefined {
  const verdict = leadVerdict(ctx);
  const lead = verdict?.sites[0];
  // Of other causes the site is where memory passes through, not where it stays.
  if (lead === undefined || verdict === undefined || !KEEPS.has(verdict.cause)) return undefined;
  const isLead = (at: SourceLine | undefined): boolean =>
    at !== undefined &&
    at.function === lead.function &&
    at.file === lead.file &&
    at.line === lead.line;
  const rows = (ctx.process.sites?.sites ?? []).filter((s) => isLead(s) || isLead(s.user));
  const [first, ...others] = rows;
  if (first === undefined || !(first.live.value > 0)) return undefined;
  const at = position(lead.file, lead.line);
  if (others.length === 0) return { live: first.live, at };
  const sum = rows.reduce((total, s) => total + s.live.value, 0);
  return { live: { ...first.live, value: sum, lo: sum, hi: sum }, at };
}

function barTitle(ctx: Context, ledger: Ledger, unit: ByteUnit): string {
  const { labels } = ctx;
  const name = ledger.of === "process" ? labels.processRss : labels.containerCharge;
  return ledger.total === undefined
    ? `${name} ${labels.unknown}`
    : `${name} ${amount(ledger.total, unit)}\u00a0${unit.name}`;
}

function description(
  ctx: Context,
  ledgers: readonly Ledger[],
  picture: LedgerPicture,
  unit: ByteUnit,
): string {
  const { labels } = ctx;
  const sentences = ledgers.map((ledger) => {
    const parts = ledger.parts.map((p) => {
      const name = ctx.input.names.part(p.part);
      return `${name} ${p.bytes === undefined ? labels.unknown : amount(p.bytes, unit)}`;
    });
    return `${barTitle(ctx, ledger, unit)}: ${parts.join(", ")}.`;
  });
  if (picture.limit !== undefined) {
    sentences.push(`${labels.limitIs(`${inUnit(picture.limit, unit)} ${unit.name}`)}.`);
  }
  return sentences.join(" ");
}

/** Red is the guilty site and the limit it breaks: a peak below the limit is neither. */
function isOver(mark: LedgerMark, { limit }: LedgerPicture): boolean {
  return limit !== undefined && mark.bytes.value > limit;
}

interface Below {
  readonly x0: number;
  readonly forms: readonly string[];
  readonly weight: number;
  readonly className: string;
}

/** Everything under a bar: the bracket of the guilty site and the peaks. */
function belowOf(
  ctx: Context,
  bar: LedgerBar,
  picture: LedgerPicture,
  guilty: Guilty | undefined,
  unit: ByteUnit,
): Below[] {
  const { labels } = ctx;
  const out: Below[] = [];
  if (guilty !== undefined && bar.segments.some((s) => s.part === "live")) {
    const value = inUnit(guilty.live.value, unit);
    const range = limits(guilty.live.lo, guilty.live.hi, unit);
    out.push({
      x0: bar.segments.find((s) => s.part === "live")?.from ?? 0,
      forms: [
        labels.madeAt(`${value} ${range}`.trim(), guilty.at),
        `${value} ${guilty.at}`,
        guilty.at,
      ],
      weight: 3,
      className: "f",
    });
  }
  for (const mark of bar.marks) {
    const value = inUnit(mark.bytes.value, unit);
    const range = limits(mark.bytes.lo, mark.bytes.hi, unit);
    const say = mark.kind === "next-peak" ? labels.nextPeak : labels.peakSeen;
    out.push({
      x0: mark.at,
      forms: [say(`${value} ${range}`.trim()), say(value), value],
      weight: mark.kind === "next-peak" ? 2 : 1,
      className: isOver(mark, picture) ? "f" : "b",
    });
  }
  return out;
}

export function ledgerSvg(
  ctx: Context,
  ledgers: readonly Ledger[],
  picture: LedgerPicture,
  unit: ByteUnit,
): Markup {
  const guilty = guiltySite(ctx);
  const blocks: Markup[] = [];
  let y = 0;
  picture.bars.forEach((bar, i) => {
    const ledger = ledgers[i];
    if (ledger === undefined) return;
    const below = belowOf(ctx, bar, picture, bar.of === "process" ? guilty : undefined, unit);
    const rows = Math.min(2, below.length);
    blocks.push(
      barBlock(ctx, {
        ledger,
        bar,
        picture,
        unit,
        guilty,
        below,
        y,
        isFirst: i === 0,
        isLast: i === ledgers.length - 1,
      }),
    );
    y += BELOW_Y - (rows === 0 ? 8 : 12) + rows * BELOW_STEP + 12;
  });
  return markup`<svg
    class="ch"
    height="${y}"
    role="img"
    aria-label="${description(ctx, ledgers, picture, unit)}"
  >
    ${blocks}
  </svg>`;
}

interface Block {
  readonly ledger: Ledger;
  /** The bar whose limit counts: the container's, else the process's. */
  readonly isLast: boolean;
  readonly bar: LedgerBar;
  readonly picture: LedgerPicture;
  readonly unit: ByteUnit;
  readonly guilty: Guilty | undefined;
  readonly below: readonly Below[];
  readonly y: number;
  readonly isFirst: boolean;
}

function barBlock(ctx: Context, block: Block): Markup {
  const { bar, picture, unit, guilty, y } = block;
  const total = block.ledger.total?.value;
  const top = y + BAR_Y;
  const segments = bar.segments.map((s) => {
    const share = total === undefined || total <= 0 ? "" : `, ${percent(s.bytes.value / total)} %`;
    const range = limits(s.bytes.lo, s.bytes.hi, unit);
    const title = `${ctx.input.names.part(s.part)} ${amount(s.bytes, unit)} ${range} ${unit.name}${share}`;
    return s.width <= 0
      ? ""
      : markup`<rect
          class="p-${s.part}"
          x="${percentOf(s.from)}"
          y="${top}"
          width="${percentOf(s.width)}"
          height="${BAR_H}"
          ><title>${title}</title></rect
        >`;
  });
  const open = 1 - bar.end;
  const frame =
    open <= 0.002
      ? ""
      : bar.isOpen
        ? markup`<rect
            class="open"
            x="${percentOf(bar.end)}"
            y="${top + 0.5}"
            width="${percentOf(open)}"
            height="${BAR_H - 1}"
          />`
        : picture.limitAt === undefined
          ? ""
          : markup`<rect
              class="room"
              x="${percentOf(bar.end)}"
              y="${top + 0.5}"
              width="${percentOf(Math.max(0, picture.limitAt - bar.end))}"
              height="${BAR_H - 1}"
            />`;
  const whiskers = bar.segments
    .filter((s) => s.width > 0 && s.edgeHi - s.edgeLo > 0.004)
    .map((s) => whisker(s.edgeLo, s.from + s.width, s.edgeHi, top));
  const marks = bar.marks.map((m) => {
    const className = isOver(m, picture) ? "t-fault" : "t-ink";
    const span =
      m.hi - m.lo > 0.002
        ? markup`<rect
            class="${className}"
            x="${percentOf(m.lo)}"
            y="${top + BAR_H / 2 - 1}"
            width="${percentOf(m.hi - m.lo)}"
            height="2"
          />`
        : "";
    return markup`<rect
        class="${className}"
        x="${percentOf(m.at)}"
        y="${top}"
        width="2"
        height="${BAR_H + 6}"
      />${span}`;
  });
  const limitMark =
    picture.limitAt === undefined
      ? ""
      : markup`<rect
          class="t-ink"
          x="${percentOf(picture.limitAt)}"
          y="${top - 5}"
          width="2"
          height="${BAR_H + 10}"
          transform="translate(-2)"
        />`;
  const live = bar.segments.find((s) => s.part === "live");
  const bracket =
    guilty === undefined || live === undefined
      ? ""
      : bracketMark(live.from, guilty.live.value / picture.max, top + BAR_H + 4);
  return markup`<g
    >${segments}${frame}${whiskers}${limitMark}${marks}${bracket}
    ${perTier((tier) => barLabels(ctx, block, tier))}</g
  >`;
}

function whisker(lo: number, at: number, hi: number, top: number): Markup {
  const mid = top + BAR_H / 2;
  return markup`<g class="whisker"
    ><rect
      class="in"
      x="${percentOf(lo)}"
      y="${mid - 1}"
      width="${percentOf(at - lo)}"
      height="2" /><rect
      class="in"
      x="${percentOf(lo)}"
      y="${mid - 6}"
      width="1.5"
      height="12" /><rect
      class="out"
      x="${percentOf(at)}"
      y="${mid - 1}"
      width="${percentOf(hi - at)}"
      height="2" /><rect class="out" x="${percentOf(hi)}" y="${mid - 6}" width="1.5" height="12"
  /></g>`;
}

function bracketMark(from: number, width: number, y: number): Markup {
  return markup`<g class="t-fault"
    ><rect x="${percentOf(from)}" y="${y}" width="${percentOf(width)}" height="1.5" /><rect
      x="${percentOf(from)}"
      y="${y - 3}"
      width="1.5"
      height="4" /><rect
      x="${percentOf(from + width)}"
      y="${y - 3}"
      width="1.5"
      height="4"
      transform="translate(-1.5)"
  /></g>`;
}

function barLabels(ctx: Context, block: Block, { width }: Tier): Markup {
  const { bar, picture, unit, ledger, isFirst, y } = block;
  const { labels } = ctx;
  const out: Markup[] = [];
  const title = barTitle(ctx, ledger, unit);
  const titleWidth = textWidth(title, FONT, true);
  out.push(markup`<text x="0" y="${y + TITLE_Y}" class="b">${title}</text>`);
  const blocked = [{ from: 0, to: titleWidth }];
  if (isFirst && picture.limit !== undefined) {
    const value = `${inUnit(picture.limit, unit)}\u00a0${unit.name}`;
    const forms =
      picture.limitAt === undefined
        ? [labels.limitBeyond(value), labels.limitIs(value)]
        : [labels.limitIs(value)];
    const at = (picture.limitAt ?? 1) * width;
    const form = forms.find((f) => textWidth(f, FONT, true) + titleWidth + 12 <= at);
    if (form !== undefined) {
      blocked.push({ from: at - textWidth(form, FONT, true), to: at });
      out.push(
        markup`<text x="${percentOf(picture.limitAt ?? 1)}" y="${y + TITLE_Y}" class="b e"
          >${form}</text
        >`,
      );
    }
  }
  const drawn = bar.segments.filter((s) => s.width > 0);
  const texts = drawn.map((s) => `${ctx.input.names.part(s.part)} ${amount(s.bytes, unit)}`);
  const forms = drawn.map((s, i) => {
    const text = texts[i] ?? "";
    return s.edgeHi - s.edgeLo > 0.004
      ? [`${text} ${limits(s.bytes.lo, s.bytes.hi, unit)}`.trim(), text]
      : [text];
  });
  const placed = placeLabels(
    drawn.map((s, i) => ({
      x0: s.from * width,
      x1: (s.from + s.width) * width,
      // 5 px more: a label on the far row stands beside its leader.
      widths: (forms[i] ?? []).map((text) => textWidth(text, FONT) + 5),
      weight: s.width,
    })),
    width,
    2,
    [[], blocked],
    10,
  );
  for (const p of placed) {
    const segment = drawn[p.of];
    if (segment === undefined) continue;
    const x = percentOf(p.x / width);
    const lineX = percentOf(segment.from);
    if (p.row === 1) {
      out.push(
        markup`<line
          x1="${lineX}"
          x2="${lineX}"
          y1="${y + TITLE_Y - 9}"
          y2="${y + BAR_Y}"
          class="lead"
        />`,
      );
    }
    const dx = p.row === 1 ? 5 : 0;
    out.push(
      markup`<text x="${x}" dx="${dx}" y="${y + (p.row === 1 ? TITLE_Y : NEAR_Y)}"
        >${forms[p.of]?.[p.form] ?? ""}</text
      >`,
    );
  }
  const hidden = drawn.filter((_, i) => !placed.some((p) => p.of === i));
  const hiddenTexts = hidden.map((s) => texts[drawn.indexOf(s)] ?? "");
  const hiddenBytes = hidden.reduce((sum, s) => sum + s.bytes.value, 0);
  out.push(...besideBar(ctx, block, hiddenTexts, hiddenBytes, width));
  out.push(...belowLabels(block, width));
  return markup`${out}`;
}

/** What stands right of a bar: parts that found no place, the room that is left, or that it is open. */
function besideBar(
  ctx: Context,
  { bar, picture, unit, ledger, isLast, y }: Block,
  hidden: readonly string[],
  hiddenBytes: number,
  width: number,
): Markup[] {
  const { labels } = ctx;
  const line = y + BAR_Y + BAR_H / 2 + 4;
  const marksEnd = Math.max(bar.end, ...bar.marks.map((m) => Math.max(m.at, m.hi)));
  const from = Math.max(
    bar.end,
    ...bar.segments.map((s) => (s.edgeHi - s.edgeLo > 0.004 ? s.edgeHi : 0)),
  );
  const put = (start: number, forms: readonly string[], className: string): Markup[] => {
    const room = (picture.limitAt ?? 1) * width - start * width - 24;
    const form = forms.find((f) => textWidth(f, FONT) <= room);
    return form === undefined
      ? []
      : [
          markup`<text x="${percentOf(start)}" dx="12" y="${line}" class="${className}"
            >${form}</text
          >`,
        ];
  };
  if (bar.isOpen) {
    const names = bar.unknown.map((part) => ctx.input.names.part(part)).join(", ");
    return put(from, [labels.unknownNotZero(names), labels.restUnknown, labels.unknown], "");
  }
  const more =
    hidden.length === 0
      ? []
      : [hidden.join(" · "), `${labels.more(String(hidden.length))}: ${inUnit(hiddenBytes, unit)}`];
  const reference = ledger.nextPeak ?? ledger.peakSeen ?? ledger.total;
  const room =
    picture.limitAt === undefined || picture.limit === undefined || reference === undefined
      ? 0
      : picture.limit - reference.value;
  // A peak far from the bar's end would stand in the text: then only the headroom behind it is said.
  const isClose = marksEnd - bar.end < 0.02;
  if (!isLast && isClose) {
    const text = put(marksEnd, more, "");
    if (text.length > 0) return text;
  }
  const headroom =
    isLast && room > 0 ? put(marksEnd, [labels.headroom(inUnit(room, unit))], "") : [];
  return headroom.length > 0 || !isClose ? headroom : put(marksEnd, more, "");
}

function belowLabels({ below, y }: Block, width: number): Markup[] {
  const placed = placeLabels(
    below.map((b) => ({
      x0: b.x0 * width,
      x1: b.x0 * width,
      widths: b.forms.map((f) => textWidth(f, FONT, true)),
      weight: b.weight,
    })),
    width,
    Math.min(2, Math.max(1, below.length)),
    [],
    10,
  );
  return placed.map((p) => {
    const item = below[p.of];
    return markup`<text
      x="${percentOf(p.x / width)}"
      y="${y + BELOW_Y + p.row * BELOW_STEP}"
      class="h ${item?.className ?? ""}"
      >${item?.forms[p.form] ?? ""}</text
    >`;
  });
}
