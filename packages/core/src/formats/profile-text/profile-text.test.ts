import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  cutPositions,
  decoded,
  filesBelow,
  fixture,
  fixtureNames,
  fixtureText,
  labelsOf,
  outcome,
  profileOf,
  randoms,
  readWith,
  refusal,
  spell,
  stackOf,
} from "../../../test/profile-testkit.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { pprofFormat } from "../pprof/format.ts";
import { profileTextFormat } from "./format.ts";

const NAMES = fixtureNames("profile-text", /\.txt$/);
const VERSIONS = ["go1.22", "go1.26", "go1.27"];

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(bytes: Uint8Array, name = "input"): ReadResult {
  return readWith(profileTextFormat, bytes, { name });
}

function readText(text: string, name = "input"): ReadResult {
  return read(utf8(text), name);
}

const codes = (result: ReadResult): string[] =>
  result.diagnostics.map(({ code, severity, count }) => `${severity} ${code} ${count}`);

/** Rows as one line each: values, labels, stack. Type arguments are not printed in text. */
function rowsOf(table: ProfileTable, values: (row: number) => number[]): string[] {
  const lines: string[] = [];
  for (let row = 0; row < table.rows; row++) {
    const numbers = values(row);
    if (numbers.every((value) => value === 0)) continue;
    const stack = stackOf(table, table.rowStack[row]).map((location) =>
      location.map((line) => line.replace(/\[go\.shape[^)]*\]/, "[...]")),
    );
    lines.push(JSON.stringify([numbers, labelsOf(table, row).toSorted(), stack]));
  }
  return lines.toSorted();
}

/** protomem.go scaleHeapSample: what the protobuf writer does with the raw counts of the text. */
function scaled(objects: number, bytes: number, rate: number): [number, number] {
  if (objects === 0 || bytes === 0) return [0, 0];
  if (rate <= 1) return [objects, bytes];
  const scale = 1 / (1 - Math.exp(-(bytes / objects) / rate));
  return [Math.trunc(objects * scale), Math.trunc(bytes * scale)];
}

function scaledRow(table: ProfileTable, row: number): number[] {
  const [allocObjects = 0, allocBytes = 0, inuseObjects = 0, inuseBytes = 0] = table.values.map(
    (column) => column[row] ?? 0,
  );
  const rate = table.period ?? NaN;
  return [...scaled(allocObjects, allocBytes, rate), ...scaled(inuseObjects, inuseBytes, rate)];
}

/** Frames of the deepest stacks in the fixtures, which are cut at 32 or 128. */
const isCutStack = (line: string): boolean => line.split("main.deep ").length > 30;

/** printStackRecord leaves out the runtime's frames at the leaf, line by line. */
function withoutRuntimeLeaves(line: string): string {
  const [numbers, labels, stack]: [number[], string[], string[][]] = JSON.parse(line);
  const isRuntime = (at: string): boolean => /^(?:internal\/runtime\/|runtime\.)/.test(at);
  const shown = stack.map((location) => [...location]);
  while (shown.length > 0) {
    const first = shown[0] ?? [];
    while (first.length > 0 && isRuntime(first[0] ?? "")) first.shift();
    if (first.length > 0) break;
    shown.shift();
  }
  return JSON.stringify([numbers, labels, shown.length > 0 ? shown : stack]);
}

const rawRow = (table: ProfileTable, row: number): number[] =>
  table.values.map((column) => column[row] ?? NaN);

