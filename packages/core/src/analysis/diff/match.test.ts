import { describe, expect, test } from "vitest";
import { matchSites, type MatchQuestion } from "./match.ts";
import type { SourceLine } from "../sites/site.ts";

interface Line extends SourceLine {
  readonly in: "before" | "after" | "both";
  readonly start?: number;
  readonly size?: number;
}

function match(list: readonly Line[], more: Partial<MatchQuestion> = {}) {
  const sizes = (i: number) => new Map([[list[i]?.size ?? 64, 5]]);
  const start = Int32Array.from(list, (l) => l.start ?? 0);
  const found = matchSites({
    lines: list,
    isBefore: Uint8Array.from(list, (l) => (l.in === "after" ? 0 : 1)),
    isAfter: Uint8Array.from(list, (l) => (l.in === "before" ? 0 : 1)),
    startBefore: start,
    startAfter: start,
    sizesBefore: sizes,
    sizesAfter: sizes,
    isOneBuild: false,
    granularity: "lines",
    ...more,
  });
  return found.sites.map((s) => [
    s.before === undefined ? s.at.line : `${s.before.line}→${s.at.line}`,
    s.foundBy,
    s.renamed !== 0,
  ]);
}

const line = (n: number, where: Line["in"], more: Partial<Line> = {}): Line => ({
  function: "app.(*Store).Add",
  file: "/src/app/store.go",
  line: n,
  in: where,
  ...more,
});

describe("one line in two builds", () => {
  test("code above was edited: the distance from the function's start is the same", () => {
    const old = { start: 10 };
    const now = { start: 30 };
    expect(
      match([
        line(12, "before", old),
        line(32, "before", old),
        line(32, "after", now),
        line(52, "after", now),
      ]),
    ).toEqual([
      ["12→32", "offset", false],
      ["32→52", "offset", false],
    ]);
  });

  test("nothing states where functions start: the same line, then the order", () => {
    expect(match([line(12, "both"), line(14, "before"), line(15, "after")])).toEqual([
      [12, "same", false],
      ["14→15", "order", false],
    ]);
  });

  test("several edited lines: order and sizes; one that has no like is gone", () => {
    expect(
      match([
        line(20, "before", { size: 64 }),
        line(21, "before", { size: 4096 }),
        line(22, "before", { size: 128 }),
        line(40, "after", { size: 64 }),
        line(41, "after", { size: 128 }),
      ]),
    ).toEqual([
      ["20→40", "order", false],
      ["22→41", "order", false],
      [21, "same", false],
    ]);
  });

  test("closures and type arguments as toolchains spell them; another function is another site", () => {
    const file = "/src/app/store.go";
    expect(
      match([
        { function: "app.Serve.Fill.func1", file, line: 7, in: "before" },
        { function: "app.Fill.func1", file, line: 7, in: "after" },
        { function: "app.Keep[go.shape.int]", file, line: 9, in: "before" },
        { function: "app.Keep[...]", file, line: 9, in: "after" },
        { function: "app.Serve", file, line: 3, in: "both" },
        { function: "app.Old", file, line: 5, in: "before" },
        { function: "app.New", file, line: 5, in: "after" },
      ]),
    ).toEqual([
      ["7→7", "same", true],
      ["9→9", "same", true],
      [3, "same", false],
      [5, "same", false],
      [5, "same", false],
    ]);
  });

  test("a closure written before another takes its number; sizes tell who is who", () => {
    const file = "/src/app/store.go";
    const closure = (n: number, at: number, side: "before" | "after", size: number): Line => ({
      function: `app.Fill.func${n}`,
      file,
      line: at,
      in: side,
      size,
    });
    expect(
      match([
        closure(1, 7, "before", 3072),
        closure(2, 20, "after", 3072),
        closure(3, 30, "after", 64),
      ]),
    ).toEqual([
      ["7→20", "order", true],
      [30, "same", false],
    ]);
    // Nothing in common: one is gone, another new. Nor does another function's closure take part.
    expect(match([closure(1, 7, "before", 3072), closure(2, 20, "after", 64)])).toHaveLength(2);
    const other = { ...closure(2, 20, "after", 3072), function: "app.Load.func2" };
    expect(match([closure(1, 7, "before", 3072), other])).toHaveLength(2);
  });

  test("a trimmed path is the same file", () => {
    expect(
      match([
        line(12, "before", { file: "/home/u/app/store.go" }),
        line(12, "after", { file: "example.com/app/store.go" }),
      ]),
    ).toEqual([["12→12", "same", false]]);
  });
});

