// `heapwright diff` along recorded series: every kind of profile, excursions, ends, the gate, and narrow
// terminals. Recorded programs: lab/studies/series.

import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { width } from "@heapwright/core/report/columns.ts";
import { expectComplaint, expectNoTrace, heapwright, type Finished } from "./command.ts";
import { temporaryFolder } from "./temporary.ts";

const SERIES = fileURLToPath(new URL("../../core/test/fixtures/series/", import.meta.url));
const schema: object = JSON.parse(
  readFileSync(new URL("../../../docs/schema/diff-1.schema.json", import.meta.url), "utf8"),
);
const isValid = new Ajv2020({ allErrors: true, strict: false }).compile(schema);

function files(mode: string, kind = "heap"): string[] {
  const folder = path.join(SERIES, mode);
  return readdirSync(folder)
    .filter((name) => name.startsWith(kind))
    .toSorted()
    .map((name) => path.join(folder, name));
}

async function diff(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  const run = await heapwright(["diff", ...args], { env });
  expectNoTrace(run);
  return run;
}

async function json(...args: readonly string[]) {
  const run = await diff([...args, "--json"]);
  isValid(JSON.parse(run.stdout));
  expect(isValid.errors).toBeNull();
  return JSON.parse(run.stdout);
}

describe("live memory", () => {
  test("a batch in one snapshot is set aside and told, and no growth", async () => {
    const answer = await json(...files("batch"));
    expect(answer).toMatchObject({ form: "series", measure: "live", status: "no-growth" });
    expect(answer.excursions).toHaveLength(1);
    expect(answer.excursions[0]).toMatchObject({ fromSnapshot: 5, toSnapshot: 5 });
    expect(answer.excursions[0].at.function).toBe("main.batch");
    expect(answer.snapshots[5].isSetAside).toBe(true);
    const said = await diff([...files("batch"), "--fail-on", "growth"]);
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/snapshot 6 \(\d+ ms\) set aside: [\d.]+ MiB more at series\/main/);
    const zh = await diff([...files("batch"), "--lang", "zh"]);
    expect(zh.stdout).toMatch(/第 6 份.*已搁置/);
  });

  test("the same at the end is not decided, and neither gate is quiet about it", async () => {
    const list = files("last");
    expect((await json(...list)).status).toBe("inconclusive");
    const open = await diff([...list, "--fail-on", "growth"]);
    expect([open.code, open.stderr]).toEqual([3, expect.stringContaining("gate is open")]);
    expect(open.stdout).toContain("only its last steps grew");
    expect((await diff([...list, "--fail-on", "inconclusive"])).code).toBe(1);
    expect((await diff(list)).code).toBe(0);
  });

  test("a warm-up passes the gate; a leak and a map that doubles do not", async () => {
    const warm = await diff([...files("warm"), "--fail-on", "growth"]);
    expect([warm.code, warm.stdout.slice(0, 18)]).toEqual([0, "GREW, THEN STOPPED"]);
    expect((await diff([...files("warm"), "--fail-on", "inconclusive"])).code).toBe(0);
    for (const [mode, where] of [
      ["leak", "main.keep"],
      ["table", "main.enter"],
    ] as const) {
      const answer = await json(...files(mode));
      expect(answer.status).toBe("growth");
      const growing = answer.places.find((p: { course: string }) => p.course === "goes-on");
      expect(growing.function).toBe(where);
      expect((await diff([...files(mode), "--fail-on", "growth"])).code).toBe(1);
    }
  });

  test("objects are counted in objects; callers that take over are no growth", async () => {
    const objects = await json(...files("leak"), "--sample-index", "inuse_objects");
    expect(objects.slopeUnit).toBe("count/s");
    const bytes = await json(...files("leak"));
    const grown = (d: { places: { function: string; slope: { value: number } }[] }): number =>
      d.places.find((p) => p.function === "main.keep")?.slope.value ?? NaN;
    // Of 2 KiB each, and the larger slice that they are appended to.
    expect(grown(bytes) / grown(objects)).toBeGreaterThan(2047);
    expect(grown(bytes) / grown(objects)).toBeLessThan(2300);
    const batch = await json(...files("batch"));
    for (const p of batch.places) expect(p.isHandedOver || p.slope.value < 0).toBe(true);
    expect((await diff(files("batch"))).stdout).toMatch(/\nTAKING OVER {3}one caller/);
  });

  test("a damaged file is left out; what is left is the series", async () => {
    const list = files("leak");
    const cut = path.join(temporaryFolder(), "cut.pb.gz");
    const packed = readFileSync(list[5] ?? "");
    writeFileSync(cut, packed.subarray(0, Math.floor(packed.length * 0.8)));
    const whole = await json(...list.filter((_, i) => i !== 5));
    const damaged = await json(...list.map((name, i) => (i === 5 ? cut : name)));
    expect(damaged).toMatchObject({ damaged: 1, restarts: 0, status: "growth" });
    expect(damaged.total).toEqual(whole.total);
    // As the first of two it would make all else new: no gate may rest on that.
    const gate = await diff([cut, list[11] ?? "", "--fail-on", "growth"]);
    expect(gate.stdout).toContain("the first file is damaged");
    expect(gate.code).toBe(3);
  });
});

