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
import type { CgroupTable } from "../../model/tables/system.ts";
import { cgroupFormat } from "./cgroup.ts";
import { SINGLE_VALUE_FILES, singleValueFile } from "./names.ts";

function read(content: string | Uint8Array, name: string): CgroupTable {
  const bytes = typeof content === "string" ? utf8(content) : content;
  const { table } = readAll(cgroupFormat, bytes, name);
  if (table.kind !== "cgroup") throw new Error(table.kind);
  return table;
}

function strength(content: string, name: string): string | undefined {
  return cgroupFormat.detect(utf8(content), name)?.strength;
}

const V2_STAT =
  "anon 188407808\nfile 6983680\nkernel 892928\nshmem 0\nfile_mapped 6430720\nslab 146776\n" +
  "workingset_refault_file 3\npgfault 2267\npgmajfault 63\npglazyfree 0\npglazyfreed 0\nthp_fault_alloc 87\n";
const V2_EVENTS = "low 0\nhigh 2\nmax 29\noom 2\noom_kill 1\noom_group_kill 0\n";
const V2_CPU =
  "usage_usec 16912410\nuser_usec 6433946\nsystem_usec 10478464\nnr_periods 10\nnr_throttled 9\nthrottled_usec 700\n";
const PRESSURE =
  "some avg10=27.29 avg60=8.34 avg300=1.91 total=6299622\nfull avg10=4.47 avg60=1.39 avg300=0.32 total=1160177\n";

describe("cgroup files with one value", () => {
  it("are known by name", () => {
    expect(read("196550656\n", "cgroup/memory.current")).toEqual({
      kind: "cgroup",
      version: 2,
      file: "memory.current",
      values: new Map([["", 196550656]]),
    });
    expect(read("max\n", "memory.max").values.get("")).toBe(Infinity);
    expect(strength("196550656\n", "memory.current")).toBe("likely");
    expect(strength("196550656\n", "other")).toBeUndefined();
    expect(strength("a lot\n", "memory.current")).toBeUndefined();
  });

  it("are known by the names that capture tools give them", () => {
    const names: readonly (readonly [string, string | undefined])[] = [
      ["memory_current.txt", "memory.current"],
      ["memory.current.txt", "memory.current"],
      ["cgroup-memory.current", "memory.current"],
      ["a/b/cgroup_memory_current", "memory.current"],
      ["pod-7.memory.max.log", "memory.max"],
      ["memory.max.2", "memory.max"],
      ["memory.swap.max", "memory.swap.max"],
      ["memory_swap_max.txt", "memory.swap.max"],
      ["memory.max_usage_in_bytes", "memory.max_usage_in_bytes"],
      ["memory_max_usage_in_bytes.txt", "memory.max_usage_in_bytes"],
      ["memory.memsw.limit_in_bytes", "memory.memsw.limit_in_bytes"],
      ["memory.kmem.usage_in_bytes", "memory.kmem.usage_in_bytes"],
      ["C:\\\\out\\\\memory.high", "memory.high"],
      ["memory.current.before.txt", "memory.current"],
      ["heap_memory_current.txt", undefined],
      ["memory.maximum", undefined],
      ["xmemory.max", undefined],
      ["memory.stat", undefined],
      ["memory.max.bytes.json", undefined],
    ];
    for (const [name, file] of names) expect(singleValueFile(name)?.file, name).toBe(file);
    for (const { file } of SINGLE_VALUE_FILES) {
      expect(singleValueFile(file)?.file).toBe(file);
      expect(singleValueFile(`${file.replaceAll(".", "_")}.txt`)?.file, file).toBe(file);
    }
  });

  it("say what no limit is", () => {
    expect(read("9223372036854771712\n", "memory.limit_in_bytes").values.get("")).toBe(Infinity);
    expect(read("9223372036854710272\n", "memory.limit_in_bytes").values.get("")).toBe(Infinity);
    expect(read("9223372036854775807\n", "memory.memsw.limit_in_bytes").values.get("")).toBe(
      Infinity,
    );
    expect(read("-1\n", "cpu.cfs_quota_us").values.get("")).toBe(Infinity);
    expect(read("-5\n", "cpu.weight.nice").values.get("")).toBe(-5);
  });

  it("say when the version is a guess", () => {
    expect(read("11\n", "cgroup/pids.current")).toMatchObject({
      version: 2,
      isVersionGuessed: true,
    });
    expect(read("11\n", "pids/svc/pids.current")).toMatchObject({ version: 2 });
    expect(read("11\n", "v1/pids/pids.current")).toMatchObject({
      version: 1,
      isVersionGuessed: true,
    });
    expect(read("124\n127\n", "cgroup/cgroup.procs")).toMatchObject({
      file: "cgroup.procs",
      isVersionGuessed: true,
      values: new Map([
        ["124", 124],
        ["127", 127],
      ]),
    });
    expect(read("7\n", "memory.failcnt")).not.toHaveProperty("isVersionGuessed");
  });

  it("keep a number without newline and say that digits may be lost", () => {
    const result = readAll(cgroupFormat, utf8("196550656"), "memory.current");
    expect(codesOf(result)).toEqual(["cgroup.cut"]);
    expect(result.completeness.complete).toBe(false);
    checkCuts(cgroupFormat, utf8("196550656\n"), "memory.current");
    checkCuts(cgroupFormat, utf8("max\n"), "memory.max");
  });

  it("warn when a counter passes what a number holds", () => {
    const result = readAll(cgroupFormat, utf8("9007199254740993\n"), "cpuacct.usage");
    expect(codesOf(result)).toEqual(["cgroup.rounded"]);
  });

  it("refuse other content", () => {
    expect(() => readAll(cgroupFormat, utf8("1\n2\n"), "memory.current")).toThrow(FormatError);
    expect(() => readAll(cgroupFormat, new Uint8Array(0), "memory.current")).toThrow(FormatError);
    expect(() => readAll(cgroupFormat, utf8("12\n"), "unnamed")).toThrow(FormatError);
  });
});

