// Verbs, flags, help and exit codes.

import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { BIN, SCRATCH, expectComplaint, expectNoTrace, heapwright } from "./command.ts";
import { gctrace, heapText, PROFILE_GZ } from "./inputs.ts";
import { temporaryFolder } from "./temporary.ts";

function leakFolder(): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "gc.log"), gctrace({ cycles: 60, firstMiB: 40, stepMiB: 4 }));
  writeFileSync(path.join(folder, "heap-1.txt"), heapText(400, 30));
  writeFileSync(path.join(folder, "heap-2.txt"), heapText(4000, 59));
  return folder;
}

function oneProfile(): string {
  const file = path.join(temporaryFolder(), "heap.pb.gz");
  writeFileSync(file, PROFILE_GZ);
  return file;
}

test("alone: five lines, three commands", async () => {
  const run = await heapwright([]);
  expect(run.code).toBe(0);
  const lines = run.stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(5);
  expect(lines.filter((l) => /^ {2}heapwright (why|view|capture) /.test(l))).toHaveLength(3);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

describe("help", () => {
  test.each(["why", "capture", "view", "show", "evidence"])(
    "%s: examples first, no raw default",
    async (verb) => {
      const run = await heapwright([verb, "--help"]);
      expect(run.code).toBe(0);
      expect(run.stdout.indexOf("Examples:")).toBeLessThan(run.stdout.indexOf("Usage:"));
      expect(run.stdout).not.toContain("[]");
    },
  );

  test("why --missing: every kind of evidence, each with a way to get it", async () => {
    for (const lang of ["en", "zh"]) {
      const run = await heapwright(["why", "--missing", "--lang", lang]);
      expect(run.code).toBe(0);
      expect(run.stdout.trim().split("\n").length % 3).toBe(0);
    }
  });
});

describe("a wrong command line: exit 2, one sentence, the nearest name", () => {
  test.each<[string[], RegExp]>([
    [["wy"], /Did you mean why\?/],
    [["captur", "x"], /Did you mean capture\?/],
    [["frobnicate"], /There are why, capture, view, show, diff, trace, pprof, evidence/],
    [["/dev"], /heapwright why \/dev/],
    [[":6060"], /heapwright why :6060/],
    [["why", "--jsn", "x"], /Did you mean --json\?/],
    [["why"], /heapwright why http:\/\/localhost:6060/],
    [["why", "--fail-on", "hi", "/dev"], /low, medium, high/],
    [["why", "--lang", "fr", "/dev"], /en, zh/],
    [["why", "--top", "0", "/dev"], /--top/],
    [["why", "--json", "--md", "/dev"], /--json or --md/],
    [["why", "--pid", "abc"], /--pid/],
    [["why", ":1", "--for", "soon"], /--for/],
    [["why", ":1", "--limit", "lots"], /--limit/],
    [["why", ":1", "--header", "nothing"], /--header/],
    [["why", ":1", "--html", path.join(SCRATCH, "none", "x.html")], /does not exist/],
    [["why", ":1", "--html", "/tmp"], /it is a folder/],
    [["why", ":1", "/dev"], /heapwright capture :1 -o DIR/],
    [["capture", ":1"], /-o FOLDER/],
    [["capture", "/dev", "-o", "x"], /heapwright why \/dev/],
    [["evidence"], /why --evidence/],
    [["evidence", "zz"], /why --evidence/],
    [["evidence", "00000000"], /heapwright evidence ID FOLDER/],
    [["view", "/dev", "--port", "99999"], /--port/],
  ])("%j", async (args, says) => {
    const run = await heapwright(args);
    expectComplaint(run, 2, says);
    expect(run.ms).toBeLessThan(5_000);
  });

  test("a folder that holds something, and one below a file system that makes none", async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "x"), "");
    expectComplaint(await heapwright(["capture", "http://127.0.0.1:1", "-o", folder]), 2, /-o/);
  });
});

