// Reports that the upstream tool wrote for real profiles, byte for byte: `expected.json` of each corpus
// lists arguments and files.

import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { profileOf, type Profile } from "../src/analysis/profile/profile.ts";
import { pprofFormat } from "../src/formats/pprof/format.ts";
import { corpus } from "./corpus.ts";
import { loaded, reportText } from "./pprof-reports.ts";

interface Expected {
  readonly reports: readonly {
    readonly input: string;
    readonly diff_base?: string;
    readonly args: readonly string[];
    readonly output: string;
  }[];
}

function read(file: string): Profile | undefined {
  const stored = readFileSync(file);
  const bytes = stored[0] === 0x1f && stored[1] === 0x8b ? gunzipSync(stored) : stored;
  if (pprofFormat.detect(bytes.subarray(0, 65_536), file) === undefined) return undefined;
  const reader = pprofFormat.open({ name: file, maxBytes: 1 << 28 });
  reader.push(bytes);
  const { table } = reader.end();
  return table.kind === "profile" ? profileOf(table) : undefined;
}

interface Case {
  readonly folder: string;
  readonly input: string;
  readonly base: string | undefined;
  readonly args: readonly string[];
  readonly output: string;
  readonly title: string;
}

const NAMES = ["parca", "pyroscope", "datadog-pprof-format", "datadog-go-profiler-notes"];

function casesOf(name: string): Case[] {
  const folder = corpus(`pprof/${name}`);
  if (folder === undefined) return [];
  const list: Expected = JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8"));
  return list.reports.map(({ input, diff_base: base, args, output }) => ({
    folder,
    input,
    base,
    args,
    output,
    title: `${args.join(" ")} of ${name}/${input}${base === undefined ? "" : ` against ${base}`}`,
  }));
}

const cases = NAMES.flatMap(casesOf);

it("reports of real profiles are here to compare with", (context) => {
  if (cases.length === 0) context.skip("the conformance data (pprof/parca and others) is not here");
  expect(cases.length).toBeGreaterThan(100);
});

it.for(cases)("$title", ({ folder, input, base, args, output }, context) => {
  const profile = read(path.join(folder, input));
  if (profile === undefined) {
    context.skip(`${input} is one of the formats before protobuf`);
    return;
  }
  const bases = base === undefined ? [] : [read(path.join(folder, base))].filter(isProfile);
  expect(bases).toHaveLength(base === undefined ? 0 : 1);
  const ready = loaded([profile], { bases, isDiffBase: true, naming: undefined });
  const wanted = readFileSync(path.join(folder, output), "utf8");
  expect(reportText(ready, ...args)).toBe(wanted);
});

function isProfile(profile: Profile | undefined): profile is Profile {
  return profile !== undefined;
}
