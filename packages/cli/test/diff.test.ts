// `heapwright diff` as its users run it: recorded pairs, captures and series, damage and mistakes.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { expectComplaint, expectNoTrace, heapwright, type Finished } from "./command.ts";
import { temporaryFolder } from "./temporary.ts";

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../../core/test/fixtures/${name}`, import.meta.url));
/** Conformance data that is no part of this repository. */
const CORPORA =
  process.env["HEAPWRIGHT_CORPORA"] ??
  fileURLToPath(new URL("../../../../shared/corpora/", import.meta.url));
const RECORDINGS = fileURLToPath(new URL("../../../recordings/", import.meta.url));
const shop = (name: string): string => fixture(`pprof/${name}.pb.gz`);
const round = (variant: string, n: number): [string, string] => [
  fixture(`growth/${variant}/before-${n}.pb.gz`),
  fixture(`growth/${variant}/after-${n}.pb.gz`),
];

const schema: object = JSON.parse(
  readFileSync(new URL("../../../docs/schema/diff-1.schema.json", import.meta.url), "utf8"),
);
const isValid = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

async function diff(...args: readonly string[]): Promise<Finished> {
  const run = await heapwright(["diff", ...args]);
  expectNoTrace(run);
  return run;
}

async function json(...args: readonly string[]) {
  const run = await diff(...args, "--json");
  const answer: unknown = JSON.parse(run.stdout);
  isValid(answer);
  expect(isValid.errors).toBeNull();
  return JSON.parse(run.stdout);
}

/** A recording unpacked; tar is on every machine that the tests run on. */
function recording(name: string): string {
  const folder = temporaryFolder();
  const file = path.join(RECORDINGS, `${name}.tar.gz`);
  expect(existsSync(file)).toBe(true);
  expect(spawnSync("tar", ["xzf", file, "-C", folder]).status).toBe(0);
  return folder;
}

describe("two profiles", () => {
  test("a leak beside a cache, in both languages, as Markdown and as a gate", async () => {
    const files = round("faulty", 0);
    const said = await diff(...files, "--fail-on", "growth");
    expect(said.code).toBe(1);
    expect(said.stdout).toMatch(/^GROWTH SEEN {3}\+/);
    expect(said.stdout).toMatch(/NEW\n.*\n.*faulty\/main\.go:8 {2}leak/);
    expect(said.stdout).toContain("what is alive in both cancels");
    expect(said.stdout).toMatch(/A pair says little of\s+that/);
    const zh = await diff(...files, "--lang", "zh");
    expect(zh.stdout).toMatch(/^看到增长/);
    expect(zh.stdout).not.toMatch(/growth|samples/);
    const md = await diff(...files, "--md");
    expect(md.stdout).toMatch(/^### GROWTH SEEN: /);
    expect(md.stdout).toMatch(/\n\| --: \|/);
  });

  test("the cache alone: no growth, and what could have been seen", async () => {
    const files = round("healthy", 0);
    const said = await diff(...files, "--fail-on", "growth");
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/^NO GROWTH SEEN {3}could have seen [\d.]+ MiB; [+−][\d.]+ /);
    const answer = await json(...files);
    expect(answer).toMatchObject({
      status: "no-growth",
      comparison: { form: "paired", by: "vdso" },
    });
    expect(answer.total.couldHaveSeen).toBeGreaterThan(3 * 2 ** 20);
    const same = await json(files[0], files[0]);
    expect(same.total.change).toEqual({ value: 0, lo: 0, hi: 0 });
  });

  test("requests, filters, granularity, sample types, a file for the answer", async () => {
    const files = round("faulty", 0);
    const each = await json(...files, "--requests", "100,1100", "--focus", "main.leak");
    expect(each.perRequest.value).toBeCloseTo(each.total.change.value / 1000, 6);
    expect(each.sites.map((s: { function: string }) => s.function)).toEqual(["main.leak"]);
    const without = await json(...files, "--ignore=main.leak", "--granularity", "functions");
    expect(without.status).toBe("no-growth");
    const objects = await json(...files, "-sample_index=inuse_objects");
    expect(objects).toMatchObject({ unit: "count", sampleType: { type: "inuse_objects" } });
    const allocated = await json(...files, "--sample_index", "alloc_space");
    // Every spelling of the flag, and of one that was mistyped, in the language asked for.
    for (const spelled of ["-sample-index=inuse_objects", "--sample-index=inuse_objects"])
      expect((await json(...files, spelled)).unit).toBe("count");
    expectComplaint(
      await diff(...files, "-sample_index", "foo", "--lang", "zh"),
      2,
      /没有样本类型 "foo"；有 alloc_objects、/,
    );
    expect(allocated.status).toBe("allocated");
    expect(allocated.total.change.lo).toBeGreaterThan(0);
    const out = path.join(temporaryFolder(), "answer.json");
    expect((await diff(...files, "--json", "-o", out)).stdout).toBe("");
    expect(JSON.parse(readFileSync(out, "utf8")).schema).toBe("heapwright.diff/1");
  });

  test("other builds and toolchains: independent, and lines are matched", async () => {
    const answer = await json(shop("go1.22.heap"), shop("go1.27.heap"));
    expect(answer.comparison).toMatchObject({ form: "naive" });
    const sites: { standing: string; function: string }[] = answer.sites;
    // One program, whose lines did not change: none of its own is new or gone.
    for (const s of sites.filter((x) => x.function.startsWith("main.")))
      expect(["new", "gone"]).not.toContain(s.standing);
  });

  test("not comparable, with the reason; a gate on it does not pass", async () => {
    const kinds = await diff(shop("go1.26.heap"), shop("go1.26.cpu"), "--fail-on", "growth");
    expect(kinds.stdout).toMatch(/^NOT COMPARABLE {3}a heap profile and a cpu profile/);
    expect([kinds.code, kinds.stderr]).toEqual([3, expect.stringContaining("gate")]);
    const still = await json(shop("go1.26.heap"), shop("go1.26.allocs"));
    expect(still).toMatchObject({
      status: "not-comparable",
      comparison: { why: "no-cycle-between" },
      total: null,
    });
  });

  test("every kind, and differences as they come from ?seconds=", async () => {
    for (const kind of ["goroutine", "mutex", "block", "threadcreate", "cpu"])
      await json(shop(`go1.26.${kind}`), shop(`go1.27.${kind}`));
    for (const kind of ["heap-delta", "allocs-delta", "goroutine-delta"]) {
      const one = await json(shop(`go1.26.${kind}`));
      expect(one.comparison.form).toBe("delta");
    }
    const mutex = await json(shop("go1.26.mutex"), shop("go1.27.mutex"));
    expect(mutex).toMatchObject({ status: "difference", total: { change: { lo: null } } });
  });
});

test("objects are called objects, whole functions by their name", async () => {
  const pair = round("faulty", 1);
  const objects = await diff(...pair, "--sample-index", "inuse_objects");
  expect(objects.stdout).toMatch(/live objects in all/);
  const functions = await diff(...pair, "--granularity", "functions");
  const [first] = functions.stdout.split("\n");
  expect(first).toMatch(/^GROWTH SEEN .* at \w+/);
  expect(first).not.toMatch(/\.go\b/);
});

describe("captures and series", () => {
  test("a capture's folder: the leak's line; a cache that filled is no steady growth", async () => {
    const leak = await json(recording("heap-leak-sessions-faulty-go1.26"));
    expect(leak).toMatchObject({ form: "series", status: "growth", steps: 2 });
    expect(leak.places[0].user.file).toMatch(/session\/store\.go$/);
    expect(leak.inputs[0].timeIs).toBe("gc-cycle");
    // It warmed up in the first of its two steps: more is there, and no place is told to drift.
    const healthy = await json(recording("heap-leak-sessions-healthy-go1.26"));
    expect(healthy).toMatchObject({
      status: "inconclusive",
      places: [{ p: null, course: "unclear" }],
    });
    expect(healthy.places[0].slope.lo).toBeGreaterThan(0);
    const cache = await json(recording("cache-plateau-healthy-go1.26"));
    expect(cache.status).toBe("inconclusive");
  });

  test("two toolchains' profiles of one program match line by line", async () => {
    const folders = ["1.26", "1.27"].map((v) => recording(`heap-leak-sessions-faulty-go${v}`));
    const answer = await json(...folders.map((f) => path.join(f, "snapshot-3/heap.pb.gz")));
    expect(answer.comparison).toEqual({
      form: "naive",
      by: null,
      why: "other-process",
      isReversed: false,
    });
    const repeat = answer.sites.filter((s: { function: string }) => s.function === "bytes.Repeat");
    expect(repeat).toHaveLength(1);
    expect(repeat[0]).toMatchObject({ foundBy: "offset" });
    expect(repeat[0].from.line).not.toBe(repeat[0].line);
  });

  test("heap profiles 3 s apart of a real server, most of the same cycle", async (context) => {
    const folder = path.join(CORPORA, "pprof/parca/many");
    if (!existsSync(folder)) context.skip("the conformance data (pprof/parca) is not here");
    const files = ["1644509275338070000", "1644509281339135000", "1644509299337903000"].map((t) =>
      path.join(folder, `${t}.pb.gz`),
    );
    const [first = "", , last = ""] = files;
    const pair = await json(first, last);
    expect(pair).toMatchObject({ status: "growth", seconds: expect.closeTo(24, 0) });
    const arena = pair.sites[0];
    // One object of 83.20 MiB, as go tool pprof says too: sampled for certain, its interval is a point.
    expect(arena.function).toMatch(/skl\.newArena$/);
    expect(arena.change.lo).toBeCloseTo(arena.change.hi, 0);
    expect(arena.change.value).toBe(87_244_800);
    // The series holds two cycles, and says so.
    const series = await diff(...files);
    expect(series.stdout).toContain("show different GC cycles");
    expect((await diff(...files.toReversed())).stdout).toBe(series.stdout);
  });
});

describe("damage and mistakes", () => {
  test("a cut file carries its damage, or is one sentence", async () => {
    const [before, after] = round("faulty", 1);
    const folder = temporaryFolder();
    const whole = gunzipSync(readFileSync(after));
    for (const [i, part] of [0.03, 0.3, 0.55, 0.8, 0.95, 0.999].entries()) {
      const length = Math.floor(whole.length * part);
      const cut = path.join(folder, `cut-${i}.pb`);
      writeFileSync(cut, whole.subarray(0, length));
      const run = await heapwright(["diff", before, cut]);
      expectNoTrace(run);
      if (run.code === 0) expect(run.stdout).toContain("DAMAGE");
      else expect(run.code).toBe(3);
    }
    const stored = path.join(folder, "cut.pb.gz");
    const packed = readFileSync(after);
    writeFileSync(stored, packed.subarray(0, Math.floor(packed.length * 0.8)));
    const answer = await json(before, stored);
    expect(answer.inputs[1].complete).toBe(false);
    expect(answer.notes.map((n: { word: string }) => n.word)).toContain("DAMAGE");
  });

  test("a file that is no profile says which verb reads it", async () => {
    const [a] = round("healthy", 2);
    const trace = fixture("trace-analysis/user-stw-faulty.trace");
    expectComplaint(await diff(a, trace), 3, /is an execution trace\. Try: heapwright trace /);
    expectComplaint(
      await diff(a, trace, "--lang", "zh"),
      3,
      /它是执行跟踪。请用：heapwright trace /,
    );
    const empty = path.join(temporaryFolder(), "empty.pb.gz");
    writeFileSync(empty, "");
    expectComplaint(await diff(a, empty), 3, /it is empty/);
  });

  test("files of one capture have its record, named one by one too", async () => {
    const folder = recording("cache-plateau-healthy-go1.26");
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => /heap[^/]*\.pb\.gz$/.test(name))
      .map((name) => path.join(folder, name))
      .toSorted();
    const [first = ""] = files;
    const answer = await json(first, files.at(-1) ?? "");
    expect(answer.comparison).toMatchObject({ form: "paired", by: "manifest" });
  });

  test("what cannot be asked for, and what to do instead", async () => {
    const [a, b] = round("healthy", 2);
    const heap = ["diff", a];
    expectComplaint(await heapwright(heap), 2, /needs two: heapwright diff BEFORE AFTER/);
    expectComplaint(await heapwright([...heap, "/nothing/here"]), 3, /does not exist/);
    expectComplaint(await heapwright([...heap, b, "--focus", "("]), 2, /--focus: /);
    expectComplaint(
      await heapwright([...heap, b, "--sample_index", "cpu"]),
      2,
      /no sample type "cpu"/,
    );
    expectComplaint(await heapwright([...heap, b, "--requests", "5,5"]), 2, /second larger/);
    expectComplaint(await heapwright([...heap, b, "--json", "--md"]), 2, /not both/);
    expectComplaint(await heapwright(["diff", "-", "-"]), 2, /standard input holds one profile/);
    const text = path.join(temporaryFolder(), "text.txt");
    writeFileSync(text, "hello\n");
    expectComplaint(await heapwright([...heap, text]), 3, /no profile/);
    const help = await heapwright(["diff", "--help"]);
    expect(help.stdout.indexOf("Examples")).toBeLessThan(help.stdout.indexOf("--sample-index"));
  });
});
