// The cases of google/pprof's own golden suite (internal/driver TestParse) whose reports the conformance
// data does not hold: the suite's inputs, renamed as its test renames them, beside what the installed
// `go tool pprof` says of the same file.

import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { profileOf, type Profile } from "../src/analysis/profile/profile.ts";
import { tableOf } from "../src/analysis/profile/table-of.ts";
import { encodeProfile } from "../src/formats/pprof/encode.ts";
import { pprofFormat } from "../src/formats/pprof/format.ts";
import { corpus } from "./corpus.ts";
import { tableOfJson, type JsonProfile } from "./pprof-json.ts";
import { loaded, runReport } from "./pprof-reports.ts";
import { goTool } from "./go-tool.ts";

const FOLDER = corpus("pprof/google-pprof-driver");
const scratch = mkdtempSync(path.join(tmpdir(), "heapwright-suite-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Inputs {
  readonly aliases: Readonly<Record<string, string>>;
  readonly demangle: Readonly<Record<string, string>>;
  readonly profiles: Readonly<Record<string, JsonProfile>>;
}

const BASE = [
  "-compact_labels",
  "-nodecount=20",
  "-nodefraction=.05",
  "-edgefraction=.01",
  "-divide_by=1",
  "-unit=minimum",
];

/** Flags and source, as in the suite; the golden ones are here too: an oracle more for each. */
const CASES: readonly (readonly [flags: string, source: string])[] = [
  ["text,functions,flat", "cpu"],
  ["text,functions,noinlines,flat", "cpu"],
  ["text,filefunctions,noinlines,flat", "cpu"],
  ["text,addresses,noinlines,flat", "cpu"],
  ["tree,addresses,flat,nodecount=4", "cpusmall"],
  ["text,functions,flat,nodecount=5,call_tree", "unknown"],
  ["text,alloc_objects,flat", "heap_alloc"],
  ["text,files,flat", "heap"],
  ["text,files,flat,focus=[12]00,taghide=[X3]00", "heap"],
  ["text,inuse_objects,flat", "heap"],
  ["text,inuse_objects,flat,all_frames", "heap"],
  ["text,lines,cum,hide=line[X3]0", "cpu"],
  ["text,lines,cum,show=[12]00", "cpu"],
  ["text,lines,cum,hide=line[X3]0,focus=[12]00", "cpu"],
  ["topproto,lines,cum,hide=mangled[X3]0", "cpu"],
  ["topproto,lines", "cpu"],
  ["tree,lines,cum,focus=[24]00", "heap"],
  ["tree,relative_percentages,cum,focus=[24]00", "heap"],
  ["tree,lines,cum,show_from=line2", "cpu"],
  ["callgrind", "cpu"],
  ["callgrind,call_tree", "cpu"],
  ["callgrind", "heap"],
  ["dot,functions,flat", "cpu"],
  ["dot,functions,flat,call_tree", "cpu"],
  ["dot,lines,flat,focus=[12]00", "heap"],
  ["dot,unit=minimum", "heap_sizetags"],
  ["dot,addresses,flat,ignore=[X3]002,focus=[X1]000", "contention"],
  ["dot,files,cum", "contention"],
  ["comments,add_comment=some-comment", "cpu"],
  ["comments", "heap"],
  ["tags", "cpu"],
  ["tags,tagignore=tag[13],tagfocus=key[12]", "cpu"],
  ["tags", "heap"],
  ["tags,unit=bytes", "heap"],
  ["traces", "cpu"],
  ["traces,addresses", "cpu"],
  ["traces", "heap_tags"],
  ["dot,alloc_space,flat,focus=[234]00", "heap_alloc"],
  ["dot,alloc_space,flat,tagshow=[2]00", "heap_alloc"],
  ["dot,alloc_space,flat,hide=line.*1?23?", "heap_alloc"],
  ["dot,inuse_space,flat,tagfocus=1mb:2gb", "heap"],
  ["dot,inuse_space,flat,tagfocus=30kb:,tagignore=1mb:2mb", "heap"],
  ["peek=line.*01", "cpu"],
  ["tags,tagfocus=400kb:", "heap_request"],
  ["tags,tagfocus=+400kb:", "heap_request"],
  ["tags,tagfocus=400kb:,relative_percentages", "heap_request"],
  ["dot", "long_name_funcs"],
  ["text", "long_name_funcs"],
  ["text", "symbolz"],
  ["raw", "symbolz"],
];

const SAMPLE_TYPES = /^(?:alloc|inuse)_(?:space|objects)$/;

function read(bytes: Uint8Array): Profile {
  const reader = pprofFormat.open({ name: "suite", maxBytes: 1 << 24 });
  reader.push(bytes);
  const { table } = reader.end();
  if (table.kind !== "profile") throw new Error("no profile");
  return profileOf(table);
}

function renamed(json: JsonProfile, names: Inputs["demangle"]): JsonProfile {
  return {
    ...json,
    functions: (json.functions ?? []).map((fn) => {
      const system = fn.system_name ?? "";
      const isSimple = fn.name === undefined || fn.name === "" || fn.name === system;
      return isSimple ? { ...fn, name: names[system] ?? system } : fn;
    }),
  };
}

function goText(args: readonly string[], file: string): string {
  const run = spawnSync(goTool("pprof") ?? "", [...args, "-symbolize=none", file], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: scratch, TZ: "UTC" },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

const isHere = FOLDER !== undefined && existsSync(path.join(FOLDER, "inputs.json"));

describe("the golden suite beside go tool pprof", () => {
  it.for(CASES)("%s of %s", ([flags, source], context) => {
    if (!isHere) context.skip("the conformance data (pprof/google-pprof-driver) is not here");
    if (goTool("pprof") === undefined) context.skip("there is no go command here");
    const inputs: Inputs = JSON.parse(readFileSync(path.join(FOLDER ?? "", "inputs.json"), "utf8"));
    const json = inputs.profiles[inputs.aliases[source] ?? source];
    const list = flags.split(",");
    const isTop = list[0] === "topproto";
    const allFrames = list.includes("all_frames");
    // Go 1.26's tool does not know this option yet: what it keeps is a profile that drops nothing.
    const toGo = [
      ...BASE,
      ...list.filter((flag) => flag !== "all_frames").map((flag) => `-${flag}`),
    ];
    const comment = list.find((flag) => flag.startsWith("add_comment="))?.slice(12);
    const toOwn = [...BASE, ...list.map((flag) => `-${flag}`)]
      .filter((flag) => flag !== "-all_frames" && !flag.startsWith("-add_comment="))
      .map((flag) => (SAMPLE_TYPES.test(flag.slice(1)) ? `-sample_index=${flag.slice(1)}` : flag));
    let file = path.join(scratch, "in.pb");
    const named = renamed(json, inputs.demangle);
    const whole = path.join(scratch, "whole.pb");
    writeFileSync(file, encodeProfile(tableOfJson(named)));
    writeFileSync(whole, encodeProfile(tableOfJson({ ...named, drop_frames: "" })));
    const options = { naming: undefined, allFrames, comment };
    let profile = loaded([read(readFileSync(file))], options);
    if (isTop) {
      // The saved profile holds the top at the granularity of addresses; the second run lists it.
      const saving = ["-topproto", "-addresses"];
      const { generated } = runReport(profile, [...BASE, ...saving]);
      if (generated.kind !== "profile") throw new Error("no profile was written");
      profile = loaded([read(encodeProfile(tableOf(generated.profile)))], options);
      const saved = path.join(scratch, "top.pb.gz");
      goText([...BASE, ...saving, `-output=${saved}`], file);
      file = saved;
      toGo.splice(toGo.indexOf("-topproto"), 1, "-text");
      toOwn.splice(toOwn.indexOf("-topproto"), 1, "-text");
    }
    const text = runReport(profile, toOwn).text;
    expect(text).toBe(goText(toGo, allFrames ? whole : file));
  });
});
