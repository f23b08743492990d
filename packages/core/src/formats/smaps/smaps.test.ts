import { existsSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bytesOf,
  checkChunks,
  checkCuts,
  checkNoise,
  codesOf,
  readAll,
  utf8,
} from "../../../test/reading.ts";
import { seededRandom } from "../../../test/random.ts";
import { fixture, isTorn, kernelFiles } from "../../../test/system-fixtures.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import type { SmapsTable } from "../../model/tables/system.ts";
import { smapsFormat } from "./smaps.ts";

function tableOf(result: ReadResult): SmapsTable {
  if (result.table.kind !== "smaps") throw new Error(result.table.kind);
  return result.table;
}

function sum(column: Float64Array): number {
  return column.reduce((a, b) => a + b, 0);
}

const smaps = fixture("proc/smaps");
const rollup = fixture("proc/smaps_rollup");
const maps = fixture("proc/maps");
const text = new TextDecoder().decode(smaps);

/** Without [vsyscall] the file is one that a kernel built without it prints. */
const lostVsyscallOnly = (kept: Uint8Array): boolean => {
  const lines = new TextDecoder().decode(kept).trimEnd().split("\n");
  return (
    lines.findLastIndex((l) => l.includes("[stack]")) >
    lines.findLastIndex((l) => l.includes("[vdso]"))
  );
};

