// `heapwright pprof` as a process: its arguments, files, exit codes and shell.

import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BIN, expectNoTrace, heapwright, SCRATCH } from "./command.ts";
import { PROFILE, PROFILE_GZ } from "./inputs.ts";
import { temporaryFolder } from "./temporary.ts";

function fileOf(name: string, bytes: Uint8Array | string): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, bytes);
  return file;
}

const heap = path.join(SCRATCH, "heap.pb.gz");
writeFileSync(heap, PROFILE_GZ);

describe("Go's debug=1 text", () => {
  const text = fileURLToPath(
    new URL("../../core/test/fixtures/profile-text/go1.26.heap.txt", import.meta.url),
  );

  // As go tool pprof reads it: scaled to what the samples stand for, addresses instead of names.
  test("values are scaled as that tool scales them", async () => {
    const [own, proto] = await Promise.all([
      heapwright(["pprof", "-top", "-unit=MB", text]),
      heapwright(["pprof", "-top", "-unit=MB", heap]),
    ]);
    const total = (said: string): string => /of (\S+) total/.exec(said)?.[1] ?? "";
    expect(total(own.stdout)).toBe("16.82MB");
    expect(total(proto.stdout)).toBe("16.82MB");
    expect(own.stdout).toContain("<unknown>");
    const raw = await heapwright(["pprof", "-raw", text]);
    expect(raw.stdout).toContain("1: 0x0/0xffffffffffffffff/0x0");
  });
});

describe("arguments", () => {
  test("-top and its aliases give the same list; compressed or not is the same", async () => {
    const raw = fileOf("heap.pb", PROFILE);
    const [top, text, dashes, plain] = await Promise.all([
      heapwright(["pprof", "-top", heap]),
      heapwright(["pprof", "-text=true", heap]),
      heapwright(["pprof", "--top", "--", heap]),
      heapwright(["pprof", "-top", raw]),
    ]);
    expect(top.code).toBe(0);
    expect(top.stdout).toContain("flat  flat%   sum%        cum   cum%");
    for (const other of [text, dashes, plain]) expect(other.stdout).toBe(top.stdout);
  });

  test.each([
    [["-nonsense", "x"], "flag provided but not defined: -nonsense"],
    [["-nodecount"], "flag needs an argument: -nodecount"],
    [["-nodecount=many", "x"], 'invalid value "many" for flag -nodecount: parse error'],
    [["-top=maybe", "x"], 'invalid boolean value "maybe" for -top: parse error'],
    [["-top", "-tree", "x"], "must set at most one output format"],
    [["-cum", "-flat", "-top", "x"], "conflicting options set: [cum flat]"],
    [
      ["-base=a", "-diff_base=b", "-top", "x"],
      "-base and -diff_base flags cannot both be specified",
    ],
    [["-normalize", "-top", "x"], "must have base profile to normalize by"],
    [["-top"], "no profile source specified"],
    [["-disasm=main", "x"], "-disasm is not available here: it disassembles the program's binary"],
  ])("%j is refused", async (args, message) => {
    const run = await heapwright(["pprof", ...args]);
    expectNoTrace(run);
    expect(run.stderr).toContain(message);
    expect(run.code).toBe(2);
    expect(run.stdout).toBe("");
  });

  test("-help tells the arguments on standard output", async () => {
    const run = await heapwright(["pprof", "-help"]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("-diff_base=FILE");
  });

  test("old names of values; two of them are told", async () => {
    const run = await heapwright(["pprof", "-top", "-alloc_space", "-inuse_space", heap]);
    expect(run.stdout).toContain("Type: inuse_space");
    expect(run.stderr).toContain("Multiple value selections, ignoring -alloc_space");
  });

  test("several profiles are added up, a binary in front is no profile", async () => {
    const binary = fileOf("service", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]));
    const one = await heapwright(["pprof", "-top", "-unit=b", heap]);
    const two = await heapwright(["pprof", "-top", "-unit=b", binary, heap, heap]);
    const total = (text: string): number => Number(/of (\d+)B? total/.exec(text)?.[1] ?? NaN);
    expect(total(two.stdout)).toBe(2 * total(one.stdout));
    expect(two.stdout).toContain("File: service");
  });

  test("-output writes a file, -proto a profile that reads the same", async () => {
    const file = path.join(temporaryFolder(), "out.pb.gz");
    const made = await heapwright(["pprof", "-proto", `-output=${file}`, heap]);
    expect(made.stdout).toBe("");
    expect(made.stderr).toContain(`Generating report in ${file}`);
    expect(gunzipSync(readFileSync(file)).length).toBeGreaterThan(0);
    const [before, after] = await Promise.all([
      heapwright(["pprof", "-raw", heap]),
      heapwright(["pprof", "-raw", file]),
    ]);
    expect(after.stdout).toBe(before.stdout);
  });
});

