import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cycleTokens, intact, tear } from "../../../test/gctrace-torn.ts";
import type { LineStyle } from "../../../test/gctrace-torn.ts";
import { compare, readBytes, readTruth, readWhole, tableOf } from "../../../test/gctrace-truth.ts";
import { seededRandom } from "../../../test/random.ts";
import { FormatError } from "../../model/errors.ts";
import {
  GC_EXACT_END,
  GC_EXACT_MARKED,
  GC_EXACT_START,
  GC_FORCED,
  GC_LEAK_CHECK,
  GC_REPAIRED,
  GC_UNSOUND,
} from "../../model/tables/gc-cycles.ts";
import { gctrace } from "./index.ts";

const FIXTURES = fileURLToPath(new URL("../../../test/fixtures/gctrace/", import.meta.url));
const LOGS = readdirSync(FIXTURES).filter((f) => f.endsWith(".log") && !f.includes("truth"));

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(name: string): string {
  return new TextDecoder().decode(readBytes(FIXTURES + name));
}

function codes(result: { readonly diagnostics: readonly { readonly code: string }[] }): string[] {
  return result.diagnostics.map((d) => d.code);
}

function below(random: { integer(below: number): number }): (n: number) => number {
  return (n) => (n <= 0 ? 0 : random.integer(n));
}

const LINE = "gc 7 @1.250s 4%: 0.25+1.9+0.065 ms clock, 0.50+1.3/0.040/1.4+0.13 ms cpu";
const WHOLE = `${LINE}, 31->40->17 MB, 34 MB goal, 1 MB stacks, 2 MB globals, 2 P`;

describe("one line", () => {
  const only = (line: string) => {
    const [segment] = tableOf(readWhole(bytes(`${line}\n`))).segments;
    if (segment === undefined) throw new Error("no segment");
    return segment.cycles;
  };

  it("reads the form of Go 1.18 and later", () => {
    const c = only(WHOLE);
    expect(c.number[0]).toBe(7);
    expect(c.startSec[0]).toBe(1.25);
    expect(c.cpuFractionSinceStart[0]).toBe(0.04);
    expect([c.sweepTermNs[0], c.markNs[0], c.markTermNs[0]]).toEqual([250_000, 1_900_000, 65_000]);
    expect([c.assistCpuNs[0], c.workerCpuNs[0], c.idleCpuNs[0]]).toEqual([
      1_300_000, 40_000, 1_400_000,
    ]);
    expect(c.markedBytes[0]).toBe(17 * 1048576);
    expect(c.stacksBytes[0]).toBe(1048576);
    expect(c.globalsBytes[0]).toBe(2 * 1048576);
    expect(c.procs[0]).toBe(2);
    expect(c.flags[0]).toBe(0);
    expect(c.wallMs[0]).toBeNaN();
  });

  it("leaves stacks and globals unknown before Go 1.18", () => {
    const c = only(`${LINE}, 31->40->17 MB, 34 MB goal, 2 P (forced)`);
    expect(c.stacksBytes[0]).toBeNaN();
    expect(c.globalsBytes[0]).toBeNaN();
    expect(c.flags[0]).toBe(GC_FORCED);
  });

  it("adds up the five phases and seven CPU times of Go 1.5", () => {
    const c = only(
      "gc 88 @3.243s 9%: 0.040+16+1.0+5.9+0.34 ms clock, 0.16+16+0+18/5.7/11+1.3 ms cpu, 32->33->19 MB, 33 MB goal, 4 P",
    );
    expect(c.markNs[0]).toBe(22_900_000);
    expect(c.markTermNs[0]).toBe(340_000);
    expect(c.assistCpuNs[0]).toBe(18_000_000);
    expect(c.workerCpuNs[0]).toBe(21_700_000);
    expect(c.markTermCpuNs[0]).toBe(1_300_000);
  });

  it("knows the leak check, unknown fields and unknown suffixes", () => {
    expect(only(WHOLE.replace("4%:", "4% (checking for goroutine leaks):")).flags[0]).toBe(
      GC_LEAK_CHECK,
    );
    const odd = only(`${WHOLE.replace("2 P", "9 MB weak refs, 2 P")} (idle)`);
    expect(odd.procs[0]).toBe(2);
    expect(odd.globalsBytes[0]).toBe(2 * 1048576);
  });

  it("takes the goal of GOGC=off for none", () => {
    for (const goal of ["17592186044415", "8796093022206", "8532210231537"]) {
      expect(only(WHOLE.replace("34 MB goal", `${goal} MB goal`)).goalBytes[0]).toBe(Infinity);
    }
  });

  it("flags a number that no process can have", () => {
    const huge = WHOLE.replace("31->", "11111111111111111111111111111111111->");
    const result = readWhole(bytes(`${WHOLE}\n${huge.replace("gc 7", "gc 8")}\n`));
    const flags = [...(tableOf(result).segments[0]?.cycles.flags ?? [])];
    expect(flags.map((f) => f & GC_UNSOUND)).toEqual([0, GC_UNSOUND]);
    const big = readWhole(bytes(`${WHOLE.replace("2 P", "99999999 P")}\n`));
    expect(tableOf(big).segments[0]?.cycles.flags[0]).toBe(GC_UNSOUND);
    expect(codes(big)).toContain("gctrace.impossible-number");
  });
});

