// What `heapwright show` says of a profile, as data: the nodes that `go tool pprof` would list with the
// same numbers, each with its samples, interval and place. Text, Markdown and JSON are made of this.

import { heaviestLines, type HeaviestLines } from "../../analysis/profile/heaviest-lines.ts";
import {
  Certainty,
  NodeCertainty,
  type Certain,
  type EdgeCertainty,
} from "../../analysis/profile/node-certainty.ts";
import type { NodeIndex } from "../../analysis/profile/nodes.ts";
import { pitfallsOf } from "../../analysis/profile/pitfalls.ts";
import {
  ProfileError,
  sampleAt,
  sampleCount,
  type Profile,
} from "../../analysis/profile/profile.ts";
import type { ReportGraph } from "../../analysis/profile/report-graph.ts";
import { sampleCounts, type SampleCounts } from "../../analysis/profile/sample-counts.ts";
import type { SourceFacts } from "../../analysis/profile/source-facts.ts";
import { stackWeights, totalOf } from "../../analysis/profile/weights.ts";
import type { Statement } from "../../model/message.ts";
import type { PprofConfig } from "../pprof/config.ts";
import { prepareReport, type Warn } from "../pprof/generate.ts";
import type { Report, ReportHost } from "../pprof/report.ts";

/** Fewer samples than this are a guess. */
export const FEW_SAMPLES = 3;

export interface ShownPlace {
  readonly file: string;
  /** 0: none. */
  readonly line: number;
  /** Other lines of the same function with a share of it. */
  readonly others: number;
}

export interface ShownEdge {
  readonly name: string;
  readonly value: Certain;
  /** Of the cum of the node it is listed with; NaN where that is 0. */
  readonly share: number;
  readonly isInline: boolean;
}

export interface ShownNode {
  /** The function's; whatever there is (file, address, binary) where a node has none. */
  readonly name: string;
  readonly isFunction: boolean;
  readonly place: ShownPlace | undefined;
  /** "(inline)", "(partial-inline)" or "". */
  readonly inline: string;
  readonly flat: Certain;
  readonly cum: Certain;
  /** Of the total; NaN where that is 0. */
  readonly flatShare: number;
  readonly cumShare: number;
  /** Undefined where they were not asked for. */
  readonly callers: readonly ShownEdge[] | undefined;
  readonly callees: readonly ShownEdge[] | undefined;
}

export interface ShowView {
  readonly profile: Profile;
  readonly sources: readonly SourceFacts[];
  readonly title: string;
  readonly sampleType: string;
  readonly sampleUnit: string;
  /** Unit asked for with --unit; undefined: chosen here. */
  readonly unit: string | undefined;
  readonly counts: SampleCounts;
  readonly rows: number;
  readonly stacks: number;
  /** Sum of the column over all samples. */
  readonly total: Certain;
  /** What percentages are of, as `go tool pprof` takes it: of absolute values, before filters. */
  readonly base: number;
  /** What filters leave, and its share of everything; undefined without filters. */
  readonly left: Certain | undefined;
  readonly leftShare: number;
  readonly filters: readonly string[];
  readonly sort: string;
  /** What is listed, in order. */
  readonly nodes: readonly ShownNode[];
  /** Nodes of the graph that are not listed, and what they have in themselves. */
  readonly hidden: number;
  readonly hiddenFlat: Certain | undefined;
  /** Of samples without a frame, which are in no node; undefined where there are none. */
  readonly frameless: Certain | undefined;
  readonly notes: readonly Statement[];
}

export interface ShowOptions {
  readonly list: "top" | "tree" | "peek";
  /** Functions to look at, with `peek`. */
  readonly pattern: string | undefined;
  readonly config: PprofConfig;
  readonly host: ReportHost;
  readonly warn: Warn;
}

