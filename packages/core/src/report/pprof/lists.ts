// The reports that are lists of text: top, tree and peek, traces, raw, tags, comments.
// Authority: google/pprof internal/report/report.go, profile/profile.go String (2026-07).

import {
  compareText,
  durationText,
  hex,
  integer,
  longTime,
} from "../../analysis/profile/go-format.ts";
import { label, percentage, scaledLabel } from "../../analysis/profile/measurement.ts";
import { NodeIndex } from "../../analysis/profile/nodes.ts";
import {
  ProfileError,
  sampleAt,
  sampleCount,
  type Profile,
} from "../../analysis/profile/profile.ts";
import type { ReportGraph } from "../../analysis/profile/report-graph.ts";
import { sortTags, Tag } from "../../analysis/profile/tags.ts";
import { padLeft, type Sink } from "./sink.ts";
import type { Report } from "./report.ts";
import { rightAligned } from "./tab-columns.ts";
import { TraceLines } from "./trace-lines.ts";

export function writeTop(report: Report, out: Sink): void {
  const graph = report.graph("inline");
  report.chooseUnit(graph);
  for (const line of report.labels(graph, 0, false)) out.line(line);
  out.line(
    `${"flat".padStart(10)} ${"flat".padStart(5)}% ${"sum".padStart(5)}% ${"cum".padStart(10)} ${"cum".padStart(5)}%`,
  );
  let sum = 0;
  let lastFlat = NaN;
  /** The first three columns. Most nodes have nothing in themselves, and with it those of the line before. */
  let own = "";
  for (const node of graph.nodes) {
    const flat = graph.flatValue(node);
    const cum = graph.cumValue(node);
    if (flat !== 0 || lastFlat !== 0) {
      sum += flat;
      lastFlat = flat;
      own = `${report.formatValue(flat).padStart(10)} ${report.percent(flat)} ${report.percent(sum)}`;
    }
    const inline = graph.inlineLabel(node);
    out.line(
      `${own} ` +
        `${report.formatValue(cum).padStart(10)} ${report.percent(cum)}  ` +
        `${graph.name(node)}${inline === "" ? "" : ` ${inline}`}`,
    );
  }
}

const TREE_RULE = `${"-".repeat(58)}+${"-".repeat(13)}`;
const TREE_LEGEND = "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t ";

/** With a symbol only the nodes that match it: peek. */
export function writeTree(report: Report, out: Sink): void {
  const graph = report.graph("all");
  report.chooseUnit(graph);
  const { symbol } = report;
  for (const line of report.labels(graph, 0, false)) out.line(line);
  out.line(TREE_RULE);
  out.line(TREE_LEGEND);
  let sum = 0;
  let matched = 0;
  for (const node of graph.nodes) {
    const name = graph.name(node);
    if (symbol !== undefined && !symbol.test(name)) continue;
    matched += 1;
    const flat = graph.flatValue(node);
    const cum = graph.cumValue(node);
    out.line(TREE_RULE);
    writeEdges(report, graph, out, graph.incoming(node), graph.edges.source.data, cum);
    sum += flat;
    out.line(
      `${report.formatValue(flat).padStart(10)} ${report.percent(flat)} ${report.percent(sum)} ` +
        `${report.formatValue(cum).padStart(10)} ${report.percent(cum)}                | ${name}`,
    );
    writeEdges(report, graph, out, graph.outgoing(node), graph.edges.target.data, cum);
  }
  if (graph.nodes.length > 0) out.line(TREE_RULE);
  if (symbol !== undefined && matched === 0) {
    throw new ProfileError(`no matches found for regexp: ${symbol.source}`);
  }
}

function writeEdges(
  report: Report,
  graph: ReportGraph,
  out: Sink,
  edges: readonly number[],
  otherEnd: Int32Array,
  cum: number,
): void {
  for (const edge of graph.sorted(edges)) {
    const weight = graph.edges.weight.data[edge];
    const inline = graph.edges.isInline(edge) ? " (inline)" : "";
    out.line(
      `${report.formatValue(weight).padStart(50)} ${percentage(weight, cum)} |   ${graph.name(otherEnd[edge])}${inline}`,
    );
  }
}

const TRACE_RULE = `${"-".repeat(11)}+${"-".repeat(55)}`;

/** Labels of one row by key, strings and numbers apart, each in the order of the row. */
function labelsByKey(
  profile: Profile,
  row: number,
): { strings: Map<number, number[]>; numbers: Map<number, number[]> } {
  const { labels } = profile;
  const strings = new Map<number, number[]>();
  const numbers = new Map<number, number[]>();
  for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
    const map = labels.str[i] === 0 ? numbers : strings;
    const list = map.get(labels.key[i]);
    if (list === undefined) map.set(labels.key[i], [i]);
    else list.push(i);
  }
  return { strings, numbers };
}

