// Help of `heapwright pprof` and its shell: this program's own words for the tool's options.

import { COMMANDS, type PprofCommand } from "./commands.ts";
import { CHOICES, fieldOfChoice, isField, type FieldName } from "./config.ts";

const FIELD_HELP: Readonly<Record<FieldName, string>> = {
  output: "file to write the report to",
  call_tree: "pictures and callgrind: one node for each path instead of each function",
  relative_percentages: "percentages of what the filters left, not of the whole profile",
  unit: "unit of values: bytes, kb, mb, ms, … ; minimum: one for the report; auto: each its own",
  compact_labels: "leave the description of the profile out of the report",
  source_path: "folders in which source files are looked for, separated by colons",
  trim_path: "fronts of source paths to leave out, separated by colons",
  intel_syntax: "accepted and without effect: nothing is disassembled here",
  mean: "averages: values divided by the first value of the sample (objects, contentions)",
  sample_index: "which value to show: its name, or its number from 0",
  divide_by: "divide all values by this",
  normalize: "scale the profile to the total of the base first",
  sort: "order of lists",
  tagroot: "labels (comma separated keys) as frames above the root",
  tagleaf: "labels (comma separated keys) as frames below the leaf",
  drop_negative: "leave nodes with a negative value out of differences",
  nodecount: "at most this many nodes; 0: all",
  nodefraction: "leave out nodes whose cum is below this part of the total",
  edgefraction: "leave out edges below this part of the total",
  trim: "trim=false: nothing is left out",
  focus: "only samples with a frame that matches (function, file or binary)",
  ignore: "no samples with a frame that matches",
  prune_from: "drop the frames below the one that matches",
  hide: "take matching frames out of the stacks",
  show: "take frames that do not match out of the stacks",
  show_from: "drop the frames above the topmost one that matches",
  tagfocus: "only samples with a label that matches: pattern, key=pattern, or a range 1kb:2mb",
  tagignore: "no samples with a label that matches",
  tagshow: "only labels whose key matches",
  taghide: "no labels whose key matches",
  noinlines: "give what inlined functions have to the function they are inlined into",
  showcolumns: "columns beside line numbers",
  granularity: "what counts as one node",
};

function table(rows: readonly (readonly [string, string])[]): string {
  return rows.map(([name, text]) => `  ${name.padEnd(22)} ${text}`).join("\n");
}

function commandRows(dash: string): [string, string][] {
  return Object.entries(COMMANDS).map(([name, { help, hasPattern }]) => [
    `${dash}${name}${hasPattern ? (dash === "" ? " PATTERN" : "=PATTERN") : ""}`,
    help,
  ]);
}

function fieldRows(dash: string): [string, string][] {
  const out: [string, string][] = [];
  for (const [name, text] of Object.entries(FIELD_HELP)) {
    if (CHOICES[name] === undefined) out.push([`${dash}${name}`, text]);
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    out.push([choices.map((choice) => dash + choice).join(" "), `${name}: one of them`]);
  }
  return out;
}

export function usageText(): string {
  return `heapwright pprof: the arguments and the reports of \`go tool pprof\`

  heapwright pprof -top [options] [binary] heap.pb.gz…     one report; several profiles are added up
  heapwright pprof [options] [binary] heap.pb.gz…          a shell: top, list, peek, tree, help
  heapwright pprof -top -diff_base=before.pb.gz after.pb.gz

Reports (at most one):
${table(commandRows("-"))}

Options:
${table(fieldRows("-"))}

Profiles:
${table([
  ["-diff_base=FILE", "subtract this profile; percentages are of it"],
  ["-base=FILE", "subtract this profile; percentages are of what is left"],
  ["-seconds=N", "ask a URL for a profile of this length"],
  ["-timeout=N", "seconds to wait for a URL"],
  ["-buildid=ID", "build id where the profile has none"],
  ["-add_comment=TEXT", "add a comment to the profile"],
  ["-symbolize=none", "leave names as they are; nothing else is done with binaries here"],
  ["-all_frames", "keep the frames that the profile itself would drop"],
  ["-inuse_space, -alloc_objects, …", "as -sample_index"],
])}
`;
}

export function shellHelp(): string {
  return `Commands:
${table([
  ...commandRows(""),
  ["o, options", "the options and their values"],
  ["NAME=VALUE", "set an option"],
  [":", "clear focus, ignore, hide, tagfocus, tagignore"],
  ["q, quit, exit", "leave"],
])}

Options:
${table(fieldRows(""))}

After a command: a number of nodes, patterns to focus on, -PATTERN to ignore, -cum, >FILE.
`;
}

export function commandHelp(name: string, { help, hasPattern }: PprofCommand): string {
  const pattern = hasPattern ? " PATTERN" : "";
  return `${name}${pattern} [N] [FOCUS…] [-IGNORE…] [-cum] [>FILE]\n  ${help}\n`;
}

export function fieldHelp(name: string): string | undefined {
  if (isField(name)) return `${name}=VALUE\n  ${FIELD_HELP[name]}\n`;
  const field = fieldOfChoice(name);
  return field === undefined ? undefined : `${name}\n  ${FIELD_HELP[field]}: ${name}\n`;
}