const FILTERS = [
  "focus",
  "ignore",
  "hide",
  "show",
  "show_from",
  "prune_from",
  "tagfocus",
  "tagignore",
  "tagshow",
  "taghide",
  "tagroot",
  "tagleaf",
] as const;

/** @throws ProfileError as the engine's reports do */
export function showView(
  loaded: Profile,
  sources: readonly SourceFacts[],
  options: ShowOptions,
): ShowView {
  const { config, list, host, warn } = options;
  const command = { name: list, pattern: options.pattern };
  const report = prepareReport(loaded, command, config, host, warn);
  const { measure, profile } = report;
  const counts = sampleCounts(loaded, sources, measure.value, config.mean);
  const certainty = new Certainty(counts, report.sampleUnit, 1 / config.divide_by);
  const graph = report.graph(list === "top" ? "inline" : "all");
  const { symbol } = report;
  const listed =
    symbol === undefined ? graph.nodes : graph.nodes.filter((n) => symbol.test(graph.name(n)));
  if (symbol !== undefined && listed.length === 0) {
    throw new ProfileError(`no matches found for regexp: ${symbol.source}`);
  }
  const certain = new NodeCertainty(certainty, profile, graph.index, listed);
  const places = new Places(report, graph.index, listed);
  const edges = list === "top" ? undefined : edgeCertainty(report, graph, certain);
  const nodes = listed.map((node) => shownNode(report, graph, certain, places, edges, node));
  const isListed = new Uint8Array(graph.totals.flat.length);
  for (const node of listed) isListed[node] = 1;
  const hidden = hiddenNodes(graph, isListed);
  const filters = FILTERS.filter((name) => config[name] !== "");
  const shownValue = valueSum(profile, measure.value);
  const everything = totalOf(loaded, measure);
  const isTrimmed = symbol === undefined && hidden.count > 0 && measure.divisor === undefined;
  return {
    profile: loaded,
    sources,
    title: report.title,
    sampleType: report.sampleType,
    sampleUnit: report.sampleUnit,
    unit: config.unit === "minimum" ? undefined : config.unit,
    counts,
    rows: sampleCount(loaded),
    stacks: usedStacks(loaded),
    total:
      measure.divisor === undefined
        ? certainty.total(loaded, valueSum(loaded, measure.value))
        : certainty.total(loaded, report.total),
    base: report.total / config.divide_by,
    left:
      filters.length === 0 || measure.divisor !== undefined
        ? undefined
        : certainty.total(profile, shownValue),
    leftShare: share(shownValue, everything),
    filters: filters.map((name) => `${name}=${config[name]}`),
    sort: config.sort,
    nodes,
    hidden: symbol === undefined ? hidden.count : 0,
    frameless:
      symbol !== undefined || measure.divisor !== undefined
        ? undefined
        : framelessOf(profile, measure.value, certain),
    hiddenFlat: isTrimmed ? certain.flatOf((node) => isListed[node] === 0, hidden.flat) : undefined,
    notes: pitfallsOf({
      profile: loaded,
      sources,
      value: measure.value,
      counts,
      oneSampleNodes: nodes.filter(({ cum, flat }) => cum.samples === 1 || flat.samples === 1)
        .length,
    }),
  };
}

function valueSum(profile: Profile, value: number): number {
  const rows = sampleCount(profile);
  let sum = 0;
  for (let k = 0; k < rows; k++) {
    sum += profile.values[value][profile.order === undefined ? k : profile.order[k]];
  }
  return sum;
}

function framelessOf(profile: Profile, value: number, certain: NodeCertainty): Certain | undefined {
  const { stack, stacks } = profile;
  let sum = 0;
  let count = 0;
  for (let k = 0; k < sampleCount(profile); k++) {
    const row = sampleAt(profile, k);
    if (stacks.from[stack[row]] !== stacks.to[stack[row]]) continue;
    const v = profile.values[value][row];
    if (v !== 0) count += 1;
    sum += v;
  }
  return count === 0 ? undefined : certain.withoutFrames(profile, sum);
}

