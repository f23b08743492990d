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
import type { ProcStatusTable } from "../../model/tables/system.ts";
import { procStatusFormat } from "./proc-status.ts";

function read(bytes: Uint8Array): ProcStatusTable {
  const { table } = readAll(procStatusFormat, bytes);
  if (table.kind !== "proc-status") throw new Error(table.kind);
  return table;
}

const recorded = fixture("proc/status");

describe("proc-status", () => {
  it("reads a recorded process", () => {
    expect(procStatusFormat.detect(recorded, "x")?.strength).toBe("certain");
    expect(read(recorded)).toEqual({
      kind: "proc-status",
      name: "holder (v2) x",
      pid: 22905,
      threads: 4,
      vmPeak: 1292656 * 1024,
      vmSize: 1292656 * 1024,
      vmHwm: 10628 * 1024,
      vmRss: 10628 * 1024,
      rssAnon: 9288 * 1024,
      rssFile: 1340 * 1024,
      rssShmem: 0,
      vmPte: 120 * 1024,
      vmSwap: 0,
    });
  });

  it("reports every cut and reads alike in any chunks", () => {
    // A cut after the last line of the file loses nothing.
    checkCuts(procStatusFormat, recorded);
    checkChunks(procStatusFormat, recorded);
  });

  it("throws nothing but FormatError on noise", () => {
    checkNoise(procStatusFormat, recorded, "status", 1, 200);
  });

  it("leaves out what a kernel thread does not have", () => {
    const text =
      "Name:\tkworker/0:1-events\nState:\tI (idle)\nTgid:\t12\nPid:\t12\nPPid:\t2\n" +
      "Threads:\t1\nnonvoluntary_ctxt_switches:\t0\n";
    expect(read(utf8(text))).toEqual({
      kind: "proc-status",
      name: "kworker/0:1-events",
      pid: 12,
      threads: 1,
    });
  });

  it("names a thread's process", () => {
    const text = new TextDecoder().decode(recorded).replace(/^Pid:\t\d+/m, "Pid:\t22907");
    const result = readAll(procStatusFormat, utf8(text));
    expect(result.table).toMatchObject({ pid: 22905 });
    expect(codesOf(result)).toEqual(["proc-status.thread"]);
  });

  it("stops at the second process of a joined file", () => {
    const other = new TextDecoder().decode(recorded).replaceAll("22905", "4");
    const result = readAll(procStatusFormat, utf8(new TextDecoder().decode(recorded) + other));
    expect(result.table).toMatchObject({ pid: 22905 });
    expect(codesOf(result)).toEqual(["proc-status.several"]);
    expect(result.completeness.complete).toBe(false);
  });

  it("drops a size that is not a whole number of kB", () => {
    const text = new TextDecoder().decode(recorded).replace(/VmRSS:.*/, "VmRSS:\t  10328 MB");
    const result = readAll(procStatusFormat, utf8(text));
    expect(result.table).not.toHaveProperty("vmRss");
    expect(codesOf(result)).toEqual(["proc-status.bad-value"]);
  });

  it("takes carriage returns", () => {
    const text = new TextDecoder().decode(recorded).replaceAll("\n", "\r\n");
    expect(read(utf8(text))).toEqual(read(recorded));
  });

  it("does not claim other text", () => {
    expect(
      procStatusFormat.detect(utf8("Name:             api\nNamespace: x\n"), "x"),
    ).toBeUndefined();
    expect(procStatusFormat.detect(new Uint8Array(0), "status")).toBeUndefined();
    expect(() => readAll(procStatusFormat, utf8("State:\tR\n"))).toThrow(FormatError);
  });

  const files = kernelFiles("status");
  it.skipIf(files.length === 0)("reads every status of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      expect(procStatusFormat.detect(bytes, path)?.strength, path).toBe("certain");
      const result = readAll(procStatusFormat, bytes, path);
      if (!isTorn(path)) expect(result.diagnostics, path).toEqual([]);
      if (result.table.kind !== "proc-status") throw new Error(path);
      // A dying process has no memory any more; the kernel leaves the Vm lines out.
      const { vmRss, rssAnon, rssFile, rssShmem } = result.table;
      if (vmRss === undefined) expect(isTorn(path), path).toBe(true);
      else expect((rssAnon ?? NaN) + (rssFile ?? NaN) + (rssShmem ?? NaN), path).toBe(vmRss);
    }
    expect(files.length).toBeGreaterThan(40);
  });

  it.skipIf(!existsSync("/proc/self/status"))("reads this process", () => {
    const table = read(bytesOf("/proc/self/status"));
    expect(table.pid).toBe(process.pid);
    expect(table.vmRss ?? 0).toBeGreaterThan(8 << 20);
  });
});
