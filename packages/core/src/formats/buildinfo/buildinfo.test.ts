import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  bytesOf,
  checkChunks,
  checkCuts,
  checkNoise,
  codesOf,
  isSameTable,
  readAll,
  utf8,
} from "../../../test/reading.ts";
import { seededRandom } from "../../../test/random.ts";
import { fixture } from "../../../test/system-fixtures.ts";
import { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { BuildInfoTable } from "../../model/tables/system.ts";
import { buildinfoFormat } from "./buildinfo.ts";
import { splitVersion } from "./info-text.ts";
import { INFO_START } from "./window.ts";

function read(bytes: Uint8Array): BuildInfoTable {
  const { table } = readAll(buildinfoFormat, bytes, "x", [65_536]);
  if (table.kind !== "build-info") throw new Error(table.kind);
  return table;
}

function executable(name: string): Uint8Array {
  return new Uint8Array(gunzipSync(fixture(`buildinfo/${name}.gz`)));
}

const MAGIC = "\xff Go buildinf:";

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

/** An ELF file without headers of its own, for what no linker makes. */
function bareElf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  return bytes;
}

/** How module information begins. */
const MARK = Uint8Array.from(INFO_START);

function inlineBlob(version: string, info: string): Uint8Array {
  const framed = info === "" ? "" : `${"s".repeat(16)}${info}${"e".repeat(16)}`;
  const varint = (n: number): string =>
    n < 128 ? String.fromCharCode(n) : String.fromCharCode((n & 127) | 128, n >> 7);
  const header = `${MAGIC}\x08\x02${"\0".repeat(16)}`;
  return latin1(`${header}${varint(version.length)}${version}${varint(framed.length)}${framed}`);
}

