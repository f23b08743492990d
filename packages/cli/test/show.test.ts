// `heapwright show` as a process: golden outputs on recorded profiles, equality with the engine's own
// reports, forms and formats, what is no profile.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { BIN, expectComplaint, expectNoTrace, heapwright } from "./command.ts";
import { field, gctrace, heapText, varint } from "./inputs.ts";
import { temporaryFolder } from "./temporary.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FIXTURES = path.join(ROOT, "packages/core/test/fixtures");
const GOLDEN = path.join(ROOT, "packages/cli/test/golden/show");

const fixture = (name: string): string => path.join(FIXTURES, "pprof", `${name}.pb.gz`);
const HEAP = fixture("go1.26.heap");

/** A heap of the lab with its capture's manifest. */
function recorded(): string {
  const folder = temporaryFolder();
  const archive = path.join(ROOT, "recordings/churn-report-faulty-go1.26.tar.gz");
  execFileSync("tar", ["xzf", archive, "-C", folder]);
  return path.join(folder, "snapshot-2/heap.pb.gz");
}

const show = (...args: readonly string[]) => heapwright(["show", ...args]);
const json = async (...args: readonly string[]) =>
  JSON.parse((await show(...args, "--json")).stdout);

function fileOf(name: string, content: string | Uint8Array): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  return file;
}

