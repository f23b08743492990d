import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import {
  cutPositions,
  decoded,
  fixture,
  fixtureNames,
  fixtureText,
  goroutinesOf,
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
import type { GoroutineTable } from "../../model/tables/goroutines.ts";
import { profileTextFormat } from "../profile-text/format.ts";
import { goroutineTextFormat } from "./format.ts";
import { parseGoroutineHeader } from "./header.ts";

const NAMES = fixtureNames("goroutine-text", /^go1\.2\d.*\.txt$/);

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(bytes: Uint8Array, name = "input"): ReadResult {
  return readWith(goroutineTextFormat, bytes, { name });
}

const readText = (text: string): ReadResult => read(utf8(text));

const tableOf = (name: string): GoroutineTable =>
  goroutinesOf(read(fixture(`goroutine-text/${name}`), name));

const codes = (result: ReadResult): string[] =>
  result.diagnostics.map(({ code, severity, count }) => `${severity} ${code} ${count}`);

const NO_END = "note goroutine-text.no-end-mark 1";

const framesOf = (table: GoroutineTable, row: number): string[][] =>
  stackOf(table, table.rowStack[row]);

const rowOf = (table: GoroutineTable, id: number): number => table.id.indexOf(id);

const countOf = (text: string, pattern: RegExp): number => (text.match(pattern) ?? []).length;

describe("fixtures recorded with Go 1.22, 1.26 and 1.27", () => {
  it.each(NAMES)("%s is detected and whole, with every goroutine and every frame", (name) => {
    const bytes = fixture(`goroutine-text/${name}`);
    const text = fixtureText(`goroutine-text/${name}`);
    const isPanic = /panic|ancestors/.test(name);
    expect(goroutineTextFormat.detect(bytes.subarray(0, 65536), name)).toEqual({
      format: "goroutine-text",
      strength: isPanic ? "likely" : "certain",
    });
    const result = read(bytes, name);
    const table = goroutinesOf(result);
    expect(result.completeness).toEqual({ complete: true, lowerBounds: false });
    expect(result.diagnostics.filter(({ severity }) => severity !== "note")).toEqual([]);
    expect(table.rows).toBe(countOf(text, /^goroutine \d+ /gm));
    expect(table.isCut).toBe(false);
    // Ancestors are printed like frames, but belong to no goroutine of the table.
    const own = text.replaceAll(/^\[originating[^]*?(?:\n\n|$(?![^]))/gm, "\n\n");
    const frames = Array.from({ length: table.rows }, (_, row) => framesOf(table, row).flat());
    const created = Array.from(table.createdBy).filter((by) => by !== 0).length;
    expect(frames.flat().length + created).toBe(countOf(own, /^\t.*:\d+/gm));
    expect(created).toBe(countOf(own, /^created by /gm));
  });

  it.each(["go1.22", "go1.26", "go1.27"])("%s: the stacks of goroutine?debug=1", (v) => {
    const dump = tableOf(`${v}.goroutine.txt`);
    const profile = profileOf(
      readWith(profileTextFormat, fixture(`profile-text/${v}.goroutine.txt`)),
    );
    // Handlers differ between two replies; the deepest stacks are cut by one and elided by the other.
    const isStable = (stack: string): boolean =>
      !/net\/http|runtime\/pprof\.write/.test(stack) && stack.split("main.deep ").length < 30;
    const add = (to: Map<string, number>, stack: string[][], count: number): void => {
      const key = JSON.stringify(stack);
      if (stack.length > 0 && isStable(key)) to.set(key, (to.get(key) ?? 0) + count);
    };
    const fromDump = new Map<string, number>();
    for (let row = 0; row < dump.rows; row++) {
      // A dump has the exported entry points of the runtime too: sync.runtime_notifyListWait is one.
      add(fromDump, framesOf(dump, row), 1);
    }
    const fromProfile = new Map<string, number>();
    for (let row = 0; row < profile.rows; row++) {
      add(fromProfile, stackOf(profile, profile.rowStack[row]), profile.values[0][row]);
    }
    expect(Object.fromEntries(fromDump)).toEqual(Object.fromEntries(fromProfile));
    expect(fromDump.size).toBeGreaterThan(8);
  });

  it("states, waits, creation and the locked thread", () => {
    const table = tableOf("go1.26.goroutine.txt");
    const { strings } = table;
    const states = Array.from(table.state, (at) => strings.get(at));
    expect(new Set(states)).toEqual(
      new Set([
        "running",
        "IO wait",
        "chan receive",
        "chan receive (nil chan)",
        "select (no cases)",
        "sync.Mutex.Lock",
        "sync.Cond.Wait",
        "chan send",
        "runnable",
      ]),
    );
    const locked = rowOf(table, 46);
    expect(strings.get(table.state[locked])).toBe("chan receive");
    expect(table.waitMinutes[locked]).toBe(1);
    expect(strings.get(table.createdBy[locked])).toBe("main.park");
    expect(strings.get(table.createdAt[locked])).toBe("example.com/shop/main.go:99");
    expect(table.waitMinutes[rowOf(table, 1)]).toBe(0);
    expect(table.createdBy[rowOf(table, 1)]).toBe(0);
    expect(framesOf(table, locked)).toEqual([
      ["main.wait example.com/shop/main.go:88", "main.park.func3 example.com/shop/main.go:101"],
    ]);
  });

  it("labels inside the brackets (1.26) and behind them (1.27)", () => {
    for (const name of ["go1.26.labels.txt", "go1.27.labels.txt"]) {
      const table = tableOf(name);
      const seen = Array.from({ length: table.rows }, (_, row) => labelsOf(table, row)).flat();
      const note = 'note=a "quoted", value}\n\u00e9\u4e16';
      expect(seen.toSorted()).toEqual(["empty=", "handler=/orders", "handler=list", note]);
    }
    expect(tableOf("go1.26.goroutine.txt").labels).toBeUndefined();
  });

  it("leaked goroutines say so", () => {
    const table = tableOf("go1.27.goroutineleak.txt");
    const states = Array.from(table.state, (at) => table.strings.get(at));
    expect(states.filter((state) => state === "chan receive (leaked)").length).toBe(26);
    expect(states).toContain("chan receive (nil chan) (leaked)");
  });

  it("GOTRACEBACK=crash: system goroutines, panic under its real name", () => {
    const table = tableOf("go1.26.panic-crash.txt");
    const first = framesOf(table, 0).flat();
    expect(first[0]).toBe("runtime.gopanic runtime/panic.go:879");
    expect(first.at(-1)).toBe("runtime.goexit runtime/asm_amd64.s:1771");
    const collector = Array.from(table.state, (at) => table.strings.get(at));
    expect(collector).toContain("force gc (idle)");
    expect(framesOf(table, 0)[1]).toEqual([
      "runtime.panicmem runtime/panic.go:336",
      "runtime.sigpanic runtime/signal_unix.go:931",
    ]);
  });

  it("elided frames and ancestors are noted", () => {
    const result = read(fixture("goroutine-text/go1.26.ancestors.txt"));
    expect(codes(result)).toEqual([
      "note goroutine-text.foreign-line 1",
      "note goroutine-text.frames-elided 1",
      "note goroutine-text.ancestors 6",
      NO_END,
    ]);
    const table = goroutinesOf(result);
    expect(framesOf(table, 0).length).toBe(100);
    const third = table.rows - 1;
    expect(framesOf(table, third).flat()).toEqual(["main.third example.com/shop/busy/main.go:18"]);
    expect(table.strings.get(table.createdBy[third])).toBe("main.second");
  });

  it("pointers among the arguments, once each", () => {
    const table = tableOf("go1.27.goroutine.txt");
    const text = fixtureText("goroutine-text/go1.27.goroutine.txt");
    const printed = new Set(
      [...text.matchAll(/^\S.*\(.*\)$/gm)].flatMap(([line]) =>
        [...line.matchAll(/0x[0-9a-f]+/g)].map(([hex]) => Number(hex)),
      ),
    );
    const expected = [...printed].filter((value) => value >= 2 ** 32 && value < 2 ** 53);
    expect(new Set(table.pointerArguments)).toEqual(new Set(expected));
    expect(table.pointerArguments.length).toBe(expected.length);
    expect(expected).toContain(0x238a185e870);
  });

  it("paths with spaces", () => {
    expect(framesOf(tableOf("go1.26.spaces.txt"), 1).flat().at(-1)).toMatch(
      /^main\.main \/srv\/my shop\/main\.go:\d+$/,
    );
  });
});

describe("headers", () => {
  it.each([
    ["goroutine 7 [chan receive]:", 7, "chan receive", 0],
    ["goroutine 7 [chan receive, 5 minutes, locked to thread]:", 7, "chan receive", 5],
    ["goroutine 1 [running, locked to thread]:", 1, "running", 0],
    ["goroutine 18 [IO wait (scan), 1 minutes]:", 18, "IO wait", 1],
    ["goroutine 18 [select (leaked) (scan)]:", 18, "select (leaked)", 0],
    [
      "goroutine 9 [chan receive (durable), 2 minutes, synctest bubble 8]:",
      9,
      "chan receive (durable)",
      2,
    ],
    ["goroutine 1 gp=0xc000002380 m=0 mp=0x5af0c0 [running]:", 1, "running", 0],
    ["goroutine 2 gp=0xc000006c40 m=nil [force gc (idle)]:", 2, "force gc (idle)", 0],
    ["goroutine 123456789012 [???]:", 123456789012, "???", 0],
  ])("%s", (line, id, state, waitMinutes) => {
    expect(parseGoroutineHeader(line)).toEqual({ id, state, waitMinutes, labels: [] });
  });

  it.each([
    [
      'goroutine 4 [select, 3 minutes labels:{"a": "x]:", "b c": "d"}]:',
      [
        ["a", "x]:"],
        ["b c", "d"],
      ],
    ],
    [
      'goroutine 4 [select, 3 minutes] {a: x/y_1.z, "b c": ""}:',
      [
        ["a", "x/y_1.z"],
        ["b c", ""],
      ],
    ],
    [
      "goroutine 4 [select, 3 minutes] {a: , b: 1}:",
      [
        ["a", ""],
        ["b", "1"],
      ],
    ],
    [
      'goroutine 4 [select, 3 minutes] {"\\u00e9\\U0001f600\\x00\\n": "\\xff"}:',
      [["\u00e9\u{1f600}\0\n", "\ufffd"]],
    ],
  ])("%s", (line, labels) => {
    const header = parseGoroutineHeader(line);
    expect(header).toEqual({ id: 4, state: "select", waitMinutes: 3, labels });
  });

  it.each([
    "goroutine 7 [chan receive",
    "goroutine 7 [chan receive]",
    "goroutine 7 [chan receive] {a: b:",
    'goroutine 7 [chan receive labels:{"a": "b]:',
    "goroutine 7 [chan receive] x:",
    "goroutine 7 [a,b]:",
    "goroutine [running]:",
    "goroutine 99999999999999999999 [running]:",
    " goroutine 7 [running]:",
  ])("%s is none", (line) => expect(parseGoroutineHeader(line)).toBeUndefined());
});

describe("texts by hand", () => {
  it("C frames, generics, Windows paths, a stack that is not available, an old creation", () => {
    const result = readText(
      [
        "goroutine 5 [syscall]:",
        "non-Go function at pc=0x7f0000001234",
        "c_wait",
        "\t/src/wait.c:12 pc=0x401000",
        "non-Go function",
        "\tpc=0x402000",
        "main.(*T[...]).Get[...](0xc000010000, {0x1, 0x2}, _, ...)",
        "\tC:/my code/x.go:12 +0x1d",
        "main.f[go.shape.func(int) bool](0x1)",
        "\tD:\\y.go:7 +0x2 fp=0x1 sp=0x2 pc=0x3",
        "created by main.start",
        "\tC:/my code/x.go:3 +0x1",
        "",
        "goroutine 6 [running]:",
        "\tgoroutine running on other thread; stack unavailable",
        "created by main.start in goroutine 1",
        "\tC:/my code/x.go:4 +0x1",
        "",
      ].join("\n"),
    );
    const table = goroutinesOf(result);
    expect(framesOf(table, 0)).toEqual([
      [],
      ["c_wait /src/wait.c:12"],
      ["non-Go function :0"],
      ["main.(*T[...]).Get[...] C:/my code/x.go:12"],
      ["main.f[go.shape.func(int) bool] D:\\y.go:7"],
    ]);
    expect(Array.from(table.locations.address.subarray(0, 3))).toEqual([
      0x7f0000001234, 0, 0x402000,
    ]);
    expect(framesOf(table, 1)).toEqual([]);
    expect(Array.from(table.createdAt, (at) => table.strings.get(at))).toEqual([
      "C:/my code/x.go:3",
      "C:/my code/x.go:4",
    ]);
    expect(codes(result)).toEqual(["note goroutine-text.stack-unavailable 1", NO_END]);
    expect(Array.from(table.pointerArguments)).toEqual([0xc000010000]);
  });

  const whole = [
    "goroutine 7 [select]:",
    "main.a(0x1)",
    "\ta.go:1 +0x1",
    "main.b(...)",
    "\ta.go:2",
    "main.c()",
    "\ta.go:3 +0x1",
    "created by main.d in goroutine 1",
    "\ta.go:4 +0x1",
    "",
  ];

  it("log lines between the lines of a stack are counted and change nothing", () => {
    const expected = readText(whole.join("\n"));
    for (let at = 1; at < whole.length - 1; at++) {
      const lines = whole.toSpliced(at, 0, "2026/11/26 10:00:01 a line of the log");
      const result = readText(lines.join("\n"));
      expect(codes(result)).toEqual(["note goroutine-text.foreign-line 1", NO_END]);
      expect(spell({ ...result, diagnostics: expected.diagnostics })).toBe(spell(expected));
    }
  });

  it("a torn frame is damage", () => {
    for (let at = 1; at < whole.length - 1; at++) {
      const result = readText(whole.toSpliced(at, 1).join("\n"));
      expect([at, result.completeness.complete]).toEqual([at, false]);
    }
  });

  it("a torn header ends the goroutine before it, is said, and gives no row", () => {
    const lines = [...whole.slice(0, -1), "goroutine 8 [sel", "main.x()", "\tx.go:1 +0x1", ""];
    const result = readText(lines.join("\n"));
    expect(goroutinesOf(result).rows).toBe(1);
    expect(codes(result)).toContain("damage goroutine-text.header-malformed 1");
    expect(result.completeness.lowerBounds).toBe(true);
  });

  it("two dumps in one log: both are read, repeated ids are noted", () => {
    const dump = whole.join("\n");
    const result = readText(
      `start\n${dump}\nmore\n${dump}\ngoroutine pool is full\nexit status 2\n`,
    );
    expect(Array.from(goroutinesOf(result).id)).toEqual([7, 7]);
    expect(codes(result)).toEqual([
      "note goroutine-text.foreign-line 4",
      "note goroutine-text.repeated-id 1",
      NO_END,
    ]);
  });

  it("no empty lines between goroutines, and Windows line ends", () => {
    const lines = whole.slice(0, -1);
    const text = [...lines, ...lines.map((line) => line.replace("goroutine 7", "goroutine 8"))];
    const table = goroutinesOf(readText(`${text.join("\r\n")}\r\n`));
    expect(Array.from(table.id)).toEqual([7, 8]);
    expect(framesOf(table, 1)).toEqual([["main.a a.go:1"], ["main.b a.go:2", "main.c a.go:3"]]);
    expect(table.stacks.length).toBe(1);
  });

  it("at most 4096 pointers", () => {
    const frames = Array.from(
      { length: 5000 },
      (_, i) => `main.f(0xc${(i + 0x10000000).toString(16)}, 0xffffffffffffffff)\n\ta.go:1 +0x1\n`,
    );
    const table = goroutinesOf(readText(`goroutine 1 [running]:\n${frames.join("")}`));
    expect(table.pointerArguments.length).toBe(4096);
    expect(table.pointerArguments[0]).toBe(0xc10000000);
  });

  it("a text of exactly 64 MiB was cut by Go", () => {
    const piece = utf8(`${whole.join("\n")}\n`);
    const size = 64 * 1024 * 1024;
    const bytes = new Uint8Array(size);
    for (let at = 0; at < size; at += piece.length) bytes.set(piece.subarray(0, size - at), at);
    const reader = goroutineTextFormat.open({ name: "x", maxBytes: size * 2 });
    for (let at = 0; at < size; at += 1 << 20) reader.push(bytes.subarray(at, at + (1 << 20)));
    const result = reader.end();
    expect(goroutinesOf(result).isCut).toBe(true);
    expect(codes(result)).toContain("damage goroutine-text.go-limit 1");
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });

  it("more bytes than the cap: what is beyond is not read, and said", () => {
    const bytes = fixture("goroutine-text/go1.27.goroutine.txt");
    const result = readWith(goroutineTextFormat, bytes, { maxBytes: 3000, chunks: [512] });
    expect(codes(result)).toContain("damage goroutine-text.too-large 1");
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
    expect(goroutinesOf(result).rows).toBeGreaterThan(3);
  });

  it("an overlong line is said", () => {
    const result = readText(
      `goroutine 1 [running]:\nmain.f(${"0x1, ".repeat(300_000)})\n\ta.go:1 +0x1\n`,
    );
    expect(codes(result)).toContain("damage goroutine-text.overlong-line 1");
  });
});

describe("detection", () => {
  it.each([
    ["nothing", ""],
    ["HTML", "<html>"],
    ["the counted form", "goroutine profile: total 9\n2 @ 0x103b125\n#\t0x1\tf+0x1\ta.go:1\n"],
    ["a header in a sentence", "see goroutine 7 [running]: it\n\tx\n"],
    ["a header without a stack", "goroutine 7 [running]:\nand more text\nand more\n"],
    ["a race report", "Goroutine 7 (running) created at:\n  main.f()\n      a.go:1 +0x1\n"],
  ])("%s is not ours", (_, text) => {
    expect(goroutineTextFormat.detect(utf8(text), "goroutine.txt")).toBeUndefined();
  });

  it("an unavailable first stack is enough", () => {
    const text =
      "\ngoroutine 7 [running]:\n\tgoroutine running on other thread; stack unavailable\n";
    expect(goroutineTextFormat.detect(utf8(text), "x")?.strength).toBe("certain");
  });

  it("what holds no goroutine is refused by the reader", () => {
    expect(refusal(() => readText("some log\n"))).toMatch(/line 1: expected a goroutine header/);
    expect(refusal(() => readText(""))).toMatch(/found nothing/);
  });
});

describe("cut texts", () => {
  it.each(NAMES)("%s cut anywhere is an error, says so, or ends between two goroutines", (name) => {
    const bytes = fixture(`goroutine-text/${name}`);
    const text = fixtureText(`goroutine-text/${name}`);
    const whole = goroutinesOf(read(bytes, name));
    for (const at of cutPositions(bytes.length, 600)) {
      const cut = outcome(() => read(bytes.subarray(0, at), name));
      if (cut instanceof FormatError || !cut.completeness.complete) continue;
      expect(codes(cut)).toContain(NO_END);
      const table = goroutinesOf(cut);
      const last = table.rows - 1;
      // Whatever it has is whole: the last goroutine equals that of the uncut text.
      expect([at, framesOf(table, last)]).toEqual([at, framesOf(whole, last)]);
      expect([at, table.strings.get(table.createdBy[last])]).toEqual([
        at,
        whole.strings.get(whole.createdBy[last]),
      ]);
      expect(text[at - 1]).toBe("\n");
    }
  });
});

describe("chunks", () => {
  it.each(NAMES)("%s is the same wherever it is cut into chunks", (name) => {
    const bytes = fixture(`goroutine-text/${name}`);
    const whole = spell(read(bytes, name));
    const random = randoms(bytes.length);
    const sizes = Array.from({ length: 50 }, () => Math.ceil((random.next().value ?? 0) * 200));
    for (const chunks of [[1], [3, 64], sizes]) {
      expect(spell(readWith(goroutineTextFormat, bytes, { name, chunks }))).toBe(whole);
    }
  });
});

describe("changed bytes", () => {
  it.each(["go1.27.labels.txt", "go1.26.panic-crash.txt"])("%s", (name) => {
    const bytes = fixture(`goroutine-text/${name}`);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const copy = bytes.slice();
          for (const [at, byte] of changes) copy[at] = byte;
          const result = outcome(() => read(copy));
          if (result instanceof FormatError) return;
          const table = goroutinesOf(result);
          for (const column of [table.state, table.rowStack, table.createdBy, table.createdAt]) {
            expect(column.length).toBe(table.rows);
          }
          if (table.labels !== undefined) expect(table.labels.start.length).toBe(table.rows + 1);
        },
      ),
      { numRuns: 300 },
    );
  });
});

const notes = corpus("pprof/datadog-go-profiler-notes/goroutine");

describe.skipIf(notes === undefined)("Go 1.15 dumps (skipped without the corpora)", () => {
  it.each(["2.pprof.lookup.goroutine", "2.net.http.pprof.goroutine"])("%s", (name) => {
    const bytes = decoded(`${notes ?? ""}/${name}.debug2.txt`);
    const result = read(bytes);
    const table = goroutinesOf(result);
    expect(codes(result)).toEqual([NO_END]);
    const counted = profileOf(
      readWith(profileTextFormat, decoded(`${notes ?? ""}/${name}.debug1.txt`)),
    );
    const total = counted.values[0].reduce((sum, value) => sum + value, 0);
    expect(Math.abs(table.rows - total)).toBeLessThanOrEqual(1);
    expect(Array.from(table.createdBy, (at) => table.strings.get(at))).toContain(
      "main.indirectShortSleepLoop2",
    );
  });
});