describe("fixtures recorded with Go 1.22, 1.26 and 1.27", () => {
  it.each(NAMES)("%s is detected and whole", (name) => {
    const bytes = fixture(`profile-text/${name}`);
    expect(profileTextFormat.detect(bytes.subarray(0, 65536), name)).toEqual({
      format: "profile-text",
      strength: "certain",
    });
    const result = read(bytes, name);
    expect(result.completeness).toEqual({ complete: true, lowerBounds: false });
    expect(result.diagnostics.filter(({ severity }) => severity !== "note")).toEqual([]);
    expect(profileOf(result).rows).toBe(
      // Every row has its addresses behind an "@"; the header of a heap has one too.
      (fixtureText(`profile-text/${name}`).match(/^\d.*@/gm) ?? []).length,
    );
  });

  it.each(VERSIONS)("%s heap: scaled as Go does, each row is the protobuf's of that cycle", (v) => {
    for (const kind of ["heap", "allocs"]) {
      const text = profileOf(read(fixture(`profile-text/${v}.${kind}.txt`), `${kind}.txt`));
      const proto = profileOf(
        readWith(pprofFormat, fixture(`pprof/${v}.${kind}.pb.gz`), { name: `${kind}.pb.gz` }),
      );
      const { profileKind, defaultSampleType, period, periodType, sampleTypes } = text;
      expect({ profileKind, defaultSampleType, period, periodType, sampleTypes }).toEqual({
        profileKind: proto.profileKind,
        defaultSampleType: proto.defaultSampleType,
        period: proto.period,
        periodType: proto.periodType,
        sampleTypes: proto.sampleTypes,
      });
      const unlabelled = { ...proto, labels: text.labels };
      const expected = rowsOf(
        { ...unlabelled, labels: { ...text.labels, start: new Int32Array(proto.rows + 1) } },
        (row) => rawRow(proto, row),
      );
      expect(rowsOf(text, (row) => scaledRow(text, row))).toEqual(expected);
      expect(expected.length).toBeGreaterThan(3);
    }
  });

  it.each(NAMES)("%s with another profile behind it is read alone, and that is said", (name) => {
    const bytes = fixture(`profile-text/${name}`);
    const alone = read(bytes, name);
    const content = (result: ReadResult): string =>
      spell({ ...result, diagnostics: [], completeness: alone.completeness });
    for (const other of ["go1.26.heap.txt", "go1.26.mutex.txt", "go1.27.goroutine.txt", name]) {
      const both = new Uint8Array([...bytes, ...fixture(`profile-text/${other}`)]);
      const result = read(both, name);
      expect(content(result), other).toBe(content(alone));
      const said = result.diagnostics.find(({ code }) => code === "profile-text.second-profile");
      expect(said, other).toMatchObject({
        severity: "damage",
        where: { line: fixtureText(`profile-text/${name}`).split("\n").length },
      });
      expect(result.completeness.complete).toBe(false);
    }
  });

  it.each(VERSIONS)("%s goroutine: the protobuf's stacks without the runtime's leaves", (v) => {
    const text = profileOf(read(fixture(`profile-text/${v}.goroutine.txt`)));
    const proto = profileOf(readWith(pprofFormat, fixture(`pprof/${v}.goroutine.pb.gz`)));
    expect(text.profileKind).toBe("goroutine");
    const fromText = rowsOf(text, (row) => rawRow(text, row));
    const fromProto = rowsOf(proto, (row) => rawRow(proto, row)).map(withoutRuntimeLeaves);
    // The two replies are by two handlers at two moments: those stacks differ. And where the runtime
    // cut a stack the protobuf writer adds the inlined callers of the last frame, the text does not.
    const isStable = (line: string): boolean =>
      !line.includes("net/http") && !line.endsWith(",[]]") && !isCutStack(line);
    expect(fromText.filter(isStable)).toEqual(fromProto.filter(isStable).toSorted());
    expect(fromText.filter(isStable).length).toBeGreaterThan(9);
  });

  it.each(VERSIONS)("%s block and mutex: delays in ns as the protobuf has them", (v) => {
    for (const kind of ["block", "mutex"]) {
      const text = profileOf(read(fixture(`profile-text/${v}.${kind}.txt`)));
      const proto = profileOf(readWith(pprofFormat, fixture(`pprof/${v}.${kind}.pb.gz`)));
      expect([text.profileKind, text.sampleTypes]).toEqual([kind, proto.sampleTypes]);
      const fromText = rowsOf(text, (row) => rawRow(text, row));
      const known = new Set(rowsOf(proto, (row) => rawRow(proto, row)));
      const same = fromText.filter((line) => known.has(line));
      // The server went on between the replies; what had come to rest is equal to the nanosecond.
      expect(same.some((line) => line.includes("main.contend.func1"))).toBe(true);
      expect(same.length).toBeGreaterThanOrEqual(known.size / 2);
    }
    expect(profileOf(read(fixture(`profile-text/${v}.mutex.txt`))).period).toBe(1);
    expect(profileOf(read(fixture(`profile-text/${v}.block.txt`))).period).toBeUndefined();
  });

  it("labels: quoted text, escapes and the empty string", () => {
    const table = profileOf(read(fixture("profile-text/go1.27.goroutine.txt")));
    const seen = Array.from({ length: table.rows }, (_, row) => labelsOf(table, row)).flat();
    const note = 'note=a "quoted", value}\n\u00e9\u4e16';
    expect(seen.toSorted()).toEqual(["empty=", "handler=/orders", "handler=list", note]);
  });

  it("threadcreate: padding with zero addresses is no stack", () => {
    const table = profileOf(read(fixture("profile-text/go1.26.threadcreate.txt")));
    const stacks = Array.from(table.rowStack, (stack) => stackOf(table, stack).flat());
    expect(stacks.filter((stack) => stack.length === 0).length).toBe(1);
    expect(stacks.find((stack) => stack.length > 0)).toEqual([
      "runtime.allocm runtime/proc.go:2326",
      "runtime.newm runtime/proc.go:2870",
      "runtime.startTemplateThread runtime/proc.go:2947",
      "runtime.main runtime/proc.go:245",
    ]);
  });

  it("a goroutine that only has its exit below it has no frames", () => {
    expect(fixtureText("profile-text/go1.26.goroutine.txt")).toContain("\n1 @ 0x4912e1\n\n");
    const table = profileOf(read(fixture("profile-text/go1.26.goroutine.txt")));
    expect(stackOf(table, table.rowStack[table.rows - 1])).toEqual([]);
  });

  it("paths with spaces", () => {
    const table = profileOf(read(fixture("profile-text/go1.26.spaces.goroutine.txt")));
    const all = Array.from(table.rowStack, (stack) => stackOf(table, stack)).flat(2);
    expect(all).toContain("main.wait /srv/my shop/main.go:88");
  });
});