describe("other kinds", () => {
  test("goroutines: exact counts, growth where they wait", async () => {
    const answer = await json(...files("kinds", "goroutine"));
    expect(answer).toMatchObject({
      form: "series",
      measure: "goroutines",
      status: "growth",
      slopeUnit: "count/s",
    });
    expect(answer.places[0]).toMatchObject({ function: "main.wait.func1", went: 0, came: 18 });
    const said = await diff([...files("kinds", "goroutine"), "--fail-on", "growth"]);
    expect([said.code, said.stdout]).toEqual([1, expect.stringContaining("goroutines ")]);
    expect(said.stdout).not.toContain("GC cycle");
  });

  test("what was allocated is a rate, which changed; a gate on growth says that it cannot tell", async () => {
    const list = files("kinds", "allocs");
    const answer = await json(...list);
    expect(answer).toMatchObject({ form: "rates", status: "rate-changed", rateUnit: "bytes/s" });
    expect(answer.windows).toHaveLength(9);
    expect(answer.changed[0].function).toBe("main.more");
    expect(answer.changed[0].change).toMatchObject({ window: 5, before: { value: 0 } });
    expect(answer.changed[0].change.change.lo).toBeGreaterThan(0);
    const said = await diff([...list, "--fail-on", "growth"]);
    expect(said.code).toBe(3);
    expect(said.stdout).toMatch(/not of\s+memory held/);
    const objects = await json(...list, "--sample-index", "alloc_objects");
    expect(objects.rateUnit).toBe("count/s");
    // Half of the series, before anything changed.
    const steady = await json(...list.slice(0, 6));
    expect(steady.status).toBe("rate-steady");
    expect(steady.total.couldHaveSeen).toBeGreaterThan(0);
    expect((await json(...list.slice(0, 4))).status).toBe("inconclusive");
  });

  test("contention: totals without an interval of sampling; CPU: windows", async () => {
    const mutex = await json(...files("kinds", "mutex"));
    expect(mutex).toMatchObject({
      status: "rate-changed",
      hasSampling: false,
      rateUnit: "ns/s",
      windowsAre: "between-totals",
    });
    const cpu = await json(...files("kinds", "cpu"));
    expect(cpu).toMatchObject({ windowsAre: "files", rateUnit: "cores", restarts: 0 });
    expect(cpu.windows).toHaveLength(10);
    expect((await diff(files("kinds", "cpu"))).stdout).toContain("window of its own");
  });

  test("one of another kind is refused, and named", async () => {
    const [a = "", b = ""] = files("leak");
    const [cpu = ""] = files("kinds", "cpu");
    const said = await diff([a, b, cpu]);
    expect(said.stdout).toMatch(/^NOT COMPARABLE {3}a heap profile and a cpu profile/);
    expect(said.stdout).toMatch(/a series is of one kind of profile;[^]*heap-00[^]*cpu-00/);
    expectComplaint(
      await heapwright(["diff", a, b, a, "--requests", "1,2"]),
      2,
      /a series has more/,
    );
  });

  test("two processes in one series: said, and nothing is compared across", async () => {
    const list = [...files("kinds", "allocs").slice(0, 6), ...files("leak").slice(0, 6)];
    const answer = await json(...list, "--sample-index", "alloc_space");
    expect(answer.restarts).toBe(1);
    expect(answer.windows).toHaveLength(10);
  });
});

