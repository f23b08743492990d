// Source with its cost in the gutter, as text. The words and the geometry are shared by the terminal and
// the page; colour comes from the caller and only where it has a terminal.

import type { ListedFunction, ListingLine, SourceDoubt } from "../analysis/profile/listing.ts";
import type { Lang } from "../model/message.ts";
import { padStart, width } from "./columns.ts";
import { printable } from "./wording.ts";

/** What a piece of source is. "name" is any identifier, "call" one that is called or declared as a function. */
export type TokenKind =
  | "keyword"
  | "type"
  | "call"
  | "name"
  | "string"
  | "number"
  | "comment"
  | "operator"
  | "plain";

export interface Token {
  readonly text: string;
  readonly kind: TokenKind;
}

/** The tokens of each line, in order and without a gap; undefined where the language is not known. */
export type Highlight = (
  lines: readonly string[],
  file: string,
) => readonly (readonly Token[])[] | undefined;

export interface LineInterval {
  readonly flat?: readonly [lo: number, hi: number] | undefined;
  readonly cum?: readonly [lo: number, hi: number] | undefined;
}

export interface ListingView {
  readonly lang: Lang;
  /** A value with its unit: "1.04 MiB"; without it where `unit` is given. */
  readonly value: (value: number) => string;
  /** Of all values: said once at the head instead of at each. "" for counts. */
  readonly unit?: string | undefined;
  /** Of what percentages are; 0: none are shown. */
  readonly total: number;
  readonly percent: (fraction: number) => string;
  /** Where values are estimates. */
  readonly interval?: ((line: ListingLine) => LineInterval | undefined) | undefined;
  readonly highlight?: Highlight | undefined;
  /** Sentences about the source of a file: where it was looked for, what else it is from. */
  readonly notes?: ((file: string) => readonly string[]) | undefined;
  /** Lines around a line with values; the others between are folded. Undefined: all are shown. */
  readonly around?: number | undefined;
}

export type PaintToken = (text: string, kind: TokenKind | "dim" | "bold") => string;

const TAB_WIDTH = 4;
/** Fewer lines are shorter than what would be said of them. */
const FEWEST_FOLDED = 4;

/** Tabs as blanks, and nothing that could move the cursor or turn the direction of writing. */
export function sourceText(text: string): string {
  let column = 0;
  let out = "";
  for (const char of text) {
    if (char === "\t") {
      const more = TAB_WIDTH - (column % TAB_WIDTH);
      out += " ".repeat(more);
      column += more;
    } else {
      const shown = printable(char);
      out += shown;
      column += shown.length;
    }
  }
  return out;
}

/** The same for tokens: a tab's width depends on what stands before it. */
export function sourceTokens(tokens: readonly Token[]): Token[] {
  let before = "";
  return tokens.map(({ text, kind }) => {
    const start = sourceText(before).length;
    before += text;
    return { text: sourceText(before).slice(start), kind };
  });
}

interface Words {
  readonly flat: string;
  readonly cum: string;
  readonly line: string;
  readonly ofTotal: string;
  readonly noSource: (file: string) => string;
  readonly folded: (count: number) => string;
  readonly doubt: Readonly<Record<SourceDoubt, string>>;
}

export const LISTING_WORDS: Readonly<Record<Lang, Words>> = {
  en: {
    flat: "flat",
    cum: "cum",
    line: "line",
    ofTotal: "of the total",
    noSource: (file) =>
      `the source ${file} is not here: --source DIR says where, and only lines with samples are listed`,
    folded: (count) => `${count} lines without samples`,
    doubt: {
      "too-short": "the file has fewer lines than the profile names: another version of it",
      "starts-elsewhere":
        "no function starts on the line that the profile names: probably another version of the file",
    },
  },
  zh: {
    flat: "自身",
    cum: "累计",
    line: "行",
    ofTotal: "占总量",
    noSource: (file) => `找不到源文件 ${file}：用 --source DIR 指明；只列出有样本的行`,
    folded: (count) => `${count} 行没有样本`,
    doubt: {
      "too-short": "文件的行数少于 profile 所指的行：是另一个版本",
      "starts-elsewhere": "profile 所指的行上没有函数开始：很可能是文件的另一个版本",
    },
  },
};

export type ListingRow =
  | { readonly kind: "line"; readonly line: ListingLine; readonly tokens: readonly Token[] }
  | { readonly kind: "folded"; readonly count: number };

