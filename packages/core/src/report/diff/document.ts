// What a comparison says, as a headline, facts, tables and notes: the terminal and Markdown differ only
// in how these are set.

import { padEnd, width, wrapWithin } from "../columns.ts";
import { alignedRows, fittedRows } from "../table.ts";

export type Tone = "fault" | "low" | "ok";

export interface DocumentTable {
  readonly title: string;
  readonly beside: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** "l" or "r" for each column. */
  readonly align: string;
}

export interface DiffDocument {
  readonly verdict: string;
  readonly tone: Tone;
  readonly rest: string;
  readonly facts: readonly string[];
  readonly tables: readonly DocumentTable[];
  /** `[word, sentence]`. */
  readonly notes: readonly (readonly [string, string])[];
}

export type DiffPaint = (text: string, as: "fault" | "low" | "ok" | "dim" | "bold") => string;

const COLUMNS = 100;

/** Names may be long: a table is as wide as they are, or as `columns`, those of a terminal. */
export function documentText(d: DiffDocument, paint: DiffPaint, columns?: number): string {
  const prose = Math.min(COLUMNS, columns ?? COLUMNS);
  const out: string[] = [];
  const [first = "", ...more] = wrapWithin(d.rest, prose - width(d.verdict) - 3, "");
  out.push(`${paint(d.verdict, d.tone)}   ${first}`.trimEnd());
  // What follows has the whole line.
  const rest = more.join(" ");
  out.push(...wrapWithin(rest, prose - 2, "").map((line) => `  ${line}`));
  for (const fact of d.facts)
    out.push(...wrapWithin(fact, prose - 2, "  ").map((line) => `  ${line}`));
  for (const table of d.tables) {
    const [header = "", ...rows] =
      columns === undefined
        ? alignedRows(table.header, table.rows, table.align)
        : fittedRows(table.header, table.rows, table.align, columns - 2);
    const beside = table.beside === "" ? "" : `   ${table.beside}`;
    const [title = "", ...below] = wrapWithin(`${table.title}${beside}`, columns ?? Infinity, "  ");
    out.push("", paint(table.title, "bold") + title.slice(table.title.length), ...below);
    if (header !== "") out.push(`  ${paint(header, "dim")}`);
    out.push(...rows.map((row) => `  ${row}`));
  }
  if (d.notes.length > 0) out.push("");
  const column = Math.max(0, ...d.notes.map(([word]) => width(word))) + 3;
  for (const [word, sentence] of d.notes) {
    const lines = wrapWithin(sentence, prose - column, "");
    lines.forEach((line, i) =>
      out.push(
        `${i === 0 ? paint(word, "bold") + " ".repeat(column - width(word)) : padEnd("", column)}${line}`,
      ),
    );
  }
  return `${out.join("\n")}\n`;
}

/** Outside of code spans nothing of a name may be markup. */
function inline(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#~]/g, (c) => `\\${c}`);
}

export function documentMarkdown(d: DiffDocument): string {
  const out = [`### ${inline(d.verdict)}: ${inline(d.rest)}`, ""];
  for (const fact of d.facts) out.push(`- ${inline(fact)}`);
  if (d.facts.length > 0) out.push("");
  for (const table of d.tables) {
    out.push(`**${inline(table.title)}** ${inline(table.beside)}`.trimEnd(), "");
    out.push(`| ${table.header.map(inline).join(" | ")} |`);
    out.push(`| ${Array.from(table.align, (a) => (a === "r" ? "--:" : ":--")).join(" | ")} |`);
    for (const row of table.rows) out.push(`| ${row.map(inline).join(" | ")} |`);
    out.push("");
  }
  for (const [word, sentence] of d.notes) out.push(`- **${inline(word)}** ${inline(sentence)}`);
  return `${out.join("\n").trimEnd()}\n`;
}
