// Runs the reports of `go tool pprof` on profiles in tests: options as on the command line, text out.

import { UTC_ZONE } from "../src/analysis/profile/go-format.ts";
import { loadProfile, type LoadOptions } from "../src/analysis/profile/load.ts";
import type { Profile } from "../src/analysis/profile/profile.ts";
import { SIMPLE_NAMES } from "../src/analysis/profile/tidy-names.ts";
import { COMMANDS } from "../src/report/pprof/commands.ts";
import { configure, defaultConfig } from "../src/report/pprof/config.ts";
import { prepareReport, writeReport, type Generated } from "../src/report/pprof/generate.ts";
import { writeInstructions } from "../src/report/pprof/instructions.ts";
import type { ReportHost } from "../src/report/pprof/report.ts";

export const TEST_HOST: ReportHost = {
  zone: UTC_ZONE,
  readSource: (name) => ({ error: `open ${name}: no such file or directory` }),
  openObject: ({ file }) => ({ error: `open ${file}: no such file or directory` }),
  workingFolder: "/",
};

export interface ReportRun {
  readonly text: string;
  readonly warnings: readonly string[];
  readonly generated: Generated;
}

/** `args`: "-top", "-cum", "-focus=main", as on the command line. */
export function runReport(
  profile: Profile,
  args: readonly string[],
  host: ReportHost = TEST_HOST,
): ReportRun {
  let config = defaultConfig();
  let name = "";
  let pattern: string | undefined;
  for (const arg of args) {
    const match = /^-([a-z_]+)(?:=(.*))?$/s.exec(arg);
    if (match?.[1] === undefined) throw new Error(`no option: ${arg}`);
    if (match[1] in COMMANDS) {
      name = match[1];
      pattern = match[2];
    } else config = configure(config, match[1], match[2] ?? "true");
  }
  const warnings: string[] = [];
  const chunks: Uint8Array[] = [];
  const report = prepareReport(profile, { name, pattern }, config, host, (message) =>
    warnings.push(message),
  );
  const generated = writeReport(report, (chunk) => chunks.push(chunk.slice()), writeInstructions);
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { text: new TextDecoder().decode(bytes), warnings, generated };
}

export function reportText(profile: Profile, ...args: readonly string[]): string {
  return runReport(profile, args).text;
}

/** As the command loads profiles, with what is given changed. */
export function loaded(sources: readonly Profile[], options: Partial<LoadOptions> = {}): Profile {
  return loadProfile({
    sources,
    bases: [],
    isDiffBase: false,
    normalize: false,
    executable: undefined,
    buildId: undefined,
    comment: undefined,
    naming: SIMPLE_NAMES,
    allFrames: false,
    ...options,
  });
}
