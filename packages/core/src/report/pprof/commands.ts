// The reports that can be asked for, by the names that `go tool pprof` gives them, and what each does
// to the options. Authority: google/pprof internal/driver/{commands,driver}.go (2026-07).

import type { PprofConfig } from "./config.ts";

export type ReportFormat =
  | "callgrind"
  | "comments"
  | "disasm"
  | "dot"
  | "list"
  | "proto"
  | "raw"
  | "tags"
  | "text"
  | "topproto"
  | "traces"
  | "tree"
  | "weblist";

export interface PprofCommand {
  readonly format: ReportFormat;
  /** Takes a pattern for functions. */
  readonly hasPattern: boolean;
  /** Turned into this by Graphviz's `dot`. */
  readonly image?: string;
  readonly help: string;
}

function command(format: ReportFormat, help: string, hasPattern = false): PprofCommand {
  return { format, hasPattern, help };
}

function image(type: string): PprofCommand {
  return {
    format: "dot",
    hasPattern: false,
    image: type,
    help: `the call graph as ${type.toUpperCase()}; needs Graphviz's dot`,
  };
}

export const COMMANDS: Readonly<Record<string, PprofCommand>> = {
  callgrind: command("callgrind", "the call graph for KCachegrind"),
  comments: command("comments", "the comments in the profile"),
  disasm: command("disasm", "instructions of matching functions with values; needs objdump", true),
  dot: command("dot", "the call graph in the DOT language"),
  gif: image("gif"),
  list: command("list", "source of matching functions with values at the lines", true),
  pdf: image("pdf"),
  peek: command("tree", "callers and callees of matching functions", true),
  png: image("png"),
  proto: command("proto", "the profile itself, filtered and merged, as .pb.gz"),
  ps: image("ps"),
  raw: command("raw", "all that the profile holds, as text"),
  svg: image("svg"),
  tags: command("tags", "labels of the samples with their values"),
  text: command("text", "functions with the largest values"),
  top: command("text", "functions with the largest values"),
  topproto: command("topproto", "the functions that top shows, as .pb.gz"),
  traces: command("traces", "every sample with its stack"),
  tree: command("tree", "functions with callers and callees"),
  weblist: command("weblist", "as list, as a page; instructions too where objdump is here", true),
};

/** Commands of `go tool pprof` that are not here, and why: each needs something of its own. */
export const ABSENT_COMMANDS: Readonly<Record<string, string>> = {
  eog: "it opens a viewer; use svg",
  evince: "it opens a viewer; use pdf",
  gv: "it opens a viewer; use ps",
  kcachegrind: "it opens a viewer; use callgrind",
  web: "it opens a browser; use svg",
};

/** Names of commands that take a pattern, those that are not here included. */
export const PATTERN_COMMANDS: ReadonlySet<string> = new Set(["disasm", "list", "peek", "weblist"]);

/** What a command changes in the options, whatever was set. */
export function withOverrides(
  name: string,
  format: ReportFormat,
  config: PprofConfig,
): PprofConfig {
  const out = { ...config };
  let trims = config.trim;
  if (name === "peek") trims = false;
  else if (name === "disasm") {
    trims = false;
    out.granularity = "addresses";
    // One place for each address: inlined lines would count an instruction several times.
    out.noinlines = true;
  } else if (name === "weblist") {
    trims = false;
    out.granularity = "addresses";
    out.noinlines = false;
  } else if (name === "list") {
    trims = false;
    out.granularity = "lines";
  } else if (config.nodecount === -1) {
    out.nodecount = name === "text" || name === "top" || name === "topproto" ? 0 : 80;
  }
  if (format === "proto" || format === "raw" || format === "callgrind") {
    trims = false;
    out.granularity = "addresses";
  }
  if (!trims) {
    out.nodecount = 0;
    out.nodefraction = 0;
    out.edgefraction = 0;
  }
  return out;
}
