// What a report means, item by item: the semantics of google/pprof (internal/graph, internal/report,
// internal/driver, profile; 2026-07) as far as numbers depend on them. Each test is named after its item.

import { describe, expect, it } from "vitest";
import type { JsonProfile } from "../../../test/pprof-json.ts";
import { profileOfJson } from "../../../test/pprof-json.ts";
import { loaded, reportText, runReport } from "../../../test/pprof-reports.ts";
import { merge, normalize } from "../../analysis/profile/merge.ts";
import { sampleAt, sampleCount, type Profile } from "../../analysis/profile/profile.ts";

interface Row {
  /** Frames from the root; "outer>inner" is one location in which inner is inlined into outer. */
  readonly stack: string;
  readonly values: readonly number[];
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  readonly num_labels?: Readonly<Record<string, readonly number[]>>;
  readonly num_units?: Readonly<Record<string, readonly string[]>>;
}

const HEAP_TYPES = [
  { type: "inuse_objects", unit: "count" },
  { type: "inuse_space", unit: "bytes" },
];
const COUNT_TYPES = [{ type: "samples", unit: "count" }];

/** A frame is "name" or "name@file:line". */
function profile(rows: readonly Row[], more: Partial<JsonProfile> = {}): Profile {
  const functions = new Map<string, { id: number; name: string; filename: string }>();
  const locations = new Map<string, number>();
  const lines: { id: number; lines: { function_id: number; line: number }[] }[] = [];
  const functionId = (name: string, filename: string): number => {
    const key = `${name}@${filename}`;
    const known = functions.get(key);
    if (known !== undefined) return known.id;
    functions.set(key, { id: functions.size + 1, name, filename });
    return functions.size;
  };
  const locationId = (text: string): number => {
    const known = locations.get(text);
    if (known !== undefined) return known;
    const id = locations.size + 1;
    locations.set(text, id);
    const frames = text.split(">").toReversed();
    lines.push({
      id,
      lines: frames.map((frame) => {
        const [name = "", place = ""] = frame.split("@");
        const [file = "", line = "0"] = place.split(":");
        return { function_id: functionId(name, file), line: Number(line) };
      }),
    });
    return id;
  };
  const samples = rows.map(({ stack, ...rest }) => ({
    ...rest,
    location_ids: stack.split(" ").map(locationId).toReversed(),
  }));
  return profileOfJson({
    sample_types: COUNT_TYPES,
    period_type: { type: "space", unit: "bytes" },
    period: 1,
    ...more,
    samples,
    locations: lines.map((location) => ({ ...location, address: 0x1000 + location.id })),
    functions: [...functions.values()].map((fn) => ({ ...fn, system_name: fn.name })),
  });
}

/** flat and cum of each node of a top, as printed. */
function top(of: Profile, ...options: readonly string[]): Record<string, readonly string[]> {
  const text = reportText(of, "-top", "-nodefraction=0", ...options);
  const out: Record<string, readonly string[]> = {};
  const rows = text.split("\n");
  for (const line of rows.slice(rows.findIndex((row) => row.includes("flat%")) + 1)) {
    const match = /^ *(\S+) +\S+ +\S+ +(\S+) +\S+ {2}(.+)$/.exec(line);
    if (match?.[3] !== undefined) out[match[3]] = [match[1] ?? "", match[2] ?? ""];
  }
  return out;
}

function names(of: Profile, ...options: readonly string[]): string[] {
  return Object.keys(top(of, ...options));
}

