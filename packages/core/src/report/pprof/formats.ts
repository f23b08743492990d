// The reports for other tools, and the source listing: callgrind, topproto and proto, list.
// Authority: google/pprof internal/report/{report,source}.go (2026-07).

import { cleanPath, compareText, dirPath } from "../../analysis/profile/go-format.ts";
import { nodeTotals } from "../../analysis/profile/graph.ts";
import type { NodeIndex } from "../../analysis/profile/nodes.ts";
import { ProfileError, Strings, type Profile } from "../../analysis/profile/profile.ts";
import type { ReportGraph } from "../../analysis/profile/report-graph.ts";
import { pathList, trimPath } from "../../analysis/profile/trim-path.ts";
import { stackWeights } from "../../analysis/profile/weights.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { StringTableBuilder } from "../../model/strings.ts";
import type { Report } from "./report.ts";
import type { Sink } from "./sink.ts";

/** "(3) name" the first time, "(3)" from then on. */
class CallgrindNames {
  readonly #known = new Map<string, number>();

  of(name: string): string {
    if (name === "") return "";
    const known = this.#known.get(name);
    if (known !== undefined) return `(${known})`;
    const id = this.#known.size + 1;
    this.#known.set(name, id);
    return `(${id}) ${name}`;
  }
}

/** Relative to the address before where that is shorter. */
function callgrindAddress(before: bigint | undefined, now: bigint): string {
  const absolute = `0x${now.toString(16)}`;
  if (before === undefined) return absolute;
  if (before === now) return "*";
  const difference = BigInt.asIntN(64, now - before);
  const relative = difference > 0n ? `+${difference}` : String(difference);
  return relative.length < absolute.length ? relative : absolute;
}

/** Callgrind joins functions of one name and file, so nodes to be kept apart get a number. */
function distinctNames(graph: ReportGraph): Map<number, string> {
  const { index, tree } = graph;
  const groups = new Map<string, Map<string, number>>();
  const keyOf = (node: number): string => {
    const info = graph.info(node);
    return `${index.file(info)}\n${index.name(info)}`;
  };
  const functionOf = (node: number): string =>
    `${tree === undefined ? "" : tree.parent[node]} ${index.functionKey(graph.info(node))}`;
  for (const node of graph.nodes) {
    const key = keyOf(node);
    let group = groups.get(key);
    if (group === undefined) {
      group = new Map();
      groups.set(key, group);
    }
    const fn = functionOf(node);
    if (!group.has(fn)) group.set(fn, group.size);
  }
  const names = new Map<number, string>();
  for (const node of graph.nodes) {
    const group = groups.get(keyOf(node));
    const name = index.name(graph.info(node));
    const suffix =
      group !== undefined && group.size > 1
        ? ` [${(group.get(functionOf(node)) ?? 0) + 1}/${group.size}]`
        : "";
    names.set(node, name + suffix);
  }
  return names;
}

export function writeCallgrind(report: Report, out: Sink): void {
  const graph = report.graph("all");
  report.chooseUnit(graph);
  const { index, edges } = graph;
  const names = distinctNames(graph);
  const objects = new CallgrindNames();
  const files = new CallgrindNames();
  const functions = new CallgrindNames();
  out.line("positions: instr line");
  out.line(`events: ${report.sampleType}(${report.outputUnit})`);
  let before = -1;
  let address: bigint | undefined;
  for (const node of graph.nodes) {
    const info = graph.info(node);
    const isSame =
      before >= 0 &&
      index.object(before) === index.object(info) &&
      index.file(before) === index.file(info) &&
      index.name(before) === index.name(info);
    if (!isSame) {
      out.line("");
      out.line(`ob=${objects.of(index.object(info))}`);
      out.line(`fl=${files.of(index.file(info))}`);
      out.line(`fn=${functions.of(index.name(info))}`);
    }
    const own = BigInt(index.address(info));
    const value = report.inOutputUnit(graph.flatValue(node));
    out.line(`${callgrindAddress(address, own)} ${index.line(info)} ${value}`);
    for (const edge of graph.sorted(graph.outgoing(node))) {
      const callee = edges.target.data[edge];
      const calleeInfo = graph.info(callee);
      out.line(`cfl=${files.of(index.file(calleeInfo))}`);
      out.line(`cfn=${functions.of(names.get(callee) ?? "")}`);
      const to = callgrindAddress(address, BigInt(index.address(calleeInfo)));
      out.line(`calls=0 ${to} ${index.line(calleeInfo)}`);
      out.line(`* * ${report.inOutputUnit(edges.weight.data[edge])}`);
    }
    before = info;
    address = own;
  }
}

