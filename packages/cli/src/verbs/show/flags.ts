// What the command line asks for, as the engine's options.

import {
  ConfigError,
  configure,
  defaultConfig,
  isField,
  type PprofConfig,
} from "@heapwright/core/report/pprof/config.ts";
import { UsageError } from "../../usage-error.ts";
import type { SharedFlags } from "../../flags.ts";

export interface ShowFlags extends SharedFlags {
  readonly top?: string;
  readonly cum?: boolean;
  readonly tree?: boolean;
  readonly peek?: string;
  readonly list?: string;
  readonly traces?: boolean;
  readonly tags?: boolean;
  readonly raw?: boolean;
  readonly comments?: boolean;
  readonly json?: boolean;
  readonly md?: boolean;
  readonly svg?: boolean;
  readonly dot?: boolean;
  readonly callgrind?: boolean;
  readonly folded?: boolean;
  readonly speedscope?: boolean;
  readonly otlp?: boolean;
  readonly proto?: boolean;
  readonly topproto?: boolean;
  readonly output?: string;
  readonly html?: string;
  readonly flame?: string;
  readonly source?: readonly string[] | false;
  readonly wide?: boolean;
  readonly trim?: boolean;
  readonly nodecount?: string;
  readonly nodefraction?: string;
  readonly unit?: string;
  readonly edgefraction?: string;
}

/** Flags of lists and outputs, of which one can be asked for. */
const OUTPUTS = [
  "tree",
  "peek",
  "list",
  "traces",
  "tags",
  "raw",
  "comments",
  "svg",
  "dot",
  "callgrind",
  "folded",
  "speedscope",
  "otlp",
  "proto",
  "topproto",
] as const;

export type ShowOutput = "top" | (typeof OUTPUTS)[number];

/** What intervals are shown of, and what can be JSON and Markdown. */
const LISTS: ReadonlySet<string> = new Set<ShowOutput>(["top", "tree", "peek"]);

export function isList(output: ShowOutput): output is "top" | "tree" | "peek" {
  return LISTS.has(output);
}

export function outputOf(flags: ShowFlags): ShowOutput {
  const asked = OUTPUTS.filter((name) => flags[name] !== undefined && flags[name] !== false);
  if (asked.length > 1) {
    const names = asked.map((name) => `--${name}`);
    throw new UsageError(
      `${names.join(" and ")} are different outputs: ask for one at a time`,
      `${names.join(" 与 ")} 是不同的输出：一次只能要一个`,
    );
  }
  const output = asked[0] ?? "top";
  if (flags.json === true && flags.md === true) {
    throw new UsageError("--json or --md, not both", "--json 与 --md 只能选一个");
  }
  if ((flags.json === true || flags.md === true) && !isList(output)) {
    const form = flags.json === true ? "--json" : "--md";
    throw new UsageError(
      `${form} is a form of the list, of --tree and of --peek, not of --${output}`,
      `${form} 是列表、--tree 与 --peek 的形式，不适用于 --${output}`,
    );
  }
  return output;
}

function wholeNumber(text: string, flag: string): string {
  if (/^\d{1,9}$/.test(text)) return text;
  throw new UsageError(
    `${flag} takes a whole number, not ${JSON.stringify(text)}`,
    `${flag} 需要整数，而不是 ${JSON.stringify(text)}`,
  );
}

/** Units as they are printed here, in the engine's words. */
function unitOf(text: string): string {
  const binary = /^([kmgtp])ib$/i.exec(text);
  if (binary !== null) return `${binary[1] ?? ""}b`;
  return text === "µs" ? "us" : text === "h" ? "hrs" : text;
}

/** Above all, or below nothing, every list would be empty or whole. */
function assertShare(text: string | undefined, flag: string): void {
  if (text === undefined) return;
  const share = Number(text);
  if (share >= 0 && share <= 1) return;
  throw new UsageError(
    `${flag} is a share from 0 to 1, such as 0.01, not ${JSON.stringify(text)}`,
    `${flag} 是 0 到 1 的份额，例如 0.01，而不是 ${JSON.stringify(text)}`,
  );
}

/** Flags that are fields of the engine's options, by their names there. */
function fieldOf(flag: string): string {
  return flag.replaceAll(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

export function configOf(flags: ShowFlags, output: ShowOutput): PprofConfig {
  let config = defaultConfig();
  for (const [name, value] of Object.entries(flags)) {
    const field = fieldOf(name);
    if (!isField(field) || field === "output") continue;
    try {
      config = configure(config, field, name === "unit" ? unitOf(String(value)) : String(value));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const flag = `--${field.replaceAll("_", "-")}`;
      throw new UsageError(
        `${flag} does not take ${JSON.stringify(String(value))}`,
        `${flag} 不接受 ${JSON.stringify(String(value))}`,
      );
    }
  }
  if (flags.cum === true) config = { ...config, sort: "cum" };
  // Divided by less than 0 an interval would stand on its head, and growth would be shrinking.
  if (!(config.divide_by > 0)) {
    throw new UsageError(
      `--divide-by takes a number above 0, not ${JSON.stringify(String(config.divide_by))}`,
      `--divide-by 需要大于 0 的数，而不是 ${JSON.stringify(String(config.divide_by))}`,
    );
  }
  assertShare(flags.nodefraction, "--nodefraction");
  assertShare(flags.edgefraction, "--edgefraction");
  if (flags.nodecount !== undefined) wholeNumber(flags.nodecount, "--nodecount");
  if (!isList(output) || flags.nodecount !== undefined) return config;
  const asked = flags.top === undefined ? undefined : Number(wholeNumber(flags.top, "--top"));
  if (asked !== undefined) return { ...config, nodecount: asked, ...(asked === 0 ? WHOLE : {}) };
  // A table of data is whole unless a part was asked for.
  if (flags.json === true) return { ...config, nodecount: 0, ...WHOLE };
  return output === "top" ? { ...config, nodecount: ROWS } : config;
}

const ROWS = 20;
const WHOLE = { nodefraction: 0, edgefraction: 0 } as const;
