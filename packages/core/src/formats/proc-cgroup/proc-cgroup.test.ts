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
import { fixture, kernelFiles } from "../../../test/system-fixtures.ts";
import { FormatError } from "../../model/errors.ts";
import { procCgroupFormat } from "./proc-cgroup.ts";

const recorded = fixture("proc/cgroup");

describe("proc-cgroup", () => {
  it("reads cgroup v1", () => {
    expect(procCgroupFormat.detect(recorded, "x")?.strength).toBe("certain");
    const { table, diagnostics } = readAll(procCgroupFormat, recorded);
    if (table.kind !== "proc-cgroup") throw new Error(table.kind);
    expect(diagnostics).toEqual([]);
    expect(table.entries.length).toBe(10);
    expect(table.entries[0]).toEqual({ hierarchy: 9, controllers: ["name=systemd"], path: "/" });
    expect(table.entries.find((e) => e.controllers.includes("memory"))?.path).toBe("/svc");
    expect(table.entries.at(-1)).toEqual({ hierarchy: 0, controllers: [], path: "/" });
  });

  it("reads cgroup v2, joined controllers and paths with colons", () => {
    const v2 = "0::/kubepods.slice/cri-containerd:abc:def (deleted)\n";
    expect(procCgroupFormat.detect(utf8(v2), "x")?.strength).toBe("certain");
    expect(readAll(procCgroupFormat, utf8(v2)).table).toEqual({
      kind: "proc-cgroup",
      entries: [
        { hierarchy: 0, controllers: [], path: "/kubepods.slice/cri-containerd:abc:def (deleted)" },
      ],
    });
    const v1 = "2:cpu,cpuacct:/a\n1:name=systemd:/b\n";
    expect(readAll(procCgroupFormat, utf8(v1)).table).toMatchObject({
      entries: [{ controllers: ["cpu", "cpuacct"] }, { controllers: ["name=systemd"] }],
    });
  });

  it("keeps a path without newline and says that it may be cut", () => {
    const result = readAll(procCgroupFormat, utf8("0::/svc.slice/app"));
    expect(result.table).toMatchObject({ entries: [{ path: "/svc.slice/app" }] });
    expect(codesOf(result)).toEqual(["proc-cgroup.cut"]);
  });

  it("reports every cut and reads alike in any chunks", () => {
    // "1:cpu:/svc" may well be the last line: the v2 line is there only where v2 is mounted.
    checkCuts(procCgroupFormat, recorded, "x", {
      isUndetectable: (kept) => new TextDecoder().decode(kept).endsWith("1:cpu:/svc\n"),
    });
    checkChunks(procCgroupFormat, recorded);
    checkNoise(procCgroupFormat, recorded, "cgroup", 4, 200);
  });

  it("reports a joined file and a line of other text", () => {
    expect(codesOf(readAll(procCgroupFormat, utf8("0::/a\n0::/b\n")))).toEqual([
      "proc-cgroup.several",
    ]);
    expect(codesOf(readAll(procCgroupFormat, utf8("x\n0::/b\n")))).toEqual([
      "proc-cgroup.bad-line",
    ]);
  });

  it("does not claim text of that shape", () => {
    expect(procCgroupFormat.detect(utf8("12:30:/start of work\n"), "x")).toBeUndefined();
    expect(procCgroupFormat.detect(utf8("root:x:0:0:root:/root:/bin/sh\n"), "x")).toBeUndefined();
    expect(procCgroupFormat.detect(new Uint8Array(0), "cgroup")).toBeUndefined();
    expect(() => readAll(procCgroupFormat, utf8("nothing here\n"))).toThrow(FormatError);
  });

  const files = kernelFiles("cgroup");
  it.skipIf(files.length === 0)("reads every cgroup file of the kernel corpus", () => {
    for (const path of files) {
      const bytes = bytesOf(path);
      expect(procCgroupFormat.detect(bytes, path)?.strength, path).toBe("certain");
      expect(readAll(procCgroupFormat, bytes, path).diagnostics, path).toEqual([]);
    }
    expect(files.length).toBeGreaterThan(40);
  });

  it.skipIf(!existsSync("/proc/self/cgroup"))("reads this process", () => {
    expect(readAll(procCgroupFormat, bytesOf("/proc/self/cgroup")).diagnostics).toEqual([]);
  });
});
