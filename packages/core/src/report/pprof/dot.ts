// The call graph in Graphviz's DOT language. Authority: google/pprof internal/graph/dotgraph.go
// (2026-07).

import { basePath } from "../../analysis/profile/go-format.ts";
import { label, scale } from "../../analysis/profile/measurement.ts";
import { nameParts } from "../../analysis/profile/nodes.ts";
import { MAX_NODELETS, type ReportGraph } from "../../analysis/profile/report-graph.ts";
import { shortFunctionName } from "../../analysis/profile/short-names.ts";
import { sortTags, Tag } from "../../analysis/profile/tags.ts";
import type { Report } from "./report.ts";
import type { Sink } from "./sink.ts";

export function escapeForDot(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\l");
}

const SHIFT = 0.7;

/** −1 green, 0 grey, 1 red; pale for the background. */
export function dotColor(score: number, isBackground: boolean): string {
  const value = isBackground ? 0.93 : 0.7;
  let saturation = isBackground ? 0.1 : 1;
  const clamped = Math.max(-1, Math.min(1, score));
  if (Math.abs(clamped) < 0.2) saturation *= Math.abs(clamped) / 0.2;
  let shifted = clamped;
  if (clamped > 0) shifted = clamped ** (1 - SHIFT);
  if (clamped < 0) shifted = -((-clamped) ** (1 - SHIFT));
  const red = shifted < 0 ? value * (1 + saturation * shifted) : value;
  const green = shifted < 0 ? value : value * (1 - saturation * shifted);
  const blue = value * (1 - saturation);
  const byte = (part: number): string =>
    (Number.isNaN(part) ? 0 : Math.trunc(part * 255) & 255).toString(16).padStart(2, "0");
  return `#${byte(red)}${byte(green)}${byte(blue)}`;
}

/**
 * The upstream tool writes labels and the program's name as they are, so that a quote in one makes text
 * that Graphviz refuses. A label's parts are joined by `\n`, which stays.
 */
function quotable(text: string): string {
  return text
    .replaceAll(/\\(?!n)/g, "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\l");
}

const asIs = (text: string): string => text;

/** @param isForLayout escapes labels too, for whoever hands the text to Graphviz at once */
export function writeDot(report: Report, out: Sink, isForLayout = false): void {
  const graph = report.graph("all");
  report.chooseUnit(graph);
  const writer = new DotWriter(report, graph, out, isForLayout ? quotable : asIs);
  writer.write(report.labels(graph, graph.droppedEdges, true));
}

class DotWriter {
  readonly #report: Report;
  readonly #graph: ReportGraph;
  readonly #out: Sink;
  readonly #total: number;
  readonly #quoted: (text: string) => string;

  constructor(report: Report, graph: ReportGraph, out: Sink, quoted: (text: string) => string) {
    this.#quoted = quoted;
    this.#report = report;
    this.#graph = graph;
    this.#out = out;
    this.#total = Math.abs(report.total);
  }

