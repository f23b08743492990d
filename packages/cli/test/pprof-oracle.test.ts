// The text of `heapwright pprof` beside that of the installed `go tool pprof`, byte for byte, on real
// profiles: the lab's recordings, and profiles of a program that runs for this test.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { BIN, heapwright } from "./command.ts";
import { temporaryFolder } from "./temporary.ts";

const RECORDINGS = fileURLToPath(new URL("../../../recordings/", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../core/test/fixtures/pprof/", import.meta.url));
const SHOP_HEAP = path.join(FIXTURES, "go1.26.heap.pb.gz");
const SHOP_GOROUTINES = path.join(FIXTURES, "go1.26.goroutine.pb.gz");
const GO = spawnSync("go", ["version"], { encoding: "utf8" });
const NO_GO = GO.status === 0 ? undefined : "there is no go command here";

const PROGRAM = `package main

import (
	"os"
	"runtime/pprof"
	"sort"
	"strings"
)

type node[T any] struct {
	next *node[T]
	data []T
}

func grow[T any](n int) *node[T] {
	var head *node[T]
	for i := 0; i < n; i++ {
		head = &node[T]{head, make([]T, 64+i%900)}
	}
	return head
}

func recurse(depth int, keep *[][]byte) {
	if depth == 0 {
		*keep = append(*keep, make([]byte, 4096))
		return
	}
	if depth%3 == 0 {
		recurse(depth-1, keep)
	} else {
		func() { recurse(depth-1, keep) }()
	}
}

func main() {
	var keep [][]byte
	for i := 0; i < 9000; i++ {
		recurse(i%37, &keep)
	}
	a, b := grow[int](6000), grow[string](6000)
	words := strings.Fields(strings.Repeat("the quick brown fox ", 200000))
	sort.Slice(words, func(i, j int) bool { return words[i] < words[j] })
	for _, name := range []string{"heap", "allocs", "goroutine", "threadcreate"} {
		f, _ := os.Create(name + ".pb.gz")
		pprof.Lookup(name).WriteTo(f, 0)
		f.Close()
	}
	_ = a.data[0] + len(b.data) + len(words) + len(keep)
}
`;

/** Heap profiles of the lab's services, one recording each. */
function recordedProfiles(): string[] {
  const archives = readdirSync(RECORDINGS).filter((name) => name.endsWith(".tar.gz"));
  const folder = temporaryFolder();
  const files: string[] = [];
  for (const archive of archives.toSorted().filter((_, i) => i % 5 === 0)) {
    const to = path.join(folder, archive.replace(".tar.gz", ""));
    mkdirSync(to);
    execFileSync("tar", ["xzf", path.join(RECORDINGS, archive), "-C", to]);
    const heaps = readdirSync(to, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith("heap.pb.gz"))
      .toSorted();
    const last = heaps[heaps.length - 1];
    if (last !== undefined) files.push(path.join(to, last));
  }
  return files;
}

function ownProfiles(): string[] {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, "main.go"), PROGRAM);
  writeFileSync(path.join(folder, "go.mod"), "module example.com/oracle\n\ngo 1.22\n");
  execFileSync("go", ["run", "."], { cwd: folder });
  return ["heap", "allocs", "goroutine", "threadcreate"].map((name) =>
    path.join(folder, `${name}.pb.gz`),
  );
}

/** Edges of one weight between nodes of one name come in any order from the tool: call_tree is not here. */
const REPORTS = [
  ["-top"],
  ["-top", "-cum", "-lines"],
  ["-tree"],
  ["-peek=.*"],
  ["-traces"],
  ["-raw"],
  ["-tags"],
  ["-dot"],
  ["-callgrind"],
  ["-top", "-sample_index=0", "-noinlines", "-nodefraction=0"],
  ["-traces", "-addresses", "-ignore=runtime\\."],
  ["-top", "-focus=main|http", "-hide=^runtime\\."],
];

/** The same profile of a program that is nowhere; the recorded one may lie where it was recorded. */
function withoutBinary(stored: Uint8Array): Uint8Array {
  const bytes = gunzipSync(stored);
  for (let at = bytes.indexOf("/srv/"); at >= 0; at = bytes.indexOf("/srv/", at + 1)) {
    bytes.write("/not/", at);
  }
  return bytes;
}

function goText(args: readonly string[]): string {
  const run = spawnSync("go", ["tool", "pprof", ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, TZ: "UTC" },
  });
  return run.stdout;
}

async function ownText(args: readonly string[]): Promise<string> {
  const run = await heapwright(["pprof", ...args], { env: { TZ: "UTC" } });
  return run.stdout;
}

