// What the terminal can show. Colour only supports and never carries meaning alone.

import { padEnd, width } from "@heapwright/core/report/columns.ts";

export type Paint = (text: string, as: "fault" | "low" | "ok" | "dim" | "bold") => string;

const CODES = { fault: "1;31", low: "33", ok: "32", dim: "2", bold: "1" } as const;

/** NO_COLOR (no-color.org) and --plain switch colour off; FORCE_COLOR=1 keeps it through a pipe. */
export function paintFor(stream: { readonly isTTY?: boolean }, plain: boolean): Paint {
  const forced = process.env["FORCE_COLOR"] === "1";
  const isOn =
    !plain &&
    !process.env["NO_COLOR"] &&
    process.env["TERM"] !== "dumb" &&
    (forced || stream.isTTY === true);
  return isOn
    ? (text, as) => (text === "" ? "" : `\u001b[${CODES[as]}m${text}\u001b[0m`)
    : (text) => text;
}

/** No table is readable in less. */
const LEAST_COLUMNS = 40;

/** Columns of the terminal, else those that COLUMNS asks for; undefined: whole lines, as a pipe wants them. */
export function columnsOf(stream: {
  readonly isTTY?: boolean;
  readonly columns?: number;
}): number | undefined {
  const asked = process.env["COLUMNS"] ?? "";
  const known =
    stream.isTTY === true && (stream.columns ?? 0) > 0
      ? stream.columns
      : /^\d{1,5}$/.test(asked) && Number(asked) > 0
        ? Number(asked)
        : undefined;
  return known === undefined ? undefined : Math.max(LEAST_COLUMNS, known);
}

/** One line on stderr, replaced in place and gone at the end; nothing at all where it is no terminal. */
export class ProgressLine {
  readonly #isOn: boolean;
  #shown = 0;
  #last = 0;

  constructor(quiet: boolean) {
    this.#isOn = !quiet && process.stderr.isTTY === true;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  show(text: string, force = false): void {
    const now = Date.now();
    if (!this.#isOn || (!force && now - this.#last < 100)) return;
    this.#last = now;
    const line = cut(text, Math.max(20, (process.stderr.columns || 100) - 1));
    process.stderr.write(`\r${padEnd(line, this.#shown)}`);
    this.#shown = width(line);
  }

  clear(): void {
    if (this.#isOn && this.#shown > 0) process.stderr.write(`\r${" ".repeat(this.#shown)}\r`);
    this.#shown = 0;
  }
}

/** Says what is being done for as long as it is. */
export async function withProgress<T>(
  quiet: boolean,
  text: string,
  work: () => Promise<T>,
): Promise<T> {
  const progress = new ProgressLine(quiet);
  progress.show(text, true);
  try {
    return await work();
  } finally {
    progress.clear();
  }
}

/** The beginning of a line that fits; a line that wraps could not be replaced in place. */
function cut(text: string, columns: number): string {
  let used = 0;
  let out = "";
  for (const ch of text) {
    used += width(ch);
    if (used > columns) return out;
    out += ch;
  }
  return out;
}