describe("torn lines", () => {
  it("gives every cycle of a recorded torn log exactly", () => {
    const result = readWhole(readBytes(`${FIXTURES}torn-go1.26.8.log`));
    const found = compare(tableOf(result), readTruth(text("torn-go1.26.8.truth.log")));
    expect(found.wrong).toEqual([]);
    expect(found).toMatchObject({ truth: 29, exact: 29, repaired: 13 });
    expect(tableOf(result).repairedLines).toBe(13);
  });

  it("tells a number from the digits of a date behind it", () => {
    const log = Array.from({ length: 8 }, (_, i) => `2026/11/2${i} 10:00:00 served`);
    const torn = WHOLE.replace("17 MB,", "172026/11/22 10:00:00 served\n MB,");
    const result = readWhole(bytes(`${log.join("\n")}\n${torn}\n`));
    const c = tableOf(result).segments[0]?.cycles;
    expect(c?.markedBytes[0]).toBe(17 * 1048576);
    expect(c?.flags[0]).toBe(GC_REPAIRED);
  });

  it("does not take a date for three CPU times", () => {
    const log = Array.from({ length: 8 }, (_, i) => `2026/11/2${i} 10:00:00 served`);
    const torn = WHOLE.replace(
      "+1.3/0.040/1.4+",
      "+2026/11/26 10:00:00 served\n1.3/0.0402026/11/26 10:00:01 served\n/1.4+",
    );
    const c = tableOf(readWhole(bytes(`${log.join("\n")}\n${torn}\n`))).segments[0]?.cycles;
    expect(c?.workerCpuNs[0]).toBe(40_000);
    expect(c?.flags[0]).toBe(GC_REPAIRED);
  });

  it("flags a number that could end in several places", () => {
    const log = Array.from({ length: 9 }, (_, i) => `${3 ** i} items`);
    const torn = WHOLE.replace("1 MB stacks", "12 items\n MB stacks");
    const result = readWhole(bytes(`${log.join("\n")}\n${torn}\n`));
    const c = tableOf(result).segments[0]?.cycles;
    expect((c?.flags[0] ?? 0) & GC_UNSOUND).toBe(GC_UNSOUND);
    expect(c?.stacksBytes[0]).toBeNaN();
    expect(c?.markedBytes[0]).toBe(17 * 1048576);
    expect(tableOf(result).unsoundLines).toBe(1);
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });

  it("flags a line whose end never came, and keeps what it said", () => {
    const cut = `${WHOLE}\ngc 8 @1.300s 4%: 0.25+started\n${WHOLE.replace("gc 7 @1.250", "gc 9 @1.400")}\n`;
    const result = readWhole(bytes(cut));
    const c = tableOf(result).segments[0]?.cycles;
    expect([...(c?.number ?? [])]).toEqual([7, 8, 9]);
    expect([...(c?.flags ?? [])]).toEqual([0, GC_UNSOUND, 0]);
    expect(c?.startSec[1]).toBe(1.3);
    expect(c?.markedBytes[1]).toBeNaN();
  });

  it("rejects pieces of two cycles between which log lines are missing", () => {
    const head = `${LINE}, 31->40INFO a\n`;
    const tail = "->18 MB, 35 MB goal, 1 MB stacks, 2 MB globals, 2 P\n";
    const next = `${WHOLE.replace("gc 7 @1.250", "gc 9 @1.450")}\n`;
    const before = `${WHOLE.replace("gc 7 @1.250", "gc 6 @1.150")}\n`;
    const result = readWhole(bytes(`INFO x\n${before}${head}${tail}${next}`));
    const c = tableOf(result).segments[0]?.cycles;
    expect((c?.flags[1] ?? 0) & GC_UNSOUND).toBe(GC_UNSOUND);
    expect(c?.markedBytes[1]).toBeNaN();
    expect(tableOf(result).segments[0]?.missingCycles).toBe(1);
  });

  it("finds a late (forced) behind an empty line of the application", () => {
    const result = readWhole(bytes(`INFO\nINFO\n${WHOLE}\n (forced)INFO\n\nINFO\n`));
    expect((tableOf(result).segments[0]?.cycles.flags[0] ?? 0) & GC_FORCED).toBe(GC_FORCED);
  });

  const STYLES: LineStyle[] = ["date", "slash", "json", "klog", "items", "epoch", "path", "blank"];

  it("is never silently wrong, whatever the application writes between", () => {
    let exact = 0;
    let truth = 0;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.constantFrom(...STYLES),
        fc.constantFrom(2, 6, 20),
        fc.constantFrom(0, 0, 0, 25),
        fc.constantFrom(0, 0, 0, 5),
        (seed, style, tearPercent, partialPercent, lostPercent) => {
          const random = below(seededRandom(seed));
          const procs = [1, 2, 8, 64][random(4)] ?? 2;
          const cycles = cycleTokens(
            30,
            {
              procs,
              stoppedProcs: Math.min(procs, 8),
              liveMb: [1, 6, 40, 700, 30_000][random(5)] ?? 6,
              hasStacks: random(4) > 0,
              isForcing: random(3) === 0,
            },
            random,
          );
          const lines = tear(cycles, { style, tearPercent, partialPercent }, random).split("\n");
          const log = lines.filter(() => random(100) >= lostPercent).join("\n");
          const found = compareOrNone(log, intact(cycles));
          expect(found.wrong).toEqual([]);
          if (partialPercent === 0 && lostPercent === 0 && style !== "items") {
            exact += found.exact;
            truth += found.truth;
          }
        },
      ),
      { numRuns: 60, seed: 20_261_126 },
    );
    // Up to 97 % of the lines are torn here, more than in any recorded log; those give 100 %.
    expect(exact / truth).toBeGreaterThan(0.95);
  });

  function compareOrNone(log: string, truth: string) {
    try {
      return compare(tableOf(readWhole(bytes(log), 4096)), readTruth(truth));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return { wrong: [], exact: 0, truth: 0 };
    }
  }
});