describe("cgroup files with keys", () => {
  it("are known by their keys", () => {
    const cases: readonly (readonly [string, number, string])[] = [
      [V2_STAT, 2, "memory.stat"],
      [V2_EVENTS, 2, "memory.events"],
      [V2_CPU, 2, "cpu.stat"],
      ["high 0\nmax 0\nfail 0\n", 2, "memory.swap.events"],
      ["populated 1\nfrozen 0\n", 2, "cgroup.events"],
      ["nr_descendants 0\nnr_dying_descendants 0\n", 2, "cgroup.stat"],
    ];
    for (const [content, version, file] of cases) {
      expect(strength(content, "whatever"), file).toBe("certain");
      expect(read(content, "whatever")).toMatchObject({ version, file });
    }
    expect(read(V2_STAT, "x").values.get("workingset_refault_file")).toBe(3);
    expect(read(V2_EVENTS, "a/memory.events.local").file).toBe("memory.events.local");
  });

  it("of v1 are read as recorded", () => {
    const stat = read(fixture("cgroup/memory/memory.stat"), "x");
    expect(stat).toMatchObject({ version: 1, file: "memory.stat" });
    expect(stat.values.get("total_rss")).toBe(9510912);
    expect(stat.values.get("hierarchical_memory_limit")).toBe(67108864);
    expect(stat.values.get("hierarchical_memsw_limit")).toBe(Infinity);
    const cpu = read(fixture("cgroup/cpu/cpu.stat"), "x");
    expect(cpu).toMatchObject({ version: 1, file: "cpu.stat" });
    expect(cpu.values.get("nr_periods")).toBe(2);
    expect(read(fixture("cgroup/memory/memory.oom_control"), "x").values.get("oom_kill")).toBe(0);
    expect(read(fixture("cgroup/cpuacct/cpuacct.stat"), "cpuacct.stat").values.get("user")).toBe(1);
  });

  it("cpu.max has quota and period", () => {
    expect(read("20000 100000\n", "cpu.max").values).toEqual(
      new Map([
        ["quota", 20000],
        ["period", 100000],
      ]),
    );
    expect(read("max 100000\n", "cpu.max").values.get("quota")).toBe(Infinity);
    expect(strength("max 100000\n", "unnamed")).toBe("likely");
    expect(strength("20000 100000\n", "unnamed")).toBeUndefined();
    checkCuts(cgroupFormat, utf8("20000 100000\n"), "cpu.max");
  });

  it("pressure has kinds and windows; the name says of what", () => {
    expect(strength(PRESSURE, "x")).toBe("certain");
    const memory = read(PRESSURE, "cgroup/memory.pressure");
    expect(memory).toMatchObject({ version: 2, file: "memory.pressure" });
    expect(memory.values.get("some.avg10")).toBe(27.29);
    expect(memory.values.get("full.total")).toBe(1160177);
    expect(read(PRESSURE, "/proc/pressure/memory")).toMatchObject({
      file: "/proc/pressure/memory",
      isVersionGuessed: true,
    });
    expect(read(PRESSURE, "sys/pressure.io").file).toBe("/proc/pressure/io");
    const unnamed = readAll(cgroupFormat, utf8(PRESSURE), "psi.txt");
    expect(codesOf(unnamed)).toEqual(["cgroup.unnamed-pressure"]);
    expect(unnamed.table).toMatchObject({ file: "pressure" });
  });

  it("report every cut that is not a file of an older kernel", () => {
    checkCuts(cgroupFormat, utf8(V2_STAT), "x", {
      // pglazyfreed is there; what follows depends on the kernel's configuration.
      isUndetectable: (kept) => new TextDecoder().decode(kept).endsWith("pglazyfreed 0\n"),
    });
    checkCuts(cgroupFormat, fixture("cgroup/memory/memory.stat"), "x");
    checkCuts(cgroupFormat, utf8(V2_EVENTS), "x", {
      isUndetectable: (kept) => new TextDecoder().decode(kept).endsWith("oom_kill 1\n"),
    });
    checkCuts(cgroupFormat, utf8(V2_CPU), "x", {
      // Without the cpu controller the file ends here; a note says that throttling is unknown.
      isUndetectable: (kept, result) =>
        new TextDecoder().decode(kept).endsWith("system_usec 10478464\n") &&
        codesOf(result).includes("cgroup.no-throttling"),
    });
    checkCuts(cgroupFormat, fixture("cgroup/cpu/cpu.stat"), "x", {
      isUndetectable: (kept) =>
        /throttled_time 0\n(nr_bursts 0\n)?$/.test(new TextDecoder().decode(kept)),
    });
    checkCuts(cgroupFormat, utf8(PRESSURE), "memory.pressure");
    checkCuts(cgroupFormat, utf8(PRESSURE), "cpu.pressure", {
      isUndetectable: (_, result) => codesOf(result).includes("cgroup.no-full-pressure"),
    });
    // A shorter list looks like fewer processes, an empty one like a group without any.
    checkCuts(cgroupFormat, utf8("124\n127\n"), "cgroup.procs", {
      isUndetectable: (kept) => kept.length === 4 || kept.length === 0,
    });
  });

  it("read alike in any chunks and survive noise", () => {
    checkChunks(cgroupFormat, fixture("cgroup/memory/memory.stat"));
    checkChunks(cgroupFormat, utf8(PRESSURE), "memory.pressure");
    checkNoise(cgroupFormat, fixture("cgroup/memory/memory.stat"), "memory.stat", 9, 200);
    checkNoise(cgroupFormat, utf8(PRESSURE), "memory.pressure", 10, 200);
  });

  it("report joined files and odd lines", () => {
    expect(codesOf(readAll(cgroupFormat, utf8(V2_EVENTS + V2_EVENTS), "x"))).toEqual([
      "cgroup.several",
    ]);
    expect(codesOf(readAll(cgroupFormat, utf8(PRESSURE + PRESSURE), "io.pressure"))).toEqual([
      "cgroup.several",
    ]);
    expect(codesOf(readAll(cgroupFormat, utf8(V2_EVENTS + "what\n"), "x"))).toEqual([
      "cgroup.bad-line",
    ]);
    expect(codesOf(readAll(cgroupFormat, utf8(PRESSURE + "what\n"), "io.pressure"))).toEqual([
      "cgroup.bad-line",
    ]);
  });

  it("do not claim other files of the kernel", () => {
    expect(strength("nr_free_pages 187635\nnr_zone_inactive_anon 1\n", "vmstat")).toBeUndefined();
    expect(strength("user 57\nsystem 23\n", "some.txt")).toBeUndefined();
    expect(strength("max 0\n", "some.txt")).toBeUndefined();
    expect(strength("0.31 0.20 0.10 1/80 130\n", "loadavg")).toBeUndefined();
    expect(cgroupFormat.detect(new Uint8Array(0), "memory.current")).toBeUndefined();
  });
});