/** The nodes of the report as a profile: a location and a sample each, cum and flat as values. */
export function topProfile(report: Report): Profile {
  const graph = report.graph("none");
  report.chooseUnit(graph);
  const { index, nodes } = graph;
  const strings = new StringTableBuilder();
  const functions = new IntLists();
  const fields = new Int32Array(4);
  const functionOf = (info: number): number => {
    fields[0] = strings.intern(index.name(info));
    fields[1] = 0;
    fields[2] = strings.intern(index.file(info));
    fields[3] = index.startLine(info);
    return functions.intern(fields, 0, 4);
  };
  const infos = nodes.map((node) => graph.info(node));
  const lineFunction = Int32Array.from(infos, functionOf);
  const length = nodes.length;
  const ordinals = Int32Array.from({ length }, (_, i) => i);
  const next = Int32Array.from({ length }, (_, i) => i + 1);
  const unit = report.outputUnit;
  const big = new Map<number, bigint>();
  infos.forEach((info, i) => {
    const address = index.address(info);
    if (typeof address === "bigint") big.set(i, address);
  });
  const { profile } = report;
  const field = (offset: number): Int32Array =>
    Int32Array.from({ length: functions.length }, (_, i) => functions.data.data[i * 4 + offset]);
  const none = new Int32Array(0);
  return {
    strings: new Strings(strings),
    functions: {
      length: functions.length,
      name: field(0),
      systemName: field(1),
      file: field(2),
      startLine: field(3),
    },
    locations: {
      length,
      id: Float64Array.from(next),
      address: Float64Array.from(infos, (info) => Number(index.address(info))),
      bigAddress: big,
      mapping: new Int32Array(length).fill(-1),
      isFolded: new Uint8Array(length),
      isHidden: undefined,
      lineStart: ordinals,
      lineEnd: next,
      lineFunction,
      lineNumber: Int32Array.from(infos, (info) => index.line(info)),
      lineColumn: Int32Array.from(infos, (info) => index.column(info)),
    },
    mappings: {
      length: 0,
      id: new Float64Array(0),
      start: new Float64Array(0),
      limit: new Float64Array(0),
      offset: new Float64Array(0),
      file: none,
      buildId: none,
      flags: new Uint8Array(0),
    },
    stacks: { length, from: ordinals, to: next, location: ordinals },
    stack: ordinals,
    values: [
      Float64Array.from(nodes, (node) => report.inOutputUnit(graph.cumValue(node))),
      Float64Array.from(nodes, (node) => report.inOutputUnit(graph.flatValue(node))),
    ],
    labels: {
      start: new Int32Array(length + 1),
      key: none,
      str: none,
      num: new Float64Array(0),
      unit: none,
    },
    order: undefined,
    sampleTypes: [
      { type: "cum", unit },
      { type: "flat", unit },
    ],
    defaultSampleType: "",
    dropFrames: "",
    keepFrames: "",
    timeNanos: profile.timeNanos,
    durationNanos: profile.durationNanos,
    periodType: profile.periodType,
    period: profile.period,
    comments: [],
    docUrl: "",
  };
}

/** The profile itself, its values divided where that is asked for. */
export function dividedProfile(report: Report): Profile {
  const { ratio, profile } = report;
  if (ratio === undefined) return profile;
  return {
    ...profile,
    values: profile.values.map((column) => column.map((value) => Math.trunc(value * ratio) || 0)),
  };
}

/** Lines shown before the first and after the last one with samples. */
const MARGIN = 5;

/** Source files, each read once. */
export class SourceFiles {
  readonly #report: Report;
  readonly #known = new Map<string, { lines: readonly string[] } | { error: string }>();

  constructor(report: Report) {
    this.#report = report;
  }

  lines(path: string): { lines: readonly string[] } | { error: string } {
    let known = this.#known.get(path);
    if (known === undefined) {
      const found = this.#open(path);
      known = "error" in found ? found : { lines: splitLines(found.text) };
      this.#known.set(path, known);
    }
    return known;
  }

  /** Relative names are looked for in each folder of the search path and in its parents. */
  #open(path: string): { text: string } | { error: string } {
    const { host, config } = this.#report;
    const search = config.source_path === "" ? host.workingFolder : config.source_path;
    const name = trimPath(path, config.trim_path, search);
    if (name.startsWith("/")) return host.readSource(name);
    for (const start of pathList(search)) {
      let folder = start;
      for (;;) {
        const found = host.readSource(cleanPath(`${folder}/${name}`));
        if ("text" in found) return found;
        const parent = dirPath(folder);
        if (parent === folder) break;
        folder = parent;
      }
    }
    return { error: `could not find file ${name} on path ${search}` };
  }
}

