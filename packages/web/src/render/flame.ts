// The flame graph as static markup: readable without a script, and the place where the script draws.

import type { FlameInput } from "@heapwright/core/pictures/flame-tree.ts";
import type { CauseId } from "@heapwright/core/rules/causes.ts";
import { shortFile, shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { guiltyColumns, guiltyValue } from "@heapwright/core/pictures/flame-boxes.ts";
import { type CarriedFlame, carried, toData } from "../flame-data.ts";
import {
  FLAME_BOX,
  FLAME_PAD,
  FLAME_ROW,
  type FlameItem,
  type FlameView,
  START,
  amountText,
  flameView,
  itemClass,
  itemLabel,
  outlinePath,
} from "../flame-view.ts";
import { type Markup, embeddedJson, markup } from "../markup.ts";
import { bytes, grouped, limits, byteUnit, inUnit } from "../numbers.ts";
import type { Context } from "./context.ts";
import { cutName } from "./names.ts";
import { TIERS, percentOf } from "./tiers.ts";
import { leadVerdict } from "./verdict.ts";

/** Above this share of one site most of the flame says one thing: a second one shows the rest. */
const SECOND_FLAME = 0.6;

function boxMarkup(item: FlameItem): Markup {
  const labels = new Map<string, string[]>();
  for (const tier of TIERS) {
    const label = itemLabel(item, tier.width);
    if (label === undefined) continue;
    const known = labels.get(label);
    if (known === undefined) labels.set(label, [tier.className]);
    else known.push(tier.className);
  }
  const texts = [...labels].map(([label, classes]) =>
    classes.length === TIERS.length
      ? markup`<text x="${FLAME_PAD}" y="14">${label}</text>`
      : markup`<text class="${classes.join(" ")}" x="${FLAME_PAD}" y="14">${label}</text>`,
  );
  const shade =
    item.shaded === undefined || item.shaded <= 0
      ? ""
      : markup`<rect class="cpu" y="0.5" width="${percentOf(item.shaded)}" height="${FLAME_BOX - 1}" />`;
  const fold = item.isFolded
    ? markup`<rect class="fold" y="${FLAME_BOX - 1.5}" width="100%" height="1.5" />`
    : "";
  return markup`<svg
    class="${itemClass(item)}"
    x="${percentOf(item.x)}"
    y="${item.row * FLAME_ROW}"
    width="${percentOf(item.width)}"
    height="${FLAME_BOX}"
  >
    <title>${cutName(item.title, 600)}</title>
    <rect width="100%" height="100%" />
    ${shade}${fold}${texts}
  </svg>`;
}

export function flameSvg(view: FlameView, label: string, id: string): Markup {
  const height = view.rows * FLAME_ROW;
  const outlines =
    view.outlines.length === 0
      ? ""
      : markup`<svg
          class="out"
          width="100%"
          height="${height}"
          viewBox="0 0 1000 ${height}"
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <path class="v" d="${view.outlines.map(outlinePath).join("")}" />
        </svg>`;
  return markup`<svg
    class="flame"
    id="${id}"
    height="${height + 2}"
    role="group"
    aria-label="${label}"
  >
    ${view.items.map(boxMarkup)}${outlines}
  </svg>`;
}

function certaintyKey(ctx: FlameFrame): Markup {
  const { labels } = ctx;
  return markup`<p class="key">
    <em>${labels.interval}</em><span class="k4">± 10 %</span><span class="k3">± 20 %</span
    ><span class="k2">± 50 %</span><span class="k1">${labels.wider}</span
    ><span class="k0">${labels.oneSample}</span>
  </p>`;
}

/** What a flame needs of the page around it. */
export type FlameFrame = Pick<Context, "labels" | "prefix">;

export function flameTools(
  ctx: FlameFrame,
  flame: CarriedFlame,
  id: string,
  key = certaintyKey(ctx),
): Markup {
  const { labels } = ctx;
  const types = flame.tree.values;
  const switcher =
    types.length < 2
      ? ""
      : markup`<fieldset class="seg js" data-types="">
          <legend class="vh">${labels.sampleType}</legend>
          ${types.map(
            (t, i) =>
              markup`<label
                ><input
                  type="radio"
                  name="${id}-st"
                  value="${i}"
                  ${i === 0 ? markup` checked` : ""}
                />${labels.flameType[t.id]}</label
              >`,
          )}
        </fieldset>`;
  return markup`<div class="tools" data-tools="${id}">
    ${switcher}
    <input
      type="search"
      class="js"
      data-find=""
      placeholder="${labels.find}"
      aria-label="${labels.findLabel}"
      autocomplete="off"
      spellcheck="false"
    />
    <label class="check js"><input type="checkbox" data-unfold="" />${labels.unfold}</label>
    <button type="button" class="js" data-out="" hidden>${labels.zoomOut}</button>
    <button type="button" class="js" data-back="" hidden>${labels.putBack}</button>
    <output class="note" data-hits=""></output>
    ${key}
  </div>`;
}

/** Causes of which what was allocated tells more than what is live. */
const OF_ALLOCATION = new Set<CauseId>(["churn", "limit-thrash", "min-heap-regime"]);

/** The tree with the sample type first that shows the verdict. */
function preferred(ctx: Context): FlameInput | undefined {
  const { flame } = ctx.pictures;
  const cause = leadVerdict(ctx)?.cause;
  if (flame === undefined || cause === undefined || !OF_ALLOCATION.has(cause)) return flame;
  const first = flame.values.filter((v) => v.id === "allocated-bytes");
  return { ...flame, values: [...first, ...flame.values.filter((v) => !first.includes(v))] };
}

export function flameBlock(ctx: Context): Markup | undefined {
  const input = preferred(ctx);
  if (input === undefined || input.values.length === 0) return undefined;
  const first = input.values[0];
  if (first === undefined || !((first.value[0] ?? 0) > 0)) return undefined;
  const { labels, prefix } = ctx;
  const flame = carried(input, ctx.process.sites?.total.grade === "bound");
  const view = flameView(flame, START, labels);
  const whole = view.values.value[0] ?? 0;
  const guilty = guiltyValue(view.boxes, view.value);
  const id = `${prefix}flame`;
  const { lo, hi } = view.values;
  const all = { value: whole, lo: lo[0] ?? Number.NaN, hi: hi[0] ?? Number.NaN };
  const total = amountText(view.values, whole, all, flame.isBound);
  const says = labels.flameSays({
    type: labels.flameType[first.id],
    total,
    boxes: grouped(view.items.length),
  });
  const deeper =
    view.deeper > 0 ? markup`<p class="note">${labels.deeper(grouped(view.deeper))}</p>` : "";
  return markup`<div class="fig flames" data-flame="${id}">
    ${flameTools(ctx, flame, id)} ${flameSvg(view, says, id)} ${deeper} ${holds(ctx, view, guilty)}
    <p class="read js" role="status" data-read="">${labels.hint}</p>
    ${guilty > whole * SECOND_FLAME && guilty < whole * 0.995 ? rest(ctx, flame, whole, guilty) : ""}
    ${flameJson(flame)}
  </div>`;
}

export function flameJson(flame: CarriedFlame): Markup {
  return markup`<script type="application/json" data-flame-json="">
    ${embeddedJson(JSON.stringify(toData(flame)))}
  </script>`;
}

function guiltyName(ctx: Context): string {
  const site = leadVerdict(ctx)?.sites[0];
  if (site === undefined) return "";
  const at = site.line > 0 ? `:${site.line}` : "";
  return cutName(
    site.file === "" ? shortFunction(site.function) : `${shortFile(site.file)}${at}`,
    80,
  );
}

/** The sum of the outlined stacks, from the table of sites where it is there: the same number twice. */
function holds(ctx: Context, view: FlameView, guilty: number): Markup | undefined {
  if (guilty <= 0) return undefined;
  const { labels, process } = ctx;
  const columns = guiltyColumns(view.boxes, view.value);
  const values = columns.map((c) => view.value[c.boxes[c.boxes.length - 1] ?? 0] ?? 0);
  const lead = leadVerdict(ctx)?.sites[0];
  const site = process.sites?.sites.find(
    (s) => s.function === lead?.function && s.line === lead.line && s.file === lead.file,
  );
  const unit = byteUnit(view.values.value[0] ?? 0);
  const isSame =
    site !== undefined &&
    view.values.id === "live-bytes" &&
    Math.abs(site.live.value - guilty) <= guilty * 0.02;
  const value = isSame
    ? `${bytes(site.live.value)} ${limits(site.live.lo, site.live.hi, unit)}`.trim()
    : view.values.unit === "bytes"
      ? bytes(guilty)
      : grouped(guilty);
  const sum =
    values.length > 1 && values.length <= 4 && view.values.unit === "bytes"
      ? `: ${values.map((v) => inUnit(v, unit)).join(" + ")}`
      : "";
  const stacks = labels.stacksWord(grouped(columns.length));
  const isAllocated =
    view.values.id === "allocated-bytes" || view.values.id === "allocated-objects";
  const says = isAllocated ? labels.allocated : labels.holds;
  return markup`<p class="holds">${says({ site: guiltyName(ctx), value, stacks })}${sum}</p>`;
}

function rest(ctx: Context, flame: CarriedFlame, whole: number, guilty: number): Markup {
  const { labels, prefix } = ctx;
  const out = new Set<number>();
  for (let i = 0; i < flame.tree.length; i++) if (flame.tree.isGuilty[i] === 1) out.add(i);
  const view = flameView(flame, { ...START, without: out }, labels);
  const value = view.values.unit === "bytes" ? bytes(whole - guilty) : grouped(whole - guilty);
  const title = labels.everythingElse(value);
  return markup`<div class="second">
    <p class="cap">${title} <span class="i">${labels.elseSays(guiltyName(ctx))}</span></p>
    ${flameSvg(view, title, `${prefix}flame2`)}
  </div>`;
}
