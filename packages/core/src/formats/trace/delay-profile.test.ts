import { gunzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import {
  corpusTraces,
  freshTrace,
  goTool,
  hasGo,
  type NamedTrace,
} from "../../../test/go-traces.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { seededRandom } from "../../../test/random.ts";
import { readOrdered } from "../../../test/trace-reading.ts";
import { readAll } from "../../../test/reading.ts";
import { encodeProfile } from "../pprof/encode.ts";
import { pprofFormat } from "../pprof/format.ts";
import { DelayProfile, type DelayKind } from "./delay-profile.ts";
import type { OrderedReader } from "./ordered-reader.ts";
import { type RangeKind, RangeProfile, type RangeProfileResult } from "./range-profile.ts";

const KINDS: readonly DelayKind[] = ["net", "sync", "syscall", "sched"];

function delays(bytes: Uint8Array, kind: DelayKind): ProfileTable {
  let profile: DelayProfile | undefined;
  readOrdered(bytes, (reader) => {
    profile = new DelayProfile(kind, () => reader().interner);
    return profile;
  });
  if (profile === undefined) throw new Error("not opened");
  return profile.finish();
}

function ranges(
  bytes: Uint8Array,
  kind: RangeKind,
): RangeProfileResult & { readonly reader: OrderedReader } {
  let profile: RangeProfile | undefined;
  const reader = readOrdered(bytes, (opened) => {
    profile = new RangeProfile(kind, () => opened().interner);
    return profile;
  });
  if (profile === undefined) throw new Error("not opened");
  return { ...profile.finish(), reader };
}

/** Samples with their frames in words, sorted: ids are the writer's own. */
function samplesOf(table: ProfileTable): string[] {
  const { stacks, locations, functions, strings, labels } = table;
  const lines: string[] = [];
  for (let row = 0; row < table.rows; row++) {
    const words = [table.values.map((column) => column[row]).join(" ")];
    for (let i = labels.start[row] ?? 0; i < (labels.start[row + 1] ?? 0); i++) {
      words.push(`${strings.get(labels.key[i] ?? 0)}=${strings.get(labels.str[i] ?? 0)}`);
    }
    const stack = table.rowStack[row] ?? -1;
    for (let i = stacks.start[stack] ?? 0; i < (stacks.start[stack + 1] ?? 0); i++) {
      const at = stacks.location[i] ?? -1;
      const line = locations.lineStart[at] ?? -1;
      const name = locations.lineFunction[line] ?? -1;
      // Go shows a stack of one such frame as no stack or as it is, by which of both came last.
      if (locations.address[at] === 0 && strings.get(functions.name[name] ?? 0) === "") continue;
      words.push(
        `${locations.address[at]} ${strings.get(functions.name[name] ?? 0)} ${strings.get(functions.file[name] ?? 0)}:${locations.lineNumber[line]}`,
      );
    }
    lines.push(words.join("\n"));
  }
  return lines.toSorted();
}

function read(pprof: Uint8Array): ProfileTable {
  const { table, diagnostics } = readAll(pprofFormat, pprof);
  if (table.kind !== "profile") throw new Error(table.kind);
  expect(diagnostics).toEqual([]);
  return table;
}

function sum(table: ProfileTable, column: number): number {
  return (table.values[column] ?? new Float64Array(0)).reduce((total, value) => total + value, 0);
}

describe.skipIf(!hasGo)("delays by stack (needs go)", () => {
  const traces: NamedTrace[] = [];

  beforeAll(() => {
    for (const program of ["tasks-regions", "network", "syscalls", "iter-pull", "cgo-callbacks"]) {
      traces.push(freshTrace(program, 60));
    }
    // The rest of the corpus has a handful of events each.
    traces.push(
      ...corpusTraces().filter(({ name }) => /stress|reuse-thread|create-syscall-with/.test(name)),
    );
  }, 240_000);

  it("is what go tool pprof reads", () => {
    const { name, bytes } = traces[0] ?? { name: "", bytes: new Uint8Array(0) };
    const go = goTool(["trace", "-pprof=sync"], bytes);
    const mine = goTool(["pprof", "-top"], encodeProfile(delays(bytes, "sync")));
    const theirs = goTool(["pprof", "-top"], go.stdout);
    expect(mine.status, mine.stderr).toBe(0);
    const top = Buffer.from(mine.stdout).toString("utf8");
    expect(top.split("\n").length, name).toBeGreaterThan(4);
    // Lines of equal value stand in any order; the first line names the scratch file.
    const lines = (text: string): string[] => text.split("\n").slice(1).toSorted();
    expect(lines(top)).toEqual(lines(Buffer.from(theirs.stdout).toString("utf8")));
  });

  it.each(KINDS)(
    "equals go tool trace -pprof=%s",
    (kind) => {
      let rows = 0;
      for (const { name, bytes } of traces) {
        const go = goTool(["trace", `-pprof=${kind}`], bytes);
        const table = delays(bytes, kind);
        // Go gives no profile of a trace in which no goroutine is named, or no generation is whole.
        if (go.status !== 0) {
          expect(table.rows, `${name}: ${go.stderr}`).toBe(0);
          continue;
        }
        const mine = samplesOf(read(encodeProfile(table)));
        expect(mine, name).toEqual(samplesOf(read(new Uint8Array(gunzipSync(go.stdout)))));
        rows += table.rows;
      }
      expect(rows).toBeGreaterThan(kind === "net" ? 0 : 10);
    },
    600_000,
  );

  it("counts of a cut or broken trace what Go counts of it", () => {
    const random = seededRandom(3);
    let compared = 0;
    // More than a second: several generations, of which the whole ones count.
    const stress = traces.filter(({ name }) => name.includes("gc-stress"));
    for (const { name, bytes } of [freshTrace("network", 2300), ...stress]) {
      for (let i = 0; i < 4; i++) {
        const broken = bytes.slice(0, bytes.length - 1 - random.integer(bytes.length / 2));
        if (i % 2 === 1) {
          const at = 16 + random.integer(broken.length - 16);
          broken[at] = (broken[at] ?? 0) ^ (1 << random.integer(8));
        }
        const go = goTool(["trace", "-pprof=sched"], broken);
        const mine = samplesOf(delays(broken, "sched"));
        if (go.status !== 0) expect(mine, `${name} ${i}: ${go.stderr}`).toEqual([]);
        else expect(mine, name).toEqual(samplesOf(read(new Uint8Array(gunzipSync(go.stdout)))));
        if (mine.length > 0) compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(1);
  }, 240_000);

  it("gives an empty profile, not an error, where nothing waited", () => {
    const cut = traces[0]?.bytes.subarray(0, 40) ?? new Uint8Array(0);
    expect(delays(cut, "sched").rows).toBe(0);
  });
});

describe.skipIf(!hasGo)("what the collector took, by stack (needs go)", () => {
  let trace: NamedTrace = { name: "", bytes: new Uint8Array(0) };
  let lines: string[] = [];

  beforeAll(() => {
    trace = freshTrace("gc-stress", 80);
    const go = goTool(["trace", "-d=parsed"], trace.bytes);
    lines = Buffer.from(go.stdout).toString("utf8").split("\n");
  }, 240_000);

  /** Begin to end in Go's own text, by owner: the plain way. */
  function plain(name: string): { readonly count: number; readonly ns: number } {
    const open = new Map<string, number>();
    let count = 0;
    let ns = 0;
    for (const line of lines) {
      const found = new RegExp(
        `Range(Begin|End|Active) Time=(\\d+) Name="${name}.*?Scope=(\\S+)`,
      ).exec(line);
      if (found === null) continue;
      const [, what, time, scope = ""] = found;
      const start = open.get(scope);
      if (what === "Begin") open.set(scope, Number(time));
      else if (what === "End" && start !== undefined) {
        open.delete(scope);
        count += 1;
        ns += Number(time) - start;
      }
    }
    return { count, ns };
  }

  it.each([
    ["assist", "GC mark assist"],
    ["stw", "stop-the-world"],
    ["sweep", "GC incremental sweep"],
  ] as const)("adds up to the ranges of %s in -d=parsed", (kind, name) => {
    const { table, startedBefore, unfinished, reader } = ranges(trace.bytes, kind);
    expect(reader.fault).toBeUndefined();
    const { count, ns } = plain(name);
    expect(count).toBeGreaterThan(5);
    expect(sum(table, 0)).toBe(count);
    expect(sum(table, table.values.length - 1)).toBe(ns);
    expect(startedBefore.count).toBe(0);
    expect(unfinished.count).toBeLessThanOrEqual(8);
    const raw = samplesOf(read(encodeProfile(table)));
    expect(raw.length).toBeGreaterThan(1);
    if (kind === "assist") {
      expect(sum(table, 1)).toBeGreaterThan(0);
      for (let row = 0; row < table.rows; row++) {
        expect(table.values[1]?.[row]).toBeLessThanOrEqual(table.values[2]?.[row] ?? -1);
      }
      expect(raw.join("\n")).toContain("runtime.mallocgc");
    }
    if (kind === "stw") expect(raw.join("\n")).toMatch(/reason=GC (mark|sweep) termination/);
    if (kind === "sweep") {
      const swept = lines
        .filter((line) => line.includes('"bytes swept"'))
        .map((line) => Number(/"bytes swept"=Value\{Uint64\((\d+)\)/.exec(line)?.[1]));
      expect(sum(table, 1)).toBe(swept.reduce((total, value) => total + value, 0));
    }
  });

  const stress = corpusTraces().find(({ name }) => name === "go122-gc-stress.trace");

  it.skipIf(stress === undefined)("counts what was open at the start beside the profile", () => {
    const { startedBefore, table } = ranges(stress?.bytes ?? new Uint8Array(0), "assist");
    expect(startedBefore.count).toBeGreaterThan(0);
    expect(startedBefore.seenNs).toBeGreaterThan(0);
    for (const stack of table.rowStack) {
      expect(table.stacks.start[stack + 1]).toBeGreaterThan(table.stacks.start[stack] ?? 0);
    }
  });
});
