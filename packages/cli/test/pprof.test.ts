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

const FIXTURES = fileURLToPath(new URL("../../core/test/fixtures/", import.meta.url));
const SHOP_HEAP = path.join(FIXTURES, "pprof/go1.26.heap.pb.gz");
const SHOP_HEAP_TEXT = path.join(FIXTURES, "profile-text/go1.26.heap.txt");
const SHOP_SOURCE = path.join(FIXTURES, "pprof/shop.go.txt");

const heap = path.join(SCRATCH, "heap.pb.gz");
writeFileSync(heap, PROFILE_GZ);

describe("Go's debug=1 text", () => {
  const text = fileURLToPath(
    new URL("../../core/test/fixtures/profile-text/go1.26.heap.txt", import.meta.url),
  );

  // That tool takes names from the binary alone, and has "<unknown>" without it; these are in the text.
  test("values are scaled as that tool scales them", async () => {
    const [own, proto] = await Promise.all([
      heapwright(["pprof", "-top", "-unit=MB", text]),
      heapwright(["pprof", "-top", "-unit=MB", heap]),
    ]);
    const total = (said: string): string => /of (\S+) total/.exec(said)?.[1] ?? "";
    expect(total(own.stdout)).toBe("16.82MB");
    expect(total(proto.stdout)).toBe("16.82MB");
    expect(own.stdout).toContain("main.newBlob");
    expect(own.stdout).not.toContain("<unknown>");
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
    [["-web", "a", "x"], "web is not available here: it starts a viewer. As a file: svg"],
    [["-kcachegrind", "x"], "As a file: callgrind. As a page: heapwright view x"],
    [["-http=:8080", "a", "x"], "-http is not available here. The page is shown by:"],
    [["-http=:8080", "-top", "x"], "-http is not compatible with an output format"],
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

describe("reports beyond lists", () => {
  test("-weblist is a page: to a pipe, or to a file", async () => {
    const file = path.join(temporaryFolder(), "page.html");
    const [piped, written] = await Promise.all([
      heapwright(["pprof", "-weblist=.", heap]),
      heapwright(["pprof", "-weblist=.", `-output=${file}`, heap]),
    ]);
    expect(piped.code).toBe(0);
    expect(piped.stdout).toMatch(/^<!DOCTYPE html>/);
    expect(written.stdout).toBe("");
    expect(readFileSync(file, "utf8")).toBe(piped.stdout);
    const none = await heapwright(["pprof", "-weblist=no_such_function", heap]);
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("no matches found for regexp: no_such_function");
  });

  test("-disasm without the binary says so where the tool does, and fails", async () => {
    const bytes = gunzipSync(readFileSync(SHOP_HEAP));
    for (let at = bytes.indexOf("/srv/"); at >= 0; at = bytes.indexOf("/srv/", at + 1)) {
      bytes.write("/not/", at);
    }
    const run = await heapwright(["pprof", "-disasm=main", fileOf("heap.pb", bytes)], {
      env: { PPROF_BINARY_PATH: "/nowhere" },
    });
    expectNoTrace(run);
    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/^open \/not\/shop\/\S+: no such file or directory\n$/);
    expect(run.stderr).toContain("no matches found for regexp main");
  });

  test("-list shows the source that -source_path leads to, with values at its lines", async () => {
    const folder = temporaryFolder();
    const source = readFileSync(SHOP_SOURCE, "utf8");
    writeFileSync(path.join(folder, "main.go"), source);
    const run = await heapwright([
      "pprof",
      "-list=^main.newBlob$",
      `-source_path=${folder}`,
      "-trim_path=example.com/shop",
      SHOP_HEAP,
    ]);
    expect(run.stdout).toMatch(/\d+:func newBlob\(/);
    expect(run.stdout).toMatch(/^ +[\d.]+MB +[\d.]+MB +\d+:.*make\(/m);
  });

  test("a heap as debug=1 text weighs what its protobuf weighs", async () => {
    const text = await heapwright(["pprof", "-top", "-unit=b", SHOP_HEAP_TEXT]);
    const binary = await heapwright(["pprof", "-top", "-unit=b", SHOP_HEAP]);
    const total = (out: string): string | undefined => / of (\d+)B total/.exec(out)?.[1];
    expect(total(text.stdout)).toBe(total(binary.stdout));
    expect(total(text.stdout)).toBeDefined();
  });
});

describe("Chinese", () => {
  test("help and messages of its own, by --lang or by the environment; reports stay as they are", async () => {
    const zh = { env: { LANG: "zh_CN.UTF-8" } };
    const [help, top, english, refused, flag] = await Promise.all([
      heapwright(["pprof", "--lang", "zh", "-help"]),
      heapwright(["pprof", "-top", heap], zh),
      heapwright(["pprof", "--lang=en", "-help"], zh),
      heapwright(["pprof", "-web", heap], zh),
      heapwright(["pprof", "-nonsense", heap], zh),
    ]);
    expect(help.stdout).toContain("报告（最多一个）：");
    expect(help.stdout).toContain("样本的标签及其数值");
    expect(top.stdout).toContain("Showing nodes accounting for");
    expect(english.stdout).toContain("Reports (at most one):");
    expect(refused.stderr).toContain(`heapwright view ${heap}`);
    expect(refused.stderr).toContain("这里没有 web");
    expect(flag.stderr).toContain("flag provided but not defined: -nonsense");
    expect(flag.stderr).toContain("列出各参数");
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