describe("smaps", () => {
  it("reads a recorded process", () => {
    expect(smapsFormat.detect(smaps, "x")?.strength).toBe("certain");
    const result = readAll(smapsFormat, smaps);
    expect(result.diagnostics).toEqual([]);
    const table = tableOf(result);
    expect(table.form).toBe("smaps");
    expect(table.rows).toBe(28);
    const name = (i: number): string => table.strings.get(table.name[i] ?? 0);
    expect(name(0)).toBe("/tmp/svc/holder (v2) x (deleted)");
    expect(table.strings.get(table.permissions[0] ?? 0)).toBe("r-xp");
    expect(table.inode[0]).toBe(10027506);
    expect(name(3)).toBe("");
    expect(name(27)).toBe("[vsyscall]");
    expect(table.start[27]).toBe(0xffffffffff600000);
    expect(table.end[27]).toBe(0xffffffffff601000);
    // Sums by awk over the same file.
    expect(sum(table.rss)).toBe(10628 * 1024);
    expect(sum(table.pss)).toBe(10621 * 1024);
    expect(sum(table.privateDirty)).toBe(10620 * 1024);
    expect(sum(table.shared)).toBe(8 * 1024);
  });

  it("reads a rollup as one row that agrees with the sums", () => {
    expect(smapsFormat.detect(rollup, "x")?.strength).toBe("certain");
    const result = readAll(smapsFormat, rollup);
    expect(result.diagnostics).toEqual([]);
    const table = tableOf(result);
    expect(table.form).toBe("rollup");
    expect(table.rows).toBe(1);
    expect(table.strings.get(table.name[0] ?? 0)).toBe("[rollup]");
    expect(table.anonymous[0]).toBe(9288 * 1024);
    expect(table.rss[0]).toBe(sum(tableOf(readAll(smapsFormat, smaps)).rss));
  });

  it("reads maps, which states sizes only", () => {
    expect(smapsFormat.detect(maps, "x")?.strength).toBe("certain");
    const result = readAll(smapsFormat, maps);
    expect(result.diagnostics).toEqual([]);
    const table = tableOf(result);
    expect(table.form).toBe("maps");
    expect([...table.start]).toEqual([...tableOf(readAll(smapsFormat, smaps)).start]);
    expect(table.rss.every((v) => Number.isNaN(v))).toBe(true);
  });

  it("reads names of every kind", () => {
    const named = [
      "/memfd:x y (deleted)",
      "[anon: Go: heap]",
      "anon_inode:[perf_event]",
      "/a\\012b",
      "//deleted",
      "socket:[123]",
    ];
    const lines = named.map(
      (n, i) => `${i + 1}000-${i + 1}800 rw-s 00000000 00:01 7                    ${n}\n`,
    );
    const whole =
      lines.join("") +
      "7ffc00000000-7ffc00001000 rw-p 0 00:00 0 [stack]\n7ffc00002000-7ffc00003000 r-xp 0 00:00 0 [vdso]\n";
    const table = tableOf(readAll(smapsFormat, utf8(whole)));
    expect(named.map((_, i) => table.strings.get(table.name[i] ?? 0))).toEqual(named);
  });

  it("leaves columns that an old kernel did not print unknown", () => {
    const old = text.replaceAll(/(?:LazyFree|KSM|Pss_Dirty|THPeligible):.*\n/g, "");
    const result = readAll(smapsFormat, utf8(old));
    expect(result.diagnostics).toEqual([]);
    expect(tableOf(result).lazyFree.every((v) => Number.isNaN(v))).toBe(true);
    expect(sum(tableOf(result).rss)).toBe(10628 * 1024);
  });

  it("reads back what is written", () => {
    const mapping = fc.record({
      pages: fc.integer({ min: 1, max: 1 << 20 }),
      gap: fc.integer({ min: 0, max: 1 << 20 }),
      permissions: fc.constantFrom("rw-p", "r-xp", "---p", "rw-s"),
      name: fc.oneof(fc.constant(""), fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" })),
      rss: fc.integer({ min: 0, max: 1 << 30 }),
      swap: fc.integer({ min: 0, max: 1 << 30 }),
    });
    const hex = (n: number): string => n.toString(16).padStart(8, "0");
    fc.assert(
      fc.property(fc.array(mapping, { minLength: 1, maxLength: 40 }), (mappings) => {
        let at = 0x400000;
        const starts: number[] = [];
        // A name is what follows the spaces, and the kernel lets no newline through.
        const names = mappings.map((m) =>
          `/${m.name.replaceAll(/[\r\n]/g, "")}`.replaceAll(/^ +/g, ""),
        );
        const text = mappings.map((m, i) => {
          at += m.gap * 4096;
          starts.push(at);
          const header = `${hex(at)}-${hex(at + m.pages * 4096)} ${m.permissions} 00000000 00:00 0     ${names[i] ?? ""}`;
          at += m.pages * 4096;
          return `${header}\nRss: ${m.rss} kB\nSwap: ${m.swap} kB\nVmFlags: rd\n`;
        });
        const table = tableOf(readAll(smapsFormat, utf8(text.join("")), "smaps", [37]));
        expect([...table.start]).toEqual(starts);
        expect([...table.rss]).toEqual(mappings.map((m) => m.rss * 1024));
        expect([...table.swap]).toEqual(mappings.map((m) => m.swap * 1024));
        expect([...table.name].map((i) => table.strings.get(i))).toEqual(names);
      }),
    );
  });

  it("reports every cut", () => {
    const random = seededRandom(7);
    const at = Array.from({ length: 200 }, () => random.integer(smaps.length));
    // Around line ends lie the cuts that are hardest to see.
    for (let i = 0; i < smaps.length; i++)
      if (smaps[i] === 10 && random.uniform() < 0.2) at.push(i, i + 1);
    checkCuts(smapsFormat, smaps, "smaps", { at, isUndetectable: lostVsyscallOnly });
    checkCuts(smapsFormat, maps, "maps", { isUndetectable: lostVsyscallOnly });
    checkCuts(smapsFormat, rollup, "smaps_rollup");
  });

  it("reads alike in any chunks", () => {
    checkChunks(smapsFormat, smaps);
    checkChunks(smapsFormat, rollup);
    checkChunks(smapsFormat, maps);
  });

  it("throws nothing but FormatError on noise", () => {
    checkNoise(smapsFormat, smaps, "smaps", 8, 100);
  });

  it("reports a mapping that lost lines, and a line that is no attribute", () => {
    const first = text.indexOf("Rss:", 200);
    const without = text.slice(0, first) + text.slice(text.indexOf("\n", first) + 1);
    expect(codesOf(readAll(smapsFormat, utf8(without)))).toContain("smaps.cut-mapping");
    const odd = text.replace("Pss:                 556 kB", "Pss:                 556 MB");
    const result = readAll(smapsFormat, utf8(odd));
    expect(codesOf(result)).toContain("smaps.bad-line");
    expect(result.completeness).toEqual({ complete: false, lowerBounds: true });
  });

  it("does not give lines of an unreadable mapping to the one before", () => {
    const lines = text.split("\n");
    const second = lines.findIndex((l, i) => i > 0 && /^[0-9a-f]+-/.test(l));
    lines[second] = (lines[second] ?? "").replace("r--p", "????");
    const result = readAll(smapsFormat, utf8(lines.join("\n")));
    expect(tableOf(result).rows).toBe(27);
    expect(tableOf(result).rss[0]).toBe(556 * 1024);
    expect(codesOf(result)).toEqual(["smaps.bad-line"]);
  });

  it("stops where a second process begins", () => {
    const result = readAll(smapsFormat, utf8(text + text));
    expect(tableOf(result).rows).toBe(28);
    expect(codesOf(result)).toEqual(["smaps.several"]);
    const joined = new TextDecoder().decode(rollup) + text;
    expect(codesOf(readAll(smapsFormat, utf8(joined)))).toEqual(["smaps.several"]);
  });

  it("holds no more rows than the cap allows", () => {
    const result = readAll(smapsFormat, smaps, "smaps", [], 128 * 10);
    expect(tableOf(result).rows).toBe(10);
    expect(codesOf(result)).toEqual(["smaps.too-many"]);
  });

  it("says when an inode is too large for a number", () => {
    const big = text.replace("10027506", "18446744073709551615");
    expect(codesOf(readAll(smapsFormat, utf8(big)))).toEqual(["smaps.inode-rounded"]);
  });

  it("skips a line without end and goes on", () => {
    const long = text.replace("/tmp/svc/holder", "/".repeat(50_000));
    const result = readAll(smapsFormat, utf8(long), "smaps", [1000]);
    expect(codesOf(result)).toContain("smaps.bad-line");
    expect(tableOf(result).rows).toBe(27);
  });

  it("does not claim other text", () => {
    expect(
      smapsFormat.detect(utf8("00400000-0048b000 default file=/x\n"), "numa_maps"),
    ).toBeUndefined();
    expect(smapsFormat.detect(new Uint8Array(0), "smaps")).toBeUndefined();
    expect(() => readAll(smapsFormat, utf8("Rss: 1 kB\n"))).toThrow(FormatError);
  });

  it("reads 60,000 mappings without an object each", () => {
    const header = (i: number): string =>
      `${(0x10000 + i * 2).toString(16)}000-${(0x10001 + i * 2).toString(16)}000 rw-p 00000000 00:00 0 \n`;
    const body = text.slice(text.indexOf("\n") + 1, text.indexOf("VmFlags"));
    const big = utf8(
      Array.from({ length: 60_000 }, (_, i) => `${header(i)}${body}VmFlags: rd\n`).join(""),
    );
    const table = tableOf(readAll(smapsFormat, big, "smaps", [65_536]));
    expect(table.rows).toBe(60_000);
    expect(sum(table.rss)).toBe(60_000 * 556 * 1024);
  });

  const files = kernelFiles("smaps", "smaps_rollup", "maps");
  it.skipIf(files.length === 0)("reads every file of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      expect(smapsFormat.detect(bytes.subarray(0, 65_536), path)?.strength, path).toBe("certain");
      const result = readAll(smapsFormat, bytes, path, [65_536]);
      if (!isTorn(path)) expect(result.diagnostics, path).toEqual([]);
      const { form } = tableOf(result);
      expect(form, path).toBe(
        path.endsWith("maps") ? (path.endsWith("smaps") ? "smaps" : "maps") : "rollup",
      );
    }
    expect(files.length).toBeGreaterThan(120);
  });

  it.skipIf(!existsSync("/proc/self/smaps"))("reads this process", () => {
    const result = readAll(smapsFormat, bytesOf("/proc/self/smaps"), "smaps", [65_536]);
    expect(result.diagnostics).toEqual([]);
    expect(sum(tableOf(result).rss)).toBeGreaterThan(8 << 20);
  });
});