const NOT_OURS = new Set(["io.stat", "memory.numa_stat"]);
const files = kernelFiles(
  ...SINGLE_VALUE_FILES.map(({ file }) => file),
  "memory.stat",
  "memory.events",
  "memory.events.local",
  "memory.swap.events",
  "cpu.stat",
  "cpu.max",
  "memory.pressure",
  "cpu.pressure",
  "io.pressure",
  "cpuacct.stat",
  "memory.oom_control",
  "cgroup.procs",
  "cgroup.events",
  "cgroup.stat",
  "pressure.memory",
  "pressure.cpu",
  "pressure.io",
  "io.stat",
);

describe("the kernel corpus", () => {
  it.skipIf(files.length === 0)("is read whole", () => {
    const seen = new Map<string, number>();
    for (const path of files) {
      const bytes = bytesOf(path);
      const base = path.slice(path.lastIndexOf("/") + 1);
      if (NOT_OURS.has(base)) {
        expect(cgroupFormat.detect(bytes, path), path).toBeUndefined();
        continue;
      }
      // The kernel gives an empty list for a group without processes.
      if (bytes.length === 0) continue;
      expect(cgroupFormat.detect(bytes, path), path).toBeDefined();
      const result = readAll(cgroupFormat, bytes, path);
      expect(
        result.diagnostics.filter((d) => d.severity === "damage"),
        path,
      ).toEqual([]);
      if (result.table.kind !== "cgroup") throw new Error(path);
      const { file, version, isVersionGuessed } = result.table;
      seen.set(file, (seen.get(file) ?? 0) + 1);
      expect(file, path).toBe(
        base.startsWith("pressure.") ? `/proc/pressure/${base.slice(9)}` : base,
      );
      if (isVersionGuessed === undefined)
        expect(version, path).toBe(path.includes("/v1-native/") ? 1 : 2);
    }
    expect(seen.size).toBeGreaterThan(40);
    expect(files.length).toBeGreaterThan(1000);
  });

  it.skipIf(files.length === 0)("agrees with its own numbers", () => {
    const value = (path: string, key: string): number =>
      read(bytesOf(path), path).values.get(key) ?? NaN;
    for (const path of files) {
      if (!path.endsWith("/memory.stat") || isTorn(path) || !path.includes("/v2-emulated/"))
        continue;
      // Where memory grows, the two files are of different moments.
      if (!/\/t[12]\/cgroup\//.test(path)) continue;
      const folder = path.slice(0, path.lastIndexOf("/"));
      const current = value(`${folder}/memory.current`, "");
      const parts = value(path, "anon") + value(path, "file") + value(path, "kernel");
      // memory.stat lags behind: the kernel gathers it from the CPUs every two seconds or so.
      expect(Math.abs(current - parts), path).toBeLessThan(current * 0.06);
      expect(value(`${folder}/memory.max`, "")).toBeGreaterThanOrEqual(95 << 20);
    }
  });

  const own = "/sys/fs/cgroup/memory/memory.stat";
  it.skipIf(!existsSync(own))("this machine's v1 memory.stat is read", () => {
    expect(read(bytesOf(own), own)).toMatchObject({ version: 1, file: "memory.stat" });
  });
});
