// Functions with their source, and at each line what it and what it calls weigh: the data of `list`, for
// whoever draws it in a terminal or on a page.
//
// Two things are other than in `pprof -list`. A function's cum counts a sample once, however often the
// function recurs in it (the sum over its lines, as printed there, counts it once a line). And source that
// cannot be the program's is told (`doubts`): it is what lies here today, not what was compiled.

import { aggregate } from "./aggregate.ts";
import { compareText } from "./go-format.ts";
import { cumValue, flatValue, nodeTotals } from "./graph.ts";
import { NodeIndex } from "./nodes.ts";
import type { Profile } from "./profile.ts";
import { stackWeights, type Measure } from "./weights.ts";

export interface ListingLine {
  /** From 1. */
  readonly line: number;
  /** Undefined: the source is not at hand, or ends before. */
  readonly text: string | undefined;
  readonly flat: number;
  readonly cum: number;
  /** Nodes of `index` at this line: for whoever has an interval for each node. */
  readonly nodes: readonly number[];
}

/** Signs that the source is another version of the file. */
export type SourceDoubt =
  /** It has fewer lines than the profile names. */
  | "too-short"
  /** No function starts where the profile says that this one does. */
  | "starts-elsewhere";

export interface ListedFunction {
  readonly name: string;
  /** As the profile has it. */
  readonly file: string;
  /** 0: unknown. */
  readonly startLine: number;
  readonly flat: number;
  readonly cum: number;
  /** Undefined: no source; then only lines with samples are there. */
  readonly source: ListingSource | undefined;
  readonly doubts: readonly SourceDoubt[];
  readonly lines: readonly ListingLine[];
}

export interface ListingSource {
  readonly path: string;
  /** Without ends; line 1 is [0]. */
  readonly lines: readonly string[];
}

export interface ListingOptions {
  readonly measure: Measure;
  readonly matches: (name: string) => boolean;
  /** The source of a file name of the profile. */
  readonly source: (file: string) => ListingSource | undefined;
  /** Lines around those with samples where the start is not known, and behind the last: 5. */
  readonly margin?: number;
}

export interface FunctionListing {
  /** The profile line by line, which `index` is of. */
  readonly profile: Profile;
  readonly index: NodeIndex;
  /** Sum of the whole profile is the caller's: percentages may be of something else. */
  readonly functions: readonly ListedFunction[];
}

const MARGIN = 5;

export function splitSource(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

function keyOf(name: string, file: string): string {
  return `${name}\n${file}`;
}

interface Cost {
  flat: number;
  cum: number;
}

/** Flat and cum of whole functions, each sample once. */
function functionCosts(profile: Profile, measure: Measure): Map<string, Cost> {
  const whole = aggregate(profile, "filefunctions", false, false);
  const index = new NodeIndex(whole, { objectNames: false, trimPath: (path) => path });
  const totals = nodeTotals(whole, index, stackWeights(whole, measure));
  const out = new Map<string, Cost>();
  for (let node = 0; node < index.length; node++) {
    const key = keyOf(index.name(node), index.file(node));
    out.set(key, { flat: flatValue(totals, node), cum: cumValue(totals, node) });
  }
  return out;
}

/** Sorted by |cum|, then by name. */
export function functionListing(profile: Profile, options: ListingOptions): FunctionListing {
  const { measure, matches, margin = MARGIN } = options;
  const byLine = aggregate(profile, "lines", false, false);
  // With the binaries' names, because only then a node knows where its function starts.
  const index = new NodeIndex(byLine, { objectNames: true, trimPath: (path) => path });
  const totals = nodeTotals(byLine, index, stackWeights(byLine, measure));
  const costs = functionCosts(profile, measure);
  const groups = new Map<string, number[]>();
  for (let node = 0; node < index.length; node++) {
    const name = index.name(node);
    if (totals.flat[node] === 0 && totals.cum[node] === 0) continue;
    if (name === "" || !matches(name)) continue;
    const key = keyOf(name, index.file(node));
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [node]);
    else list.push(node);
  }
  const functions = Array.from(groups, ([key, nodes]): ListedFunction => {
    const file = index.file(nodes[0]);
    const source = file === "" ? undefined : options.source(file);
    const at = new Map<number, { flat: number; cum: number; nodes: number[] }>();
    for (const node of nodes) {
      const line = index.line(node);
      const here = at.get(line) ?? { flat: 0, cum: 0, nodes: [] };
      here.flat += flatValue(totals, node);
      here.cum += cumValue(totals, node);
      here.nodes.push(node);
      at.set(line, here);
    }
    const startLine = Math.min(...nodes.map((node) => index.startLine(node)));
    const lines = Array.from(at.keys()).toSorted((a, b) => a - b);
    const last = lines[lines.length - 1];
    const shown = linesAround(lines, startLine, source, margin);
    return {
      name: index.name(nodes[0]),
      file,
      startLine,
      ...(costs.get(key) ?? { flat: 0, cum: 0 }),
      source,
      doubts: source === undefined ? [] : doubtsOf(source, startLine, last),
      lines: shown.map((line) => ({
        line,
        text: source?.lines[line - 1],
        ...(at.get(line) ?? { flat: 0, cum: 0, nodes: [] }),
      })),
    };
  });
  functions.sort(
    (a, b) =>
      Math.abs(b.cum) - Math.abs(a.cum) ||
      compareText(a.name, b.name) ||
      compareText(a.file, b.file),
  );
  return { profile: byLine, index, functions };
}

/** The lines to list: without source those with samples, else from the start to a few behind the last. */
export function linesAround(
  sampled: readonly number[],
  startLine: number,
  source: ListingSource | undefined,
  margin = MARGIN,
): readonly number[] {
  if (source === undefined || sampled.length === 0) return sampled;
  const first = sampled[0];
  const last = sampled[sampled.length - 1];
  const from = Math.max(1, startLine || first - margin);
  const to = endBehind(source, last, margin);
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

/** A few lines on, but not into the next function: gofmt puts a brace in the first column at the end. */
function endBehind({ path, lines }: ListingSource, last: number, margin: number): number {
  const most = Math.min(last + margin, lines.length);
  if (path.endsWith(".go")) {
    for (let line = last; line <= most; line++) {
      if (lines[line - 1].startsWith("}")) return line;
      if (line > last && /^(?:func|type|var|const)\b|^\/\//.test(lines[line - 1])) {
        return Math.max(last, lines[line - 2].trim() === "" ? line - 2 : line - 1);
      }
    }
  }
  return Math.max(last, most);
}

/** Go writes the line of `func`; a comment or a blank line there is another version of the file. */
export function doubtsOf(
  { path, lines }: ListingSource,
  startLine: number,
  last: number,
): SourceDoubt[] {
  const out: SourceDoubt[] = [];
  if (last > lines.length) out.push("too-short");
  if (startLine > 0 && path.endsWith(".go")) {
    // A package's variables are initialised by a function without a line of its own.
    const text = lines[startLine - 1] ?? "";
    if (!/\bfunc\b|\bvar\b|=|^\s*(?:go|defer)\b/.test(text)) out.push("starts-elsewhere");
  }
  return out;
}
