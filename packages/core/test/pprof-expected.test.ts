// Reports that the upstream tool wrote for real profiles, byte for byte: `expected.json` of each corpus
// lists arguments and files.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
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

for (const name of ["parca", "pyroscope", "datadog-pprof-format", "datadog-go-profiler-notes"]) {
  const folder = corpus(`pprof/${name}`);
  describe(`reports of ${name}`, () => {
    if (folder === undefined) {
      it("are compared byte for byte", (context) => {
        context.skip(`the conformance data (pprof/${name}) is not here`);
      });
      return;
    }
    const list: Expected = JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8"));
    for (const { input, diff_base: base, args, output } of list.reports) {
      const against = base === undefined ? "" : ` against ${base}`;
      it(`${args.join(" ")} of ${input}${against}`, (context) => {
        const bases: Profile[] = [];
        if (base !== undefined) {
          bases.push(read(path.join(folder, base)) ?? neverProtobuf(base));
        }
        const inputFile = path.join(folder, input);
        if (!existsSync(inputFile)) context.skip(`${input} is not here`);
        const profile = read(inputFile);
        if (profile === undefined) {
          context.skip(`${input} is one of the formats before protobuf`);
          return;
        }
        const ready = loaded([profile], { bases, isDiffBase: true, tidiesNames: false });
        const wanted = readFileSync(path.join(folder, output), "utf8");
        expect(reportText(ready, ...args)).toBe(wanted);
      });
    }
  });
}

function neverProtobuf(file: string): never {
  throw new Error(`${file} is no profile in protobuf form`);
}
