// The text of `heapwright pprof` beside that of the installed `go tool pprof`, byte for byte, on real
// profiles: the lab's recordings, and profiles of a program that runs for this test.

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { heapwright } from "./command.ts";
import { temporaryFolder } from "./temporary.ts";

const RECORDINGS = fileURLToPath(new URL("../../../recordings/", import.meta.url));
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
});
