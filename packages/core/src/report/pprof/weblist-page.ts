// The page of weblist. What is between <body> and </body> is that of google/pprof
// internal/driver/html/source.html (2026-07), byte for byte; style and script are this program's own.

import { basePath } from "../../analysis/profile/go-format.ts";
import { SourceFiles } from "./formats.ts";
import type { Report } from "./report.ts";
import { padLeft, type Sink } from "./sink.ts";
import { webListing, type Call, type ListedFunction, type Placed } from "./weblist.ts";

const STYLE = `<style>
:root { color-scheme: light dark; }
body { font-family: system-ui, sans-serif; }
.legend { font-weight: bold; }
.line, .nop, .unimportant { color: GrayText; }
.inlinesrc { font-style: italic; }
.livesrc { cursor: pointer; }
.livesrc:hover { text-decoration: underline; }
.asm { display: none; box-shadow: -3px 0 0 -1px GrayText; }
</style>`;

/** A line with instructions is pressed: they appear, or go. */
const SCRIPT = `<script>
const pprof_toggle_asm = ({ target }) => {
  const shown = target?.nextElementSibling;
  if (shown?.classList.contains("asm")) {
    shown.style.display = getComputedStyle(shown).display === "none" ? "block" : "none";
  }
};
</script>`;

const ENTITIES: Readonly<Record<string, string>> = {
  "\0": "\uFFFD",
  '"': "&#34;",
  "&": "&amp;",
  "'": "&#39;",
  "+": "&#43;",
  "<": "&lt;",
  ">": "&gt;",
};

/** Text in markup, as Go's html/template escapes it. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"&'+<>]/g, (found) => ENTITIES[found] ?? "");
}

const TAB = 8;

/** Columns of blanks in front of a line. */
export function indentation(line: string): number {
  let column = 0;
  for (const char of line) {
    if (char === " ") column += 1;
    else if (char === "\t") column += TAB - (column % TAB);
    else break;
  }
  return column;
}

/** Filled up with blanks to `width` columns; a tab becomes blanks up to the next multiple of eight. */
export function padRight(text: string, width: number): string {
  let column = 0;
  let out = "";
  for (const char of text) {
    column += 1;
    if (char !== "\t") out += char;
    else {
      const more = (TAB - (column % TAB)) % TAB;
      out += " ".repeat(1 + more);
      column += more;
    }
  }
  return out + " ".repeat(Math.max(0, width - column));
}

const CODE_WIDTH = 80;

class Page {
  readonly #report: Report;
  readonly #out: Sink;
  readonly #sources: SourceFiles;

  constructor(report: Report, out: Sink) {
    this.#report = report;
    this.#out = out;
    this.#sources = new SourceFiles(report);
  }

