// The tables of a profile's page: complete without a script, which then sorts, filters and extends them.

import type { LabelValue } from "@heapwright/core/analysis/profile/label-totals.ts";
import { shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { labelSums } from "@heapwright/core/pictures/profile/label-cells.ts";
import { knownOf, rowSums } from "@heapwright/core/pictures/profile/tree-view.ts";
import { type Markup, markup } from "../../markup.ts";
import {
  amount,
  amountUnit,
  amountWithLimits,
  limitsIn,
  sampleText,
  shareText,
  wholeOf,
} from "../../amounts.ts";
import { bytes, grouped } from "../../numbers.ts";
import { positionName, cutName } from "../names.ts";
import type { ProfileContext } from "./context.ts";

/** Rows without a script; with it all that the page carries. */
const FIRST_ROWS = 40;

export function functionTable(ctx: ProfileContext): Markup {
  const { own, picture, isDiff } = ctx;
  const { frames, defaultType, types, total } = picture;
  const type = types[defaultType];
  if (type === undefined) return markup``;
  const known = (rows: Float64Array, i: number) =>
    knownOf({ ...rowSums(picture, rows, i, defaultType), type }, 0);
  const all = Array.from(frames.frame, (_, i) => ({
    i,
    flat: known(frames.flat, i),
    cum: known(frames.cum, i),
  })).sort(
    (a, b) => Math.abs(b.flat.net) - Math.abs(a.flat.net) || b.cum.plus - a.cum.plus || a.i - b.i,
  );
  const rows = all.slice(0, FIRST_ROWS);
  const whole = knownOf({ ...rowSums(picture, total, 0, defaultType), type }, 0);
  const size = wholeOf(whole, picture.held?.[defaultType]);
  const unit = amountUnit(type.unit, Math.max(...rows.map((r) => Math.abs(r.cum.net)), 0));
  const sign = (v: number): string => (isDiff && v > 0 ? "+" : "");
  const sampledText = own.samplesHead;
  const head = (id: string, label: string): Markup =>
    markup`<th scope="col" class="n" data-sort="${id}">${label}</th>`;
  return markup`<section id="functions" aria-labelledby="functions-head">
    <h2 class="lab" id="functions-head">${own.functions}</h2>
    <p class="say" id="ptable-says">${own.firstRows(grouped(rows.length))}</p>
    <table class="ptab" id="ptable" aria-labelledby="functions-head">
      <thead>
        <tr>
          ${head("flat", unit.name === "" ? own.flat : `${own.flat}, ${unit.name}`)}
          <th scope="col" class="lim">95 %</th>
          ${head("share", own.share)} ${head("samples", sampledText)}
          ${head("cum", unit.name === "" ? own.cum : `${own.cum}, ${unit.name}`)}
          <th scope="col" class="lim">95 %</th>
          <th scope="col" class="n">${own.share}</th>
          <th scope="col" data-sort="name">${own.functionHead}</th>
          <th scope="col">${own.fileHead}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(({ i, flat, cum }) => {
          const frame = frames.frame[i] ?? 0;
          const name = picture.names[frame] ?? "";
          const file = picture.files[frame] ?? "";
          return markup`<tr>
            <td class="n${flat.net === 0 ? " zero" : ""}">${sign(flat.net)}${unit.of(flat.net)}</td>
            <td class="lim">${limitsIn(unit, flat)}</td>
            <td class="n">${shareText(flat.net, size)}</td>
            <td class="n${flat.samples > 0 && flat.samples < 2.5 ? " few" : ""}">${sampleText(flat.samples)}</td>
            <td class="n">${sign(cum.net)}${unit.of(cum.net)}</td>
            <td class="lim">${limitsIn(unit, cum)}</td>
            <td class="n">${shareText(cum.net, size)}</td>
            <th scope="row" title="${cutName(name, 1000)}">
              <code><bdi>${name === "" ? own.unknownName : cutName(shortFunction(name.slice(0, 1000)), 100)}</bdi></code>
            </th>
            <td title="${cutName(file, 1000)}"><code><bdi>${positionName(file, 0)}</bdi></code></td>
          </tr>`;
        })}
      </tbody>
    </table>
    <p class="pmore js"><button type="button" id="pmore" hidden></button></p>
  </section>`;
}

/** Numbers that google/pprof takes for bytes when no unit is given (profile/profile.go NumUnits). */
const BYTE_KEYS = new Set(["bytes", "request", "alignment"]);

function valueText(ctx: ProfileContext, key: string, { text, number, unit }: LabelValue): string {
  if (text !== undefined) return text === "" ? ctx.own.none : cutName(text, 120);
  if (unit === "bytes" || (unit === "" && BYTE_KEYS.has(key))) return bytes(number);
  return unit === "" ? grouped(number) : `${grouped(number)} ${cutName(unit, 40)}`;
}

/** undefined where no sample has a label. */
export function labelTables(ctx: ProfileContext): Markup | undefined {
  const { own, picture, isDiff } = ctx;
  const { labels, types, cells, width } = picture;
  if (labels.length === 0) return undefined;
  const sums =
    cells === undefined
      ? undefined
      : labelSums(
          cells,
          width,
          labels.map(({ shown }) => shown.length),
        );
  /** With its interval where the samples behind it are known. */
  const cell = (key: number, value: number, type: number, sum: number): Markup => {
    const of = types[type];
    const rows = sums?.[key];
    const known =
      rows === undefined || of === undefined
        ? undefined
        : knownOf({ ...rowSums(picture, rows, value, type), type: of }, 0);
    return markup`<td class="n">${
      known === undefined
        ? amount(of?.unit ?? "", sum)
        : amountWithLimits(of?.unit ?? "", known, isDiff)
    }</td>`;
  };
  return markup`<section id="labels" aria-labelledby="labels-head">
    <h2 class="lab" id="labels-head">${own.labelsHead}</h2>
    <p class="say js">${cells === undefined ? own.labelsNotCarried : own.labelsSay}</p>
    ${labels.map(
      (
        { key, shown, others, otherValues },
        k,
      ) => markup`<details class="plab"${labels.length === 1 || key === "bytes" ? markup` open` : ""}>
        <summary><code><bdi>${cutName(key, 80)}</bdi></code> ${grouped(shown.length + others)}</summary>
        <div class="wide" tabindex="0" role="group" aria-label="${cutName(key, 80)}">
        <table class="ptab" aria-label="${cutName(key, 80)}">
          <thead>
            <tr>
              <th scope="col">${own.label}</th>
              ${types.map(({ type }) => markup`<th scope="col" class="n"><bdi>${cutName(type, 40)}</bdi></th>`)}
            </tr>
          </thead>
          <tbody data-label="${k}" data-values="${shown.length}">
            ${shown.map(
              (value, v) => markup`<tr>
                <th scope="row"><bdi>${valueText(ctx, key, value)}</bdi></th>
                ${types.map((_, t) => cell(k, v, t, value.values[t] ?? 0))}
              </tr>`,
            )}
            ${
              others === 0
                ? ""
                : markup`<tr class="sub">
                    <th scope="row">${own.otherValues(grouped(others))}</th>
                    ${types.map((_, t) => cell(k, shown.length, t, otherValues[t] ?? 0))}
                  </tr>`
            }
          </tbody>
        </table>
        </div>
      </details>`,
    )}
  </section>`;
}
