// Reports beside those of the installed `go tool pprof`, byte for byte: many combinations of options on
// recorded profiles and on made ones. A run takes every case on one profile in turn;
// HEAPWRIGHT_ORACLE=all takes every case on every profile (minutes).

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ProfileError, profileOf, type Profile } from "../src/analysis/profile/profile.ts";
import { encodeProfile } from "../src/formats/pprof/encode.ts";
import { pprofFormat } from "../src/formats/pprof/format.ts";
import { ConfigError } from "../src/report/pprof/config.ts";
import { goTool } from "./go-tool.ts";
import { tableOfJson } from "./pprof-json.ts";
import { MADE_BARE, MADE_CPU, MADE_DELTA, MADE_GONE, MADE_HEAP } from "./pprof-made.ts";
import { CASES } from "./pprof-oracle-cases.ts";
import { loaded, runReport } from "./pprof-reports.ts";
import { fixture } from "./profile-testkit.ts";

const TAKES_ALL = process.env["HEAPWRIGHT_ORACLE"] === "all";

const TOOL = goTool("pprof");
const folder = mkdtempSync(path.join(tmpdir(), "heapwright-oracle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(bytes: Uint8Array): Profile {
  const reader = pprofFormat.open({ name: "oracle", maxBytes: 1 << 26 });
  reader.push(bytes);
  const { table } = reader.end();
  if (table.kind !== "profile") throw new Error("no profile");
  return profileOf(table);
}

interface Input {
  readonly name: string;
  readonly file: string;
  readonly profile: Profile;
  /** What is asked of the tool besides the case: names are simplified unless that is switched off. */
  readonly more: readonly string[];
}

function input(name: string, bytes: Uint8Array): Input {
  const file = path.join(folder, `${name}.pb`);
  writeFileSync(file, bytes);
  const keepsNames = name === "made-heap";
  return {
    name,
    file,
    profile: loaded([read(bytes)], keepsNames ? { naming: undefined } : {}),
    more: keepsNames ? ["-symbolize=none"] : [],
  };
}

const INPUTS: readonly Input[] = [
  ...["heap", "goroutine", "mutex", "cpu", "allocs-delta"].map((name) =>
    input(name, fixture(`pprof/go1.26.${name}.pb.gz`)),
  ),
  ...Object.entries({
    "made-heap": MADE_HEAP,
    "made-cpu": MADE_CPU,
    "made-delta": MADE_DELTA,
    "made-gone": MADE_GONE,
    "made-bare": MADE_BARE,
  }).map(([name, json]) => input(name, encodeProfile(tableOfJson(json)))),
];

interface Said {
  readonly text: string;
  /** Lines of standard error. */
  readonly messages: readonly string[];
}

function goSays(args: readonly string[], file: string): Said {
  const run = spawnSync(TOOL ?? "", [...args, file], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    cwd: folder,
    env: { PATH: process.env["PATH"], HOME: folder, TZ: "UTC", PPROF_BINARY_PATH: folder },
  });
  const messages = run.stderr
    .split("\n")
    // Told of a missing file of the program before any report.
    .filter(
      (line) =>
        line !== "" &&
        !/^(?:Main binary filename|Local symbolization|Try setting PPROF_BINARY_PATH|Some binary filenames not available)/.test(
          line,
        ),
    );
  return { text: run.stdout, messages };
}

function ownSays(args: readonly string[], profile: Profile): Said {
  try {
    const run = runReport(profile, args, {
      zone: () => ({ name: "UTC", offsetSeconds: 0 }),
      workingFolder: folder,
      openObject: ({ file }) => ({ error: `open ${file}: no such file or directory` }),
      readSource: (name) => {
        try {
          return { text: readFileSync(name, "utf8") };
        } catch {
          return { error: `open ${name}: no such file or directory` };
        }
      },
    });
    return { text: run.text, messages: run.warnings };
  } catch (error) {
    if (!(error instanceof ProfileError) && !(error instanceof ConfigError)) throw error;
    return { text: "", messages: [error.message] };
  }
}

/**
 * Nodes that print alike and weigh the same come from the tool in the order of a Go map, another one in
 * each run (-files, where functions of one file are nodes of their own; -call_tree): nothing to equal.
 */
function variesItself(args: readonly string[], file: string, first: string): boolean {
  const isSuspect = args.includes("-files") || args.includes("-call_tree");
  return isSuspect && Array.from({ length: 16 }).some(() => goSays(args, file).text !== first);
}

/** What an error leaves on standard output is not compared: the tool writes nothing either way. */
function lastOf(messages: readonly string[]): string | undefined {
  return messages[messages.length - 1];
}

describe("reports equal those of go tool pprof", () => {
  it.for(CASES.map((args, i) => ({ args, i })))("$args", ({ args, i }, context) => {
    if (TOOL === undefined) context.skip("there is no go command here");
    const inputs = TAKES_ALL ? INPUTS : [INPUTS[i % INPUTS.length]];
    for (const { name, file, profile, more } of inputs) {
      const asked = [...args, ...more];
      const go = goSays(asked, file);
      const own = ownSays(args, profile);
      if (own.text !== go.text && variesItself(asked, file, go.text)) continue;
      const what = `${args.join(" ")} ${name}`;
      expect.soft(own.text, what).toBe(go.text);
      expect.soft(lastOf(own.messages), `messages of ${what}`).toBe(lastOf(go.messages));
    }
  });
});
