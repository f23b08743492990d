// One report in the making: the profile after filters, what is shown of it, and how values print.
// Authority: google/pprof internal/report/report.go, internal/driver/driver.go (2026-07).

import type { Zone } from "../../analysis/profile/go-format.ts";
import { basePath, shortTime } from "../../analysis/profile/go-format.ts";
import { toInt64 } from "../../analysis/profile/go-numbers.ts";
import { label, labelsIn, percentage, scale } from "../../analysis/profile/measurement.ts";
import { NodeIndex, type NodeOptions } from "../../analysis/profile/nodes.ts";
import type { Profile } from "../../analysis/profile/profile.ts";
import type { Regexp } from "../../analysis/profile/regexp/regexp.ts";
import {
  cutoff,
  trimmedGraph,
  type ReportGraph,
  type TrimOptions,
} from "../../analysis/profile/report-graph.ts";
import type { ProfileSession } from "../../analysis/profile/session.ts";
import { collectTags } from "../../analysis/profile/tags.ts";
import { trimPath } from "../../analysis/profile/trim-path.ts";
import { stackWeights, type Measure } from "../../analysis/profile/weights.ts";
import { exactBytes, exactText } from "../../model/exact-text.ts";
import type { ReportFormat } from "./commands.ts";
import type { PprofConfig } from "./config.ts";
import type { OpenObject } from "./objects.ts";

/** Reads a source file: its text, or in the system's words why not. */
export type ReadSource = (path: string) => { readonly text: string } | { readonly error: string };

/** What a report needs from outside. */
export interface ReportHost {
  readonly zone: Zone;
  readonly readSource: ReadSource;
  /** Opens a binary for the reports that disassemble. */
  readonly openObject: OpenObject;
  /** Folder in which relative source files are looked for. */
  readonly workingFolder: string;
  /** Where several reports of one loaded profile are made: what they have in common. */
  readonly session?: ProfileSession | undefined;
}

export interface ReportParts {
  readonly profile: Profile;
  /** The same samples with their lines, where `profile` keeps none. */
  readonly lineProfile: Profile;
  readonly config: PprofConfig;
  readonly format: ReportFormat;
  readonly measure: Measure;
  readonly sampleType: string;
  readonly sampleUnit: string;
  readonly total: number;
  readonly title: string;
  readonly activeFilters: readonly string[];
  readonly labelUnits: ReadonlyMap<string, string>;
  readonly symbol: Regexp | undefined;
  readonly host: ReportHost;
}

/** Formats of pictures, in which order, tags and trimming are other than in lists. */
function isVisual(format: ReportFormat): boolean {
  return format === "dot";
}

const KEEPS_OBJECTS = new Set<ReportFormat>(["raw", "list", "weblist", "disasm", "callgrind"]);

export class Report {
  readonly profile: Profile;
  readonly lineProfile: Profile;
  readonly config: PprofConfig;
  readonly format: ReportFormat;
  readonly measure: Measure;
  readonly sampleType: string;
  readonly sampleUnit: string;
  readonly total: number;
  readonly title: string;
  readonly labelUnits: ReadonlyMap<string, string>;
  readonly symbol: Regexp | undefined;
  readonly host: ReportHost;
  readonly #activeFilters: readonly string[];
  readonly #ratio: number;
  /** How values print in the unit of last time. */
  #label: { readonly unit: string; readonly of: (value: number) => string } | undefined;
  /** As asked for until `chooseUnit`. */
  outputUnit: string;

  constructor(parts: ReportParts) {
    this.profile = parts.profile;
    this.lineProfile = parts.lineProfile;
    this.config = parts.config;
    this.format = parts.format;
    this.measure = parts.measure;
    this.sampleType = parts.sampleType;
    this.sampleUnit = parts.sampleUnit;
    this.total = parts.total;
    this.title = parts.title;
    this.labelUnits = parts.labelUnits;
    this.symbol = parts.symbol;
    this.host = parts.host;
    this.#activeFilters = parts.activeFilters;
    this.#ratio = 1 / parts.config.divide_by;
    this.outputUnit = parts.config.unit;
  }

  /** undefined: values are shown as they are. */
  get ratio(): number | undefined {
    return this.#ratio > 0 && this.#ratio !== 1 ? this.#ratio : undefined;
  }

  formatValue(value: number): string {
    const shown = this.ratio === undefined ? value : Math.trunc(value * this.ratio);
    if (this.#label?.unit !== this.outputUnit) {
      const { sampleUnit, outputUnit } = this;
      this.#label = { unit: outputUnit, of: labelsIn(sampleUnit, outputUnit) };
    }
    return this.#label.of(shown);
  }

  percent(value: number): string {
    return percentage(value, this.total);
  }

  /** Whole units, for formats that cannot hold fractions. */
  inOutputUnit(value: number): number {
    return Math.trunc(scale(value, this.sampleUnit, this.outputUnit).value) || 0;
  }

  /** A file's name as the report shows it. */
  readonly trimPath = (path: string): string =>
    trimPath(path, this.config.trim_path, this.config.source_path);