describe("runtime.MemStats", () => {
  it("every field as printed, times in ms, MaxRSS in bytes", () => {
    const { memStats } = profileOf(read(fixture("profile-text/go1.26.heap.txt")));
    const { pauseNs, pauseEndMs, lastGCMs, ...rest } = memStats ?? {};
    expect(rest).toEqual({
      alloc: 19470512,
      totalAlloc: 85398192,
      sys: 59349256,
      mallocs: 16236,
      frees: 6197,
      heapAlloc: 19470512,
      heapSys: 54067200,
      heapIdle: 33792000,
      heapInuse: 20275200,
      heapReleased: 31457280,
      heapObjects: 10039,
      stackInuse: 458752,
      stackSys: 458752,
      mSpanInuse: 292320,
      mSpanSys: 424320,
      mCacheInuse: 4592,
      mCacheSys: 16072,
      buckHashSys: 1445842,
      gcSys: 2423024,
      otherSys: 514046,
      nextGC: 36392930,
      numGC: 8,
      numForcedGC: 2,
      gcCPUFraction: 0.0619166652084259,
      maxRss: 24903680,
    });
    expect(lastGCMs).toBeCloseTo(1795677910684.697, 3);
    expect(pauseNs?.length).toBe(256);
    expect(Array.from(pauseNs ?? []).slice(0, 9)).toEqual([
      4366089, 808257, 21825797, 34061, 44326, 5454702, 38517, 60710, 0,
    ]);
    // Cycle n is at (n + 255) % 256: the last of eight is the seventh entry and LastGC.
    expect(pauseEndMs?.[7]).toBe(lastGCMs);
    expect(pauseEndMs?.[8]).toBe(0);
  });

  const text = fixtureText("profile-text/go1.26.heap.txt");

  it("LastGC 0 is no time: no cycle has ended", () => {
    const none = profileOf(readText(text.replace(/# LastGC = \d+/, "# LastGC = 0"))).memStats;
    expect(none?.lastGCMs).toBeUndefined();
    expect(none?.numGC).toBe(8);
  });

  it("a fraction in exponent form and a field of a later version", () => {
    const result = readText(
      text
        .replace(/# GCCPUFraction = .*/, "# GCCPUFraction = 1.5e-05")
        .replace("# DebugGC", "# Later = {1 2}\n# DebugGC"),
    );
    expect(profileOf(result).memStats?.gcCPUFraction).toBe(1.5e-5);
    expect(result.diagnostics).toEqual([]);
  });

  it.each([
    [
      "a value that is no number",
      /# Sys = \d+/,
      "# Sys = 12x",
      "damage profile-text.memstats-malformed 1",
    ],
    [
      "a short ring",
      /# PauseNs = \[\d+ /,
      "# PauseNs = [",
      "damage profile-text.memstats-malformed 1",
    ],
    [
      "a pair that is none",
      /# Stack = .*/,
      "# Stack = 1",
      "damage profile-text.memstats-malformed 1",
    ],
    [
      "another line between",
      "# NumGC",
      "2026/11/26 log\n# NumGC",
      "note profile-text.foreign-line 1",
    ],
    ["no MaxRSS", /# MaxRSS = \d+\n/, "", "warning profile-text.maxrss-missing 1"],
    ["no end", /# DebugGC[^]*/, "", "damage profile-text.memstats-cut 1"],
    ["no tail", /\n# runtime[^]*/, "", "damage profile-text.memstats-missing 1"],
  ])("%s is said", (_, pattern, replacement, code) => {
    const result = readText(text.replace(pattern, replacement));
    expect(codes(result)).toEqual([code]);
    expect(result.completeness.complete).toBe(!code.startsWith("damage"));
    expect(result.completeness.lowerBounds).toBe(false);
  });
});

describe("cut and damaged texts", () => {
  it.each(NAMES)("%s cut at any byte is an error or says so", (name) => {
    const bytes = fixture(`profile-text/${name}`);
    const isContention = /mutex|block/.test(name);
    const text = fixtureText(`profile-text/${name}`);
    for (const at of cutPositions(bytes.length, 1500)) {
      const cut = outcome(() => read(bytes.subarray(0, at), name));
      if (cut instanceof FormatError || !cut.completeness.complete) continue;
      // What cannot be seen: the last line of MemStats (a warning says it may be missing), the final
      // empty line of a count profile, and a contention profile cut between two rows (a note).
      const kept = text.slice(0, at);
      if (isContention) {
        expect([at, /(?:\n\n|=\d+\n)$/.test(kept)]).toEqual([at, true]);
        expect(codes(cut)).toContain("note profile-text.no-end-mark 1");
      } else if (name.includes("heap") || name.includes("allocs")) {
        expect([at, kept.endsWith("# DebugGC = false\n")]).toEqual([at, true]);
        expect(codes(cut)).toEqual(["warning profile-text.maxrss-missing 1"]);
      } else {
        expect([at, text.slice(at).trim()]).toEqual([at, ""]);
      }
    }
  });

  it("a lost row shows in the totals, and sums are lower bounds", () => {
    for (const name of ["go1.26.heap.txt", "go1.26.goroutine.txt"]) {
      const text = fixtureText(`profile-text/${name}`);
      const row = /^(?!0: 0)\d+[: ].*@[^]*?\n\n/m;
      const result = readText(text.replace(row, ""));
      expect(result.diagnostics.map(({ code }) => code)).toContain("profile-text.total-mismatch");
      expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
    }
  });

  it.each([
    ["1: 8 [1: 8] @ 0x1\n", "damage profile-text.total-mismatch 4"],
    ["x: 8 [1: 8] @ 0x1\n", "note profile-text.foreign-line 1"],
    ["1: 8 [1 8] @ 0x1\n", "damage profile-text.row-malformed 1"],
    ["0: 0 [0: 0] @ 0x1 0xz\n", "damage profile-text.address-malformed 1"],
    ["0: 0 [0: 0] @ 0x1\n#\t0x1\tf+0x1\n\n", "damage profile-text.frame-malformed 1"],
    ["0: 0 [0: 0] @ 0x1\n#\t0x1\tf+0x1\tfile\n\n", "damage profile-text.frame-malformed 1"],
    ["0: 0 [0: 0] @ 0x1\n#\t0x1\tf\tfile:1\n\n", "damage profile-text.frame-malformed 1"],
    ["#\t0x1\tf+0x1\tfile:1\n\n", "damage profile-text.frame-malformed 1"],
    ["#?\n", "damage profile-text.row-malformed 1"],
    ["# labels: {}\n", "damage profile-text.labels-malformed 1"],
    ["9007199254740993: 0 [0: 0] @\n", "warning profile-text.inexact-value 1"],
  ])("a heap with the line %j says %s", (line, code) => {
    const [head = "", ...rest] = fixtureText("profile-text/go1.26.heap.txt").split(/(?<=\n)/);
    expect(codes(readText(head + line + rest.join("")))).toContain(code);
  });

  it("labels that are not whole are said", () => {
    for (const labels of ['{"a":"b"', '{"a":"b}', '{"a"}', '{"a":"\\q"}', '{"a":"b"} x', "a"]) {
      const text = `goroutine profile: total 1\n1 @ 0x1\n# labels: ${labels}\n#\t0x1\tf+0x1\ta.go:1\n\n`;
      expect(codes(readText(text))).toEqual(["damage profile-text.labels-malformed 1"]);
    }
  });

  it("an overlong line is cut, said, and the rest is read", () => {
    const text = `goroutine profile: total 3\n1 @ 0x1\n# labels: {"a":"${"x".repeat(1 << 21)}"}\n\n2 @ 0x2\n\n`;
    const result = readWith(profileTextFormat, utf8(text), { chunks: [300_000] });
    expect(profileOf(result).rows).toBe(2);
    expect(codes(result)).toEqual([
      "damage profile-text.overlong-line 1",
      "damage profile-text.labels-malformed 1",
    ]);
  });

  it("more bytes than the cap: what is beyond is not read, and said", () => {
    const bytes = fixture("profile-text/go1.27.goroutine.txt");
    const result = readWith(profileTextFormat, bytes, { maxBytes: 600, chunks: [100] });
    expect(codes(result)).toContain("damage profile-text.too-large 1");
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
    expect(profileOf(result).rows).toBe(3);
  });
});

describe("headers and rows by hand", () => {
  it("sampling off and other rates", () => {
    const off = readText(
      "heap profile: 0: 0 [0: 0] @ heap/0\n\n# runtime.MemStats\n# DebugGC = false\n# MaxRSS = 1\n",
    );
    expect(profileOf(off).period).toBe(0);
    expect(codes(off)).toEqual(["warning profile-text.sampling-off 1"]);
    const fine = readText(
      "heap profile: 0: 0 [0: 1] @ heap/1024\n\n# runtime.MemStats\n# DebugGC = false\n# MaxRSS = 1\n",
    );
    expect(profileOf(fine).period).toBe(512);
    // The writer's "+ 1" where both totals would be equal.
    expect(codes(fine)).toEqual([]);
  });

  it("rows without symbols keep their addresses, one less as pprof has it", () => {
    const table = profileOf(
      readText("threadcreate profile: total 2\n2 @ 0x10 0x20 0x7f0000000030\n"),
    );
    expect(Array.from(table.locations.address)).toEqual([0xf, 0x1f, 0x7f000000002f]);
    expect(stackOf(table, 0)).toEqual([[], [], []]);
  });

  it("frames of one entry are one location, and recursion is not inlining", () => {
    const frames = [
      ["0x1010", "main.small+0x10"],
      ["0x1011", "main.outer+0x11"],
      ["0x1012", "main.small+0x12"],
      ["0x1013", "main.outer+0x13"],
      ["0x2005", "main.deep+0x5"],
      ["0x2006", "main.deep+0x6"],
      ["0x3000", ""],
    ].map(([pc, name]) => `#\t${pc}${name === "" ? "" : `\t${name}\t\tC:/my dir/x.go:7`}\n`);
    const text = `my own profile: total 1\n1 @ 0x1011\n${frames.join("")}\n`;
    expect(profileTextFormat.detect(utf8(text), "x")?.strength).toBe("likely");
    const table = profileOf(readText(text));
    expect(table.profileKind).toBe("other");
    expect(table.sampleTypes).toEqual([{ type: "my own", unit: "count" }]);
    expect(stackOf(table, 0).map((location) => location.map((at) => at.split(" ")[0]))).toEqual([
      ["main.small", "main.outer"],
      ["main.small", "main.outer"],
      ["main.deep"],
      ["main.deep"],
      [],
    ]);
    expect(stackOf(table, 0)[0]?.[0]).toBe("main.small C:/my dir/x.go:7");
    expect(Array.from(table.locations.address)).toEqual([0x1010, 0x1012, 0x2005, 0x2006, 0x3000]);
  });

  it("contention without its clock keeps cycles", () => {
    const result = readText("--- mutex:\n70 2 @ 0x5\n#\t0x4\tsync.(*Mutex).Unlock+0x4\ta.go:1\n\n");
    const table = profileOf(result);
    expect(table.sampleTypes[1]).toEqual({ type: "delay", unit: "cycles" });
    expect(table.values.map((column) => column[0])).toEqual([2, 70]);
    expect(codes(result)).toContain("damage profile-text.cycles-per-second-missing 1");
  });

  it("Windows line ends and an empty first line", () => {
    const text = fixtureText("profile-text/go1.22.heap.txt");
    const windows = readText(`\r\n${text.replaceAll("\n", "\r\n")}`);
    expect(spell(windows)).toBe(spell(readText(text)));
  });

  it.each([
    ["nothing", ""],
    ["HTML", "<html>"],
    ["C++ heap", "heap profile: 1: 2 [3: 4] @ heap_v2/524288\n"],
    ["C++ contention", "--- contentionz 1 ---\ncycles/second = 3201000000\n"],
    ["a log line", "load profile: total 3\nstarted\n"],
    ["another dashed line", "--- mutex:\nowner: 5\n"],
    ["no profile", "Unknown profile\n"],
  ])("%s is not ours", (_, text) => {
    expect(profileTextFormat.detect(utf8(text), "heap.txt")).toBeUndefined();
  });

  it("what is not ours is refused by the reader too", () => {
    expect(refusal(() => readText("<html>\n"))).toMatch(/line 1: expected the first line/);
    expect(refusal(() => readText(""))).toMatch(/found nothing/);
  });
});

describe("chunks", () => {
  it.each(NAMES)("%s is the same wherever it is cut into chunks", (name) => {
    const bytes = fixture(`profile-text/${name}`);
    const whole = spell(read(bytes, name));
    const random = randoms(bytes.length);
    const sizes = Array.from({ length: 50 }, () => Math.ceil((random.next().value ?? 0) * 200));
    for (const chunks of [[1], [3, 64], sizes]) {
      expect(spell(readWith(profileTextFormat, bytes, { name, chunks }))).toBe(whole);
    }
  });
});

describe("changed bytes", () => {
  it.each(["go1.26.heap.txt", "go1.27.goroutine.txt", "go1.22.mutex.txt"])("%s", (name) => {
    const bytes = fixture(`profile-text/${name}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const copy = bytes.slice();
          for (const [at, byte] of changes) copy[at] = byte;
          const result = outcome(() => read(copy));
          if (result instanceof FormatError) return;
          const table = profileOf(result);
          for (const column of table.values) expect(column.length).toBe(table.rows);
          expect(table.labels.start.length).toBe(table.rows + 1);
        },
      ),
      { numRuns: 400 },
    );
  });
});

const kernel = corpus("kernel");
const RECORDED =
  kernel === undefined
    ? []
    : filesBelow(kernel).filter((path) => /\/(?:heap|goroutine)\.txt$/.test(path));

describe.skipIf(kernel === undefined)("recorded services (skipped without the corpora)", () => {
  it("finds them", () => expect(RECORDED.length).toBeGreaterThan(20));

  it("all are read whole, or say what is missing", () => {
    for (const path of RECORDED) {
      const bytes = decoded(path);
      expect([path, profileTextFormat.detect(bytes.subarray(0, 65536), path)?.strength]).toEqual([
        path,
        "certain",
      ]);
      const result = read(bytes, path);
      expect([path, codes(result)]).toEqual([path, []]);
      expect(profileOf(result).rows).toBeGreaterThan(0);
    }
  });
});

const legacy = corpus("pprof/google-pprof-legacy");

describe.skipIf(legacy === undefined)(
  "google/pprof's own Go heap text (skipped without the corpora)",
  () => {
    it("values, scaled, and addresses are those of its printed result", () => {
      const bytes = decoded(`${legacy ?? ""}/gobench.heap`);
      const printed = new TextDecoder().decode(decoded(`${legacy ?? ""}/gobench.heap.string`));
      const result = read(bytes, "gobench.heap");
      const table = profileOf(result);
      const expected = [...printed.matchAll(/^ +(\d+) +(\d+) +(\d+) +(\d+): /gm)].map((match) =>
        match.slice(1).map(Number),
      );
      const rows = Array.from({ length: table.rows }, (_, row) => scaledRow(table, row));
      expect(rows).toEqual(expected);
      const addresses = [...printed.matchAll(/^ +\d+: 0x([0-9a-f]+) /gm)].map((match) =>
        Number.parseInt(match[1] ?? "", 16),
      );
      expect(Array.from(table.locations.address)).toEqual(addresses);
      // Most of its rows were left out of that file, and its MemStats.
      expect(codes(result)).toEqual([
        "damage profile-text.total-mismatch 2",
        "damage profile-text.memstats-missing 1",
      ]);
    });
  },
);

const notes = corpus("pprof/datadog-go-profiler-notes/goroutine");

describe.skipIf(notes === undefined)(
  "Go 1.15 goroutine texts (skipped without the corpora)",
  () => {
    it.each(["2.pprof.lookup.goroutine", "2.net.http.pprof.goroutine"])("%s", (name) => {
      const result = read(decoded(`${notes ?? ""}/${name}.debug1.txt`));
      const table = profileOf(result);
      expect(codes(result)).toEqual([]);
      const proto = profileOf(
        readWith(pprofFormat, decoded(`${notes ?? ""}/${name}.debug0.pb.gz`)),
      );
      const total = (t: ProfileTable): number => t.values[0].reduce((sum, n) => sum + n, 0);
      expect(Math.abs(total(table) - total(proto))).toBeLessThanOrEqual(2);
    });
  },
);