test("in one build a line is itself, whatever is near", () => {
  expect(match([line(12, "before"), line(13, "after")], { isOneBuild: true })).toEqual([
    [12, "same", false],
    [13, "same", false],
  ]);
});

test("functions and files gather lines, across toolchains too", () => {
  const list: Line[] = [
    { function: "app.Keep[go.shape.int]", file: "/a/app/k.go", line: 9, in: "before" },
    { function: "app.Keep[...]", file: "/b/app/k.go", line: 19, in: "after" },
    { function: "app.Load", file: "/b/app/k.go", line: 29, in: "after" },
  ];
  expect(match(list, { granularity: "functions" })).toEqual([
    ["0→0", "same", true],
    [0, "same", false],
  ]);
  expect(match(list, { granularity: "files" })).toEqual([["0→0", "same", false]]);
});

describe("whole functions: closures that were renumbered", () => {
  const file = "/src/app/store.go";
  const closure = (name: string, at: number, side: Line["in"], more: Partial<Line> = {}): Line => ({
    function: name,
    file,
    line: at,
    in: side,
    size: 3072,
    ...more,
  });
  const whole = (list: readonly Line[], more: Partial<MatchQuestion> = {}) => {
    const found = match(list, { granularity: "functions", ...more });
    return found.map(([, by, renamed]) => [by, renamed]);
  };
  const before = closure("app.Fill.func1.2", 17, "before");
  const after = closure("app.Fill.func1.3", 29, "after");
  const APART = [
    ["same", false],
    ["same", false],
  ];

  test("the same function, file and sizes: one, said to be a guess", () => {
    expect(whole([before, after])).toEqual([["order", true]]);
    // Two lines of each are one function each.
    expect(
      whole([
        before,
        closure(before.function, 19, "before"),
        after,
        closure(after.function, 31, "after"),
      ]),
    ).toEqual([["order", true]]);
  });

  test("both exist in both: each is itself", () => {
    expect(
      whole([
        closure("app.Fill.func1.2", 17, "both"),
        closure("app.Fill.func1.3", 29, "both", { size: 64 }),
      ]),
    ).toEqual(APART);
    // One that exists in both takes nobody's place, however like it is.
    expect(whole([closure("app.Fill.func1.2", 17, "both"), after])).toEqual(APART);
    expect(whole([before, closure("app.Fill.func1.3", 29, "both")])).toEqual(APART);
  });

  test("another function, file, place, size or caller: two", () => {
    expect(whole([before, closure("app.Load.func1.3", 29, "after")])).toEqual(APART);
    expect(whole([before, { ...after, file: "/src/app/other.go" }])).toEqual(APART);
    expect(whole([before, { ...after, line: 900 }])).toEqual(APART);
    expect(whole([before, { ...after, size: 64 }])).toEqual(APART);
    const callers: Line[] = [
      { function: "app.Serve", file, line: 3, in: "before" },
      { function: "app.Batch", file, line: 5, in: "after" },
    ];
    const called = (isAlike: boolean) =>
      whole([before, after, ...callers], {
        callersBefore: (i) => new Set(i === 0 ? [2] : []),
        callersAfter: (i) => new Set(i === 1 ? [isAlike ? 2 : 3] : []),
      });
    expect(called(false)).toHaveLength(4);
    expect(called(true)).toHaveLength(3);
    // Without sizes (goroutines, CPU) callers alone tell.
    const none = { sizesBefore: () => new Map(), sizesAfter: () => new Map() };
    expect(whole([before, after], none)).toEqual(APART);
  });
});

test("a generated function of thousands of edited lines does not cost their square", () => {
  const list = Array.from({ length: 6000 }, (_, i) =>
    line(i + 1 + (i < 3000 ? 0 : 10_000), i < 3000 ? "before" : "after"),
  );
  expect(match(list)).toHaveLength(6000);
});