function expectGolden(name: string, text: string): void {
  const file = path.join(GOLDEN, name);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(GOLDEN, { recursive: true });
    writeFileSync(file, text);
  }
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe("golden", () => {
  const FLAGS: readonly (readonly string[])[] = [
    [],
    ["--cum"],
    ["--lang=zh"],
    ["--sample-index=alloc_objects"],
    ["--focus=newOrder"],
    ["--granularity=lines"],
    ["--tree"],
    ["--peek=newOrder"],
    ["--md"],
    ["--mean"],
    ["--top=2"],
    ["--wide"],
    ["--unit=kB"],
    ["--folded"],
  ];

  test.each(FLAGS)("go1.26.heap %s %s", async (...flags) => {
    const run = await show(HEAP, ...flags);
    expectNoTrace(run);
    expect(run.code).toBe(0);
    expectGolden(`go1.26.heap${flags.join("")}.txt`, run.stdout);
  });

  test.each([
    "go1.22.heap",
    "go1.26.heap-delta",
    "go1.27.allocs",
    "go1.26.goroutine",
    "go1.27.block",
    "go1.22.mutex",
    "go1.26.threadcreate",
    "go1.26.cpu",
  ])("%s", async (name) => {
    const run = await show(fixture(name));
    expectNoTrace(run);
    expect(run.stderr).toBe("");
    expectGolden(`${name}.txt`, run.stdout);
    // A terminal of 100 columns; Chinese signs take two, and are not in these.
    for (const line of run.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  });

  test("a heap of a capture says its cycle", async () => {
    const run = await show(recorded());
    expectGolden("churn-report-faulty-go1.26.txt", run.stdout);
    expect(run.stdout).toMatch(/shows the end of GC cycle \d+/);
    expect(run.stdout).toMatch(/ go1\.26\.\d+$/m);
  });
});

describe("the same as the engine", () => {
  const files = [
    HEAP,
    fixture("go1.27.mutex"),
    fixture("go1.26.heap-delta"),
    fixture("go1.22.goroutine"),
  ];

  test.each(["traces", "raw", "tags", "comments", "dot", "callgrind"])(
    "--%s is the text of pprof",
    async (report) => {
      for (const file of files) {
        const own = await show(file, `--${report}`);
        const other = await heapwright(["pprof", `-${report}`, file]);
        // But for the number of calls, which neither knows: see below.
        expect(own.stdout).toBe(other.stdout.replace(/^calls=0 /gm, "calls=1 "));
      }
    },
  );

  test("the numbers are those of -top, with any filter", async () => {
    for (const filters of [[], ["-focus=newOrder"], ["-hide=newBlob"], ["-noinlines"], ["-cum"]]) {
      const { nodes } = await json(HEAP, ...filters, "-nodefraction=0");
      const text = (
        await heapwright(["pprof", "-top", "-unit=B", "-nodefraction=0", ...filters, HEAP])
      ).stdout;
      const rows = [...text.matchAll(/^ *(\d+)B? +\S+ +\S+ +(\d+)B? +\S+ {2}(\S+)/gm)];
      expect(rows.length).toBeGreaterThan(2);
      const own = nodes.map(
        (node: { function: string; flat: { value: number }; cum: { value: number } }) => [
          String(node.flat.value),
          String(node.cum.value),
          node.function,
        ],
      );
      expect(own).toEqual(rows.map(([, flat, cum, name]) => [flat, cum, name]));
    }
  });

  test("samples stay with their rows whatever is done to stacks, and parts are of the whole", async () => {
    const { total } = await json(HEAP);
    const flats = (answer: { nodes: { flat: { samples: number } }[] }): number =>
      answer.nodes.reduce((sum, node) => sum + node.flat.samples, 0);
    for (const flags of [
      ["--tagroot=bytes"],
      ["--tagleaf=bytes"],
      ["--hide=newBlob"],
      ["--noinlines"],
      ["--granularity=files"],
      ["--granularity=addresses"],
    ]) {
      expect(flats(await json(HEAP, ...flags)), flags.join(" ")).toBe(total.samples);
    }
    const half = await json(HEAP, "--divide-by=2", "--focus=newOrder");
    const whole = await json(HEAP, "--focus=newOrder");
    expect(half.left.value * 2).toBe(whole.left.value);
    expect(half.nodes[0].flatFraction).toBe(whole.nodes[0].flatFraction);
    expect(half.leftFraction).toBe(whole.leftFraction);
    const relative = await json(HEAP, "--focus=newOrder", "--relative-percentages");
    expect(relative.leftFraction).toBe(whole.leftFraction);
    expect(relative.nodes[1].cumFraction).toBe(1);
  });

  test("the spellings of go tool pprof", async () => {
    const ours = await show(HEAP, "--sample-index=alloc_space", "--granularity=lines", "--cum");
    for (const args of [
      ["-top", "-cum", "-lines", "-sample_index=alloc_space", HEAP],
      ["--text", "--cum", "--lines=true", "--alloc_space", HEAP],
      [HEAP, "-cum", "--granularity", "lines", "--sample_index", "alloc_space"],
    ]) {
      expect((await show(...args)).stdout).toBe(ours.stdout);
    }
    expect((await show("-top", "2", HEAP)).stdout).toBe((await show(HEAP, "--top=2")).stdout);
    expect((await show("--top", HEAP)).stdout).toBe((await show(HEAP)).stdout);
  });

  test("units as they are printed are units that can be asked for", async () => {
    expect((await show(HEAP, "--unit=MiB")).stdout).toBe((await show(HEAP, "--unit=MB")).stdout);
    const block = fixture("go1.27.block");
    expect((await show(block, "--unit=µs")).stdout).toBe((await show(block, "--unit=us")).stdout);
    expect((await show(block, "--unit=h")).stdout).toContain("cum h");
  });

  test("a count is never printed in bytes", async () => {
    const run = await show(fixture("go1.26.goroutine"), "--unit=kB");
    expectComplaint(run, 2, /"kB" is no unit of goroutine: count has no other/);
  });

  test("what is not there is said, where an empty output would say nothing", async () => {
    const none = await show(HEAP, "--comments");
    expect(none).toMatchObject({ stdout: "", code: 0 });
    expect(none.stderr).toBe("heapwright: there are no comments in it\n");
    const labels = await show(fixture("go1.26.threadcreate"), "--tags");
    expect(labels.stderr).toBe("heapwright: no sample has a label\n");
  });
});

describe("JSON", () => {
  const schema: object = JSON.parse(
    readFileSync(path.join(ROOT, "docs/schema/show-1.schema.json"), "utf8"),
  );
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

  test("every kind fits the schema, with edges and without", async () => {
    const names = [
      "heap",
      "heap-delta",
      "allocs",
      "goroutine",
      "block",
      "mutex",
      "cpu",
      "threadcreate",
    ];
    for (const name of names) {
      const answer = await json(fixture(`go1.26.${name}`));
      expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
    }
    for (const flags of [["--tree"], ["--peek=newBlob"], ["--mean"], ["--focus=nothing"]]) {
      const answer = await json(HEAP, ...flags);
      expect(validate(answer), JSON.stringify(validate.errors)).toBe(true);
    }
  });

  test.each(["go1.26", "go1.27"])("%s threads without a stack are told", async (release) => {
    const file = path.join(FIXTURES, "profile-text", `${release}.threadcreate.txt`);
    const answer = await json(file);
    const sum = answer.nodes.reduce(
      (all: number, node: { flat: { value: number } }) => all + node.flat.value,
      0,
    );
    expect(answer.framelessFlat.value).toBeGreaterThan(0);
    expect(sum + answer.framelessFlat.value).toBe(answer.total.value);
    const listed = await show(file);
    expect(listed.stdout).toMatch(/ without a stack$/m);
    expect((await show(file, "--tree", "--lang=zh")).stdout).toMatch(/ 没有调用栈$/m);
    expect((await show(file, "--md")).stdout).toContain("| without a stack |");
  });

  test("flats add up to the total, samples too, and nothing unknown is 0", async () => {
    const heap = await json(recorded());
    const sum = (of: (node: { flat: { value: number; samples: number } }) => number): number =>
      heap.nodes.reduce(
        (all: number, node: { flat: { value: number; samples: number } }) => all + of(node),
        0,
      );
    expect(sum(({ flat }) => flat.value)).toBe(heap.total.value);
    expect(sum(({ flat }) => flat.samples)).toBe(heap.total.samples);
    expect(heap.samples).toMatchObject({ basis: "recovered", unverifiedRows: 0 });
    const block = await json(fixture("go1.26.block"));
    expect(block.total).toMatchObject({ lo: null, hi: null, samples: null });
    expect(block.cycle).toBeNull();
  });

  test("edges add up as the callers' part of a node", async () => {
    const { nodes } = await json(HEAP, "--peek=newBlob");
    const [node] = nodes;
    const callers = node.callers.map(
      (edge: { value: { value: number; samples: number } }) => edge.value,
    );
    const sum = (key: "value" | "samples"): number =>
      callers.reduce(
        (all: number, value: { value: number; samples: number }) => all + value[key],
        0,
      );
    expect(sum("value")).toBe(node.cum.value);
    expect(sum("samples")).toBe(node.cum.samples);
  });
});

describe("forms and formats", () => {
  test("what is written can be shown again, with the same samples", async () => {
    const before = await json(HEAP, "--focus=newBlob");
    for (const form of ["proto", "otlp"]) {
      const file = path.join(temporaryFolder(), `out.${form}`);
      expect((await show(HEAP, "--focus=newBlob", `--${form}`, "-o", file)).code).toBe(0);
      const after = await json(file);
      expect(after.total).toEqual(before.left);
    }
    const scope = path.join(temporaryFolder(), "out.json");
    await show(HEAP, "--speedscope", "-o", scope);
    const top = await json(scope);
    expect(top.total).toMatchObject({ samples: null, lo: null });
    expect(top.notes.map(({ id }: { id: string }) => id)).toContain("show.rate-not-stated");
  });

  test("--callgrind: what callgrind_annotate adds up is the total", async () => {
    const { stdout } = await show(HEAP, "--callgrind", "--unit=B", "--no-trim");
    let calls = 0;
    let sum = 0;
    for (const line of stdout.split("\n")) {
      const count = /^calls=(\d+) /.exec(line)?.[1];
      const cost = /^[+*-]?(?:0x)?[\da-f]* [+*-]?\d* (-?\d+)$/.exec(line)?.[1];
      if (count !== undefined) calls = Number(count);
      else if (cost !== undefined) {
        if (calls === 0) sum += Number(cost);
        calls = 0;
      }
    }
    expect(sum).toBe((await json(HEAP)).total.value);
  });

  test("--svg needs no Graphviz, and a quote in a label breaks nothing", async () => {
    // Labels of this one hold quotes, line feeds and signs beyond ASCII.
    for (const file of [HEAP, fixture("go1.26.goroutine")]) {
      const run = await heapwright(["show", file, "--svg"], { env: { PATH: "/nonexistent" } });
      expect(run.stderr).toBe("");
      expect(run.stdout).toMatch(/<svg[^]*main[^]*<\/svg>\s*$/);
    }
    const file = path.join(temporaryFolder(), "out.svg");
    const pprof = await heapwright(["pprof", "-svg", "-output", file, HEAP], {
      env: { PATH: "/nonexistent" },
    });
    expect(pprof.code).toBe(0);
    expect(readFileSync(file, "utf8")).toContain("newBlob");
    const png = await heapwright(["pprof", "-png", HEAP], { env: { PATH: "/nonexistent" } });
    expect(png.stderr).toContain("Is Graphviz installed?");
  }, 60_000);

  test("a profile of allocations opens on what was allocated, in every form", async () => {
    for (const file of [
      fixture("go1.26.allocs"),
      fixture("go1.26.allocs-delta"),
      path.join(FIXTURES, "profile-text/go1.26.allocs.txt"),
    ]) {
      expect((await json(file)).sampleType, file).toBe("alloc_space");
      expect((await json(file, "--sample-index=inuse_space")).sampleType).toBe("inuse_space");
    }
    expect((await json(path.join(FIXTURES, "profile-text/go1.26.heap.txt"))).sampleType).toBe(
      "inuse_space",
    );
  });

  test("a number in a label's text is told from a number", async () => {
    const run = await show(fixture("go1.26.goroutine"), "--tagfocus=x=7");
    expect(run.stderr).toContain("7 was taken as a number; for the text of a label");
  });

  test("a heap and allocations added up have intervals", async () => {
    const both = await json(HEAP, fixture("go1.26.allocs"));
    expect(both.kind).toBe("heap");
    expect(both.total.lo).toBeLessThan(both.total.value);
  });

  test("a goroutine dump is shown as a goroutine profile, cut or whole", async () => {
    const file = path.join(FIXTURES, "goroutine-text/go1.26.goroutine.txt");
    const whole = await json(file);
    expect(whole.kind).toBe("goroutine");
    expect(whole.total.value).toBe(readFileSync(file, "utf8").match(/^goroutine \d+/gm)?.length);
    expect((await show(file, "--tags")).stdout).toContain(" state: Total ");
    const text = readFileSync(file);
    const cut = fileOf("gz.txt.gz", gzipSync(text.subarray(0, text.length / 2)));
    const part = await json(cut);
    expect(part.damage.length).toBeGreaterThan(0);
    expect(part.total.value).toBeLessThan(whole.total.value);
    // The tool of the same arguments says what its model says.
    expect((await heapwright(["pprof", "-top", file])).stderr).toContain("unrecognized");
  });

  test("why names show for a profile from which no cause follows", async () => {
    const why = await heapwright(["why", fixture("go1.26.mutex")]);
    expect(why.stdout).toContain("heapwright show go1.26.mutex.pb.gz");
    const heap = await heapwright(["why", HEAP, "--lang=zh"]);
    expect(heap.stdout).not.toContain("heapwright show");
  });

  test("a file that is named twice is counted twice, and that is said", async () => {
    const run = await show(HEAP, path.join(path.dirname(HEAP), ".", path.basename(HEAP)));
    expect(run.stderr).toMatch(/is named twice and counted twice/);
    expect((await show(HEAP, fixture("go1.26.allocs"))).stderr).toBe("");
    expectComplaint(await show("-", "-"), 2, /standard input can be read once/);
  });

  test("files of one name are told apart by their folders", async () => {
    const folder = temporaryFolder();
    const files = ["a/snap", "b/snap"].map((name) => path.join(folder, name, "heap.pb.gz"));
    for (const file of files) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, readFileSync(HEAP));
    }
    const run = await show(...files);
    expect(run.stdout).toContain("added up: a/snap/heap.pb.gz, b/snap/heap.pb.gz");
    expect((await show(files[0] ?? "", HEAP)).stdout).toContain(
      `added up: heap.pb.gz, ${path.basename(HEAP)}`,
    );
  });

  test("the page says the notes of the list, of the type that it opens on", async () => {
    for (const [type, lang] of [
      ["inuse_space", "en"],
      ["alloc_objects", "zh"],
    ]) {
      const file = path.join(temporaryFolder(), "heap.html");
      const flags = [`--sample-index=${type}`, `--lang=${lang}`, "--no-source"];
      await show(HEAP, `--html=${file}`, "--quiet", ...flags);
      const html = readFileSync(file, "utf8").replaceAll("&amp;", "&").replaceAll("&gt;", ">");
      const { notes } = await json(HEAP, ...flags);
      const said = notes.filter(({ id }: { id: string }) => id !== "show.one-sample");
      expect(said.length).toBeGreaterThan(0);
      for (const { text } of said) expect(html).toContain(text);
    }
  });

  test("several files are added up, and said", async () => {
    const one = await json(HEAP);
    const two = await json(HEAP, HEAP);
    expect(two.total.value).toBe(2 * one.total.value);
    expect(two.total.samples).toBe(2 * one.total.samples);
    expect(two.samples.basis).toBe("recovered");
    expect(two.notes.map(({ id }: { id: string }) => id)).toContain("show.merged");
  });

  test("debug=1 text: the same intervals, and its cycle", async () => {
    const file = fileOf("heap.txt", heapText(12, 9));
    const { total, cycle, samples } = await json(file);
    expect(samples.basis).toBe("recovered");
    expect(total.samples).toBe(12);
    expect(cycle).toBe(8);
    expect((await show(fileOf("early.txt", heapText(12, 1)))).stdout).toContain(
      "no GC cycle to show yet",
    );
  });

  test("standard input", async () => {
    const child = spawn(process.execPath, [BIN, "show", "-", "--top=1"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.end(readFileSync(HEAP));
    let text = "";
    for await (const chunk of child.stdout) text += String(chunk);
    expect(text).toBe((await show(HEAP, "--top=1")).stdout);
  });

  test("an address: the heap where no profile is named", async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.end(readFileSync(HEAP));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const base = `http://127.0.0.1:${address.port}`;
    const run = await show(base, "--top=1");
    await show(`${base}/debug/pprof/allocs`, "--top=1");
    server.close();
    expect(asked).toEqual(["/debug/pprof/heap", "/debug/pprof/allocs"]);
    expect(run.stdout).toContain("16.8 MiB");
  });

  test("files of which nothing can be added up", async () => {
    const run = await show(HEAP, fixture("go1.26.goroutine"));
    expectComplaint(run, 2, /no sample type in common; show them one by one/);
  });

  test("a hostile name is text", async () => {
    const strings = ["", "n", "count", "\u001b[31m|`<b>\n\u202e", "f"].map((s) =>
      field(6, Buffer.from(s)),
    );
    const number = (n: number, value: number) => Buffer.concat([varint(n * 8), varint(value)]);
    const profile = Buffer.concat([
      field(1, Buffer.concat([number(1, 1), number(2, 2)])),
      field(2, Buffer.concat([field(1, varint(1)), field(2, varint(5))])),
      field(4, Buffer.concat([number(1, 1), field(4, number(1, 1))])),
      field(5, Buffer.concat([number(1, 1), number(2, 3), number(4, 4)])),
      ...strings,
    ]);
    for (const form of [[], ["--md"], ["--tree"]]) {
      const run = await show(fileOf("x.pb", profile), ...form);
      expectNoTrace(run);
      const signs = Array.from(run.stdout, (sign) => sign.codePointAt(0) ?? 0);
      expect(signs.filter((c) => (c < 32 && c !== 10) || c === 0x202e)).toEqual([]);
      expect(run.stdout).toContain("u{1b}");
    }
  });
});