  write(labels: readonly string[]): void {
    const title = this.#quoted(this.#report.title);
    const graph = this.#graph;
    const out = this.#out;
    out.line(`digraph "${title === "" ? "unnamed" : title}" {`);
    out.line('node [style=filled fillcolor="#f8f8f8"]');
    this.#legend(labels, title);
    const id = new Map(graph.nodes.map((node, i) => [node, i + 1]));
    const hasNodelets = new Map<number, boolean>();
    let maxFlat = 0;
    for (const node of graph.nodes) maxFlat = Math.max(maxFlat, Math.abs(graph.flatValue(node)));
    const edges: number[] = [];
    for (const node of graph.nodes) {
      this.#node(node, id.get(node) ?? 0, maxFlat);
      hasNodelets.set(node, this.#nodelets(node, id.get(node) ?? 0));
      edges.push(...graph.outgoing(node));
    }
    for (const edge of graph.sorted(edges)) {
      const source = graph.edges.source.data[edge];
      const target = graph.edges.target.data[edge];
      this.#edge(edge, id.get(source) ?? 0, id.get(target) ?? 0, hasNodelets.get(source) === true);
    }
    out.line("}");
  }

  #legend(labels: readonly string[], title: string): void {
    const [first] = labels;
    if (first === undefined) return;
    const tooltip = title === "" ? "" : ` tooltip="${title}"`;
    this.#out.line(
      `subgraph cluster_L { "${escapeForDot(first)}" [shape=box fontsize=16` +
        ` label="${labels.map(escapeForDot).join("\\l")}\\l"${tooltip}] }`,
    );
  }

  #title(node: number): string {
    const { index } = this.#graph;
    const info = this.#graph.info(node);
    const name = escapeForDot(shortFunctionName(index.name(info)))
      .replaceAll("::", "\\n")
      .replaceAll("[...]", "[…]")
      .replaceAll(".", "\\n");
    const file = index.file(info);
    const parts = nameParts({
      address: index.address(info) === 0 ? "" : index.addressHex(info).padStart(16, "0"),
      name,
      file: file === "" ? "" : basePath(file),
      line: index.line(info),
      column: index.column(info),
      object: index.object(info),
    });
    return `${parts.join("\\n")}\\n`;
  }

  #node(node: number, id: number, maxFlat: number): void {
    const report = this.#report;
    const flat = this.#graph.flatValue(node);
    const cum = this.#graph.cumValue(node);
    let text = this.#title(node);
    const flatText = report.formatValue(flat);
    text += flat === 0 ? "0" : `${flatText} (${report.percent(flat).trim()})`;
    let cumText = flatText;
    if (cum !== flat) {
      cumText = report.formatValue(cum);
      text += `${flat === 0 ? " " : "\\n"}of ${cumText} (${report.percent(cum).trim()})`;
    }
    const grows = maxFlat !== 0 && flat !== 0;
    const fontSize = 8 + (grows ? Math.ceil(16 * Math.sqrt(Math.abs(flat) / maxFlat)) : 0);
    const score = cum / this.#total;
    const name = escapeForDot(this.#graph.name(node));
    this.#out.line(
      `N${id} [label="${text}" id="node${id}" fontsize=${fontSize} shape=box tooltip="${name} (${cumText})"` +
        ` color="${dotColor(score, false)}" fillcolor="${dotColor(score, true)}"]`,
    );
  }

  #nodelets(node: number, id: number): boolean {
    const tags = this.#graph.tags;
    if (tags === undefined) return false;
    // A leaf shows what was cut off below it as well; other nodes only their own.
    const isFlat = this.#graph.outgoing(node).length > 0;
    const numbers = tags.numbers(node);
    let text = "";
    const shown = sortTags([...tags.labels(node).values()], isFlat).slice(0, MAX_NODELETS);
    for (const [i, tag] of shown.entries()) {
      const value = isFlat ? tag.flatValue : tag.cumValue;
      if (value === 0) continue;
      const weight = this.#report.formatValue(value);
      text +=
        `N${id}_${i} [label = "${this.#quoted(tag.name)}" id="N${id}_${i}" fontsize=8 shape=box3d tooltip="${weight}"]\n` +
        `N${id} -> N${id}_${i} [label=" ${weight}" weight=100 tooltip="${weight}" labeltooltip="${weight}"]\n`;
      const own = numbers.get(tag.name);
      if (own !== undefined && own.size > 0) {
        text += this.#numericNodelets([...own.values()], isFlat, `N${id}_${i}`);
      }
    }
    const loose = numbers.get("");
    if (loose !== undefined && loose.size > 0) {
      text += this.#numericNodelets([...loose.values()], isFlat, `N${id}`);
    }
    this.#out.text(text);
    return text !== "";
  }

  #numericNodelets(tags: readonly Tag[], isFlat: boolean, source: string): string {
    let text = "";
    for (const [i, tag] of collapsed(tags, isFlat).entries()) {
      const showsFlat = isFlat || tag.flatValue === tag.cumValue;
      const value = showsFlat ? tag.flatValue : tag.cumValue;
      if (value === 0) continue;
      const weight = this.#report.formatValue(value);
      const style = showsFlat ? "" : ' style="dotted"';
      text +=
        `N${source}_${i} [label = "${this.#quoted(tag.name)}" id="N${source}_${i}" fontsize=8 shape=box3d tooltip="${weight}"]\n` +
        `${source} -> N${source}_${i} [label=" ${weight}" weight=100 tooltip="${weight}" labeltooltip="${weight}"${style}]\n`;
    }
    return text;
  }

  #edge(edge: number, from: number, to: number, hasNodelets: boolean): void {
    const { edges } = this.#graph;
    const { total } = this.#report;
    const value = edges.value(edge);
    const weight = this.#report.formatValue(value);
    let attributes = `label=" ${weight}${edges.isInline(edge) ? "\\n (inline)" : ""}"`;
    if (total !== 0) {
      const steps = (most: number): number =>
        1 + Math.min(Math.abs(Math.trunc((value * most) / total)), most);
      if (steps(100) > 1) attributes += ` weight=${steps(100)}`;
      if (steps(5) > 1) attributes += ` penwidth=${steps(5)}`;
      attributes += ` color="${dotColor(value / this.#total, false)}"`;
    }
    const source = escapeForDot(this.#graph.name(edges.source.data[edge]));
    const target = escapeForDot(this.#graph.name(edges.target.data[edge]));
    const arrow = edges.isResidual(edge) ? "..." : "->";
    const tooltip = `"${source} ${arrow} ${target} (${weight})"`;
    attributes += ` tooltip=${tooltip} labeltooltip=${tooltip}`;
    if (edges.isResidual(edge)) attributes += ' style="dotted"';
    if (hasNodelets) attributes += " minlen=2";
    this.#out.line(`N${from} -> N${to} [${attributes}]`);
  }
}

