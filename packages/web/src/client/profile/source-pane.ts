// The source of a chosen function with what its lines hold, from what the page carries.

import type { Lang } from "@heapwright/core/model/message.ts";
import type { LineInterval } from "@heapwright/core/report/listing.ts";
import type { Known } from "@heapwright/core/pictures/profile/tree-view.ts";
import { amountUnit } from "../../amounts.ts";
import { percent } from "../../numbers.ts";
import type { ProfileWords } from "../../profile-words.ts";
import { listingTable } from "../../render/listing.ts";
import { type CarriedSource, listedFunction } from "../../source-data.ts";
import type { Model } from "./model.ts";

/** Lines without samples around those with some; longer stretches are folded. */
const AROUND = 8;

export class SourcePane {
  readonly #model: Model;
  readonly #words: ProfileWords;
  readonly #lang: Lang;
  readonly #source: CarriedSource;
  /** Index among the functions with source, by frame. */
  readonly #indexOf = new Map<number, number>();

  constructor(model: Model, words: ProfileWords, lang: Lang, source: CarriedSource) {
    this.#model = model;
    this.#words = words;
    this.#lang = lang;
    this.#source = source;
    model.profile.functions.frame.forEach((frame, i) => {
      if ((source[i] ?? null) !== null) this.#indexOf.set(frame, i);
    });
  }

  get isEmpty(): boolean {
    return this.#indexOf.size === 0;
  }

  has(frame: number): boolean {
    return this.#indexOf.has(frame);
  }

  element(frame: number, type: number): HTMLElement {
    const out = document.createElement("div");
    out.className = "psource";
    const at = this.#indexOf.get(frame) ?? -1;
    const carried = this.#source[at];
    if (carried === null || carried === undefined) {
      const note = document.createElement("p");
      note.className = "note";
      note.textContent = this.#words.noSource;
      out.append(note);
      return out;
    }
    const model = this.#model;
    const { functions } = model.profile;
    const rowOf = new Map<number, number>();
    for (let row = functions.start[at] ?? 0; row < (functions.start[at + 1] ?? 0); row++) {
      rowOf.set(functions.line[row] ?? 0, row);
    }
    const known = new Map<number, { readonly flat: Known; readonly cum: Known }>();
    for (const row of rowOf.values()) known.set(row, model.sourceLine(row, type));
    const { unit } = model.type(type);
    const row = model.rowOfFrame[frame] ?? -1;
    // Lines are known of the whole profile only, so the function's own sums here are too.
    const { flat, cum } = model.wholeSums(row, type);
    const column = amountUnit(
      unit,
      Math.max(0, ...Array.from(known.values(), (k) => Math.abs(k.cum.net))) || Math.abs(cum),
    );
    const { fn, tokens } = listedFunction(
      carried,
      {
        name: model.name(frame),
        file: model.file(frame),
        startLine: functions.startLine[at] ?? 0,
        flat,
        cum,
      },
      (line) => {
        const of = rowOf.get(line) ?? -1;
        const values = known.get(of);
        return { row: of, flat: values?.flat.net ?? 0, cum: values?.cum.net ?? 0 };
      },
    );
    const table = listingTable(fn, {
      lang: this.#lang,
      value: (v) => `${model.isDiff && v > 0 ? "+" : ""}${column.of(v)}`,
      limit: (v) => column.of(v),
      unit: column.name,
      // Of a difference there is no total that a part is of.
      total: model.isDiff ? 0 : model.shareOf(type),
      percent: (fraction) => `${percent(fraction)} %`,
      interval: ({ nodes: [of] }) => {
        const values = of === undefined ? undefined : known.get(of);
        if (values === undefined) return undefined;
        return { flat: limitsOf(values.flat), cum: limitsOf(values.cum) };
      },
      highlight: () => tokens,
      around: AROUND,
    });
    // The markup is escaped by construction (markup.ts), and a document that is only parsed runs nothing.
    const made = new DOMParser().parseFromString(String(table), "text/html").body.firstElementChild;
    if (made !== null) out.append(document.adoptNode(made));
    const notes = [
      ...(carried.goVersion === undefined ? [] : [this.#words.otherVersion(carried.goVersion)]),
      ...(model.isFiltered ? [this.#words.sourceUnfiltered] : []),
    ];
    for (const text of notes) {
      const note = document.createElement("p");
      note.className = "note";
      note.textContent = text;
      out.append(note);
    }
    return out;
  }
}

function limitsOf({ lo, hi, net, samples }: Known): LineInterval["flat"] {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || !(samples > 0)) return undefined;
  return lo === net && hi === net ? undefined : [lo, hi];
}