/** The rows to draw: lines with their tokens, long stretches without samples folded. */
export function listingRows(fn: ListedFunction, view: ListingView): ListingRow[] {
  const { lines, source } = fn;
  const painted = source === undefined ? undefined : view.highlight?.(source.lines, source.path);
  const tokensOf = ({ line, text }: ListingLine): readonly Token[] =>
    sourceTokens(painted?.[line - 1] ?? [{ text: text ?? "", kind: "plain" }]);
  const hasValue = lines.map(({ flat, cum }) => flat !== 0 || cum !== 0);
  const { around } = view;
  const isShown = lines.map((_, i) => {
    if (around === undefined || i === 0) return true;
    for (let k = Math.max(0, i - around); k <= Math.min(lines.length - 1, i + around); k++) {
      if (hasValue[k]) return true;
    }
    return false;
  });
  const rows: ListingRow[] = [];
  let hidden: ListingLine[] = [];
  const fold = (): void => {
    if (hidden.length >= FEWEST_FOLDED) rows.push({ kind: "folded", count: hidden.length });
    else for (const line of hidden) rows.push({ kind: "line", line, tokens: tokensOf(line) });
    hidden = [];
  };
  lines.forEach((line, i) => {
    if (!isShown[i]) {
      hidden.push(line);
      return;
    }
    fold();
    rows.push({ kind: "line", line, tokens: tokensOf(line) });
  });
  fold();
  return rows;
}

/** A value outside the gutter. */
export function valueText({ value, unit }: ListingView, v: number): string {
  return unit === undefined || unit === "" ? value(v) : `${value(v)} ${unit}`;
}

export function headText({ unit }: ListingView, head: string): string {
  return unit === undefined || unit === "" ? head : `${head}, ${unit}`;
}

export function costText(
  value: number,
  interval: readonly [number, number] | undefined,
  format: (value: number) => string,
): string {
  if (value === 0 && interval === undefined) return "";
  if (interval === undefined) return format(value);
  return `${format(value)} [${format(interval[0])}, ${format(interval[1])}]`;
}

/** One function; no line ends with blanks. */
export function listingText(
  fn: ListedFunction,
  view: ListingView,
  paint: PaintToken = (text) => text,
): string[] {
  const words = LISTING_WORDS[view.lang];
  const rows = listingRows(fn, view);
  const gutters = rows.map((row) => {
    if (row.kind === "folded") return { flat: "", cum: "", line: "" };
    const interval = view.interval?.(row.line);
    return {
      flat: costText(row.line.flat, interval?.flat, view.value),
      cum: costText(row.line.cum, interval?.cum, view.value),
      line: String(row.line.line),
    };
  });
  const heads = {
    flat: headText(view, words.flat),
    cum: headText(view, words.cum),
    line: words.line,
  };
  const widest = (key: "flat" | "cum" | "line"): number =>
    gutters.reduce((most, gutter) => Math.max(most, width(gutter[key])), width(heads[key]));
  const columns = { flat: widest("flat"), cum: widest("cum"), line: widest("line") };
  const share =
    view.total === 0 ? "" : `  ${view.percent(Math.abs(fn.cum / view.total))} ${words.ofTotal}`;
  const place = fn.startLine > 0 ? `${fn.file}:${fn.startLine}` : fn.file;
  const out = [
    `${paint(printable(fn.name), "bold")}  ${printable(place)}`,
    `  ${words.flat} ${valueText(view, fn.flat)}  ${words.cum} ${valueText(view, fn.cum)}${share}`,
  ];
  if (fn.source === undefined) out.push(`  ${words.noSource(printable(fn.file))}`);
  for (const note of view.notes?.(fn.file) ?? []) out.push(`  ${note}`);
  for (const doubt of fn.doubts) out.push(`  ${words.doubt[doubt]}`);
  const gutter = (flat: string, cum: string, line: string): string =>
    `${padStart(flat, columns.flat)}  ${padStart(cum, columns.cum)}  ${padStart(line, columns.line)}`;
  out.push(paint(gutter(heads.flat, heads.cum, heads.line), "dim"));
  rows.forEach((row, i) => {
    if (row.kind === "folded") {
      out.push(`${gutter("", "", "⋮")}  ${paint(words.folded(row.count), "dim")}`);
      return;
    }
    const { flat, cum, line } = gutters[i];
    const isEmpty = row.line.flat === 0 && row.line.cum === 0;
    const front = gutter(flat, cum, line);
    const code = row.tokens.map(({ text, kind }) => paint(text, kind)).join("");
    out.push(`${isEmpty ? paint(front, "dim") : front}  ${code}`.trimEnd());
  });
  return out;
}