/** Whole stacks, one a sample. */
export function writeTraces(report: Report, out: Sink): void {
  for (const line of report.profileLabels()) out.line(line);
  const { profile, measure, labelUnits } = report;
  const { stacks, labels } = profile;
  const index = new NodeIndex(profile, { objectNames: false, trimPath: (path) => path });
  out.flush();
  const lines = new TraceLines(index, out.write);
  const value = profile.values[measure.value];
  const by = measure.divisor === undefined ? undefined : profile.values[measure.divisor];
  const rule = `${TRACE_RULE}\n`;
  const labelTexts = new Map<string, string>();
  const count = sampleCount(profile);
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    const s = profile.stack[row];
    let first = stacks.from[s];
    const end = stacks.to[s];
    while (first < end && lines.isEmpty(stacks.location[first])) first += 1;
    if (first === end) continue;
    lines.text(rule);
    if (labels.start[row] < labels.start[row + 1]) {
      lines.text(traceLabels(profile, row, labelUnits, labelTexts));
    }
    const divisor = by === undefined ? 0 : by[row];
    const shown = divisor === 0 ? value[row] : Math.trunc(value[row] / divisor);
    lines.text(report.formatValue(shown).padStart(10));
    lines.leaf(stacks.location[first]);
    for (let i = first + 1; i < end; i++) lines.inner(stacks.location[i]);
  }
  lines.text(rule);
  lines.flush();
}

function traceLabels(
  profile: Profile,
  row: number,
  units: ReadonlyMap<string, string>,
  known: Map<string, string>,
): string {
  const { labels, strings } = profile;
  let key = "";
  for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
    key += `${labels.key[i]},${labels.str[i]},${labels.num[i]};`;
  }
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const byKey = labelsByKey(profile, row);
  const lineOf = (name: string, values: readonly string[]): string =>
    `${padLeft(name, 10)}:  ${values.join(" ")}\n`;
  const texts = Array.from(byKey.strings, ([name, at]) =>
    lineOf(
      strings.get(name),
      at.map((i) => strings.get(labels.str[i])),
    ),
  ).toSorted(compareText);
  const numbers = Array.from(byKey.numbers, ([name, at]) => {
    const unit = units.get(strings.get(name)) ?? "";
    return lineOf(
      strings.get(name),
      at.map((i) => label(labels.num[i], unit)),
    );
  }).toSorted(compareText);
  const text = [...texts, ...numbers].join("");
  if (known.size < 100_000) known.set(key, text);
  return text;
}

function labelText(profile: Profile, row: number): string[] {
  const { labels, strings } = profile;
  const byKey = labelsByKey(profile, row);
  const out: string[] = [];
  if (byKey.strings.size > 0) {
    const texts = Array.from(byKey.strings, ([key, at]) => {
      const values = at.map((i) => strings.get(labels.str[i]));
      return `${strings.get(key)}:[${values.join(" ")}]`;
    });
    out.push(texts.toSorted(compareText).join(" "));
  }
  if (byKey.numbers.size > 0) {
    const texts = Array.from(byKey.numbers, ([key, at]) => {
      const hasUnits = at.some((i) => labels.unit[i] !== 0);
      const values = at.map((i) => {
        const value = integer(labels.num[i]);
        return hasUnits ? `${value} ${strings.get(labels.unit[i])}` : value;
      });
      return `${strings.get(key)}:[${values.join(" ")}]`;
    });
    out.push(texts.toSorted(compareText).join(" "));
  }
  return out;
}

const LABEL_INDENT = " ".repeat(16);
const LINE_INDENT = " ".repeat(13);

/** Everything the profile holds, as text. */
export function writeRaw(report: Report, out: Sink): void {
  const { profile } = report;
  const { strings, stacks, locations } = profile;
  for (const comment of profile.comments) out.line(`Comment: ${comment}`);
  if (profile.docUrl !== "") out.line(`Doc: ${profile.docUrl}`);
  out.line(`PeriodType: ${profile.periodType.type} ${profile.periodType.unit}`);
  out.line(`Period: ${integer(profile.period)}`);
  if (profile.timeNanos !== 0n) {
    out.line(`Time: ${longTime(profile.timeNanos, report.host.zone)}`);
  }
  if (profile.durationNanos !== 0) {
    // %.4v of a duration: its text, cut.
    out.line(`Duration: ${Array.from(durationText(profile.durationNanos)).slice(0, 4).join("")}`);
  }
  out.line("Samples:");
  const types = profile.sampleTypes.map(({ type, unit }) => {
    const mark = type === profile.defaultSampleType ? "[dflt]" : "";
    return `${type}/${unit}${mark} `;
  });
  out.line(types.join("").trim());
  const count = sampleCount(profile);
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    let line = "";
    for (const column of profile.values) line += ` ${integer(column[row]).padStart(10)}`;
    line += ": ";
    const s = profile.stack[row];
    for (let i = stacks.from[s]; i < stacks.to[s]; i++) {
      const location = stacks.location[i];
      if (locations.isHidden?.[location] !== 1) line += `${integer(locations.id[location])} `;
    }
    out.line(line);
    for (const text of labelText(profile, row)) out.line(LABEL_INDENT + text);
  }
  out.line("Locations");
  for (let i = 0; i < locations.length; i++) writeRawLocation(profile, i, out);
  out.line("Mappings");
  const { mappings } = profile;
  for (let i = 0; i < mappings.length; i++) {
    const flags = ["[FN]", "[FL]", "[LN]", "[IN]"].filter(
      (_, bit) => (mappings.flags[i] >> bit) & 1,
    );
    out.line(
      `${integer(mappings.id[i])}: 0x${hex(mappings.start[i])}/0x${limitHex(mappings.limit[i])}/0x${hex(mappings.offset[i])} ` +
        `${strings.get(mappings.file[i])} ${strings.get(mappings.buildId[i])} ${flags.join("")}`,
    );
  }
}

