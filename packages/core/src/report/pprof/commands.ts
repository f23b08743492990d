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
}

function command(format: ReportFormat, hasPattern = false): PprofCommand {
  return { format, hasPattern };
}

function image(type: string): PprofCommand {
  return { format: "dot", hasPattern: false, image: type };
}

export const COMMANDS: Readonly<Record<string, PprofCommand>> = {
  callgrind: command("callgrind"),
  comments: command("comments"),
  disasm: command("disasm", true),
  dot: command("dot"),
  gif: image("gif"),
  list: command("list", true),
  pdf: image("pdf"),
  peek: command("tree", true),
  png: image("png"),
  proto: command("proto"),
  ps: image("ps"),
  raw: command("raw"),
  svg: image("svg"),
  tags: command("tags"),
  text: command("text"),
  top: command("text"),
  topproto: command("topproto"),
  traces: command("traces"),
  tree: command("tree"),
  weblist: command("weblist", true),
};

/** Commands of `go tool pprof` that are not here: each starts a viewer. help.ts says what to use. */
export const ABSENT_COMMANDS: ReadonlySet<string> = new Set([
  "eog",
  "evince",
  "gv",
  "kcachegrind",
  "web",
]);

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