describe("semantics of the reports", () => {
  it("1. flat is the leaf's; cum and edges count once a sample; self-edges are skipped", () => {
    const recursive = profile([{ stack: "main f g f g f f", values: [10] }]);
    expect(top(recursive)).toEqual({ f: ["10", "10"], g: ["0", "10"], main: ["0", "10"] });
    const tree = reportText(recursive, "-tree", "-nodefraction=0");
    expect(tree).not.toMatch(/20/);
    expect(tree.match(/\| {3}f\n/g)?.length).toBe(3);
    const dot = reportText(recursive, "-dot", "-nodefraction=0");
    expect(dot).not.toContain('tooltip="f -> f');
  });

  it("2. inlined lines are nodes of their own, marked inline or partial-inline; noinlines keeps the last line", () => {
    const inlined = profile([
      { stack: "main>helper", values: [5] },
      { stack: "main>helper other helper", values: [3] },
      { stack: "main>alone", values: [2] },
    ]);
    const marked = top(inlined);
    expect(Object.keys(marked)).toContain("alone (inline)");
    expect(Object.keys(marked)).toContain("helper (partial-inline)");
    expect(top(inlined, "-noinlines")).toEqual({
      main: ["7", "10"],
      helper: ["3", "3"],
      other: ["0", "3"],
    });
  });

  it("3. a node is name, file, line, column and address, as far as the granularity keeps them", () => {
    const places = profile([
      { stack: "main@a.go:1 f@x.go:7", values: [1] },
      { stack: "main@a.go:2 f@y.go:9", values: [2] },
    ]);
    expect(names(places)).toEqual(["f", "main"]);
    expect(names(places, "-filefunctions")).toEqual(["f y.go", "f x.go", "main a.go"]);
    expect(names(places, "-files")).toEqual(["y.go", "x.go", "a.go"]);
    expect(names(places, "-lines")).toEqual(["f y.go:9", "f x.go:7", "main a.go:1", "main a.go:2"]);
    expect(names(places, "-addresses")[0]).toBe("0000000000001004 f y.go:9");
  });

  it("3a. the binary's name tells nodes apart in callgrind and list only", () => {
    const doubled = profileOfJson({
      sample_types: COUNT_TYPES,
      mappings: [
        { id: 1, start: 1, limit: 2, file: "/bin/a" },
        { id: 2, start: 3, limit: 4, file: "/bin/b" },
      ],
      functions: [{ id: 1, name: "f", system_name: "f" }],
      locations: [
        { id: 1, mapping_id: 1, lines: [{ function_id: 1 }] },
        { id: 2, mapping_id: 2, lines: [{ function_id: 1 }] },
      ],
      samples: [
        { location_ids: [1], values: [1] },
        { location_ids: [2], values: [2] },
      ],
    });
    expect(names(doubled)).toEqual(["f"]);
    expect(reportText(doubled, "-callgrind").match(/^ob=\(\d\) /gm)).toHaveLength(2);
  });

  it("4. the cutoff is on |cum|, then nodecount; what is cut is not given to the parent, edges jump over it", () => {
    const rows = [
      { stack: "main big", values: [990] },
      { stack: "main small", values: [4] },
      { stack: "main mid deep", values: [6] },
    ];
    const text = reportText(profile(rows), "-top");
    expect(text).toContain("Showing nodes accounting for 996, 99.60% of 1000 total");
    expect(text).toContain("Dropped 1 node (cum <= 5)");
    expect(text).not.toContain("small");
    const one = reportText(profile(rows), "-top", "-nodecount=1");
    expect(one).toContain("Showing top 1 nodes out of 4");
    const jumped = reportText(
      profile([
        { stack: "main tiny big", values: [1] },
        { stack: "main big", values: [999] },
        { stack: "main x tiny big", values: [500] },
      ]),
      "-dot",
      "-nodefraction=0.4",
    );
    expect(jumped).not.toContain("tiny");
  });

  it("4a. defaults are .005 and .001; a list has no limit, other reports 80 nodes", () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({ stack: `f${i}`, values: [100] }));
    expect(reportText(profile(rows), "-top").match(/f\d+$/gm)).toHaveLength(120);
    expect(reportText(profile(rows), "-tree")).toContain("Showing top 80 nodes out of 120");
  });

  it("5. order is by |value|, then printable name, then the other value", () => {
    const rows = [
      { stack: "b", values: [-5] },
      { stack: "a", values: [5] },
      { stack: "c", values: [7] },
    ];
    expect(names(profile(rows))).toEqual(["c", "a", "b"]);
    expect(names(profile([...rows, { stack: "z a", values: [1] }]), "-cum")).toEqual([
      "c",
      "a",
      "b",
      "z",
    ]);
  });

  it("6. percentages are of Σ|value| before focus, unless relative_percentages", () => {
    const rows = [
      { stack: "main f", values: [30] },
      { stack: "main g", values: [70] },
    ];
    expect(reportText(profile(rows), "-top", "-focus=f")).toContain("30, 30.00% of 100 total");
    expect(reportText(profile(rows), "-top", "-focus=f", "-relative_percentages")).toContain(
      "30, 100% of 30 total",
    );
  });

  it("6a. with diff_base they are of the base's samples, with base of Σ|merged|", () => {
    const base = profile([{ stack: "main f", values: [40] }]);
    const now = profile([
      { stack: "main f", values: [50] },
      { stack: "main g", values: [30] },
    ]);
    const diff = loaded([now], { bases: [base], isDiffBase: true });
    expect(reportText(diff, "-top", "-nodefraction=0")).toContain("40, 100% of 40 total");
    const subtracted = loaded([now], { bases: [base], isDiffBase: false });
    expect(reportText(subtracted, "-top", "-nodefraction=0")).toContain("40, 100% of 40 total");
    const shrunk = loaded([base], { bases: [now], isDiffBase: false });
    expect(reportText(shrunk, "-top", "-nodefraction=0")).toContain("-40, 100% of 40 total");
  });

  it("6b. a percentage is absolute: 100% from 99.95 to 100.05, two decimals from 1 on, else two digits", () => {
    const rows = [
      { stack: "a", values: [99_960] },
      { stack: "b", values: [39] },
      { stack: "c", values: [1] },
    ];
    const text = reportText(profile(rows), "-top", "-nodefraction=0");
    expect(text).toContain("99960   100%   100%      99960   100%  a");
    expect(text).toContain("39 0.039%   100%         39 0.039%  b");
    expect(text).toContain("1 0.001%   100%          1 0.001%  c");
  });

  it("7. base is scaled by −1 and merged; diff_base's samples never cancel in samples but do in nodes", () => {
    const same = [{ stack: "main f", values: [10] }];
    const subtracted = loaded([profile(same)], { bases: [profile(same)], isDiffBase: false });
    expect(sampleCount(subtracted)).toBe(0);
    const diff = loaded([profile(same)], { bases: [profile(same)], isDiffBase: true });
    expect(sampleCount(diff)).toBe(2);
    expect(top(diff)).toEqual({});
    expect(reportText(diff, "-traces")).toContain("pprof::base:  true");
  });

  it("7a. normalize scales the source to the base per type, rounded, 0 where the source is 0", () => {
    const types = { sample_types: HEAP_TYPES };
    const base = profile([{ stack: "f", values: [10, 5] }], types);
    const source = profile(
      [
        { stack: "f", values: [3, 0] },
        { stack: "g", values: [1, 0] },
      ],
      types,
    );
    const scaled = normalize(source, base);
    const rows = Array.from({ length: sampleCount(scaled) }, (_, k) =>
      scaled.values.map((column) => column[sampleAt(scaled, k)]),
    );
    expect(rows).toEqual([
      [8, 0],
      [3, 0],
    ]);
  });

  it("8. drop_negative removes a node whose flat is below 0, or 0 with cum below 0", () => {
    const rows = [
      { stack: "main f", values: [-5] },
      { stack: "main g", values: [3] },
    ];
    expect(names(profile(rows), "-drop_negative")).toEqual(["g"]);
    expect(names(profile(rows))).toEqual(["f", "g", "main"]);
  });

  it("9. filters come in order: tag frames, total, focus and the like, show_from, tags, prune_from", () => {
    const rows = [
      { stack: "main f leaf", values: [10], labels: { kind: ["web"] } },
      { stack: "main g leaf", values: [20], labels: { kind: ["job"] } },
    ];
    expect(names(profile(rows), "-tagroot=kind", "-focus=web")).toEqual([
      "leaf",
      "f",
      "main",
      "web",
    ]);
    expect(names(profile(rows), "-tagroot=kind", "-show_from=^main$")).toEqual([
      "leaf",
      "f",
      "g",
      "main",
    ]);
    expect(reportText(profile(rows), "-top", "-tagfocus=kind=web")).toContain(
      "10, 33.33% of 30 total",
    );
    expect(top(profile(rows), "-prune_from=^[fg]$")).toEqual({
      g: ["20", "20"],
      f: ["10", "10"],
      main: ["0", "30"],
    });
    expect(names(profile(rows), "-hide=leaf", "-prune_from=leaf")).toEqual(["g", "f", "main"]);
  });

  it("9a. drop_frames run first, anchored, on simplified names, and never before the first own frame", () => {
    const rows = [{ stack: "main user malloc(int) deep", values: [1] }];
    const dropped = { drop_frames: "malloc" };
    expect(names(loaded([profile(rows, dropped)]))).toEqual(["user", "main"]);
    expect(names(loaded([profile(rows, { drop_frames: "mall" })]))).toContain("deep");
    expect(names(loaded([profile([{ stack: "malloc main f", values: [1] }], dropped)]))).toEqual([
      "f",
      "main",
      "malloc",
    ]);
    const kept = { drop_frames: "m.*", keep_frames: "malloc" };
    expect(names(loaded([profile([{ stack: "user malloc", values: [1] }], kept)]))).toContain(
      "malloc",
    );
    expect(names(loaded([profile(rows, dropped)], { allFrames: true }))).toContain("deep");
  });

  it("10. focus and ignore look at functions, files and binaries of any line; ignore wins; hide and show act on lines", () => {
    const rows = [
      { stack: "main@srv.go:1 a>b@lib.go:2 leaf", values: [1] },
      { stack: "main@srv.go:1 c leaf", values: [2] },
    ];
    expect(top(profile(rows), "-focus=lib\\.go")["main"]).toEqual(["0", "1"]);
    expect(top(profile(rows), "-focus=main", "-ignore=^b$")["main"]).toEqual(["0", "2"]);
    expect(top(profile(rows), "-hide=leaf")).toMatchObject({ c: ["2", "2"] });
    expect(Object.keys(top(profile(rows), "-hide=^b$"))).toContain("a");
    expect(top(profile(rows), "-show=^c$")).toEqual({ c: ["2", "2"] });
    const mapped = profileOfJson({
      sample_types: COUNT_TYPES,
      mappings: [{ id: 1, file: "/usr/lib/libc.so" }],
      functions: [{ id: 1, name: "f", system_name: "f" }],
      locations: [{ id: 1, mapping_id: 1, lines: [{ function_id: 1 }] }],
      samples: [{ location_ids: [1], values: [4] }],
    });
    expect(top(mapped, "-focus=libc")).toEqual({ f: ["4", "4"] });
    expect(runReport(mapped, ["-top", "-focus=nothing"]).warnings).toEqual([
      "Focus expression matched no samples",
    ]);
  });

  it("10a. patterns are RE2: no look-around, unanchored", () => {
    const one = profile([{ stack: "main", values: [1] }]);
    expect(() => reportText(one, "-top", "-focus=(?=x)")).toThrow(
      "parsing focus regexp: error parsing regexp: invalid or unsupported Perl syntax: `(?=`",
    );
    expect(names(one, "-focus=ai")).toEqual(["main"]);
  });

  it("11. tag filters: key=…, ranges in units of one family, comma is AND without a key and OR with one", () => {
    const sized = (size: number, kind: string): Row => ({
      stack: `f${size}`,
      values: [1],
      labels: { kind: [kind] },
      num_labels: { bytes: [size] },
    });
    const sizes = profile([sized(512, "a"), sized(1024, "b"), sized(4096, "c")]);
    expect(names(sizes, "-tagfocus=1kb:2kb")).toEqual(["f1024"]);
    expect(names(sizes, "-tagfocus=1kb:")).toEqual(["f1024", "f4096"]);
    expect(names(sizes, "-tagfocus=:1kb")).toEqual(["f1024", "f512"]);
    expect(names(sizes, "-tagfocus=bytes=4kb")).toEqual(["f4096"]);
    expect(names(sizes, "-tagfocus=1s:")).toEqual([]);
    expect(names(sizes, "-tagfocus=kind=a,b")).toEqual(["f1024", "f512"]);
    expect(names(sizes, "-tagfocus=kind:a,b")).toEqual([]);
    expect(names(sizes, "-tagfocus=kind:a")).toEqual(["f512"]);
    expect(names(sizes, "-tagignore=kind=a")).toEqual(["f1024", "f4096"]);
  });

  it("12. units are 1024-based; minimum picks one for the report by the smallest node, auto one for each value", () => {
    const bytes = { sample_types: HEAP_TYPES };
    const near = profile(
      [
        { stack: "a", values: [1, 2048] },
        { stack: "b", values: [1, 3 * 1024 ** 2] },
      ],
      bytes,
    );
    expect(top(near, "-unit=auto")).toEqual({ b: ["3MB", "3MB"], a: ["2kB", "2kB"] });
    // 100 × 2 kB is still kB, so the smallest node keeps its digits.
    expect(top(near)).toEqual({ b: ["3072kB", "3072kB"], a: ["2kB", "2kB"] });
    const far = profile(
      [
        { stack: "a", values: [1, 20_480] },
        { stack: "b", values: [1, 3 * 1024 ** 2] },
      ],
      bytes,
    );
    expect(top(far)).toEqual({ b: ["3MB", "3MB"], a: ["0.02MB", "0.02MB"] });
    expect(top(far, "-unit=b")).toEqual({ b: ["3145728B", "3145728B"], a: ["20480B", "20480B"] });
    // 524 416 B are 512.125 kB, a tie that Go rounds to the even digit.
    expect(top(profile([{ stack: "a", values: [1, 524_416] }], bytes), "-unit=kb")["a"]?.[0]).toBe(
      "512.12kB",
    );
  });

  it("13. merging adds samples of equal locations and labels; period is the largest, time the earliest, duration the sum", () => {
    const one = profile([{ stack: "main f", values: [1], labels: { k: ["v"] } }], {
      time_nanos: 2000,
      duration_nanos: 5,
      period: 7,
      comments: ["x", "y"],
    });
    const two = profile(
      [
        { stack: "main f", values: [2], labels: { k: ["v"] } },
        { stack: "main f", values: [4], labels: { k: ["w"] } },
        { stack: "main g", values: [0] },
      ],
      { time_nanos: 1000, duration_nanos: 6, period: 9, comments: ["y", "z"] },
    );
    const merged = merge([one, two]);
    expect(Array.from(merged.values[0])).toEqual([3, 4]);
    expect(merged.timeNanos).toBe(1000n);
    expect(merged.durationNanos).toBe(11);
    expect(merged.period).toBe(9);
    expect(merged.comments).toEqual(["x", "y", "z"]);
    expect(merged.functions.length).toBe(2);
  });

  it("13a. a mapping is its size in pages, offset and build id; addresses are relative to it", () => {
    const at = (start: number, limit: number): Profile =>
      profileOfJson({
        sample_types: COUNT_TYPES,
        mappings: [{ id: 1, start, limit, build_id: "abc" }],
        functions: [{ id: 1, name: "f", system_name: "f" }],
        locations: [{ id: 1, mapping_id: 1, address: start + 16, lines: [{ function_id: 1 }] }],
        samples: [{ location_ids: [1], values: [1] }],
      });
    const moved = merge([at(0x1000, 0x2000), at(0x9000, 0x9ff0)]);
    expect(moved.mappings.length).toBe(1);
    expect(Array.from(moved.values[0])).toEqual([2]);
  });

  it("14. mean divides by the first value per node; sample_index is a number, a name, or a name without inuse_", () => {
    const bytes = profile(
      [
        { stack: "main f", values: [2, 100] },
        { stack: "main g", values: [3, 30] },
      ],
      { sample_types: HEAP_TYPES },
    );
    expect(top(bytes, "-mean", "-unit=b")).toEqual({
      f: ["50B", "50B"],
      g: ["10B", "10B"],
      main: ["0", "26B"],
    });
    expect(top(bytes, "-sample_index=0")["f"]).toEqual(["2", "2"]);
    const short = profile([{ stack: "f", values: [1, 2] }], {
      sample_types: [
        { type: "objects", unit: "count" },
        { type: "space", unit: "bytes" },
      ],
    });
    expect(top(short, "-sample_index=inuse_objects")["f"]).toEqual(["1", "1"]);
    expect(() => top(short, "-sample_index=none")).toThrow(
      'sample_index "none" must be one of: [objects space]',
    );
  });

  it("14a. of numeric labels only bytes is drawn in graphs", () => {
    const labelled = profile([
      { stack: "f", values: [5], num_labels: { bytes: [64], age: [3] }, num_units: { age: ["s"] } },
    ]);
    const dot = reportText(labelled, "-dot");
    expect(dot).toContain('[label = "64B"');
    expect(dot).not.toContain("3s");
    expect(reportText(labelled, "-tags")).toContain("age: Total 5 of 5 (  100%)");
  });

  it("15. the text reports have recursion once, at its outermost place", () => {
    const recursive = profile([{ stack: "main f g f", values: [10] }]);
    expect(reportText(recursive, "-tree", "-nodefraction=0")).toContain("10   100% |   f\n");
    expect(top(recursive)["f"]).toEqual(["10", "10"]);
  });
});