describe("what cannot be read", () => {
  test("a missing file, no profile, a cut one: a sentence and exit 3", async () => {
    const cases: [string, string][] = [
      ["/nowhere/heap.pb.gz", "stat /nowhere/heap.pb.gz: no such file or directory"],
      [fileOf("notes.txt", "just some words"), "unrecognized profile format"],
      [fileOf("empty", ""), "empty input file"],
      [fileOf("cut.pb.gz", PROFILE_GZ.subarray(0, PROFILE_GZ.length >> 1)), "parsing profile"],
    ];
    for (const [file, message] of cases) {
      const run = await heapwright(["pprof", "-top", file]);
      expectNoTrace(run);
      expect(run.stderr).toContain(message);
      expect(run.stderr).toContain("failed to fetch any source profiles");
      expect(run.code).toBe(3);
    }
  });

  test("of several profiles the sound ones are used", async () => {
    const run = await heapwright(["pprof", "-top", heap, "/nowhere/heap.pb.gz"]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain("Fetched 1 source profiles out of 2");
    expect(run.stdout).toContain("Showing nodes");
  });

  test("a pattern without matches and one that is none", async () => {
    const nothing = await heapwright(["pprof", "-peek=no_such_function", heap]);
    expect(nothing.code).toBe(2);
    expect(nothing.stdout).toBe("");
    expect(nothing.stderr).toContain("no matches found for regexp: no_such_function");
    const broken = await heapwright(["pprof", "-top", "-focus=(", heap]);
    expect(broken.stderr).toContain(
      "parsing focus regexp: error parsing regexp: missing closing ): `(`",
    );
    expect(broken.code).toBe(2);
  });

  test("a bomb stops at its cap with a sentence", async () => {
    const member = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const bomb = fileOf("bomb.pb.gz", Buffer.concat([member, ...Array(40).fill(member)]));
    const run = await heapwright(["pprof", "-top", bomb]);
    expectNoTrace(run);
    expect(run.code).toBe(3);
    expect(run.stderr).toMatch(/more than 256 MiB when decompressed/);
    expect(run.peakRss).toBeLessThan(700 * 1024 * 1024);
  });
});

test("a URL is fetched, with -seconds as its parameter", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end(PROFILE_GZ);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const run = await heapwright([
    "pprof",
    "-top",
    "-seconds=1",
    `http://127.0.0.1:${port}/debug/pprof/heap`,
  ]);
  await new Promise((resolve) => server.close(resolve));
  expect(asked).toEqual(["/debug/pprof/heap?seconds=1"]);
  expect(run.stdout).toContain("Showing nodes");
  expect(run.code).toBe(0);
});

/** Runs the shell on lines of input, as a pipe gives them. */
async function shell(
  lines: readonly string[],
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawn(process.execPath, [BIN, "pprof", heap], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: "/dev/null", TZ: "UTC" },
    cwd: SCRATCH,
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin.end(`${lines.join("\n")}\n`);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { stdout, stderr, code };
}

describe("the shell", () => {
  test("top, options, values, shortcuts and quit", async () => {
    const { stdout, stderr, code } = await shell([
      "top3",
      "sample_index=alloc_space",
      "top 2 -cum",
      "alloc_objects",
      "o",
      "nodecount=7",
      "focus=nothing_there",
      "top",
      ":",
      "frobnicate",
      "nodecount",
      "unit=",
      "help top",
      "quit",
      "top99",
    ]);
    expect(code).toBe(0);
    expect(stdout.match(/\(pprof\) /g)).toHaveLength(14);
    expect(stdout).toContain("flat  flat%   sum%        cum   cum%");
    expect(stderr).toContain("  sample_index              = alloc_objects        //: [");
    expect(stderr).toContain("  sort                      = flat                 //: [cum | flat]");
    expect(stderr).toContain("Focus expression matched no samples");
    expect(stderr).toContain('unrecognized command: "frobnicate"');
    expect(stderr).toContain("please specify a value, e.g. nodecount=<val>");
    expect(stderr).toContain("functions with the largest values");
  });

  test("a report into a file, and the end of input ends the session", async () => {
    const file = path.join(temporaryFolder(), "top.txt");
    const { code, stderr } = await shell([`top >${file}`, `list no_such_function`]);
    expect(code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("Showing nodes");
    expect(stderr).toContain("no matches found for regexp: no_such_function");
  });
});