describe("damage", () => {
  test("a cut file says what was lost, or why it cannot be used; never less in silence", async () => {
    const whole = readFileSync(recorded());
    const { total } = await json(recorded());
    for (const part of [0.02, 0.3, 0.7, 0.97, 0.999]) {
      const file = fileOf("cut.pb.gz", whole.subarray(0, Math.floor(whole.length * part)));
      const run = await show(file, "--json");
      expectNoTrace(run);
      if (run.code === 3) continue;
      const answer = JSON.parse(run.stdout);
      expect(answer.damage.length).toBeGreaterThan(0);
      expect(answer.total.value).toBeLessThanOrEqual(total.value);
      expect((await show(file)).stdout).toContain("DAMAGE");
    }
  });

  test("a checksum that is wrong is told although every row is there", async () => {
    const stored = Buffer.from(gzipSync(gunzipSync(readFileSync(HEAP))));
    stored[stored.length - 6] = (stored[stored.length - 6] ?? 0) ^ 0xff;
    const run = await show(fileOf("crc.pb.gz", stored));
    expectNoTrace(run);
    expect(run.stdout).toMatch(/DAMAGE +crc\.pb\.gz: the gzip stream is damaged at byte \d+/);
  });

  test("two profiles in one file", async () => {
    const plain = gunzipSync(readFileSync(HEAP));
    const file = fileOf("two.pb.gz", gzipSync(Buffer.concat([plain, plain])));
    expectComplaint(await show(file), 3, /several profiles written one behind the other/);
  });
});