/** At most MAX_NODELETS groups: each tag beyond the heaviest joins the one nearest in size. */
export function collapsed(tags: readonly Tag[], isFlat: boolean): Tag[] {
  const sorted = sortTags(tags, isFlat);
  if (sorted.length <= MAX_NODELETS) return sorted;
  const groups = sorted.slice(0, MAX_NODELETS).map((tag) => [tag]);
  for (const tag of sorted.slice(MAX_NODELETS)) {
    let nearest = 0;
    let least = Infinity;
    groups.forEach(([first], i) => {
      const distance = Math.abs(tag.value - scale(first.value, first.unit, tag.unit).value);
      if (distance < least) {
        nearest = i;
        least = distance;
      }
    });
    groups[nearest].push(tag);
  }
  return sortTags(groups.map(groupTag), isFlat);
}

function groupTag(group: readonly Tag[]): Tag {
  const [first] = group;
  if (group.length === 1) {
    const only = new Tag(label(first.value, first.unit), "", 0);
    only.flat = first.flatValue;
    only.cum = first.cumValue;
    return only;
  }
  let [least, most] = [first, first];
  let [flat, cum, flatDivisor, cumDivisor] = [0, 0, 0, 0];
  for (const tag of group) {
    if (Math.trunc(scale(tag.value, tag.unit, least.unit).value) < least.value) least = tag;
    if (Math.trunc(scale(tag.value, tag.unit, most.unit).value) > most.value) most = tag;
    flat += tag.flat;
    cum += tag.cum;
    flatDivisor += tag.flatDivisor;
    cumDivisor += tag.cumDivisor;
  }
  // Sizes keep units of their own: in the report's unit small ones would all be 0..0.
  const range = `${label(least.value, least.unit)}..${label(most.value, most.unit)}`;
  const tag = new Tag(range, "", 0);
  tag.flat = flatDivisor === 0 ? flat : Math.trunc(flat / flatDivisor);
  tag.cum = cumDivisor === 0 ? cum : Math.trunc(cum / cumDivisor);
  return tag;
}
