// `heapwright show` as text: what the file is, the list, and what can mislead.

import { shortFunctionName } from "../../analysis/profile/short-names.ts";
import type { Certain } from "../../analysis/profile/node-certainty.ts";
import { padEnd, padStart, shorten, width, wrapWithin } from "../columns.ts";
import type { Voice } from "../say.ts";
import { digits, printable } from "../wording.ts";
import { headLines, intervalText } from "./head.ts";
import { scaleValues, ValueScale } from "./scale.ts";
import { FEW_SAMPLES, type ShownEdge, type ShownNode, type ShowView } from "./view.ts";
import { SHOW_WORDS, type ShowWords } from "./words.ts";

export type ShowPaint = (text: string, as: "dim" | "bold" | "low") => string;

export interface ShowTextOptions {
  readonly voice: Voice;
  readonly paint: ShowPaint;
  /** Names and places whole, however wide. */
  readonly wide: boolean;
  /** Of a terminal; COLUMNS where nobody knows. */
  readonly columns?: number | undefined;
  /** What was lost in reading, as sentences. */
  readonly damage: readonly string[];
}

const COLUMNS = 100;

/** A wider terminal gets no wider text. */
function columnsOf({ columns }: ShowTextOptions): number {
  return Math.min(COLUMNS, columns ?? COLUMNS);
}

/** A name is cut to this at worst. */
const LEAST_NAME = 24;
/** Beside a place. */
const SHORT_NAME = 14;

export function formatShow(view: ShowView, options: ShowTextOptions): string {
  const { voice, paint } = options;
  const w = SHOW_WORDS[voice.lang];
  const head = headLines(view, voice).flatMap((line) => fit(line, options));
  const out = head.map((line, i) => (i === 0 ? paint(line, "bold") : line));
  out.push("");
  const isEmpty = view.nodes.length === 0 && view.hidden === 0 && view.frameless === undefined;
  if (isEmpty) out.push(w.nothing);
  else out.push(...new Listing(view, options).lines());
  out.push(...section(w.damage, options.damage, options));
  out.push(
    ...section(
      w.notes,
      view.notes.map((note) => voice.say(note)),
      options,
    ),
  );
  return `${out.join("\n")}\n`;
}

function fit(line: string, options: ShowTextOptions): string[] {
  if (options.wide) return [line];
  const indent = line.startsWith("  ") ? "  " : "";
  return wrapWithin(line, columnsOf(options) - indent.length, "    ").map((l, i) =>
    i === 0 ? indent + l : l,
  );
}

function section(title: string, lines: readonly string[], options: ShowTextOptions): string[] {
  const { paint } = options;
  if (lines.length === 0) return [];
  const indent = " ".repeat(width(title) + 2);
  const out = [""];
  for (const [i, line] of lines.entries()) {
    // What follows is two columns further in, which a terminal has to have.
    const further = options.columns === undefined ? 0 : 2;
    const room = columnsOf(options) - width(indent) - further;
    const [first = "", ...more] = wrapWithin(line, room, "");
    out.push(`${i === 0 ? `${paint(title, "bold")}  ` : indent}${first}`);
    out.push(...more.map((text) => `${indent}  ${text}`));
  }
  return out;
}

/** Values of a node as cells; "" where a cell has nothing to say. */
interface Cells {
  readonly value: string;
  readonly interval: string;
}

class Listing {
  readonly #view: ShowView;
  readonly #options: ShowTextOptions;
  readonly #words: ShowWords;
  readonly #scale: ValueScale;
  readonly #hasSamples: boolean;
  readonly #columns: number;

  constructor(view: ShowView, options: ShowTextOptions) {
    this.#view = view;
    this.#options = options;
    this.#words = SHOW_WORDS[options.voice.lang];
    const values = scaleValues(view);
    this.#scale = ValueScale.of(view.sampleUnit, view.unit, values);
    this.#hasSamples = view.counts.plus !== undefined;
    this.#columns = columnsOf(options);
  }

  #cells(certain: Certain): Cells {
    // Of a function that is nobody's leaf nothing is known but that; the interval would say the same
    // of every function there is.
    const interval = certain.samples === 0 ? "" : intervalText(certain, this.#scale);
    return { value: this.#scale.text(certain.value), interval: interval.trimStart() };
  }

  #percent(share: number): string {
    return Number.isNaN(share) || share === 0 ? "" : digits(share * 100);
  }

