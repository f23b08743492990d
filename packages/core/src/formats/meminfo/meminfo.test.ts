import { existsSync } from "node:fs";
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
import { meminfoFormat } from "./meminfo.ts";

const recorded = fixture("proc/meminfo");
const text = new TextDecoder().decode(recorded);

describe("meminfo", () => {
  it("reads a recorded machine", () => {
    expect(meminfoFormat.detect(recorded, "x")?.strength).toBe("certain");
    const result = readAll(meminfoFormat, recorded);
    expect(result.diagnostics).toEqual([]);
    expect(result.table).toEqual({
      kind: "meminfo",
      memTotal: 24684096 * 1024,
      memFree: 23281316 * 1024,
      memAvailable: 24214788 * 1024,
      swapTotal: 0,
      swapFree: 0,
    });
  });

  it("reports every cut that loses a value and reads alike in any chunks", () => {
    checkCuts(meminfoFormat, recorded);
    checkChunks(meminfoFormat, recorded);
    checkNoise(meminfoFormat, recorded, "meminfo", 5, 200);
  });

  it("leaves MemAvailable out where an old kernel did not print it", () => {
    const old = text.replace(/MemAvailable.*\n/, "");
    const result = readAll(meminfoFormat, utf8(old));
    expect(result.table).not.toHaveProperty("memAvailable");
    expect(result.completeness.complete).toBe(true);
  });

  it("reports joined files, odd lines and odd values", () => {
    expect(codesOf(readAll(meminfoFormat, utf8(text + text)))).toEqual(["meminfo.several"]);
    expect(codesOf(readAll(meminfoFormat, utf8(text + "what is this\n")))).toEqual([
      "meminfo.bad-line",
    ]);
    const odd = text.replace(/SwapTotal: .*/, "SwapTotal:        12");
    expect(codesOf(readAll(meminfoFormat, utf8(odd)))).toEqual(["meminfo.bad-value"]);
  });

  it("does not claim other text", () => {
    expect(meminfoFormat.detect(utf8("MemTotal: lots\n"), "meminfo")).toBeUndefined();
    expect(() => readAll(meminfoFormat, utf8("MemFree: 1 kB\n"))).toThrow(FormatError);
  });

  const files = kernelFiles("meminfo");
  it.skipIf(files.length === 0)("reads every meminfo of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      expect(meminfoFormat.detect(bytes, path)?.strength, path).toBe("certain");
      const result = readAll(meminfoFormat, bytes, path);
      if (!isTorn(path)) expect(result.diagnostics, path).toEqual([]);
      if (result.table.kind !== "meminfo") throw new Error(path);
      expect(result.table.memAvailable ?? NaN, path).toBeLessThan(result.table.memTotal ?? NaN);
    }
    expect(files.length).toBeGreaterThan(40);
  });

  it.skipIf(!existsSync("/proc/meminfo"))("reads this machine", () => {
    expect(readAll(meminfoFormat, bytesOf("/proc/meminfo")).diagnostics).toEqual([]);
  });
});
