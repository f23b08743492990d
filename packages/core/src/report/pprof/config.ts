// The options of `go tool pprof`, their defaults and how they are set, on the command line as in the
// shell. Authority: google/pprof internal/driver/config.go (2026-07).

import { shortest } from "../../analysis/profile/go-format.ts";
import { parseGoFloat } from "../../analysis/profile/go-numbers.ts";
import { GRANULARITIES } from "../../analysis/profile/aggregate.ts";

export interface PprofConfig {
  output: string;
  call_tree: boolean;
  relative_percentages: boolean;
  unit: string;
  compact_labels: boolean;
  source_path: string;
  trim_path: string;
  intel_syntax: boolean;
  mean: boolean;
  sample_index: string;
  divide_by: number;
  normalize: boolean;
  sort: string;
  tagroot: string;
  tagleaf: string;
  drop_negative: boolean;
  nodecount: number;
  nodefraction: number;
  edgefraction: number;
  trim: boolean;
  focus: string;
  ignore: string;
  prune_from: string;
  hide: string;
  show: string;
  show_from: string;
  tagfocus: string;
  tagignore: string;
  tagshow: string;
  taghide: string;
  noinlines: boolean;
  showcolumns: boolean;
  granularity: string;
}

export function defaultConfig(): PprofConfig {
  return {
    output: "",
    call_tree: false,
    relative_percentages: false,
    unit: "minimum",
    compact_labels: false,
    source_path: "",
    trim_path: "",
    intel_syntax: false,
    mean: false,
    sample_index: "",
    divide_by: 1,
    normalize: false,
    sort: "flat",
    tagroot: "",
    tagleaf: "",
    drop_negative: false,
    // −1: what suits the report.
    nodecount: -1,
    nodefraction: 0.005,
    edgefraction: 0.001,
    trim: true,
    focus: "",
    ignore: "",
    prune_from: "",
    hide: "",
    show: "",
    show_from: "",
    tagfocus: "",
    tagignore: "",
    tagshow: "",
    taghide: "",
    noinlines: false,
    showcolumns: false,
    granularity: "",
  };
}

export type FieldName = keyof PprofConfig;

const DEFAULTS = defaultConfig();

export const FIELD_NAMES: readonly FieldName[] = Object.keys(DEFAULTS).filter(isField);

export function isField(name: string): name is FieldName {
  return Object.hasOwn(DEFAULTS, name);
}

/** Fields that are set by naming one of their values. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  sort: ["cum", "flat"],
  granularity: GRANULARITIES,
};

/** The field that has `name` as one of its values. */
export function fieldOfChoice(name: string): "sort" | "granularity" | undefined {
  if (CHOICES["sort"]?.includes(name) === true) return "sort";
  return CHOICES["granularity"]?.includes(name) === true ? "granularity" : undefined;
}

export function isConfigurable(name: string): boolean {
  return isField(name) || fieldOfChoice(name) !== undefined;
}

export type FieldKind = "bool" | "int" | "float" | "string";

export function kindOf(name: FieldName): FieldKind {
  const value = DEFAULTS[name];
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  return name === "nodecount" ? "int" : "float";
}

/** Settable by its name alone. */
export function isSwitch(name: string): boolean {
  return isField(name) ? kindOf(name) === "bool" : fieldOfChoice(name) !== undefined;
}

export function valueText(config: PprofConfig, name: FieldName): string {
  const value = config[name];
  return typeof value === "number" ? shortest(value) : String(value);
}

/** A value that cannot be; the message is the tool's. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ConfigError";
  }
}

const TRUE = new Set(["true", "t", "yes", "y", "1", ""]);
const FALSE = new Set(["false", "f", "no", "n", "0"]);

function boolOf(text: string): boolean {
  const lower = text.toLowerCase();
  if (TRUE.has(lower)) return true;
  if (FALSE.has(lower)) return false;
  throw new ConfigError(`illegal value "${text}" for bool variable`);
}

export function intOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ConfigError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (Math.abs(value) < 2 ** 63) return value;
  throw new ConfigError(`strconv.Atoi: parsing ${JSON.stringify(text)}: ${whyNot("range")}`);
}

function whyNot(found: "range" | undefined): string {
  return found === "range" ? "value out of range" : "invalid syntax";
}

export function floatOf(text: string): number {
  const value = parseGoFloat(text);
  if (typeof value === "number") return value;
  throw new ConfigError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${whyNot(value)}`);
}

/** A copy with one field set; `name` may be a value of a field with choices. */
export function configure(config: PprofConfig, name: string, text: string): PprofConfig {
  if (!isField(name)) {
    const field = fieldOfChoice(name);
    const isTrue = /^(?:1|t|T|TRUE|true|True)$/.test(text);
    if (field === undefined || !isTrue) throw new ConfigError(`unknown config field "${name}"`);
    return { ...config, [field]: name };
  }
  const choices = CHOICES[name];
  if (choices !== undefined && !choices.includes(text)) {
    throw new ConfigError(`invalid "${name}" value "${text}"`);
  }
  switch (kindOf(name)) {
    case "bool":
      return { ...config, [name]: boolOf(text) };
    case "int":
      return { ...config, [name]: intOf(text) };
    case "float":
      return { ...config, [name]: floatOf(text) };
    case "string":
      return { ...config, [name]: text };
  }
}
