// What the page is made from. Everything that differs between hosts (hashing, the clock, the words of
// report) comes in as a value or a function; the page itself asks nobody.

import type { ContainerPart, ProcessPart } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { Lang, Statement, Wording } from "@heapwright/core/model/message.ts";
import type { FlameInput } from "@heapwright/core/pictures/flame-tree.ts";
import type { Forecast, TrendLine } from "@heapwright/core/pictures/growth-chart.ts";
import type { CauseId } from "@heapwright/core/rules/causes.ts";
import type { TracePictures } from "./trace/pictures.ts";
import type { Answer, Status, Verdict } from "@heapwright/core/verdict/answer.ts";

/** Pictures that need more than the answer holds. Each may be absent: then it is not drawn. */
export interface ProcessPictures {
  readonly flame?: FlameInput | undefined;
  /** Lines through series. Without them the page asks pictures/trend-of-series.ts. */
  readonly trends?: readonly TrendLine[] | undefined;
  /** When the limit is met. Without it the page takes the `left` that the verdict's facts say. */
  readonly forecast?: Forecast | undefined;
  /** Of the process's execution trace. */
  readonly trace?: TracePictures | undefined;
}

/** Words of report that are no statements. */
export interface PageNames {
  /** "LIKELY LEAK": cause and confidence in one. */
  verdict(verdict: Verdict): string;
  /** "NO MEMORY FAULT SEEN", "NOT ENOUGH EVIDENCE FOR A CAUSE"; for `fault` a plain word. */
  status(status: Status): string;
  cause(cause: CauseId): string;
  part(part: ProcessPart | ContainerPart): string;
  /** With its place and how often it was seen. */
  diagnostic(diagnostic: Diagnostic): string;
}

export interface SoFar {
  /** "heap 2/3, cycle 41, 38 s left", in the reader's language. */
  readonly note: string;
  /** 0–1; undefined where the end is not known. */
  readonly fraction: number | undefined;
}

export type Theme = "auto" | "light" | "dark";

export interface PageInput extends ProcessPictures {
  readonly answer: Answer;
  readonly lang: Lang;
  /** Pictures by `ProcessAnswer.key`, when there are several processes. */
  readonly byProcess?: ReadonlyMap<string, ProcessPictures> | undefined;
  /**
   * The sentence of a statement. Parameters are found in it again: text is set as code, numbers as
   * numbers with their interval. One named `command` is a command line: among things to do it gets a
   * block with a copy button instead of its place in the sentence.
   */
  readonly say: (statement: Statement) => string;
  readonly names: PageNames;
  readonly words: Wording;
  readonly css: string;
  readonly clientScript: string;
  /** sha256 of UTF-8 text, base64. */
  readonly hash: (text: string) => string;
  readonly theme: Theme;
  /** Served by `view`: the page may ask its own server for changes. */
  readonly isLive?: boolean | undefined;
  readonly soFar?: SoFar | undefined;
  /** The terminal's text, for "Copy as text". Without it the page copies what it shows. */
  readonly text?: string | undefined;
  /**
   * The answer as JSON for "Save as JSON", gzipped and in base64: a capture of a minute is 300 KB plain
   * and 30 KB so. `view` serves it instead.
   */
  readonly packedJson?: string | undefined;
  /** The same without a compressor at hand: embedded without its spaces when it is short enough. */
  readonly json?: string | undefined;
  /** Unix ms at which the page was made. */
  readonly savedMs?: number | undefined;
}
