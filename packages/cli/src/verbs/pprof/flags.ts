// The command line of `go tool pprof`, read as Go's flag package reads it: one dash or two, a value
// after `=` or as the next argument, switches without one, and everything behind the first argument
// that is no flag is a profile. Authority: golang/go src/flag (Go 1.26), google/pprof internal/driver/cli.go.

import {
  ABSENT_COMMANDS,
  COMMANDS,
  PATTERN_COMMANDS,
} from "@heapwright/core/report/pprof/commands.ts";
import {
  CHOICES,
  ConfigError,
  configure,
  defaultConfig,
  FIELD_NAMES,
  kindOf,
  type PprofConfig,
} from "@heapwright/core/report/pprof/config.ts";
import { parseGoFloat, parseGoInt } from "@heapwright/core/analysis/profile/go-numbers.ts";
import type { ReportCommand } from "@heapwright/core/report/pprof/generate.ts";

/** A command line that cannot be; the message is the tool's. */
export class PprofUsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "PprofUsageError";
  }
}

export interface PprofArguments {
  readonly command: ReportCommand | undefined;
  readonly config: PprofConfig;
  /** Sources, with the binary still in front if there is one. */
  readonly sources: readonly string[];
  readonly base: string;
  readonly diffBase: string;
  readonly symbolize: string;
  readonly buildId: string;
  readonly timeoutSeconds: number;
  readonly seconds: number;
  readonly comment: string;
  /** Where a page was asked to be served. */
  readonly http: string;
  readonly allFrames: boolean;
  /** What is odd and no error. */
  readonly warnings: readonly string[];
}

type Kind = "bool" | "int" | "float" | "string";

/** Old names of values: flag, sample type. */
const VALUE_FLAGS: readonly (readonly [string, string])[] = [
  ["total_delay", "delay"],
  ["mean_delay", "delay"],
  ["contentions", "contentions"],
  ["inuse_space", "inuse_space"],
  ["inuse_objects", "inuse_objects"],
  ["alloc_space", "alloc_space"],
  ["alloc_objects", "alloc_objects"],
];

function flagKinds(): Map<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const name of FIELD_NAMES) {
    const choices = CHOICES[name];
    if (choices === undefined) kinds.set(name, kindOf(name));
    else for (const choice of choices) kinds.set(choice, "bool");
  }
  for (const name of [...Object.keys(COMMANDS), ...ABSENT_COMMANDS]) {
    kinds.set(name, PATTERN_COMMANDS.has(name) ? "string" : "bool");
  }
  for (const [name] of VALUE_FLAGS) kinds.set(name, "bool");
  for (const name of [
    "diff_base",
    "base",
    "symbolize",
    "buildid",
    "add_comment",
    "tools",
    "http",
  ]) {
    kinds.set(name, "string");
  }
  for (const name of ["tls_cert", "tls_key", "tls_ca"]) kinds.set(name, "string");
  for (const name of ["timeout", "seconds"]) kinds.set(name, "int");
  for (const name of ["no_browser", "all_frames"]) kinds.set(name, "bool");
  return kinds;
}