function usedStacks({ stack, stacks }: Profile): number {
  const isUsed = new Uint8Array(stacks.length);
  let count = 0;
  for (const s of stack) {
    count += 1 - isUsed[s];
    isUsed[s] = 1;
  }
  return count;
}

function hiddenNodes(graph: ReportGraph, isListed: Uint8Array): { count: number; flat: number } {
  const { flat, cum } = graph.totals;
  let count = 0;
  let sum = 0;
  for (let node = 0; node < flat.length; node++) {
    if (isListed[node] === 1 || (flat[node] === 0 && cum[node] === 0)) continue;
    count += 1;
    sum += flat[node];
  }
  return { count, flat: sum };
}

function edgeCertainty(report: Report, graph: ReportGraph, certain: NodeCertainty): EdgeCertainty {
  const { flat, cum } = graph.totals;
  const isKept = new Uint8Array(flat.length);
  for (const node of graph.nodes) isKept[node] = 1;
  // As the engine: nothing is jumped over until something is left out.
  const isCut = flat.some((f, node) => isKept[node] === 0 && (f !== 0 || cum[node] !== 0));
  return certain.edges(report.profile, graph.index, isCut ? isKept : undefined);
}

function share(value: number, of: number): number {
  return of === 0 ? Number.NaN : value / of;
}

function shownNode(
  report: Report,
  graph: ReportGraph,
  certain: NodeCertainty,
  places: Places,
  edges: EdgeCertainty | undefined,
  node: number,
): ShownNode {
  const flat = graph.flatValue(node);
  const cum = graph.cumValue(node);
  const list = (at: readonly number[], end: Int32Array): ShownEdge[] =>
    graph.sorted(at).map((edge) => {
      const value = graph.edges.weight.data[edge];
      const source = graph.edges.source.data[edge];
      const target = graph.edges.target.data[edge];
      return {
        name: graph.name(end[edge]),
        value: edges?.of(source, target, value) ?? certain.certainty.of(value, () => Number.NaN),
        share: share(value, cum),
        isInline: graph.edges.isInline(edge),
      };
    });
  return {
    name: places.nameOf(node),
    isFunction: graph.index.name(graph.info(node)) !== "",
    place: places.of(node),
    inline: graph.inlineLabel(node),
    flat: certain.flat(node, flat),
    cum: certain.cum(node, cum),
    // An average is no part of another.
    flatShare: share(flat, report.config.mean ? 0 : report.total),
    cumShare: share(cum, report.config.mean ? 0 : report.total),
    callers: edges === undefined ? undefined : list(graph.incoming(node), graph.edges.source.data),
    callees: edges === undefined ? undefined : list(graph.outgoing(node), graph.edges.target.data),
  };
}

/** Where the listed nodes are: for whole functions the line with most of it. */
class Places {
  readonly #index: NodeIndex;
  readonly #isPlaced: boolean;
  readonly #lines: HeaviestLines | undefined;

  constructor(report: Report, index: NodeIndex, listed: readonly number[]) {
    const { config, lineProfile, measure } = report;
    this.#index = index;
    this.#isPlaced = ["lines", "addresses", "files"].includes(config.granularity);
    if (this.#isPlaced) return;
    const weights = stackWeights(lineProfile, measure);
    this.#lines = heaviestLines(lineProfile, index, weights, listed, report.trimPath);
  }

  /** The name without the place that stands beside it; whatever there is where there is no name. */
  nameOf(node: number): string {
    const name = this.#index.name(node);
    return name === "" ? this.#index.printableName(node) : name;
  }

  of(node: number): ShownPlace | undefined {
    const index = this.#index;
    if (this.#isPlaced) {
      const file = index.file(node);
      if (file === "" || index.name(node) === "") return undefined;
      return { file, line: index.line(node), others: 0 };
    }
    return this.#lines?.get(node);
  }
}
