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
import { procLimitsFormat } from "./proc-limits.ts";

const recorded = fixture("proc/limits");
const text = new TextDecoder().decode(recorded);

describe("proc-limits", () => {
  it("reads soft limits, unlimited as Infinity", () => {
    expect(procLimitsFormat.detect(recorded, "x")?.strength).toBe("certain");
    const result = readAll(procLimitsFormat, recorded);
    expect(result.diagnostics).toEqual([]);
    expect(result.table).toEqual({
      kind: "proc-limits",
      addressSpace: Infinity,
      data: Infinity,
      residentSet: Infinity,
      openFiles: 20_000,
    });
  });

  it("takes the soft limit, not the hard one", () => {
    const limited = text.replace(
      /Max address space .*/,
      "Max address space         1073741824           2147483648           bytes     ",
    );
    expect(readAll(procLimitsFormat, utf8(limited)).table).toMatchObject({ addressSpace: 2 ** 30 });
  });

  it("reads columns that a long number fills", () => {
    const full = text.replace(
      /Max data size .*/,
      "Max data size             18446744073709547520 18446744073709547520 bytes     ",
    );
    const result = readAll(procLimitsFormat, utf8(full));
    expect(result.diagnostics).toEqual([]);
    expect(result.table).toMatchObject({ data: Infinity });
  });

  it("reports every cut and reads alike in any chunks", () => {
    checkCuts(procLimitsFormat, recorded);
    checkChunks(procLimitsFormat, recorded);
    checkNoise(procLimitsFormat, recorded, "limits", 3, 200);
  });

  it("reports a joined file and a line of other text", () => {
    expect(codesOf(readAll(procLimitsFormat, utf8(text + text)))).toEqual(["proc-limits.several"]);
    const odd = text.replace(/Max open files .*/, "Max open files: many");
    const result = readAll(procLimitsFormat, utf8(odd));
    expect(codesOf(result)).toEqual(["proc-limits.bad-line"]);
    expect(result.table).not.toHaveProperty("openFiles");
  });

  it("does not claim other text", () => {
    expect(procLimitsFormat.detect(utf8("Limits:\n  memory: 1Gi\n"), "limits")).toBeUndefined();
    expect(() => readAll(procLimitsFormat, utf8("Limits:\n"))).toThrow(FormatError);
  });

  const files = kernelFiles("limits");
  it.skipIf(files.length === 0)("reads every limits file of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      expect(procLimitsFormat.detect(bytes, path)?.strength, path).toBe("certain");
      const result = readAll(procLimitsFormat, bytes, path);
      if (!isTorn(path)) expect(result.diagnostics, path).toEqual([]);
      expect(result.table, path).toMatchObject({ addressSpace: Infinity });
    }
    expect(files.length).toBeGreaterThan(40);
  });

  it.skipIf(!existsSync("/proc/self/limits"))("reads this process", () => {
    const result = readAll(procLimitsFormat, bytesOf("/proc/self/limits"));
    expect(result.diagnostics).toEqual([]);
  });
});
