// What a message about an input is given, and how numbers in it are said.

import type { Lang } from "../../model/message.ts";

/** One diagnostic as its message sees it. A parameter that is not there reads "?". */
export interface Told {
  /** How often it was seen. */
  readonly times: number;
  has(name: string): boolean;
  /** Printable text. */
  text(name: string): string;
  /** A count with its thousands grouped. */
  count(name: string): string;
  bytes(name: string): string;
}

export interface DiagnosticWords extends Readonly<Record<Lang, (d: Told) => string>> {
  /** The sentence says where by itself; no "(line 5)" behind it. */
  readonly saysWhere?: true;
  /** Parameters that are for programs and that the sentence leaves out. */
  readonly unsaid?: readonly string[];
}

export type DiagnosticMessages = Readonly<Record<string, DiagnosticWords>>;

/** "1 line", "3 lines". */
export function many(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** The same sentence whatever the parameters. */
export function fixed(en: string, zh: string): DiagnosticWords {
  return { en: () => en, zh: () => zh };
}

/** "3 lines could not be read": lines that were lost, and how many. */
export const badLines: DiagnosticWords = {
  en: (d) => `${many(d.times, "line")} could not be read`,
  zh: (d) => `${d.times} 行无法读取`,
};

export const secondCopy = fixed(
  "a second copy follows in the same file; only the first was read",
  "同一文件中还有第二份，只读取了第一份",
);