describe("processes", () => {
  const cycles = (count: number, seed: number, procs = 2) =>
    cycleTokens(
      count,
      { procs, stoppedProcs: Math.min(2, procs), liveMb: 40, hasStacks: true, isForcing: false },
      below(seededRandom(seed)),
    ).map((tokens) => tokens.join(""));

  it("begins a segment when the numbers begin again", () => {
    const log = [...cycles(5, 1), ...cycles(3, 2)].join("");
    const result = readWhole(bytes(log));
    expect(tableOf(result).segments.map((s) => s.cycles.length)).toEqual([5, 3]);
    expect(codes(result)).toEqual(["gctrace.restart"]);
    expect(result.completeness.complete).toBe(true);
  });

  it("counts missing cycles", () => {
    const log = cycles(9, 3).filter((_, i) => i !== 3 && i !== 4 && i !== 7);
    const result = readWhole(bytes(log.join("")));
    expect(tableOf(result).segments[0]?.missingCycles).toBe(3);
    expect(codes(result)).toContain("gctrace.missing-cycles");
    expect(result.completeness.complete).toBe(false);
  });

  it("drops lines that were fetched twice", () => {
    const log = cycles(9, 4);
    const result = readWhole(bytes([...log.slice(0, 6), ...log.slice(2)].join("")));
    expect(tableOf(result).segments.map((s) => s.cycles.length)).toEqual([9]);
    expect(codes(result)).toContain("gctrace.repeated-cycle");
  });

  it("separates two processes whose numbers never meet", () => {
    const a = cycles(40, 5).slice(30);
    const b = cycles(8, 6);
    const log = a.flatMap((line, i) => [line, b[i] ?? ""]).join("");
    const result = readWhole(bytes(log));
    expect(tableOf(result).segments.map((s) => s.cycles.length)).toEqual([10, 8]);
    expect(tableOf(result).unsoundLines).toBe(0);
    expect(codes(result)).toContain("gctrace.interleaved-processes");
  });

  it("separates two processes with different processor counts", () => {
    const a = cycles(10, 7, 2);
    const b = cycles(10, 7, 8);
    const result = readWhole(bytes(a.flatMap((line, i) => [line, b[i] ?? ""]).join("")));
    expect(tableOf(result).unsoundLines).toBe(0);
    expect(tableOf(result).segments.map((s) => [...s.cycles.procs])).toEqual([
      Array(10).fill(2),
      Array(10).fill(8),
    ]);
  });

  it("flags two processes that nothing tells apart", () => {
    const a = cycles(10, 8);
    const b = cycles(10, 9);
    const result = readWhole(bytes(a.flatMap((line, i) => [line, b[i] ?? ""]).join("")));
    const table = tableOf(result);
    expect(compare(table, readTruth([...a, ...b].join(""))).wrong).toEqual([]);
    expect(table.unsoundLines).toBeGreaterThan(0);
    for (const segment of table.segments) {
      const sound = [...segment.cycles.line].filter(
        (_, i) => ((segment.cycles.flags[i] ?? 0) & GC_UNSOUND) === 0,
      );
      // Odd lines are one process's, even ones the other's.
      expect(new Set(sound.map((line) => line % 2)).size).toBeLessThan(2);
    }
    const mixed = result.diagnostics.find((d) => d.code === "gctrace.interleaved-processes");
    expect(mixed?.severity).toBe("damage");
  });

  it("keeps streams apart by the label that the log gives", () => {
    const a = cycles(10, 8).map((l) => `[pod/cart-0/cart] ${l}`);
    const b = cycles(10, 9).map((l) => `[pod/cart-1/cart] ${l}`);
    const result = readWhole(bytes(a.flatMap((line, i) => [line, b[i] ?? ""]).join("")));
    expect(tableOf(result).segments.map((s) => [s.stream, s.cycles.length])).toEqual([
      ["cart-0/cart", 10],
      ["cart-1/cart", 10],
    ]);
    expect(tableOf(result).unsoundLines).toBe(0);
  });
});

