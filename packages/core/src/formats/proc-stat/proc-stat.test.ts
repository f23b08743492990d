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
import { fixture, isTorn, kernelFiles } from "../../../test/system-fixtures.ts";
import { FormatError } from "../../model/errors.ts";
import { procStatFormat } from "./proc-stat.ts";

const recorded = fixture("proc/stat");
const text = new TextDecoder().decode(recorded);

describe("proc-stat", () => {
  it("reads a recorded process whose name has spaces and parentheses", () => {
    expect(procStatFormat.detect(recorded, "x")?.strength).toBe("certain");
    expect(readAll(procStatFormat, recorded).table).toEqual({
      kind: "proc-stat",
      pid: 22905,
      comm: "holder (v2) x",
      userTicks: 1,
      systemTicks: 0,
      startTicks: 135572,
      threads: 4,
      rssPages: 2582,
    });
  });

  it("finds the fields behind any name", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 0, maxLength: 15, unit: "binary-ascii" }), (comm) => {
        // A carriage return before a newline is dropped everywhere.
        fc.pre(!comm.includes("\r"));
        const line = utf8(text.replace("holder (v2) x", () => comm));
        expect(procStatFormat.detect(line, "x")?.strength).toBe("certain");
        expect(readAll(procStatFormat, line).table).toMatchObject({
          comm,
          startTicks: 135572,
          rssPages: 2582,
        });
      }),
    );
  });

  it("reports every cut and reads alike in any chunks", () => {
    checkCuts(procStatFormat, recorded);
    checkChunks(procStatFormat, recorded);
    checkNoise(procStatFormat, recorded, "stat", 2, 200);
  });

  it("keeps what a line without newline still holds for sure", () => {
    const result = readAll(procStatFormat, utf8(text.trimEnd()));
    expect(result.table).toMatchObject({ rssPages: 2582 });
    expect(codesOf(result)).toEqual(["proc-stat.cut"]);
    // "258" could be the beginning of 2582.
    const inRss = text.slice(0, text.indexOf(" 2582 ") + 4);
    expect(() => readAll(procStatFormat, utf8(inRss))).toThrow(/field 24 \(rss\)/);
  });

  it("reads the first of several lines and says so", () => {
    const result = readAll(procStatFormat, utf8(text + text));
    expect(result.table).toMatchObject({ pid: 22905 });
    expect(codesOf(result)).toEqual(["proc-stat.several"]);
  });

  it("does not claim the machine's stat or a list", () => {
    expect(
      procStatFormat.detect(utf8("cpu  10 20 30 40 50 60\ncpu0 1 2\n"), "stat"),
    ).toBeUndefined();
    expect(procStatFormat.detect(utf8("1 (first) item of a list\n"), "stat")).toBeUndefined();
    expect(() => readAll(procStatFormat, utf8("12 (a) S 1\n"))).toThrow(FormatError);
    expect(() => readAll(procStatFormat, new Uint8Array(0))).toThrow(FormatError);
  });

  const files = kernelFiles("stat").filter((path) => path.includes("/proc-"));
  it.skipIf(files.length === 0)("reads every stat of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      const result = readAll(procStatFormat, bytes, path);
      expect(procStatFormat.detect(bytes, path)?.strength, path).toBe("certain");
      if (!isTorn(path)) expect(result.diagnostics, path).toEqual([]);
      expect(result.table, path).toMatchObject({ comm: expect.stringMatching(/^svc-1\.2\d/) });
    }
    expect(files.length).toBeGreaterThan(40);
  });

  it.skipIf(!existsSync("/proc/self/stat"))("reads this process", () => {
    const { table } = readAll(procStatFormat, bytesOf("/proc/self/stat"));
    expect(table).toMatchObject({ kind: "proc-stat", pid: process.pid });
  });
});