describe("what is no profile, and what cannot be asked", () => {
  const trace = path.join(FIXTURES, "trace-analysis/user-stw-faulty.trace");

  test.each([
    ["a trace", () => trace, /is an execution trace\. Try: heapwright trace /],
    [
      "a log",
      () => fileOf("gc.log", gctrace({ cycles: 20, firstMiB: 9, stepMiB: 1 })),
      /Try: heapwright why /,
    ],
    [
      "a page",
      () => fileOf("heap", "<!doctype html><html><body>pprof</body></html>"),
      /it is a web page/,
    ],
    ["nothing", () => fileOf("empty", ""), /it is empty/],
    [
      "what a server said instead",
      () => fileOf("leak.pb.gz", "Unknown profile\n"),
      /it says "Unknown profile", which may be a server's answer/,
    ],
    [
      "what a server said in JSON",
      () => fileOf("heap.pb.gz", gzipSync('{"error": "unauthorized"}')),
      /may be a server's answer/,
    ],
    [
      "the first bytes of a gzip file",
      () => fileOf("cut.gz", readFileSync(HEAP).subarray(0, 12)),
      /a gzip file of which nothing can be unpacked/,
    ],
    ["two gzip layers", () => fileOf("x.gz", gzipSync(readFileSync(HEAP))), /compressed twice/],
    ["another tool's file", () => fileOf("x.jfr", "FLR\0\0\x02\0\0"), /Java Flight Recorder/],
    ["an archive", () => fileOf("x.zip", "PK\x03\x04\x14\0"), /ZIP archive\. Unpack it/],
    [
      "text",
      () => fileOf("notes.txt", "just some notes\nof somebody\n"),
      /no format that is known/,
    ],
    ["a folder", () => FIXTURES, /is a folder\. What it holds together: heapwright why /],
    ["a name", () => "/nonexistent/heap.pb.gz", /does not exist/],
  ])("%s", async (_, file, says) => {
    expectComplaint(await show(file()), 3, says);
  });

  test.each([
    [["--tree", "--dot"], /--tree and --dot are different outputs/],
    [["--traces", "--json"], /--json is a form of the list/],
    [["--json", "--md"], /--json or --md/],
    [["--focus=("], /--focus is no regular expression of Go/],
    [["--peek=zzz"], /no function matches zzz/],
    [["--sample-index=nope"], /no sample type "nope" in it; there is alloc_objects/],
    [["--sample-index=9"], /--sample-index 9 is not from 0 to 3/],
    [["--granularity=words"], /--granularity does not take "words"/],
    [["--top=x"], /--top takes a whole number/],
    [["--top", "x"], /--top takes a whole number, not "x"/],
    [["--top", "-3"], /--top takes a whole number, not "-3"/],
    [["--nodefraction=7"], /--nodefraction is a share from 0 to 1/],
    [["--edgefraction=-1"], /--edgefraction is a share from 0 to 1/],
    [["--unit=ms"], /--unit "ms" is no unit of inuse_space; there is B, KiB, MiB/],
    [["--unit=zz", "--traces"], /--unit "zz" is no unit/],
    [["-diff_base=old.pb.gz"], /show has no --diff-base. For what changed since: heapwright diff/],
    [["-http=:8080"], /heapwright view FILE serves it/],
    [["-weblist=main"], /--list RE here/],
    [["-all_frames"], /heapwright pprof -all_frames has/],
    [["--divide-by=0"], /--divide-by takes a number above 0, not "0"/],
    [["--divide-by=-1"], /--divide-by takes a number above 0, not "-1"/],
    [["-o", "/nonexistent/out"], /cannot write/],
    [["--nosuch"], /unknown option/],
  ] as const)("%j", async (flags, says) => {
    expectComplaint(await show(HEAP, ...flags), 2, says);
  });

  test("a filter that matches nothing is told, and the answer is empty", async () => {
    const run = await show(HEAP, "--focus=zzz");
    expect(run.stderr).toBe("heapwright: --focus matched no samples\n");
    expect(run.stdout).toContain("nothing to list");
    expect(run.code).toBe(0);
    const zh = await show(HEAP, "--focus=zzz", "--lang=zh");
    expect(zh.stderr).toContain("没有匹配任何样本");
  });
});