  #samples(n: number): string {
    if (Number.isNaN(n)) return "?";
    const whole = Math.round(n);
    // From here on the exact number tells nothing that the interval does not.
    return whole < 10_000 ? String(whole) : `${digits(whole / 1000).replace(/\..*/, "")}k`;
  }

  /** `12/340`: flat and cum; once where they are the same. */
  #bothSamples({ flat, cum }: ShownNode): string {
    const own = this.#samples(flat.samples);
    const all = this.#samples(cum.samples);
    return own === all ? all : `${own}/${all}`;
  }

  lines(): string[] {
    const isTree = this.#view.nodes.some(({ callers }) => callers !== undefined);
    return isTree ? this.#tree() : this.#top();
  }

  #top(): string[] {
    const rows = this.#view.nodes.map((node) => this.#row(node));
    const rest = this.#rest();
    const header = this.#header();
    const all = [header, ...rows.map(({ cells }) => cells), ...rest.map(({ cells }) => cells)];
    const widths = this.#widths(header, all);
    const used = this.#used(widths);
    const out = [
      this.#options.paint(this.#named(header, widths, this.#nameHeader(), used, true), "dim"),
    ];
    for (const { cells, node } of rows) {
      for (const text of this.#rowLines(cells, widths, node, used))
        out.push(isFew(node) ? this.#options.paint(text, "dim") : text);
    }
    for (const { cells, name } of rest) {
      out.push(this.#options.paint(this.#named(cells, widths, name, used), "dim"));
    }
    return out;
  }

  /** Where columns leave no room for names, shares of the whole go: they are values once more. */
  #widths(header: readonly string[], all: readonly (readonly string[])[]): number[] {
    const widths = header.map((_, i) => Math.max(...all.map((cells) => width(cells[i] ?? ""))));
    if (!this.#isStacked(this.#used(widths))) return widths;
    return widths.map((w, i) => (i === 2 || i === 5 ? 0 : w));
  }

  /** Numbers leave no room for a name: it has a line of its own. */
  #isStacked(used: number): boolean {
    return !this.#options.wide && this.#columns - used < LEAST_NAME;
  }

  #rowLines(
    cells: readonly string[],
    widths: readonly number[],
    node: ShownNode,
    used: number,
  ): string[] {
    if (!this.#isStacked(used))
      return [this.#line(cells, widths, this.#nameOf(node, this.#columns - used))];
    return [this.#nameOf(node, this.#columns), `  ${this.#line(cells, widths, "")}`];
  }

  /** Titles, and what others are, go as the rows do. */
  #named(
    cells: readonly string[],
    widths: readonly number[],
    name: string,
    used: number,
    isTitle = false,
  ): string {
    if (!this.#isStacked(used)) return this.#line(cells, widths, name);
    const below = this.#line(cells, widths, "");
    return isTitle ? `  ${below}` : `${name}\n  ${below}`;
  }

  /** Cells: flat, interval, flat%, cum, interval, cum%, n. */
  #header(): string[] {
    const { flat, cum, samples } = this.#words.columns;
    const { unit } = this.#scale;
    // Over the interval, where there is room; values alone have it in front.
    const hasPercent =
      this.#view.nodes.some(({ cumShare }) => !Number.isNaN(cumShare)) ||
      this.#view.frameless !== undefined;
    const [value, behind] = this.#hasSamples
      ? [(what: string) => what, unit]
      : [(what: string) => (unit === "" ? what : `${what} ${unit}`), ""];
    const n = this.#hasSamples ? samples : "";
    const percent = (what: string): string => (hasPercent ? `${what}%` : "");
    return [value(flat), behind, percent(flat), value(cum), behind, percent(cum), n];
  }

  #nameHeader(): string {
    const { name, place } = this.#words.columns;
    return this.#view.nodes.some((node) => node.place !== undefined) ? `${name}  ${place}` : name;
  }

  #row(node: ShownNode): { cells: string[]; node: ShownNode } {
    const flat = this.#cells(node.flat);
    const cum = this.#cells(node.cum);
    const cells = [
      flat.value,
      flat.interval,
      this.#percent(node.flatShare),
      cum.value,
      cum.interval,
      this.#percent(node.cumShare),
      this.#hasSamples ? this.#bothSamples(node) : "",
    ];
    return { cells, node };
  }

  /** What belongs to the total and is in no row. */
  #rest(): { cells: string[]; name: string }[] {
    const { hidden, hiddenFlat, frameless } = this.#view;
    const out: { cells: string[]; name: string }[] = [];
    if (hidden > 0 && hiddenFlat !== undefined) {
      const name = this.#words.others(this.#options.voice.words.count(hidden));
      out.push({ cells: this.#othersRow(hiddenFlat), name });
    }
    if (frameless !== undefined) {
      out.push({ cells: this.#othersRow(frameless), name: this.#words.frameless });
    }
    return out;
  }

  #othersRow(flat: Certain): string[] {
    const { value, interval } = this.#cells(flat);
    const { base } = this.#view;
    const share = base === 0 ? Number.NaN : flat.value / base;
    const n = this.#hasSamples ? this.#samples(flat.samples) : "";
    return [value, interval, this.#percent(share), "", "", "", n];
  }

  /** Values to the right, each with its interval right behind it; columns that are empty take no room. */
  #line(cells: readonly string[], widths: readonly number[], name: string): string {
    let out = "";
    for (const [i, columns] of widths.entries()) {
      if (columns === 0) continue;
      const cell = cells[i] ?? "";
      const isInterval = i === 1 || i === 4;
      out += isInterval
        ? ` ${padEnd(cell, columns)}`
        : `${out === "" ? "" : "  "}${padStart(cell, columns)}`;
    }
    return `${out}  ${name}`.trimEnd();
  }

  #used(widths: readonly number[]): number {
    let used = 2;
    let isFirst = true;
    for (const [i, columns] of widths.entries()) {
      if (columns === 0) continue;
      used += columns + (i === 1 || i === 4 ? 1 : isFirst ? 0 : 2);
      isFirst = false;
    }
    return used;
  }

  #mark(node: ShownNode): string {
    if (!this.#hasSamples) return "";
    const w = this.#words;
    const all = node.cum.samples;
    const own = node.flat.samples;
    if (all === 1) return w.oneSample;
    if (all === 2) return w.twoSamples;
    return own === 1 ? w.flatOne : "";
  }

  /** Function, place and mark in the columns there are: first the folder goes, then the middle of the name. */
  #nameOf(node: ShownNode, columns: number): string {
    const mark = this.#mark(node);
    const tail = [node.inline, mark === "" ? "" : `(${mark})`]
      .filter((part) => part !== "")
      .join(" ");
    const end = tail === "" ? "" : ` ${tail}`;
    if (this.#options.wide) {
      const place = placeText(node, "whole");
      return `${printable(node.name)}${place === "" ? "" : `  ${place}`}${end}`;
    }
    const name = printable(
      node.isFunction ? shortFunctionName(node.name) : lastParts(node.name, 2),
    );
    const room = Math.max(LEAST_NAME, columns);
    const marked = mark === "" ? "" : ` (${mark})`;
    const base = placeText(node, "base");
    for (const [place, behind] of [
      [placeText(node, "folder"), end],
      [base, end],
      [base, marked],
    ] as const) {
      const text = `${name}${place === "" ? "" : `  ${place}`}${behind}`;
      if (width(text) <= room) return text;
    }
    // The middle of the name goes first, then the place: the mark says how far the row can be trusted.
    const taken = width(marked) + (base === "" ? 0 : width(base) + 2);
    if (room - taken >= SHORT_NAME) {
      return `${shorten(name, room - taken)}${base === "" ? "" : `  ${base}`}${marked}`;
    }
    return `${shorten(name, Math.max(8, room - width(marked)))}${marked}`;
  }

  #tree(): string[] {
    const out: string[] = [];
    const nodes = this.#view.nodes;
    const blocks = nodes.map((node) => ({
      node,
      row: this.#row(node).cells,
      callers: (node.callers ?? []).map((edge) => this.#edge(edge, this.#words.from)),
      callees: (node.callees ?? []).map((edge) => this.#edge(edge, this.#words.to)),
    }));
    const rest = this.#rest();
    const header = this.#header();
    const all = [
      header,
      ...blocks.flatMap(({ row, callers, callees }) => [
        row,
        ...[...callers, ...callees].map(({ cells }) => cells),
      ]),
      ...rest.map(({ cells }) => cells),
    ];
    const widths = this.#widths(header, all);
    const used = this.#used(widths);
    const { paint } = this.#options;
    out.push(paint(this.#named(header, widths, this.#nameHeader(), used, true), "dim"));
    for (const { node, row, callers, callees } of blocks) {
      out.push("");
      for (const { cells, name } of callers)
        out.push(paint(this.#edgeLine(cells, widths, name, used), "dim"));
      out.push(...this.#rowLines(row, widths, node, used));
      for (const { cells, name } of callees)
        out.push(paint(this.#edgeLine(cells, widths, name, used), "dim"));
    }
    if (rest.length > 0) out.push("");
    for (const { cells, name } of rest)
      out.push(paint(this.#named(cells, widths, name, used), "dim"));
    return out;
  }

  #edge(edge: ShownEdge, word: string): { cells: string[]; name: string } {
    const { value, interval } = this.#cells(edge.value);
    const n = this.#hasSamples ? this.#samples(edge.value.samples) : "";
    const inline = edge.isInline ? " (inline)" : "";
    const name = this.#options.wide ? edge.name : shortFunctionName(edge.name);
    return {
      cells: ["", "", "", value, interval, this.#percent(edge.share), n],
      name: `${word} ${printable(name)}${inline}`,
    };
  }

  #edgeLine(
    cells: readonly string[],
    widths: readonly number[],
    name: string,
    used: number,
  ): string {
    if (this.#isStacked(used))
      return `  ${shorten(name, this.#columns - 2)}\n  ${this.#line(cells, widths, "")}`;
    const room = Math.max(LEAST_NAME, this.#columns - used - 2);
    const text = this.#options.wide ? name : shorten(name, room);
    return this.#line(cells, widths, `  ${text}`);
  }
}

function isFew({ cum, flat }: ShownNode): boolean {
  return cum.samples < FEW_SAMPLES || (flat.samples > 0 && flat.samples < FEW_SAMPLES);
}

function lastParts(file: string, count: number): string {
  const parts = file.split("/");
  return parts.slice(-Math.min(count, parts.length)).join("/");
}

function placeText({ place }: ShownNode, how: "whole" | "folder" | "base"): string {
  if (place === undefined) return "";
  const keep = how === "whole" ? Infinity : how === "folder" ? 2 : 1;
  const file = printable(lastParts(place.file, keep));
  const line = place.line > 0 ? `:${place.line}` : "";
  return `${file}${line}${place.others > 0 ? ` +${place.others}` : ""}`;
}