function splitLines(text: string): string[] {
  const lines = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  if (lines[lines.length - 1] === "") lines.pop();
  return lines;
}

interface Line {
  readonly info: number;
  readonly flat: number;
  readonly cum: number;
}

function groupBy<K>(lines: readonly Line[], keyOf: (line: Line) => K): Map<K, Line[]> {
  const out = new Map<K, Line[]>();
  for (const line of lines) {
    const list = out.get(keyOf(line));
    if (list === undefined) out.set(keyOf(line), [line]);
    else list.push(line);
  }
  return out;
}

function sumOf(lines: readonly Line[], of: "flat" | "cum"): number {
  return lines.reduce((sum, line) => sum + line[of], 0);
}

/** Annotated source of the functions that match. */
export function writeList(report: Report, out: Sink): void {
  const { profile, measure, symbol, config } = report;
  if (symbol === undefined) throw new ProfileError("list needs a pattern");
  const index = report.nodeIndex();
  const totals = nodeTotals(profile, index, stackWeights(profile, measure));
  const lines: Line[] = [];
  for (let info = 0; info < index.length; info++) {
    const flat = totals.flat[info];
    const cum = totals.cum[info];
    if (flat === 0 && cum === 0) continue;
    if (config.drop_negative && (flat < 0 || (flat === 0 && cum < 0))) continue;
    if (symbol.test(index.name(info))) lines.push({ info, flat, cum });
  }
  if (lines.length === 0) {
    throw new ProfileError(`no matches found for regexp: ${symbol.source}`);
  }
  const sources = new SourceFiles(report);
  out.line(`Total: ${report.formatValue(report.total)}`);
  const byName = groupBy(lines, ({ info }) => index.name(info));
  for (const name of [...byName.keys()].toSorted(compareText)) {
    const ofFunction = byName.get(name) ?? [];
    const withFile = ofFunction.filter(({ info }) => index.file(info) !== "");
    if (withFile.length === 0) {
      out.line(`No source information for ${name}`);
      continue;
    }
    const byFile = groupBy(withFile, ({ info }) => index.file(info));
    for (const file of [...byFile.keys()].toSorted(compareText)) {
      writeRoutine(report, out, { index, name, file, lines: byFile.get(file) ?? [], sources });
    }
  }
}

interface Routine {
  readonly index: NodeIndex;
  readonly name: string;
  readonly file: string;
  readonly lines: readonly Line[];
  readonly sources: SourceFiles;
}

function writeRoutine(
  report: Report,
  out: Sink,
  { index, name, file, lines, sources }: Routine,
): void {
  const flat = sumOf(lines, "flat");
  const cum = sumOf(lines, "cum");
  const value = (shown: number): string => report.formatValue(shown).padStart(10);
  const orDot = (shown: number): string => (shown === 0 ? ".".padStart(10) : value(shown));
  out.line(`ROUTINE ======================== ${name} in ${file}`);
  out.line(`${value(flat)} ${value(cum)} (flat, cum) ${report.percent(cum)} of Total`);
  const source = sources.lines(file);
  if ("error" in source) {
    out.line(` Error: ${source.error}`);
    return;
  }
  const [start, end] = extent(index, lines);
  const byLine = groupBy(lines, ({ info }) => index.line(info));
  for (let at = start; at <= Math.min(end, source.lines.length); at++) {
    const here = byLine.get(at) ?? [];
    out.line(
      `${orDot(sumOf(here, "flat"))} ${orDot(sumOf(here, "cum"))} ${String(at).padStart(6)}:${source.lines[at - 1]}`,
    );
  }
}

/** From the function's first line, or some lines before the first with samples. */
function extent(index: NodeIndex, lines: readonly Line[]): [number, number] {
  const [first] = lines;
  const startOf = ({ info }: Line): number => index.startLine(info) || index.line(info) - MARGIN;
  let start = startOf(first);
  let end = index.line(first.info) + MARGIN;
  for (const line of lines) {
    const lineStart = startOf(line);
    const lineEnd = index.line(line.info) + MARGIN;
    if (lineStart < start) start = lineStart;
    else if (lineEnd > end) end = lineEnd;
  }
  return [Math.max(start, 1), end];
}
