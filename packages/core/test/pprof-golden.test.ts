// Whole reports of google/pprof's own golden suite, byte for byte: each profile is encoded and read
// again, renamed and pruned as upstream's test does it, and reported with the case's options.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { UTC_ZONE } from "../src/analysis/profile/go-format.ts";
import { loadProfile } from "../src/analysis/profile/load.ts";
import { profileOf, type Profile } from "../src/analysis/profile/profile.ts";
import { tableOf } from "../src/analysis/profile/table-of.ts";
import { encodeProfile } from "../src/formats/pprof/encode.ts";
import { pprofFormat } from "../src/formats/pprof/format.ts";
import { COMMANDS } from "../src/report/pprof/commands.ts";
import {
  configure,
  defaultConfig,
  isConfigurable,
  type PprofConfig,
} from "../src/report/pprof/config.ts";
import { prepareReport, writeReport, type ReportCommand } from "../src/report/pprof/generate.ts";
import { writeInstructions } from "../src/report/pprof/instructions.ts";
import type { ObjectFile, ObjectFrame } from "../src/report/pprof/objects.ts";
import type { ReportHost } from "../src/report/pprof/report.ts";
import { corpus } from "./corpus.ts";
import { tableOfJson, type JsonProfile } from "./pprof-json.ts";

const FOLDER = corpus("pprof/google-pprof-driver");

interface Case {
  readonly flags: string;
  readonly source: string;
  readonly golden: string;
  readonly format: string;
}

interface Inputs {
  readonly aliases: Readonly<Record<string, string>>;
  readonly base_flags: Readonly<Record<string, string | number | boolean>>;
  readonly demangle: Readonly<Record<string, string>>;
  readonly profiles: Readonly<Record<string, JsonProfile>>;
  readonly object_tool: JsonObjectTool;
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(path.join(FOLDER ?? "", name), "utf8"));
}

/** What the suite's own stand-in for a disassembler answers. */
interface JsonObjectTool {
  readonly disassembly: readonly {
    readonly address: number;
    readonly text: string;
    readonly function: string;
    readonly file: string;
    readonly line: number;
  }[];
  readonly symbols: Readonly<
    Record<string, string | readonly { name: string; start: number; end: number }[]>
  >;
  readonly source_lines: Readonly<Record<string, readonly ObjectFrame[]>>;
}

function hostOf(tool: JsonObjectTool, pattern: string | undefined): ReportHost {
  const symbols = tool.symbols[pattern ?? ""] ?? [];
  const object: ObjectFile = {
    addressOf: (address) => address,
    symbols: () =>
      typeof symbols === "string"
        ? []
        : symbols.map(({ name, start, end }) => ({
            names: [name],
            start: BigInt(start),
            end: BigInt(end),
          })),
    frames: (address) => tool.source_lines[String(address)] ?? [],
    instructions: (start, end) =>
      tool.disassembly
        .map((instruction) => ({ ...instruction, address: BigInt(instruction.address) }))
        .filter(({ address }) => start <= address && address <= end),
  };
  return {
    zone: UTC_ZONE,
    openObject: () => ({ object }),
    readSource: (name) => {
      try {
        return { text: readFileSync(name, "utf8") };
      } catch {
        return { error: `open ${name}: no such file or directory` };
      }
    },
    workingFolder: FOLDER ?? "/",
  };
}

/** Style and script of the page are this program's own; all else is compared. */
function withoutStyle(page: string): string {
  return page
    .replace(/<style[^>]*>.*?<\/style>/s, "<style></style>")
    .replace(/<script[^>]*>.*?<\/script>/s, "<script></script>");
}

/** Encoded and decoded again, so that ids and fields have gone through the format. */
function reread(profile: Profile): Profile {
  const reader = pprofFormat.open({ name: "golden", maxBytes: 1 << 24 });
  reader.push(encodeProfile(tableOf(profile)));
  const { table } = reader.end();
  if (table.kind !== "profile") throw new Error("no profile");
  return profileOf(table);
}

function renamed(profile: Profile, names: Readonly<Record<string, string>>): Profile {
  const { functions, strings } = profile;
  const name = functions.name.map((at, i) => {
    const system = functions.systemName[i];
    if (at !== 0 && at !== system) return at;
    const text = strings.get(system);
    return strings.intern(names[text] ?? text);
  });
  return { ...profile, functions: { ...functions, name } };
}

interface Asked {
  readonly config: PprofConfig;
  readonly command: ReportCommand;
  readonly comment: string | undefined;
  readonly allFrames: boolean;
}

function parseFlags(flags: string, base: Inputs["base_flags"]): Asked {
  let config = defaultConfig();
  for (const [name, value] of Object.entries(base)) config = configure(config, name, String(value));
  let command: ReportCommand | undefined;
  let comment: string | undefined;
  let allFrames = false;
  for (const flag of flags.split(",")) {
    const at = flag.indexOf("=");
    const name = at < 0 ? flag : flag.slice(0, at);
    const value = at < 0 ? undefined : flag.slice(at + 1);
    if (name in COMMANDS && command === undefined) command = { name, pattern: value };
    else if (name === "add_comment") comment = value;
    else if (name === "all_frames") allFrames = true;
    else if (isConfigurable(name)) config = configure(config, name, value ?? "true");
    else config = configure(config, "sample_index", name);
  }
  if (command === undefined) throw new Error(`no command in ${flags}`);
  return { config, command, comment, allFrames };
}

function load(
  profile: Profile,
  extra: { comment?: string | undefined; allFrames: boolean },
): Profile {
  return loadProfile({
    sources: [profile],
    bases: [],
    isDiffBase: false,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: extra.comment,
    naming: undefined,
    allFrames: extra.allFrames,
  });
}

function run(test: Case, inputs: Inputs): string {
  const json = inputs.profiles[inputs.aliases[test.source] ?? test.source];
  const asked = parseFlags(test.flags, inputs.base_flags);
  let profile = reread(profileOf(tableOfJson(json)));
  let { command } = asked;
  if (command.name === "topproto") {
    // Pass 1 writes the top as a profile at the granularity of addresses, pass 2 lists that.
    const host = hostOf(inputs.object_tool, undefined);
    const first = { ...asked.config, granularity: "addresses" };
    const written = writeReport(
      prepareReport(load(profile, { allFrames: asked.allFrames }), command, first, host, () => {}),
      () => {},
    );
    if (written.kind !== "profile") throw new Error("no profile was written");
    profile = reread(written.profile);
    command = { name: "text", pattern: undefined };
  }
  profile = load(renamed(profile, inputs.demangle), asked);
  const chunks: Uint8Array[] = [];
  const host = hostOf(inputs.object_tool, command.pattern);
  const report = prepareReport(profile, command, asked.config, host, () => {});
  writeReport(report, (chunk) => chunks.push(chunk.slice()), writeInstructions);
  return Buffer.concat(chunks).toString("utf8");
}

const isHere = FOLDER !== undefined && existsSync(path.join(FOLDER, "cases.json"));
const { cases } = isHere ? readJson<{ cases: readonly Case[] }>("cases.json") : { cases: [] };

describe("google/pprof's golden reports", () => {
  it("are here to compare with", (context) => {
    if (!isHere) context.skip("the conformance data (pprof/google-pprof-driver) is not here");
    expect(cases.length).toBeGreaterThan(20);
  });

  it.for(cases)("$flags of $source", (test) => {
    const inputs = readJson<Inputs>("inputs.json");
    const golden = readFileSync(path.join(FOLDER ?? "", "golden", test.golden), "utf8");
    expect(withoutStyle(run(test, inputs))).toBe(withoutStyle(golden));
  });
});