describe("exit codes", () => {
  test("--fail-on: a fault of that confidence is 1, a fault below it is 0", async () => {
    const folder = leakFolder();
    const run = await heapwright(["why", folder, "--json"]);
    const parsed: { status: string; verdicts: { confidence: "low" | "medium" | "high" }[] } =
      JSON.parse(run.stdout);
    expect(parsed.status).toBe("fault");
    const steps = ["low", "medium", "high"] as const;
    const at = steps.indexOf(parsed.verdicts[0]?.confidence ?? "low");
    for (const [i, step] of steps.entries()) {
      const gate = await heapwright(["why", folder, "--fail-on", step]);
      expect({ step, code: gate.code }).toEqual({ step, code: i <= at ? 1 : 0 });
    }
    expect((await heapwright(["why", oneProfile(), "--fail-on", "low"])).code).toBe(0);
  });
});

describe("output", () => {
  test("without a terminal: the answer and nothing else, no colour", async () => {
    const run = await heapwright(["why", leakFolder()]);
    expectNoTrace(run);
    expect(run.stderr).toBe("");
    expect(run.stdout).not.toContain("\u001b");
  });

  test("FORCE_COLOR colours; --plain, NO_COLOR and a dumb terminal do not", async () => {
    const folder = leakFolder();
    const coloured = await heapwright(["why", folder], { env: { FORCE_COLOR: "1" } });
    expect(coloured.stdout).toContain("\u001b[");
    const plain = await heapwright(["why", folder, "--plain"], { env: { FORCE_COLOR: "1" } });
    const none = await heapwright(["why", folder], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } });
    const dumb = await heapwright(["why", folder], { env: { FORCE_COLOR: "1", TERM: "dumb" } });
    for (const run of [plain, none, dumb]) expect(run.stdout).not.toContain("\u001b");
    expect(coloured.stdout.replaceAll(/\u001b\[[\d;]*m/g, "")).toBe(plain.stdout);
  });

  test("--lang zh, and the language of the environment", async () => {
    const file = oneProfile();
    const zh = await heapwright(["why", file, "--lang", "zh"]);
    expect(zh.stdout).toMatch(/^证据不足/);
    const byEnv = await heapwright(["why", file], { env: { LC_ALL: "zh_CN.UTF-8" } });
    expect(byEnv.stdout).toBe(zh.stdout);
  });

  test("--top lists fewer lines, --evidence adds ids, --explain-evidence the linking", async () => {
    const folder = leakFolder();
    expect((await heapwright(["why", folder, "--evidence"])).stdout).toMatch(/[0-9a-f]{8}:stack:/);
    expect((await heapwright(["why", folder, "--explain-evidence"])).stdout).toMatch(/^LINKING/m);
    expect((await heapwright(["why", folder, "--md"])).stdout).toMatch(/^#+ /m);
    const all = (await heapwright(["why", oneProfile()])).stdout;
    const one = (await heapwright(["why", oneProfile(), "--top", "1"])).stdout;
    expect(one.split("\n").length).toBeLessThan(all.split("\n").length);
  });

  test("--html writes a page, says so on stderr, and --quiet does not", async () => {
    const page = path.join(temporaryFolder(), "report.html");
    const run = await heapwright(["why", leakFolder(), "--html", page]);
    expect(run.code).toBe(0);
    expect(run.stderr).toContain(page);
    expect(readFileSync(page, "utf8")).toContain("session/store.go:88");
    const quiet = await heapwright(["why", leakFolder(), "--html", page, "--quiet"]);
    expect(quiet.stderr).toBe("");
  });

  test("a reader that goes away is no error", async () => {
    const child = spawn(process.execPath, [BIN, "why", leakFolder(), "--json"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test.runIf(existsSync("/dev/full"))("a full disk is one sentence", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [BIN, "why", oneProfile()], {
      stdio: ["ignore", full, "pipe"],
    });
    closeSync(full);
    let stderr = "";
    child.stderr?.on("data", (text: Buffer) => (stderr += text.toString()));
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(2);
    expect(stderr).toBe("heapwright: the answer could not be written: no space left\n");
  });
});