describe("gcpacertrace", () => {
  it.each(["go1.22.12", "go1.26.8", "go1.27.3"])("gives sizes to the byte: %s", (version) => {
    const name = `steady-${version}-pacer.log`;
    const c = tableOf(readWhole(readBytes(FIXTURES + name))).segments[0]?.cycles;
    const lines = text(name).split("\n");
    expect(c?.length).toBe(12);
    let told = 0;
    let row = -1;
    let figures: RegExpExecArray | null = null;
    for (const line of lines) {
      const hit = /in (\d+) B -> (\d+) B \(∆goal (-?\d+)/.exec(line);
      if (hit !== null) figures = hit;
      if (!line.startsWith("gc ")) continue;
      row += 1;
      const flags = (c?.flags[row] ?? 0) & (GC_EXACT_START | GC_EXACT_END);
      // The runtime prints no figures for a cycle in which it had no work to measure.
      expect(flags).toBe(figures === null ? 0 : GC_EXACT_START | GC_EXACT_END);
      if (figures !== null) {
        told += 1;
        expect(c?.heapStartBytes[row]).toBe(Number(figures[1]));
        expect(c?.heapEndBytes[row]).toBe(Number(figures[2]));
        expect(c?.goalBytes[row]).toBe(Number(figures[2]) - Number(figures[3]));
      }
      figures = null;
    }
    expect(told).toBeGreaterThan(6);
  });

  it.each(["go1.12.17", "go1.17.13"])("gives the end and the marked heap: %s", (version) => {
    const name = `steady-${version}-pacer.log`;
    const c = tableOf(readWhole(readBytes(FIXTURES + name))).segments[0]?.cycles;
    const h = [...text(name).matchAll(/H_m_prev=(\d+) .* H_a=(\d+)/g)];
    expect(h.length).toBeGreaterThan(8);
    for (let i = 1; i < h.length; i++) {
      expect((c?.flags[i] ?? 0) & GC_EXACT_END).toBe(GC_EXACT_END);
      expect(c?.heapEndBytes[i]).toBe(Number(h[i]?.[2]));
      expect((c?.flags[i - 1] ?? 0) & GC_EXACT_MARKED).toBe(GC_EXACT_MARKED);
      expect(c?.markedBytes[i - 1]).toBe(Number(h[i]?.[1]));
    }
  });

  it("is not used when it belongs to a cycle that is not in the log", () => {
    const pacer =
      "pacer: 28% CPU (25 exp.) for 1+2+3 B work (6 B exp.) in 33000000 B -> 42000000 B (∆goal 6000000, cons/mark 0)";
    const later = WHOLE.replace("gc 7 @1.250", "gc 9 @1.450");
    const c = tableOf(readWhole(bytes(`${WHOLE}\n${pacer}\n${later}\n`))).segments[0]?.cycles;
    expect((c?.flags[1] ?? 0) & GC_EXACT_END).toBe(0);
  });
});

describe("detection", () => {
  const detect = (s: string) => gctrace.detect(bytes(s), "x")?.strength;

  it("is certain of whole lines and takes torn ones for likely", () => {
    for (const name of LOGS) expect(detect(text(name)), name).toBe("certain");
    expect(detect(`INFO\n${WHOLE}\n`)).toBe("certain");
    expect(detect("INFO\ngc 7 @1.250s 4%: 0.25+INFO\nINFO\n1.9+0.065 ms clock, INFO\n")).toBe(
      "likely",
    );
    expect(detect("gc76(1): 2+1+1390+1 us, 1 -> 3 MB, 16397 objects\n")).toBe("likely");
  });

  it("leaves everything else alone", () => {
    expect(detect("")).toBeUndefined();
    expect(detect("2026-11-26T07:00:00Z INFO gc percent set to 50\nheap goal 5 MB\n")).toBe(
      undefined,
    );
    expect(detect(`<!doctype html><p>${WHOLE}</p>`)).toBeUndefined();
    expect(detect(`\u0000ELF ${WHOLE}`)).toBeUndefined();
    expect(detect('{"memstats":{"NumGC":3}}')).toBeUndefined();
  });

  it("says that Go 1.4 is not supported", () => {
    const old = "gc76(1): 2+1+1390+1 us, 1 -> 3 MB, 16397 (1015746-999349) objects\n";
    expect(() => readWhole(bytes(old))).toThrow(FormatError);
  });
});

describe("robustness", () => {
  const key = (result: ReturnType<typeof readWhole>): string => {
    const table = tableOf(result);
    const rows = table.segments.map((s) => [
      s.stream,
      s.missingCycles,
      ...Object.values(s.cycles).map((c) => (typeof c === "number" ? c : c.join(","))),
    ]);
    return JSON.stringify([rows, table.repairedLines, table.unsoundLines, result.diagnostics]);
  };

  it.each(LOGS)("does not depend on where chunks are cut: %s", (name) => {
    const whole = readBytes(FIXTURES + name);
    const expected = key(readWhole(whole));
    for (const size of [1, 7, 61, 1000]) expect(key(readWhole(whole, size))).toBe(expected);
  });

  it.each(LOGS)("reports every cut inside a line: %s", (name) => {
    const whole = readBytes(FIXTURES + name);
    const random = below(seededRandom(11));
    for (let i = 0; i < 200; i++) {
      const cut = 1 + random(whole.length - 2);
      if (whole[cut - 1] === 10) continue;
      try {
        const result = readWhole(whole.subarray(0, cut));
        expect(result.completeness.complete, `cut at ${cut}`).toBe(false);
        expect(result.diagnostics.some((d) => d.severity === "damage")).toBe(true);
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
      }
    }
  });

  it("holds neither a long line nor a long log", () => {
    const reader = gctrace.open({ name: "x", maxBytes: 1 << 20 });
    const chunk = bytes("x".repeat(1 << 16));
    for (let i = 0; i < 64; i++) reader.push(chunk);
    reader.push(bytes(`\n${WHOLE}\n`));
    const result = reader.end();
    expect(codes(result)).toContain("gctrace.long-line");
    expect(tableOf(result).segments[0]?.cycles.length).toBe(1);
  });

  it("stops at the cap and says so", () => {
    const log = cycleTokens(
      50,
      { procs: 2, stoppedProcs: 2, liveMb: 9, hasStacks: true, isForcing: false },
      below(seededRandom(3)),
    );
    const result = readWhole(bytes(intact(log)), 4096, 3000);
    expect(codes(result)).toContain("gctrace.too-many-cycles");
    expect(result.completeness.complete).toBe(false);
  });

  it("survives text that looks like pieces everywhere", () => {
    const pieces = [
      "gc 1 @",
      "0.1",
      "2",
      "+",
      "/",
      " MB, ",
      "->",
      "1",
      "\n",
      " P",
      "%: ",
      "s ",
      "9",
    ];
    const random = below(seededRandom(5));
    let log = `${WHOLE}\n`;
    for (let i = 0; i < 20_000; i++) log += pieces[random(pieces.length)] ?? "";
    const before = Date.now();
    expect(tableOf(readWhole(bytes(`${log}\n`))).segments.length).toBeGreaterThan(0);
    expect(Date.now() - before).toBeLessThan(30_000);
  });
});