describe("a gate that cannot say", () => {
  test("a pattern that matches nothing does not pass, pair, series or rates", async () => {
    const heaps = files("leak");
    for (const list of [heaps.slice(0, 2), heaps, files("kinds", "allocs")]) {
      const said = await diff([...list, "--focus", "no.such.package", "--fail-on", "growth"]);
      expect(said.code).toBe(3);
      expect(said.stdout).toMatch(/^NOT COMPARABLE +--focus and --ignore leave no stack/);
      expect((await json(...list, "--focus", "no.such.package")).status).toBe("not-comparable");
    }
    const one = await diff([...heaps, "--focus", "main", "--fail-on", "growth"]);
    expect(one.code).toBe(1);
  });

  test("contention that nobody recorded is not steady", async () => {
    const folder = temporaryFolder();
    const list = [0, 1, 2, 3, 4].map((i) => {
      const file = path.join(folder, `block-${i}.txt`);
      writeFileSync(file, `--- contention:\ncycles/second=${2_000_000_000 + i}\n`);
      return file;
    });
    for (const some of [list, list.slice(0, 2)]) {
      const said = await diff([...some, "--fail-on", "growth"]);
      expect(said.code).toBe(3);
      expect(said.stdout).toMatch(/^NOT COMPARABLE +no file holds a wait/);
      expect((await json(...some)).status).toBe("not-comparable");
    }
  });

  test("on rates and totals it says why", async () => {
    const allocs = files("kinds", "allocs");
    const rates = await diff([...allocs, "--fail-on", "growth"]);
    expect([rates.code, rates.stderr]).toEqual([
      3,
      expect.stringContaining("of rates nothing grows"),
    ]);
    const two = await diff([...files("kinds", "mutex").slice(0, 2), "--fail-on", "growth"]);
    expect([two.code, two.stderr]).toEqual([3, expect.stringContaining("a total since the start")]);
  });
});

describe("folders", () => {
  const folderOf = (list: readonly string[]): string => {
    const folder = temporaryFolder();
    for (const file of list) copyFileSync(file, path.join(folder, path.basename(file)));
    return folder;
  };

  test("of one kind that is no heap are its series", async () => {
    const run = await diff([folderOf(files("kinds", "goroutine")), "--fail-on", "growth"]);
    expect([run.code, run.stdout]).toEqual([1, expect.stringContaining("wait.func1")]);
  });

  test("of several such kinds name them; empty ones say so", async () => {
    const folder = folderOf([...files("kinds", "goroutine"), ...files("kinds", "mutex")]);
    expectComplaint(
      await heapwright(["diff", folder]),
      3,
      /several other kinds \(goroutine, mutex\)/,
    );
    expectComplaint(await heapwright(["diff", folderOf([])]), 3, /holds no profile/);
  });
});

describe("narrow terminals", () => {
  const lists: readonly (readonly [string, readonly string[]])[] = [
    ["diff", files("leak").slice(0, 2)],
    ["diff", files("batch")],
    ["diff", files("last")],
    ["diff", files("table")],
    ["diff", files("kinds", "allocs")],
    ["diff", files("kinds", "goroutine")],
    ["show", files("leak").slice(0, 1)],
    ["show", ["--tree", ...files("leak").slice(0, 1)]],
  ];
  for (const columns of [60, 80, 100]) {
    test(`no line is wider than ${columns} columns`, async () => {
      for (const [verb, args] of lists) {
        for (const lang of ["en", "zh"]) {
          const run = await heapwright([verb, ...args, "--lang", lang], {
            env: { COLUMNS: String(columns) },
          });
          expect(run.code).toBe(0);
          const wider = run.stdout.split("\n").filter((line) => width(line) > columns);
          expect(wider).toEqual([]);
        }
      }
    });
  }

  test("a pipe gets whole lines, and numbers are the same at every width", async () => {
    const list = files("kinds", "allocs");
    const wide = (await diff(list)).stdout;
    expect(wide.split("\n").some((line) => width(line) > 100)).toBe(true);
    const numbers = (text: string): string[] =>
      (text.match(/\d+(\.\d+)? MiB\/s/g) ?? []).toSorted();
    const narrow = (await diff(list, { COLUMNS: "60" })).stdout.replaceAll(/\n\s+/g, " ");
    expect(numbers(narrow)).toEqual(numbers(wide.replaceAll(/\n\s+/g, " ")));
    // What is no number of columns is nothing.
    expect((await diff(list, { COLUMNS: "wide" })).stdout).toBe(wide);
  });
});