  nodeIndex(): NodeIndex {
    const { trim_path, source_path } = this.config;
    const objectNames = KEEPS_OBJECTS.has(this.format);
    const options: NodeOptions = { objectNames, trimPath: this.trimPath };
    const key = JSON.stringify([objectNames, trim_path, source_path]);
    return (
      this.host.session?.nodeIndex(this.profile, options, key) ??
      new NodeIndex(this.profile, options)
    );
  }

  graph(edges: TrimOptions["edges"]): ReportGraph {
    const { config, profile, measure } = this;
    const isWhole = this.format === "callgrind";
    const unit = this.outputUnit;
    const index = this.nodeIndex();
    return trimmedGraph(profile, index, stackWeights(profile, measure), {
      frames: this.host.session?.frames(profile, index),
      nodeCount: isWhole ? 0 : config.nodecount,
      nodeFraction: isWhole ? 0 : config.nodefraction,
      edgeFraction: isWhole ? 0 : config.edgefraction,
      cumSort: config.sort === "cum",
      dropNegative: config.drop_negative,
      callTree: config.call_tree && (this.format === "dot" || this.format === "callgrind"),
      visual: isVisual(this.format),
      edges,
      tags: isVisual(this.format)
        ? (graph) => collectTags(profile, measure, this.labelUnits.get("bytes") ?? "", unit, graph)
        : undefined,
    });
  }

  /** unit=minimum: the unit in which the smallest node still shows, within a factor of 100. */
  chooseUnit(graph: ReportGraph): void {
    if (this.outputUnit !== "minimum" || graph.nodes.length === 0) return;
    let least = 0;
    for (const node of graph.nodes) {
      const own = Math.abs(graph.flatValue(node)) || Math.abs(graph.cumValue(node));
      if (own > 0 && (least === 0 || own < least)) least = own;
    }
    let most = this.total;
    if (least === 0) least = most;
    if (this.ratio !== undefined) {
      least = Math.trunc(least * this.ratio);
      most = Math.trunc(most * this.ratio);
    }
    const leastUnit = scale(least, this.sampleUnit, "minimum").unit;
    const mostUnit = scale(most, this.sampleUnit, "minimum").unit;
    const isFar = leastUnit !== mostUnit && least * 100 < most && this.format !== "callgrind";
    const unit = isFar ? scale(100 * least, this.sampleUnit, "minimum").unit : leastUnit;
    this.outputUnit = unit === "" ? this.sampleUnit : unit;
  }

  profileLabels(): string[] {
    const { profile } = this;
    const out: string[] = [];
    if (profile.mappings.length > 0) {
      const file = profile.strings.get(profile.mappings.file[0]);
      const buildId = profile.strings.get(profile.mappings.buildId[0]);
      if (file !== "") out.push(`File: ${basePath(file)}`);
      if (buildId !== "") out.push(`Build ID: ${buildId}`);
    }
    for (const comment of profile.comments) if (!comment.startsWith("#")) out.push(comment);
    if (this.sampleType !== "") out.push(`Type: ${this.sampleType}`);
    if (profile.docUrl !== "") out.push(`Doc: ${profile.docUrl}`);
    if (profile.timeNanos !== 0n) {
      out.push(`Time: ${shortTime(profile.timeNanos, this.host.zone)}`);
    }
    if (profile.durationNanos !== 0) {
      const total = scale(this.total, this.sampleUnit, "nanoseconds");
      const ratio =
        total.unit === "ns" && total.value !== 0
          ? `(${percentage(toInt64(total.value), profile.durationNanos)})`
          : "";
      const duration = label(profile.durationNanos, "nanoseconds");
      out.push(`Duration: ${duration}, Total samples = ${this.formatValue(this.total)} ${ratio}`);
    }
    return out;
  }

  /** The head of a report; `isFull` also where compact labels are asked for. */
  labels(graph: ReportGraph, droppedEdges: number, isFull: boolean): string[] {
    const { config } = this;
    const isWhole = this.format === "callgrind";
    const out = isFull || !config.compact_labels ? this.profileLabels() : [];
    if (this.#activeFilters.length > 0) {
      out.push("Active filters:");
      for (const filter of this.#activeFilters) out.push(`   ${cutAt80(filter)}`);
    }
    const shown = graph.shownTotal();
    const share = percentage(shown, this.total).trim();
    out.push(
      `Showing nodes accounting for ${this.formatValue(shown)}, ${share} of ${this.formatValue(this.total)} total`,
    );
    if (this.total !== 0) {
      const dropped = (count: number, what: string, of: string, fraction: number): void => {
        if (count <= 0) return;
        const least = this.formatValue(cutoff(this.total, isWhole ? 0 : fraction));
        out.push(`Dropped ${count} ${what}${count > 1 ? "s" : ""} (${of} <= ${least})`);
      };
      dropped(graph.droppedNodes, "node", "cum", config.nodefraction);
      dropped(droppedEdges, "edge", "freq", config.edgefraction);
      const count = graph.nodes.length;
      if (count > 0 && count < graph.origCount) {
        out.push(`Showing top ${count} nodes out of ${graph.origCount}`);
      }
    }
    if (isFull) out.push("\nSee https://git.io/JfYMW for how to read the graph");
    return out;
  }
}

const CUT_BYTES = 80;

function cutAt80(text: string): string {
  const bytes = exactBytes(text);
  return bytes.length > CUT_BYTES ? `${exactText(bytes.subarray(0, CUT_BYTES))}…` : text;
}
