// Findings are data, prose comes last. A statement is a message id with parameters and evidence; the
// sentence is made by report/ in the reader's language. Messages live beside what they speak of.

import type { Quantity } from "./quantity.ts";

export type Lang = "en" | "zh";

/** A quantity, a name (site, function, path, id: shown as text, never markup), or a plain count. */
export type Param = Quantity | string | number;

/**
 * How numbers and names become words; implemented once in report/wording.ts. Every method returns
 * plain text. `interval` gives " [lo, hi]" or "".
 */
export interface Wording {
  readonly lang: Lang;
  /** "742 MiB", "1.04 MiB/s", "38 %", with the unit chosen so that the number lies in 1…1000. */
  value(q: Quantity): string;
  /** value plus interval: "1.04 MiB/s [0.97, 1.11]". */
  full(q: Quantity): string;
  interval(q: Quantity): string;
  bytes(n: number): string;
  count(n: number): string;
  percent(fraction: number): string;
  duration(seconds: number): string;
  /** A source position or code name, as is. */
  code(name: string): string;
}

export type Params = Readonly<Record<string, Param>>;

/**
 * Both languages of one sentence. Methods, so that messages with different parameters fit one catalog;
 * `say` checks the parameters where a statement is made.
 */
export interface Message<P> {
  en(params: P, w: Wording): string;
  zh(params: P, w: Wording): string;
}

export type Messages = Readonly<Record<string, Message<Params>>>;

export type ParamsOf<M> = M extends Message<infer P> ? P : never;

export interface Statement {
  readonly id: string;
  readonly params: Readonly<Record<string, Param>>;
  readonly evidence: readonly string[];
}

/**
 * Makes a statement; the compiler checks that the id exists in both languages and that every
 * parameter is there.
 */
export function say<M extends Messages, K extends keyof M & string>(
  _messages: M,
  id: K,
  params: ParamsOf<M[K]> & Readonly<Record<string, Param>>,
  evidence: readonly string[] = [],
): Statement {
  return { id, params, evidence };
}