/** A mapping of everything ends at 2^64, which no 64 bits hold: there it is the last address. */
function limitHex(limit: number): string {
  return limit >= 2 ** 64 ? "f".repeat(16) : hex(limit);
}

function writeRawLocation(profile: Profile, i: number, out: Sink): void {
  const { strings, functions, locations, mappings } = profile;
  const big = locations.bigAddress.get(i);
  const address = big === undefined ? hex(locations.address[i]) : big.toString(16);
  let front = `${integer(locations.id[i]).padStart(6)}: 0x${address} `;
  const mapping = locations.mapping[i];
  if (mapping >= 0) front += `M=${integer(mappings.id[mapping])} `;
  if (locations.isFolded[i] === 1) front += "[F] ";
  if (locations.lineStart[i] === locations.lineEnd[i]) out.line(front);
  for (let line = locations.lineStart[i]; line < locations.lineEnd[i]; line++) {
    const fn = locations.lineFunction[line];
    let text = "??";
    if (fn >= 0) {
      const name = strings.get(functions.name[fn]);
      const file = strings.get(functions.file[fn]);
      text = `${name} ${file}:${locations.lineNumber[line]}:${locations.lineColumn[line]} s=${functions.startLine[fn]}`;
      if (functions.name[fn] !== functions.systemName[fn]) {
        text += `(${strings.get(functions.systemName[fn])})`;
      }
    }
    out.line(front + text);
    front = LINE_INDENT;
  }
}

/** Every label with what its samples weigh. */
export function writeTags(report: Report, out: Sink): void {
  const { profile, labelUnits, outputUnit, total } = report;
  const { labels, strings } = profile;
  const value = profile.values[report.measure.value];
  const byKey = new Map<string, { total: number; values: Map<string, Tag> }>();
  const numberTexts = new Map<number, Map<number, string>>();
  const textOf = (i: number): string => {
    const key = labels.key[i];
    if (labels.str[i] !== 0) return strings.get(labels.str[i]);
    let known = numberTexts.get(key);
    if (known === undefined) {
      known = new Map();
      numberTexts.set(key, known);
    }
    let text = known.get(labels.num[i]);
    if (text === undefined) {
      text = scaledLabel(labels.num[i], labelUnits.get(strings.get(key)) ?? "", outputUnit);
      known.set(labels.num[i], text);
    }
    return text;
  };
  const count = sampleCount(profile);
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = strings.get(labels.key[i]);
      let entry = byKey.get(key);
      if (entry === undefined) {
        entry = { total: 0, values: new Map() };
        byKey.set(key, entry);
      }
      const text = textOf(i);
      let tag = entry.values.get(text);
      if (tag === undefined) {
        tag = new Tag(text, "", 0);
        entry.values.set(text, tag);
      }
      tag.flat += value[row];
      entry.total += value[row];
    }
  }
  let rows = "";
  const all = report.formatValue(total);
  for (const key of Array.from(byKey.keys()).toSorted(compareText)) {
    const entry = byKey.get(key);
    if (entry === undefined) continue;
    const share = total > 0 ? ` (${percentage(entry.total, total)})` : "";
    rows += `${key}:\t Total ${report.formatValue(entry.total)} of ${all}${share}\n`;
    for (const tag of sortTags([...entry.values.values()], true)) {
      const own = total > 0 ? ` (${percentage(tag.flat, total)})` : "";
      rows += ` \t${report.formatValue(tag.flat)}${own}:\t ${tag.name}\n`;
    }
    rows += "\n";
  }
  out.text(rightAligned(rows));
}

export function writeComments(report: Report, out: Sink): void {
  for (const comment of report.profile.comments) out.line(comment);
}
