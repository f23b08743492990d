// Functions of a profile with their source, as lines for the terminal: finds the source, lists, colours.
// Colour and grammar are loaded only where they are shown.

import {
  functionListing,
  splitSource,
  type FunctionListing,
} from "@heapwright/core/analysis/profile/listing.ts";
import type { Profile } from "@heapwright/core/analysis/profile/profile.ts";
import type { Lang } from "@heapwright/core/model/message.ts";
import type { Measure } from "@heapwright/core/analysis/profile/weights.ts";
import {
  listingText,
  type ListingView,
  type PaintToken,
  type TokenKind,
} from "@heapwright/core/report/listing.ts";
import { printable } from "@heapwright/core/report/wording.ts";
import type { MissingSource, SourceOutcome } from "@heapwright/host/source/find-source.ts";
import { words, type Words } from "./command-line/words.ts";

export interface SourceListingOptions {
  readonly measure: Measure;
  readonly matches: (name: string) => boolean;
  /** `--source DIR`, as often as given. */
  readonly folders: readonly string[];
  /** "go1.26.1" of the program, where the evidence states it. */
  readonly goVersion?: string | undefined;
  readonly view: Omit<ListingView, "highlight" | "interval" | "notes">;
  /** Where values are estimates: of the nodes at a line. */
  readonly intervals?: ((listing: FunctionListing) => ListingView["interval"]) | undefined;
  readonly hasColour: boolean;
}

/** ANSI, of the sixteen colours that every terminal has in a readable shade of its own. */
const CODES: Readonly<Record<TokenKind | "dim" | "bold", string>> = {
  keyword: "35",
  type: "36",
  call: "34",
  name: "",
  string: "32",
  number: "33",
  comment: "2",
  operator: "",
  plain: "",
  dim: "2",
  bold: "1",
};

export const paintSource: PaintToken = (text, kind) => {
  const code = CODES[kind];
  return code === "" || text.trim() === "" ? text : `\u001b[${code}m${text}\u001b[0m`;
};

/** Each matching function, a blank line between; empty when nothing matches. */
export async function sourceListing(
  profile: Profile,
  options: SourceListingOptions,
): Promise<string[]> {
  const { sourceFinder } = await import("@heapwright/host/source/find-source.ts");
  const find = sourceFinder({ folders: options.folders, goVersion: options.goVersion });
  const listing = functionListing(profile, {
    measure: options.measure,
    matches: options.matches,
    source: (file) => {
      const found = find(file);
      return "text" in found ? { path: found.path, lines: splitSource(found.text) } : undefined;
    },
  });
  const highlight = options.hasColour
    ? (await import("@heapwright/web/render/highlight-go.ts")).highlightGo
    : undefined;
  const paint = options.hasColour ? paintSource : undefined;
  const view: ListingView = {
    ...options.view,
    highlight,
    interval: options.intervals?.(listing),
    notes: (file) => notesOn(find(file), options.goVersion, options.view.lang),
  };
  return listing.functions.flatMap((fn, i) => [
    ...(i === 0 ? [] : [""]),
    ...listingText(fn, view, paint),
  ]);
}

/** Places that are named; the rest are more of the same kinds. */
const NAMED = 3;

const PROBLEMS: Readonly<Record<MissingSource["problem"], Words>> = {
  missing: words("not there", "不存在"),
  "not-source": words("not the name of a source file", "不是源文件的名称"),
  "not-a-file": words("no regular file", "不是普通文件"),
  unreadable: words("cannot be read", "无法读取"),
  "too-large": words("too large", "太大"),
};

function notesOn(outcome: SourceOutcome, wanted: string | undefined, lang: Lang): string[] {
  const zh = lang === "zh";
  if ("text" in outcome) {
    const { path, goVersion } = outcome;
    const isOther = goVersion !== undefined && wanted !== undefined && goVersion !== wanted;
    if (!isOther) return [zh ? `源代码：${printable(path)}` : `source: ${printable(path)}`];
    return [
      zh
        ? `源代码：${printable(path)}，属于 ${goVersion}，而程序用的是 ${wanted}：行可能不同`
        : `source: ${printable(path)}, of ${goVersion}; the program's is ${wanted}: lines may differ`,
    ];
  }
  const { tried, problem } = outcome;
  if (tried.length === 0) return [PROBLEMS[problem][lang]];
  const places = tried
    .slice(0, NAMED)
    .map(printable)
    .join(zh ? "、" : ", ");
  const rest = tried.length - NAMED;
  const more = rest <= 0 ? "" : zh ? ` 等 ${tried.length} 处` : ` and ${rest} more`;
  const why = problem === "missing" ? "" : `${zh ? "：" : ": "}${PROBLEMS[problem][lang]}`;
  return [zh ? `找过：${places}${more}${why}` : `looked for at ${places}${more}${why}`];
}