describe("equal to go tool pprof", () => {
  test("on ten recordings of the lab", async (context) => {
    if (NO_GO !== undefined) context.skip(NO_GO);
    const files = recordedProfiles().slice(0, 10);
    if (files.length < 10) context.skip("fewer than ten recordings hold a heap profile");
    for (const [i, file] of files.entries()) {
      // Every report of some file, and of every file some reports: a process each takes its time.
      for (const report of REPORTS.filter((_, k) => k < 6 || (k + i) % 4 === 0)) {
        const args = [...report, file];
        expect(await ownText(args), args.join(" ")).toBe(goText(args));
      }
    }
  }, 600_000);

  test("on profiles of a program of its own: generics, recursion, closures, other kinds", async (context) => {
    if (NO_GO !== undefined) context.skip(NO_GO);
    for (const file of ownProfiles()) {
      for (const report of REPORTS) {
        const args = [...report, file];
        expect(await ownText(args), args.join(" ")).toBe(goText(args));
      }
    }
  }, 600_000);

  test("on differences and sums of two profiles", async (context) => {
    if (NO_GO !== undefined) context.skip(NO_GO);
    const [a, b] = recordedProfiles();
    if (a === undefined || b === undefined)
      context.skip("the recordings hold no two heap profiles");
    for (const report of [["-top"], ["-tree"], ["-traces"], ["-raw"], ["-tags"]]) {
      for (const how of [
        [`-diff_base=${a}`, b],
        [`-base=${a}`, b],
        [`-base=${a}`, "-normalize", b],
        [a, b],
      ]) {
        const args = [...report, ...how.filter((arg) => arg !== undefined)];
        expect(await ownText(args), args.join(" ")).toBe(goText(args));
      }
    }
  }, 600_000);

  test("in a session of the shell, command by command", async (context) => {
    if (NO_GO !== undefined) context.skip(NO_GO);
    const folder = temporaryFolder();
    const ask = (command: string, args: readonly string[]) => {
      const env = { PATH: process.env["PATH"], HOME: folder, TZ: "UTC" };
      const run = spawnSync(command, args, { encoding: "utf8", input: SESSION, env, cwd: folder });
      // The greeting is each program's own.
      const stderr = run.stderr.split("\n").filter((line) => !/"o" /.test(line));
      return { stdout: run.stdout, stderr: stderr.join("\n") };
    };
    const own = ask(process.execPath, [BIN, "pprof", SHOP_HEAP]);
    const go = ask("go", ["tool", "pprof", "-symbolize=none", SHOP_HEAP]);
    expect(own).toEqual(go);
  }, 600_000);

  test("weblist and disasm without a binary", async (context) => {
    if (NO_GO !== undefined) context.skip(NO_GO);
    const folder = temporaryFolder();
    const env = { PPROF_BINARY_PATH: folder, TZ: "UTC" };
    const file = path.join(folder, "goroutines.pb");
    writeFileSync(file, withoutBinary(readFileSync(SHOP_GOROUTINES)));
    const body = (page: string): string => page.slice(page.indexOf("<body>"));
    for (const pattern of ["^main\\.", "runtime", "http"]) {
      const page = path.join(folder, "go.html");
      const asked = [`-weblist=${pattern}`, "-symbolize=none", file];
      execFileSync("go", ["tool", "pprof", `-output=${page}`, ...asked], {
        env: { ...process.env, ...env },
        stdio: "pipe",
      });
      const own = await heapwright(["pprof", ...asked], { env });
      expect(body(own.stdout), pattern).toBe(body(readFileSync(page, "utf8")));
    }
    for (const pattern of ["main", "nothing_of_this_name"]) {
      const asked = [`-disasm=${pattern}`, "-symbolize=none", file];
      const go = spawnSync("go", ["tool", "pprof", ...asked], {
        encoding: "utf8",
        env: { ...process.env, ...env },
      });
      const own = await heapwright(["pprof", ...asked], { env });
      expect(own.stdout, pattern).toBe(go.stdout);
      expect(go.stderr, pattern).toContain(own.stderr.trim());
      expect(own.code).toBe(go.status);
    }
  }, 600_000);
});

/** Commands, options, shortcuts and mistakes. Names of single choices (`lines`) are not among them:
 * the tool says that it does not know them, here they are switched on. */
const SESSION = `top
top5
top 3 -cum
top 3 --cum main -runtime
o
sample_index
sample_index=alloc_space
sample_index=9
sample_index 0
focus=main
top 4
:
granularity=lines
top3
granularity=nonsense
sort=cum
top3
sort=this
nodecount=7
nodecount
nodecount=x
divide_by
divide_by=2
top2
divide_by=0
top2
divide_by=1
unit=kb //: a comment
top2
unit=auto
mean
mean=1
mean=0
total_inuse_space
mean_alloc_space
top1
mean=false
inuse_space
alloc_objects
999
nonsense9
=5
focus=
tags
tags bytes
peek
peek main
list
list nothing
comments
traces >
trim=maybe
trim
call_tree=t
call_tree=no
relative_percentages=Y
top2 main
drop_negative
compact_labels=f
top1
tree 2
dot 1
intel_syntax
quit
top
`;