  #source(file: string, line: number): string | undefined {
    const found = this.#sources.lines(file);
    return "error" in found ? undefined : found.lines[line - 1];
  }

  #value(value: number): string {
    return (value === 0 ? "." : this.#report.formatValue(value)).padStart(10);
  }

  write(functions: readonly ListedFunction[]): void {
    const report = this.#report;
    const legend = report.profileLabels();
    const named = (front: string): string =>
      legend.find((line) => line.startsWith(front))?.slice(front.length) ?? "unknown";
    const title = escapeHtml(`${named("File: ")} ${named("Type: ")}`);
    const out = this.#out;
    out.text(`<!DOCTYPE html>\n<html>\n<head>\n  <meta charset="utf-8">\n`);
    out.text(`  <title>${title}</title>\n  \n  ${STYLE}\n  ${SCRIPT}\n</head>\n<body>\n\n`);
    const total = `Total: ${escapeHtml(report.formatValue(report.total))}`;
    out.text(`<div class="legend">${legend.map(escapeHtml).join("<br>\n")}<br>${total}</div>`);
    for (const fn of functions) this.#function(fn);
    out.text("\n</body>\n</html>\n");
  }

  #function(fn: ListedFunction): void {
    const report = this.#report;
    const out = this.#out;
    out.text(`<h2>${escapeHtml(fn.name)}</h2><p class="filename">${escapeHtml(fn.file)}</p>\n`);
    out.text(`<pre onClick="pprof_toggle_asm(event)">\n`);
    const flat = report.formatValue(fn.flat).padStart(10);
    const cum = report.formatValue(fn.cum).padStart(10);
    out.text(`  Total:  ${flat} ${cum} (flat, cum) ${report.percent(fn.cum)}`);
    for (let line = fn.begin; line < fn.end; line++) {
      const placed = fn.lines.get(line) ?? [];
      let text = line <= 0 ? undefined : this.#source(fn.file, line);
      if (text === undefined) {
        if (placed.length === 0) continue;
        text = line === 0 ? "<instructions with unknown line numbers>" : "???";
      }
      this.#line(line, text, placed);
    }
    out.text("\n</pre>\n");
  }

  #line(line: number, text: string, placed: readonly Placed[]): void {
    const out = this.#out;
    let flat = 0;
    let cum = 0;
    for (const { assembly } of placed) {
      flat += assembly.flat;
      cum += assembly.cum;
    }
    const hasMore = placed.some(({ assembly, calls }) => calls.length > 0 || assembly.text !== "");
    const kind = placed.length === 0 ? "nop" : hasMore ? "livesrc" : "deadsrc";
    out.text(`\n<span class=line> ${String(line).padStart(6)}</span> <span class=${kind}>`);
    const shown = escapeHtml(text);
    out.text(`  ${this.#value(flat)} ${this.#value(cum)} ${"".padStart(8)}  ${shown} </span>`);
    if (hasMore) {
      out.text("<span class=asm>");
      this.#instructions(indentation(text), placed);
      out.text("</span>");
    }
  }

  #instructions(indent: number, placed: readonly Placed[]): void {
    const out = this.#out;
    let end: bigint | undefined;
    let before: readonly Call[] = [];
    placed.forEach(({ address, assembly, calls }, i) => {
      if (i > 0 && address !== end) out.text(` ${"".padStart(8)} ${"⋮".padStart(28)}\n`);
      end = address + assembly.length;
      let isSame = true;
      calls.forEach((call, depth) => {
        const known = isSame ? before[depth] : undefined;
        if (known !== undefined && known.file === call.file && known.line === call.line) return;
        isSame = false;
        const code = (this.#source(call.file, call.line) ?? "").trim();
        const text = padRight(" ".repeat(indent + 4 + 4 * depth) + code, CODE_WIDTH);
        const place = `${escapeHtml(basePath(call.file))}:${call.line}`;
        out.text(` ${"".padStart(8)} ${"".padStart(10)} ${"".padStart(10)} ${"".padStart(8)}  `);
        out.text(`<span class=inlinesrc>${escapeHtml(text)}</span> `);
        out.text(`<span class=unimportant>${place}</span>\n`);
      });
      before = calls;
      if (assembly.text === "") return;
      const text = " ".repeat(indent + 4 + 4 * calls.length) + assembly.text;
      // Escaped twice there, so twice here: a name with a quote shows its entity.
      const place =
        assembly.file === ""
          ? ""
          : escapeHtml(`${escapeText(basePath(assembly.file))}:${assembly.line}`);
      out.text(` ${"".padStart(8)} ${this.#value(assembly.flat)} ${this.#value(assembly.cum)} `);
      out.text(`${padLeft(assembly.address.toString(16), 8)}: `);
      out.text(
        `${escapeHtml(padRight(text, CODE_WIDTH))} <span class=unimportant>${place}</span>\n`,
      );
    });
  }
}

/** html/template.HTMLEscapeString, which leaves the plus sign. */
function escapeText(text: string): string {
  return escapeHtml(text).replaceAll("&#43;", "+");
}

export function writeWebList(report: Report, out: Sink): void {
  const functions = webListing(report);
  new Page(report, out).write(functions);
}