/** strconv.ParseBool. */
function parseBool(text: string): boolean | undefined {
  if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

/** A flag's value in one spelling. @throws PprofUsageError */
function valueOf(name: string, kind: Kind, text: string): string {
  let why = "parse error";
  if (kind === "string") return text;
  if (kind === "bool") {
    const value = parseBool(text);
    if (value !== undefined) return String(value);
  } else {
    const value = kind === "int" ? parseGoInt(text) : parseGoFloat(text);
    if (value === "range") why = "value out of range";
    else if (value !== undefined) return String(value);
  }
  const what = kind === "bool" ? "boolean value" : "value";
  const where = kind === "bool" ? `-${name}` : `flag -${name}`;
  throw new PprofUsageError(`invalid ${what} ${JSON.stringify(text)} for ${where}: ${why}`);
}

interface Parsed {
  readonly values: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** Undefined: help was asked for. */
function parseFlags(args: readonly string[]): Parsed | undefined {
  const kinds = flagKinds();
  const values = new Map<string, string>();
  let at = 0;
  while (at < args.length) {
    const arg = args[at] ?? "";
    if (arg.length < 2 || !arg.startsWith("-")) break;
    at += 1;
    if (arg === "--") break;
    const text = arg.startsWith("--") ? arg.slice(2) : arg.slice(1);
    if (text === "" || text.startsWith("-") || text.startsWith("=")) {
      throw new PprofUsageError(`bad flag syntax: ${arg}`);
    }
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const kind = kinds.get(name);
    if (kind === undefined) {
      if (name === "h" || name === "help") return undefined;
      throw new PprofUsageError(`flag provided but not defined: -${name}`);
    }
    let value = equals < 0 ? undefined : text.slice(equals + 1);
    if (value === undefined && kind === "bool") value = "true";
    if (value === undefined) {
      value = args[at];
      at += 1;
      if (value === undefined) throw new PprofUsageError(`flag needs an argument: -${name}`);
    }
    values.set(name, valueOf(name, kind, value));
  }
  return { values, rest: args.slice(at) };
}

function commandOf(values: ReadonlyMap<string, string>): ReportCommand | undefined {
  const found: ReportCommand[] = [];
  for (const name of [...Object.keys(COMMANDS), ...ABSENT_COMMANDS]) {
    const value = values.get(name);
    if (PATTERN_COMMANDS.has(name)) {
      if (value !== undefined && value !== "") found.push({ name, pattern: value });
    } else if (value === "true") found.push({ name, pattern: undefined });
  }
  if (found.length > 1) throw new PprofUsageError("must set at most one output format");
  return found[0];
}

function configOf(values: ReadonlyMap<string, string>, warnings: string[]): PprofConfig {
  let config = defaultConfig();
  for (const name of FIELD_NAMES) {
    const choices = CHOICES[name];
    if (choices === undefined) {
      const value = values.get(name);
      if (value !== undefined) config = configure(config, name, value);
      continue;
    }
    const set = choices.filter((choice) => values.get(choice) === "true");
    if (set.length > 1) {
      throw new PprofUsageError(`conflicting options set: [${set.join(" ")}]`);
    }
    if (set[0] !== undefined) config = configure(config, name, set[0]);
  }
  for (const [flag, type] of VALUE_FLAGS) {
    if (values.get(flag) !== "true") continue;
    if (config.sample_index === "") config = { ...config, sample_index: type };
    else warnings.push(`Multiple value selections, ignoring -${flag}`);
  }
  if (values.get("mean_delay") === "true") config = { ...config, mean: true };
  return config;
}

/** Undefined: help was asked for. @throws PprofUsageError */
export function parseArguments(args: readonly string[]): PprofArguments | undefined {
  const parsed = parseFlags(args);
  if (parsed === undefined) return undefined;
  const { values, rest } = parsed;
  if (rest.length === 0) throw new PprofUsageError("no profile source specified");
  const warnings: string[] = [];
  const text = (name: string): string => values.get(name) ?? "";
  const number = (name: string): number => Number(values.get(name) ?? "-1");
  let config: PprofConfig;
  try {
    config = configOf(values, warnings);
  } catch (error) {
    if (error instanceof ConfigError) throw new PprofUsageError(error.message);
    throw error;
  }
  const command = commandOf(values);
  if (text("http") !== "" && command !== undefined) {
    throw new PprofUsageError("-http is not compatible with an output format on the command line");
  }
  if (text("no_browser") === "true" && text("http") === "") {
    throw new PprofUsageError("-no_browser only makes sense with -http");
  }
  if (text("base") !== "" && text("diff_base") !== "") {
    throw new PprofUsageError("-base and -diff_base flags cannot both be specified");
  }
  if (config.normalize && text("base") === "" && text("diff_base") === "") {
    throw new PprofUsageError("must have base profile to normalize by");
  }
  return {
    command,
    config,
    sources: rest,
    base: text("base"),
    diffBase: text("diff_base"),
    symbolize: text("symbolize"),
    buildId: text("buildid"),
    timeoutSeconds: number("timeout"),
    seconds: number("seconds"),
    comment: text("add_comment"),
    http: text("http"),
    allFrames: text("all_frames") === "true",
    warnings,
  };
}