describe("executables", () => {
  it("of Go 1.18 and later hold the strings themselves", () => {
    for (const name of [
      "linux-amd64-go1.26",
      "linux-arm-go1.26",
      "linux-s390x-go1.26",
      "linux-amd64-pie-external-go1.26",
      "windows-amd64-go1.26",
      "darwin-arm64-go1.26",
    ]) {
      const bytes = executable(name);
      expect(buildinfoFormat.detect(bytes.subarray(0, 65_536), name)?.strength, name).toBe(
        "certain",
      );
      const result = readAll(buildinfoFormat, bytes, name, [65_536]);
      expect(result.diagnostics, name).toEqual([]);
      expect(result.table, name).toMatchObject({
        goVersion: "go1.26.8",
        path: "example.test/holder",
        mainModule: { path: "example.test/holder", version: "(devel)" },
        dependencies: [],
      });
      const { settings } = read(bytes);
      const [os = "", arch = ""] = name.split("-");
      expect(settings.get("GOOS"), name).toBe(os);
      expect(settings.get("GOARCH"), name).toBe(arch);
      expect(settings.get("-trimpath"), name).toBe("true");
      expect(settings.get("CGO_ENABLED"), name).toBe(name.includes("external") ? "1" : "0");
    }
  });

  it("of Go 1.17 and earlier point at them", () => {
    for (const name of ["amd64", "386", "s390x", "ppc64", "amd64-pie"]) {
      const result = readAll(buildinfoFormat, executable(`linux-${name}-go1.17`), name, [65_536]);
      expect(result.diagnostics, name).toEqual([]);
      expect(result.table, name).toEqual({
        kind: "build-info",
        goVersion: "go1.17.13",
        path: "example.test/old",
        mainModule: { path: "example.test/old", version: "(devel)" },
        dependencies: [],
        settings: new Map(),
      });
    }
  });

  it("read alike in any chunks", () => {
    for (const name of [
      "linux-amd64-go1.26",
      "linux-amd64-pie-external-go1.26",
      "linux-386-go1.17",
    ]) {
      const bytes = executable(name);
      const whole = readAll(buildinfoFormat, bytes);
      for (const sizes of [[61, 4099, 65_537], [1_000_003]]) {
        expect(isSameTable(readAll(buildinfoFormat, bytes, "x", sizes), whole), name).toBe(true);
      }
    }
    const small = new Uint8Array(2048);
    small.set(bareElf(64));
    small.set(inlineBlob("go1.26.8", "path\tp\nmod\tm\tv1\t\n"), 1024);
    checkChunks(buildinfoFormat, small);
  });

  it("that were cut are refused, or their cut is said", () => {
    const random = seededRandom(20);
    for (const name of ["linux-amd64-go1.26", "linux-amd64-go1.17"]) {
      const bytes = executable(name);
      const at = latin1Index(bytes, MAGIC);
      const places = Array.from({ length: 30 }, () => random.integer(bytes.length));
      for (let i = 0; i < 60; i++) places.push(at + random.integer(900));
      checkCuts(buildinfoFormat, bytes, "x", { at: places });
      const behind = readAll(buildinfoFormat, bytes.subarray(0, bytes.length - 100_000));
      expect(codesOf(behind)).toEqual(["buildinfo.executable-cut"]);
      expect(() => readAll(buildinfoFormat, bytes.subarray(0, 300_000))).toThrow(
        /elf at byte 300000: expected \d+ bytes, found the end of the file/,
      );
    }
  });

  it("survive noise", () => {
    const small = new Uint8Array(1024);
    small.set(executable("linux-amd64-go1.26").subarray(0, 64));
    small.set(inlineBlob("go1.26.8", "path\tp\nmod\tm\tv1\t\nbuild\t-race=true\n"), 512);
    checkNoise(buildinfoFormat, small, "x", 21, 500);
    const pointers = executable("linux-386-go1.17");
    const random = seededRandom(22);
    const at = latin1Index(pointers, MAGIC);
    for (let round = 0; round < 20; round++) {
      const noisy = pointers.slice();
      for (let i = 0; i < 6; i++) noisy[at + 14 + random.integer(18)] = random.integer(256);
      for (let i = 0; i < 4; i++) noisy[28 + random.integer(200)] = random.integer(256);
      try {
        readAll(buildinfoFormat, noisy);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  it("choose the blob at the start of a section among copies of the magic", () => {
    const bytes = executable("linux-amd64-go1.26").slice();
    // A plausible blob in read-only data in front of the real one, and garbage behind the magic.
    bytes.set(inlineBlob("go1.2.3", ""), 0x90000);
    bytes.set(latin1(`${MAGIC}\x99\x99`), 0xa0000);
    const result = readAll(buildinfoFormat, bytes);
    expect(result.table).toMatchObject({ goVersion: "go1.26.8" });
    expect(result.diagnostics).toEqual([]);
    // Without section headers the one in writable data is taken.
    const stripped = bytes.slice();
    stripped.fill(0, 40, 48);
    stripped.fill(0, 60, 64);
    expect(readAll(buildinfoFormat, stripped).table).toMatchObject({ goVersion: "go1.26.8" });
    // Without anything to go by, the first, and a warning.
    stripped.fill(0, 32, 40);
    stripped.fill(0, 56, 58);
    const blind = readAll(buildinfoFormat, stripped);
    expect(blind.table).toMatchObject({ goVersion: "go1.2.3" });
    expect(codesOf(blind)).toContain("buildinfo.ambiguous");
  });

  it("that are no Go programs are named", () => {
    expect(() => readAll(buildinfoFormat, bareElf(4096))).toThrow(
      /elf: expected a Go executable, found a file without Go build information/,
    );
    const core = bareElf(4096);
    core[16] = 4;
    expect(() => readAll(buildinfoFormat, core)).toThrow(/found a core dump/);
    expect(() => readAll(buildinfoFormat, bareElf(10))).toThrow(FormatError);
    const misaligned = bareElf(4096);
    misaligned.set(inlineBlob("go1.26.8", ""), 1025);
    expect(() => readAll(buildinfoFormat, misaligned)).toThrow(/a Go executable/);
  });

  it("built without modules have no module information", () => {
    const bytes = bareElf(4096);
    bytes.set(inlineBlob("go1.26.8", ""), 1024);
    const result = readAll(buildinfoFormat, bytes);
    expect(result.table).toMatchObject({ goVersion: "go1.26.8", path: "", mainModule: undefined });
    expect(codesOf(result)).toEqual(["buildinfo.no-module-info"]);
  });

  it("with a length beyond the cap are refused before anything is kept", () => {
    const bytes = bareElf(4096);
    bytes.set(latin1(`${MAGIC}\x08\x02${"\0".repeat(16)}\x08go1.26.8\xff\xff\xff\x7f`), 1024);
    expect(() => readAll(buildinfoFormat, bytes)).toThrow(FormatError);
    expect(() => readAll(buildinfoFormat, executable("linux-amd64-go1.26"), "x", [], 100)).toThrow(
      FormatError,
    );
  });

  it("full of marks are read to the end", () => {
    const bytes = bareElf(8 << 20);
    const marks = [
      latin1(`${MAGIC}\x08\x02${"\0".repeat(16)}\x08go1.26.8\xff\xff\x7f`),
      latin1(`${MAGIC}\x08\0`),
    ];
    for (let at = 1024; at < bytes.length - 64; at += 64)
      bytes.set(marks[(at >> 6) & 1] ?? MARK, at);
    for (let at = 4 << 20; at < bytes.length - 64; at += 64) bytes.set(MARK, at + 40);
    // Blobs that claim 2 MiB each and hold no framed information.
    const result = readAll(buildinfoFormat, bytes, "x", [65_536]);
    expect(result.table).toMatchObject({ goVersion: "go1.26.8", path: "" });
    expect(codesOf(result)).toContain("buildinfo.no-module-info");
  });

  it("are told from other files of like beginnings", () => {
    const fat = latin1("\xca\xfe\xba\xbe\0\0\0\x02");
    expect(buildinfoFormat.detect(fat, "x")?.strength).toBe("certain");
    const javaClass = latin1("\xca\xfe\xba\xbe\0\0\0\x41");
    expect(buildinfoFormat.detect(javaClass, "x")).toBeUndefined();
    expect(
      buildinfoFormat.detect(utf8(`MZ is a prefix of this text${" ".repeat(80)}`), "x"),
    ).toBeUndefined();
  });

  it.skipIf(!existsSync("/bin/sh"))("such as the shell are refused", () => {
    const shell = bytesOf("/bin/sh");
    expect(buildinfoFormat.detect(shell.subarray(0, 65_536), "sh")?.strength).toBe("certain");
    expect(() => readAll(buildinfoFormat, shell, "sh", [65_536])).toThrow(/a Go executable/);
  });
});

function latin1Index(bytes: Uint8Array, text: string): number {
  const wanted = latin1(text);
  for (let at = 0; at < bytes.length; at += 16) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  throw new Error("not found");
}

describe("the text of go version -m", () => {
  const race = fixture("buildinfo/version-m-race.txt");

  it("is read as printed", () => {
    expect(buildinfoFormat.detect(race, "x")?.strength).toBe("certain");
    const result = readAll(buildinfoFormat, race);
    expect(result.diagnostics).toEqual([]);
    const table = read(race);
    expect(table).toMatchObject({ goVersion: "go1.26.8", path: "example.test/holder" });
    expect(table.settings.get("-race")).toBe("true");
    expect(table.settings.get("CGO_CFLAGS")).toBe("");
    expect(table.settings.get("GOAMD64")).toBe("v1");
  });

  it("quotes settings", () => {
    const { settings } = read(fixture("buildinfo/version-m-ldflags.txt"));
    expect(settings.get("-ldflags")).toBe('-s -w -X "main.note=a b"');
    const odd =
      'x: go1.26.8\n\tpath\tp\n\tbuild\t"a =b"=`raw "x"`\n\tbuild\tk="\\t\\x41\\u00e9\\101"\n\tbuild\tGOOS=plan9\n';
    const table = read(utf8(odd));
    expect(table.settings.get("a =b")).toBe('raw "x"');
    expect(table.settings.get("k")).toBe("\tA\u00e9A");
  });

  it("names the module that replaces another", () => {
    expect(
      readAll(buildinfoFormat, fixture("buildinfo/version-m-replaced.txt")).diagnostics,
    ).toEqual([]);
    expect(read(fixture("buildinfo/version-m-replaced.txt")).dependencies).toEqual([
      {
        path: "example.test/dep",
        version: "v1.2.3",
        replacedBy: { path: "./dep", version: "(devel)" },
      },
    ]);
  });

  it("of several executables gives the first and says so", () => {
    const several = fixture("buildinfo/version-m-several.txt");
    expect(buildinfoFormat.detect(several, "x")?.strength).toBe("certain");
    const result = readAll(buildinfoFormat, several);
    expect(result.table).toMatchObject({ goVersion: "go1.26.8" });
    expect(read(several).settings.get("GOEXPERIMENT")).toBe("arenas");
    expect(result.diagnostics).toEqual([
      { code: "buildinfo.several", severity: "warning", count: 1, params: { others: 1 } },
    ]);
  });

  it("without -m gives the version only", () => {
    const short = utf8("/usr/bin/app: go1.26.8\n");
    expect(buildinfoFormat.detect(short, "x")?.strength).toBe("likely");
    const result = readAll(buildinfoFormat, short);
    expect(result.table).toMatchObject({ goVersion: "go1.26.8", path: "" });
    expect(codesOf(result)).toEqual(["buildinfo.no-module-info"]);
    checkCuts(buildinfoFormat, short);
  });

  it("is also what debug.BuildInfo prints of itself", () => {
    const own = new TextDecoder().decode(race).replace(/^.*: /, "go\t").replaceAll("\n\t", "\n");
    expect(buildinfoFormat.detect(utf8(own), "x")?.strength).toBe("certain");
    expect(read(utf8(own))).toEqual(read(race));
  });

  it("reports every cut", () => {
    // Where the version stands alone, nothing says that more should follow but this note.
    const isVersionOnly = (kept: Uint8Array, codes: readonly string[]): boolean =>
      !new TextDecoder().decode(kept).trimEnd().includes("\n") &&
      codes.includes("buildinfo.no-module-info");
    checkCuts(buildinfoFormat, race, "x", {
      isUndetectable: (kept, result) => isVersionOnly(kept, codesOf(result)),
    });
    checkChunks(buildinfoFormat, race);
    checkNoise(buildinfoFormat, race, "x", 23, 300);
  });

  it("reports lines that it cannot read", () => {
    const text = "x: go1.17.1\n\tpath\tp\n\tdep\tonly\n\t=>\ta\tb\tc\n\twhat\n\tbuild\t=x\n";
    const result = readAll(buildinfoFormat, utf8(text));
    expect(result.diagnostics.find((d) => d.code === "buildinfo.bad-line")).toMatchObject({
      count: 4,
      severity: "damage",
      where: { line: 3 },
    });
  });

  it("does not claim other text", () => {
    expect(buildinfoFormat.detect(utf8("gopher: gone fishing\n"), "x")).toBeUndefined();
    expect(buildinfoFormat.detect(utf8("app: go1.26.8\n\tsomething else\n"), "x")).toBeUndefined();
    expect(buildinfoFormat.detect(utf8("go\t1.26\n"), "x")).toBeUndefined();
    expect(
      buildinfoFormat.detect(utf8("build: go1.26.8 is installed\nnext step\n"), "x"),
    ).toBeUndefined();
    expect(buildinfoFormat.detect(new Uint8Array(0), "x")).toBeUndefined();
    expect(() => readAll(buildinfoFormat, utf8("prose\n"))).toThrow(FormatError);
    expect(() => readAll(buildinfoFormat, new Uint8Array(0))).toThrow(FormatError);
  });
});

describe("versions", () => {
  it("lose their experiments and suffixes", () => {
    const cases: readonly (readonly [string, string, string, string | undefined])[] = [
      ["go1.26.8", "go1.26.8", "", undefined],
      ["go1.22.12 X:arenas", "go1.22.12", "arenas", undefined],
      ["go1.26.8-X:nogreenteagc,arenas", "go1.26.8", "nogreenteagc,arenas", undefined],
      ["go1.27rc1", "go1.27rc1", "", undefined],
      ["go1.19.13 (Red Hat 1.19.13-1.el9)", "go1.19.13", "", undefined],
      [
        "devel go1.20-0123abc Tue Nov 1 12:00:00 2022 +0000 X:boringcrypto",
        "go1.20-0123abc",
        "boringcrypto",
        "buildinfo.devel-version",
      ],
      [
        "go1.26-devel_0123abc Tue Nov 1 12:00:00 2025 +0000",
        "go1.26-devel_0123abc",
        "",
        "buildinfo.devel-version",
      ],
      ["devel +0123abc Tue Nov 1", "devel +0123abc Tue Nov 1", "", "buildinfo.devel-version"],
      ["tip", "tip", "", "buildinfo.unknown-version"],
    ];
    for (const [text, goVersion, experiments, code] of cases) {
      const log = new DiagnosticLog();
      expect(splitVersion(text, log), text).toEqual({ goVersion, experiments });
      expect(
        log.list().map((d) => d.code),
        text,
      ).toEqual(code === undefined ? [] : [code]);
    }
  });
});

function goVersions(): string[] {
  try {
    execFileSync("go", ["version"], { stdio: "pipe" });
  } catch {
    return [];
  }
  return ["default", "go1.22.12", "go1.27.3"].filter((toolchain) => {
    if (toolchain === "default") return true;
    try {
      const env = { ...process.env, GOTOOLCHAIN: toolchain, GOPROXY: "off" };
      execFileSync("go", ["version"], { stdio: "pipe", env });
      return true;
    } catch {
      return false;
    }
  });
}

const toolchains = goVersions();

describe("executables built here", () => {
  let folder = "";
  beforeAll(() => {
    if (toolchains.length === 0) return;
    folder = mkdtempSync(join(tmpdir(), "buildinfo-"));
    mkdirSync(join(folder, "dep"));
    writeFileSync(
      join(folder, "go.mod"),
      "module example.test/app\n\ngo 1.22\n\nrequire example.test/dep v1.2.3\n\nreplace example.test/dep => ./dep\n",
    );
    writeFileSync(join(folder, "dep/go.mod"), "module example.test/dep\n\ngo 1.22\n");
    writeFileSync(
      join(folder, "dep/dep.go"),
      'package dep\n\nfunc Name() string { return "dep" }\n',
    );
    writeFileSync(
      join(folder, "main.go"),
      'package main\n\nimport "example.test/dep"\n\nfunc main() { println(dep.Name()) }\n',
    );
  });
  afterAll(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  /** Builds, reads the executable and go's own text, and expects the same from both. */
  function checkBuild(
    toolchain: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): BuildInfoTable {
    const output = join(folder, "app.bin");
    const all = {
      ...process.env,
      GOFLAGS: "-buildvcs=false",
      GOPROXY: "off",
      ...env,
      ...(toolchain === "default" ? {} : { GOTOOLCHAIN: toolchain }),
    };
    execFileSync("go", ["build", "-o", output, ...args, "."], {
      cwd: folder,
      env: all,
      stdio: "pipe",
    });
    const text = execFileSync("go", ["version", "-m", output], { env: all, stdio: "pipe" });
    const bytes = new Uint8Array(readFileSync(output));
    expect(buildinfoFormat.detect(bytes.subarray(0, 65_536), output)?.strength).toBe("certain");
    const fromFile = readAll(buildinfoFormat, bytes, output, [65_536]);
    expect(fromFile.diagnostics).toEqual([]);
    const fromText = readAll(buildinfoFormat, new Uint8Array(text), "version.txt");
    expect(fromText.diagnostics).toEqual([]);
    expect(fromFile.table).toEqual(fromText.table);
    if (fromFile.table.kind !== "build-info") throw new Error(fromFile.table.kind);
    expect(fromFile.table.dependencies.length).toBe(1);
    return fromFile.table;
  }

  for (const toolchain of ["default", "go1.22.12", "go1.27.3"]) {
    it.skipIf(!toolchains.includes(toolchain))(
      `by ${toolchain} say what go version -m says`,
      () => {
        const plain = checkBuild(toolchain, ["-trimpath"], { CGO_ENABLED: "0" });
        if (toolchain !== "default") expect(plain.goVersion).toBe(toolchain);
        expect(plain.settings.get("CGO_ENABLED")).toBe("0");
        const stripped = checkBuild(toolchain, ["-ldflags", "-s -w"], { CGO_ENABLED: "0" });
        expect(stripped.settings.get("-ldflags")).toBe("-s -w");
      },
    );
  }

  const hasCompiler = existsSync("/usr/bin/gcc") || existsSync("/usr/bin/cc");
  it.skipIf(toolchains.length === 0 || !hasCompiler)("with -race say so", () => {
    const race = checkBuild("default", ["-race"], { CGO_ENABLED: "1" });
    expect(race.settings.get("-race")).toBe("true");
  });
});
